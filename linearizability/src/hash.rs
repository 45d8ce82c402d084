//! A fast hash for tables that nobody attacks and nobody iterates over.
//!
//! Each word is folded into the state by a multiplication to 128 bits whose halves are mixed, so
//! that all of the result depends on every bit of the input. It has no seed: the same history takes
//! the same steps in every run.

use std::hash::{Hash, Hasher};

/// The hash of a value.
#[inline]
pub(crate) fn hash_of<T: Hash>(value: T) -> u64 {
    let mut hasher = Folding(START);
    value.hash(&mut hasher);
    hasher.finish()
}

/// An odd number without a pattern: the first 64 fraction bits of the golden ratio.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Keeps a zero from being absorbed: the first 64 fraction bits of pi.
const START: u64 = 0x243F_6A88_85A3_08D3;

struct Folding(u64);

impl Folding {
    #[inline]
    fn fold(&mut self, word: u64) {
        self.0 = mix(self.0 ^ word, SPREAD);
    }
}

/// A product whose halves are laid over each other.
#[inline]
fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64).rotate_left(23)
}

impl Hasher for Folding {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        // Sixteen bytes for the price of eight: both factors carry some.
        let (pairs, rest) = bytes.as_chunks::<16>();
        for &pair in pairs {
            let pair = u128::from_le_bytes(pair);
            self.0 = mix(self.0 ^ pair as u64, SPREAD ^ (pair >> 64) as u64);
        }
        let mut last = [0; 16];
        last[..rest.len()].copy_from_slice(rest);
        let last = u128::from_le_bytes(last);
        let end = (last >> 64) as u64 ^ ((bytes.len() as u64) << 56);
        self.0 = mix(self.0 ^ last as u64, SPREAD ^ end);
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
