//! The bytes of a value in pieces, some of which are shared instead of copied.

use crate::encode::{append, config};
use crate::error::Error;
use bincode::enc::write::Writer;
use bytes::Bytes;
use serde::{Serialize, Serializer};
use std::cell::Cell;

/// The bytes of one value. What the value holds as [`Shared`] is held along, not copied. Cleared
/// and filled again it allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct Rope {
    /// Everything that is not shared, one after another.
    own: Vec<u8>,
    /// What is shared, and before which place in `own` it stands.
    shared: Vec<(usize, Bytes)>,
    len: usize,
}

impl Rope {
    /// Puts the bytes of `value` in place of whatever is there.
    ///
    /// # Errors
    /// As [`crate::encode`]; the rope then holds a part of the value.
    pub fn fill<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.own.clear();
        self.shared.clear();
        self.len = 0;
        bincode::serde::encode_into_writer(value, Splicer(self), config()).map_err(Error::encoding)
    }

    /// Bytes that are encoded already, in one piece.
    pub fn of(bytes: Vec<u8>) -> Rope {
        Rope {
            len: bytes.len(),
            own: Vec::new(),
            shared: vec![(0, bytes.into())],
        }
    }

    /// Number of bytes in all.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no byte at all.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bytes that are not shared, in their order. They tell the shared ones' lengths.
    pub fn own(&self) -> &[u8] {
        &self.own
    }

    /// All bytes, in one piece.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len);
        let mut copied = 0;
        for (place, shared) in &self.shared {
            bytes.extend_from_slice(&self.own[copied..*place]);
            bytes.extend_from_slice(shared);
            copied = *place;
        }
        bytes.extend_from_slice(&self.own[copied..]);
        bytes
    }
}

/// Bytes that a [`Rope`] holds along instead of copying them.
pub struct Shared<'a>(pub &'a Bytes);

/// Bytes that are copied.
pub(crate) struct Raw<'a>(pub(crate) &'a [u8]);

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

thread_local! {
    /// What the value under way offers to share. Serde hands a writer nothing but a slice, so the
    /// owner of that slice goes this way. Set only around the one call that writes it.
    static OFFER: Cell<Option<Bytes>> = const { Cell::new(None) };
}

impl Serialize for Shared<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        OFFER.set(Some(self.0.clone()));
        let written = serializer.serialize_bytes(self.0);
        OFFER.take();
        written
    }
}

/// Below this many bytes a copy costs less than sharing.
const SHARED_MIN: usize = 64;

struct Splicer<'a>(&'a mut Rope);

impl Writer for Splicer<'_> {
    #[inline(always)]
    fn write(&mut self, bytes: &[u8]) -> Result<(), bincode::error::EncodeError> {
        let rope = &mut *self.0;
        rope.len += bytes.len();
        if bytes.len() >= SHARED_MIN
            && let Some(shared) = OFFER.take()
            && std::ptr::eq(&*shared, bytes)
        {
            rope.shared.push((rope.own.len(), shared));
            return Ok(());
        }
        append(&mut rope.own, bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rope_shares_and_means_the_same() {
        let (long, short) = (Bytes::from(vec![7; 1000]), Bytes::from_static(b"ab"));
        let value = (1u8, Shared(&long), "text", Shared(&short), Shared(&long));
        let mut rope = Rope::default();
        for _ in 0..2 {
            rope.fill(&value).unwrap();
            assert_eq!(rope.to_vec(), crate::encode(&value).unwrap());
            assert_eq!(rope.len(), rope.to_vec().len());
            assert_eq!(
                rope.len() - rope.own().len(),
                2000,
                "the long one is held along, twice"
            );
        }
    }
}
