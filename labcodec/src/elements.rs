//! Elements that follow one another, without their number: each takes at least a byte, so that the
//! bytes' end is theirs.

use crate::decode::Decoder;
use crate::encode::encode_into;
use crate::error::Error;
use crate::share;
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Why a journal of nothings has no bytes.
pub(crate) const NOTHINGS: &str = "an element of a journal takes no bytes";

/// The bytes of all elements; an error says why one has none.
pub(crate) fn write_all<T: Serialize>(items: &[T]) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    for item in items {
        let before = bytes.len();
        encode_into(item, &mut bytes).map_err(Error::why)?;
        if bytes.len() == before {
            return Err(NOTHINGS.to_string());
        }
    }
    Ok(bytes)
}

/// Reads elements from `bytes` until those end. Takes each, and how many bytes were read with it.
pub(crate) fn read_all<T: DeserializeOwned>(
    bytes: &Bytes,
    depth: u32,
    mut take: impl FnMut(T, usize),
) -> Result<(), Error> {
    share::from(bytes, || {
        let mut decoder = Decoder::new(bytes, depth);
        let mut left = decoder.left();
        while left > 0 {
            let item = T::deserialize(&mut decoder)?;
            if decoder.left() == left {
                return Err(Error::Mismatch(NOTHINGS.to_string()));
            }
            left = decoder.left();
            take(item, bytes.len() - left);
        }
        Ok(())
    })
}
