//! Sets of small numbers: which of the open operations have taken effect.

use std::hash::Hash;

/// A set of numbers below a bound that is known when it is made.
pub(crate) trait Mask: Clone + Eq + Hash {
    /// The empty set of numbers below `bound`.
    fn empty(bound: usize) -> Self;
    /// Whether `bit` is in the set.
    fn has(&self, bit: u32) -> bool;
    /// Puts `bit` into the set.
    fn set(&mut self, bit: u32);
    /// Takes `bit` out.
    fn clear(&mut self, bit: u32);
    /// Whether all of this set is in `other`.
    fn is_subset(&self, other: &Self) -> bool;
    /// Memory beyond `size_of`, in bytes.
    fn heap_bytes(&self) -> usize;
}

/// Of nothing: no operation is pending for ever.
impl Mask for () {
    fn empty(_bound: usize) -> Self {}

    fn has(&self, _bit: u32) -> bool {
        false
    }

    fn set(&mut self, _bit: u32) {
        unreachable!("an empty set is only used where nothing can be in it");
    }

    fn clear(&mut self, _bit: u32) {}

    fn is_subset(&self, _other: &Self) -> bool {
        true
    }

    fn heap_bytes(&self) -> usize {
        0
    }
}

/// Of up to 64 numbers: nearly every history, since clients are few.
impl Mask for u64 {
    fn empty(bound: usize) -> Self {
        assert!(bound <= 64, "{bound} numbers do not fit into 64 bits");
        0
    }

    #[inline]
    fn has(&self, bit: u32) -> bool {
        self & (1 << bit) != 0
    }

    #[inline]
    fn set(&mut self, bit: u32) {
        *self |= 1 << bit;
    }

    #[inline]
    fn clear(&mut self, bit: u32) {
        *self &= !(1 << bit);
    }

    #[inline]
    fn is_subset(&self, other: &Self) -> bool {
        self & !other == 0
    }

    fn heap_bytes(&self) -> usize {
        0
    }
}

/// Of up to 64 times `N`: without an allocation, since millions of sets are kept.
impl<const N: usize> Mask for [u64; N] {
    fn empty(bound: usize) -> Self {
        assert!(
            bound <= 64 * N,
            "{bound} numbers do not fit into {} bits",
            64 * N
        );
        [0; N]
    }

    #[inline]
    fn has(&self, bit: u32) -> bool {
        self[bit as usize / 64] & (1 << (bit % 64)) != 0
    }

    #[inline]
    fn set(&mut self, bit: u32) {
        self[bit as usize / 64] |= 1 << (bit % 64);
    }

    #[inline]
    fn clear(&mut self, bit: u32) {
        self[bit as usize / 64] &= !(1 << (bit % 64));
    }

    #[inline]
    fn is_subset(&self, other: &Self) -> bool {
        let mut words = self.iter().zip(other);
        words.all(|(mine, others)| mine & !others == 0)
    }

    fn heap_bytes(&self) -> usize {
        0
    }
}

/// Of any bound.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Wide(Box<[u64]>);

impl Mask for Wide {
    fn empty(bound: usize) -> Self {
        Wide(vec![0; bound.div_ceil(64)].into())
    }

    fn has(&self, bit: u32) -> bool {
        self.0[bit as usize / 64] & (1 << (bit % 64)) != 0
    }

    fn set(&mut self, bit: u32) {
        self.0[bit as usize / 64] |= 1 << (bit % 64);
    }

    fn clear(&mut self, bit: u32) {
        self.0[bit as usize / 64] &= !(1 << (bit % 64));
    }

    fn is_subset(&self, other: &Self) -> bool {
        let mut words = self.0.iter().zip(&other.0);
        words.all(|(mine, others)| mine & !others == 0)
    }

    fn heap_bytes(&self) -> usize {
        self.0.len() * size_of::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behaves<M: Mask>(bound: usize, bits: &[u32]) {
        let mut all = M::empty(bound);
        for (n, &bit) in bits.iter().enumerate() {
            assert!(!all.has(bit));
            let before = all.clone();
            all.set(bit);
            assert!(all.has(bit));
            assert!(before.is_subset(&all) && !all.is_subset(&before));
            assert_eq!(bits.iter().filter(|&&bit| all.has(bit)).count(), n + 1);
        }
        for &bit in bits {
            all.clear(bit);
            assert!(!all.has(bit));
        }
        assert!(all == M::empty(bound));
    }

    #[test]
    fn narrow_and_wide_sets_agree() {
        behaves::<u64>(64, &[0, 31, 63, 5]);
        behaves::<[u64; 4]>(256, &[255, 64, 63, 0, 128]);
        behaves::<Wide>(64, &[0, 31, 63, 5]);
        behaves::<Wide>(200, &[199, 64, 63, 0, 128]);
    }
}
