//! A hash table that never pauses to grow.
//!
//! A table that doubles moves everything at once; with millions of entries that alone would miss a
//! deadline. This one (linear hashing, after Litwin, 1980) gains one bucket with each entry, and
//! splits one old bucket for it. Entries are numbered as they come, and lie wherever their owner
//! keeps them, usually in a vector beside this.

/// Stands for "no entry": of this table, and of what is numbered elsewhere, "no operation" and "no
/// round".
pub(crate) const NONE: u32 = u32::MAX;

/// The numbers of entries by their hashes.
#[derive(Default)]
pub(crate) struct Index {
    /// The first entry of each bucket; there is one bucket more than entries.
    buckets: Vec<u32>,
    links: Vec<Link>,
}

#[derive(Clone, Copy)]
struct Link {
    hash: u32,
    /// The next entry in the bucket.
    next: u32,
}

impl Index {
    /// With room for so many entries before it has to move.
    pub(crate) fn with_capacity(entries: usize) -> Index {
        Index {
            buckets: Vec::with_capacity(entries + 1),
            links: Vec::with_capacity(entries),
        }
    }

    /// The last entry with this hash for which `is_it` is true. Others may share the hash.
    #[inline]
    pub(crate) fn find(&self, hash: u64, mut is_it: impl FnMut(u32) -> bool) -> Option<u32> {
        let hash = shorten(hash);
        let mut at = *self.buckets.get(self.bucket(hash))?;
        while at != NONE {
            let link = self.links[at as usize];
            if link.hash == hash && is_it(at) {
                return Some(at);
            }
            at = link.next;
        }
        None
    }

    /// Adds an entry. Its number is the count of those before.
    pub(crate) fn push(&mut self, hash: u64) -> u32 {
        let hash = shorten(hash);
        if self.buckets.is_empty() {
            self.buckets.push(NONE);
        }
        let entry = self.links.len() as u32;
        assert!(entry < NONE, "more entries than numbers");
        let bucket = self.bucket(hash);
        self.links.push(Link {
            hash,
            next: self.buckets[bucket],
        });
        self.buckets[bucket] = entry;
        self.split();
        entry
    }

    /// Adds a bucket, and moves to it what belongs there from the one that stood in for it.
    fn split(&mut self) {
        let new = self.buckets.len();
        let old = new - floor_power(new);
        let mut at = std::mem::replace(&mut self.buckets[old], NONE);
        self.buckets.push(NONE);
        while at != NONE {
            let link = self.links[at as usize];
            let bucket = self.bucket(link.hash);
            self.links[at as usize].next = std::mem::replace(&mut self.buckets[bucket], at);
            at = link.next;
        }
    }

    /// The bucket of a hash: its last bits, as many as there are buckets for.
    #[inline]
    fn bucket(&self, hash: u32) -> usize {
        let buckets = self.buckets.len().max(1);
        let power = floor_power(buckets);
        let wide = hash as usize & (2 * power - 1);
        if wide < buckets { wide } else { wide - power }
    }

    /// Memory, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.buckets.capacity() * size_of::<u32>() + self.links.capacity() * size_of::<Link>()
    }
}

/// Half of a hash, which depends on all of it.
#[inline]
fn shorten(hash: u64) -> u32 {
    (hash ^ (hash >> 32)) as u32
}

/// The greatest power of two up to `n`, which is not 0.
#[inline]
fn floor_power(n: usize) -> usize {
    1 << n.ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::hash_of;

    /// Fewer under Miri, which takes some ten thousand times as long for each.
    const ENTRIES: u32 = if cfg!(miri) { 100 } else { 1000 };

    #[test]
    fn every_entry_is_found_after_every_split() {
        let mut index = Index::default();
        for entry in 0..ENTRIES {
            let hash = |entry: u32| hash_of(entry / 2); // in pairs
            assert_eq!(index.push(hash(entry)), entry);
            for old in 0..=entry {
                assert_eq!(index.find(hash(old), |at| at == old), Some(old));
            }
            assert_eq!(index.find(hash(entry + 2), |_| true), None);
        }
    }

    #[test]
    fn buckets_stay_short() {
        let mut index = Index::default();
        for entry in 0..10 * ENTRIES {
            index.push(hash_of(entry));
        }
        let longest = (0..index.buckets.len()).map(|bucket| {
            let mut at = index.buckets[bucket];
            let mut length = 0;
            while at != NONE {
                length += 1;
                at = index.links[at as usize].next;
            }
            length
        });
        assert!(longest.max() < Some(15), "the hash does not spread");
    }
}
