//! A fast hash for tables that nobody attacks and nobody iterates over.
//!
//! Each word is folded into the state by a multiplication to 128 bits whose halves are mixed, so
//! that both ends of the result, which a table looks at, depend on every bit of the input. It has
//! no seed: the same history takes the same steps in every run.

use std::hash::{BuildHasherDefault, Hasher};

/// Builds [`Folding`] hashers.
pub(crate) type Build = BuildHasherDefault<Folding>;

/// An odd number without a pattern: the first 64 fraction bits of the golden ratio.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Keeps a zero from being absorbed: the first 64 fraction bits of pi.
const START: u64 = 0x243F_6A88_85A3_08D3;

/// The hasher.
pub(crate) struct Folding(u64);

impl Default for Folding {
    fn default() -> Self {
        Folding(START)
    }
}

impl Folding {
    #[inline]
    fn fold(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word) * u128::from(SPREAD);
        self.0 = (product as u64) ^ ((product >> 64) as u64).rotate_left(23);
    }
}

impl Hasher for Folding {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for &word in words {
            self.fold(u64::from_le_bytes(word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.fold(u64::from_le_bytes(last) ^ ((bytes.len() as u64) << 56));
    }

    #[inline]
    fn write_u8(&mut self, n: u8) {
        self.fold(u64::from(n));
    }

    #[inline]
    fn write_u32(&mut self, n: u32) {
        self.fold(u64::from(n));
    }

    #[inline]
    fn write_u64(&mut self, n: u64) {
        self.fold(n);
    }

    #[inline]
    fn write_usize(&mut self, n: usize) {
        self.fold(n as u64);
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}
