//! A sequence that changes at its ends only, and whose bytes need not be made anew each time.

use crate::rope::Shared;
use crate::{decode, encode};
use bytes::Bytes;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::VecDeque;
use std::ops::Deref;

/// Elements in the smallest blocks.
const BLOCK: usize = 16;

/// So many blocks of one size become one, so that even a long journal has few.
const MERGED: usize = 8;

/// A log: elements are added at the end, and dropped at either end. It reads as a slice. Encoded
/// over and over, as a log is that is saved with each change, it costs what is new, not what is
/// old: blocks of elements are encoded once and then shared.
#[derive(Clone, Debug)]
pub struct Journal<T> {
    items: Vec<T>,
    /// The bytes of the first elements, a block of them each. The elements behind have none yet.
    blocks: VecDeque<Block>,
    /// Number of elements in all blocks.
    encoded: usize,
}

#[derive(Clone, Debug)]
struct Block {
    count: usize,
    bytes: Bytes,
}

impl<T> Journal<T> {
    /// An empty journal.
    pub fn new() -> Journal<T> {
        Journal {
            items: Vec::new(),
            blocks: VecDeque::new(),
            encoded: 0,
        }
    }

    /// Drops the elements from the `count`th on, if there are more.
    pub fn truncate(&mut self, count: usize) {
        self.items.truncate(count);
        while self.encoded > count {
            self.encoded -= self
                .blocks
                .pop_back()
                .map_or(self.encoded, |block| block.count);
        }
    }

    /// Drops the first `count` elements.
    ///
    /// # Panics
    /// If there are fewer.
    pub fn drop_first(&mut self, count: usize) {
        self.items.drain(..count);
        let mut dropped = 0;
        while dropped < count
            && let Some(block) = self.blocks.pop_front()
        {
            dropped += block.count;
        }
        self.encoded = self.encoded.saturating_sub(dropped);
        if dropped > count {
            // A part of the last block dropped is still there, without its bytes: no block may
            // stand behind it.
            self.blocks.clear();
            self.encoded = 0;
        }
    }

    /// Drops everything.
    pub fn clear(&mut self) {
        self.truncate(0);
    }
}

impl<T: Serialize> Journal<T> {
    /// Adds an element at the end.
    pub fn push(&mut self, item: T) {
        self.items.push(item);
        self.seal();
    }

    /// Makes blocks of what has gathered behind the last one. What cannot be encoded stays
    /// without a block: whoever encodes the journal is told.
    fn seal(&mut self) {
        while self.items.len() - self.encoded >= BLOCK {
            let mut count = BLOCK;
            let mut first = self.encoded;
            while self.ends_in_blocks_of(count) {
                self.blocks.truncate(self.blocks.len() - (MERGED - 1));
                first -= (MERGED - 1) * count;
                count *= MERGED;
            }
            let Ok(bytes) = encode(&self.items[first..first + count]) else {
                self.encoded = first;
                return;
            };
            self.encoded = first + count;
            let bytes = Bytes::from(bytes);
            self.blocks.push_back(Block { count, bytes });
        }
    }

    /// Whether one more block of this size would be one to merge with those before it.
    fn ends_in_blocks_of(&self, count: usize) -> bool {
        let equal = self
            .blocks
            .iter()
            .rev()
            .take_while(|block| block.count == count);
        equal.take(MERGED - 1).count() == MERGED - 1
    }
}

impl<T: Serialize> Extend<T> for Journal<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        self.items.extend(items);
        self.seal();
    }
}

impl<T: Serialize> FromIterator<T> for Journal<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Journal<T> {
        let mut journal = Journal::new();
        journal.extend(items);
        journal
    }
}

impl<T> Default for Journal<T> {
    fn default() -> Journal<T> {
        Journal::new()
    }
}

impl<T: PartialEq> PartialEq for Journal<T> {
    fn eq(&self, other: &Journal<T>) -> bool {
        self.items == other.items
    }
}

impl<T: Eq> Eq for Journal<T> {}

impl<T> Deref for Journal<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T: Serialize> Serialize for Journal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return self.items.serialize(serializer);
        }
        let blocks: Vec<Shared<'_>> = self
            .blocks
            .iter()
            .map(|block| Shared(&block.bytes))
            .collect();
        (blocks, &self.items[self.encoded..]).serialize(serializer)
    }
}

impl<'de, T: Serialize + DeserializeOwned> Deserialize<'de> for Journal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Journal<T>, D::Error> {
        if deserializer.is_human_readable() {
            return Ok(Vec::deserialize(deserializer)?.into_iter().collect());
        }
        let (blocks, rest) = <(Vec<Bytes>, Vec<T>)>::deserialize(deserializer)?;
        let mut journal = Journal::new();
        for bytes in blocks {
            let items: Vec<T> = decode(&bytes).map_err(D::Error::custom)?;
            journal.encoded += items.len();
            let count = items.len();
            journal.blocks.push_back(Block { count, bytes });
            journal.items.extend(items);
        }
        journal.extend(rest);
        Ok(journal)
    }
}
