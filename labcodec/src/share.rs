//! Bytes within a value that stay where they arrived, instead of being copied.

use bytes::Bytes;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::cell::RefCell;
use std::fmt;

thread_local! {
    /// What the elements that are being read lie in. Serde hands a visitor nothing but a slice, so
    /// the owner of that slice goes this way.
    static OWNER: RefCell<Option<Bytes>> = const { RefCell::new(None) };
}

/// Puts back, in the end, the owner that was there before: a journal's element may hold a journal.
struct Restore(Option<Bytes>);

impl Drop for Restore {
    fn drop(&mut self) {
        OWNER.set(self.0.take());
    }
}

/// Runs `read`, which reads from `owner`.
pub(crate) fn from<R>(owner: &Bytes, read: impl FnOnce() -> R) -> R {
    let _restore = Restore(OWNER.replace(Some(owner.clone())));
    read()
}

/// For a field of an element of a [`Journal`](crate::Journal) or an [`Excerpt`](crate::Excerpt):
/// the bytes are not copied when the element is read, but stay a part of what arrived. Anywhere
/// else they are copied, as always.
///
/// ```
/// use bytes::Bytes;
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Entry {
///     term: u64,
///     #[serde(deserialize_with = "labcodec::in_place")]
///     command: Bytes,
/// }
/// ```
///
/// # Errors
/// When what stands there are not bytes.
pub fn in_place<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    match deserializer.is_human_readable() {
        true => Bytes::deserialize(deserializer),
        false => deserializer.deserialize_bytes(InPlace),
    }
}

struct InPlace;

impl<'de> Visitor<'de> for InPlace {
    type Value = Bytes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_borrowed_bytes<E: Error>(self, bytes: &'de [u8]) -> Result<Bytes, E> {
        Ok(OWNER.with_borrow(|owner| match owner {
            Some(owner) if lies_in(bytes, owner) => owner.slice_ref(bytes),
            _ => Bytes::copy_from_slice(bytes),
        }))
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
        Ok(Bytes::copy_from_slice(bytes))
    }

    fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Bytes, E> {
        Ok(bytes.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Bytes, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = seq.next_element()? {
            bytes.push(byte);
        }
        Ok(bytes.into())
    }
}

fn lies_in(bytes: &[u8], owner: &[u8]) -> bool {
    let (part, whole) = (bytes.as_ptr_range(), owner.as_ptr_range());
    whole.start <= part.start && part.end <= whole.end
}
