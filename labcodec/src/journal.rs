//! A sequence that changes at its ends only, and whose bytes need not be made anew each time.

use crate::rope::{Raw, Shared};
use crate::{Error, decode_first, encode_into};
use bytes::Bytes;
use serde::de::{DeserializeOwned, Error as _};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::VecDeque;
use std::mem;
use std::ops::Deref;

/// Elements in the smallest blocks.
const BLOCK: usize = 16;

/// So many blocks of one size become one, so that even a long journal has few. With two, each
/// element is copied once more whenever the journal doubles; but each save visits all blocks, and
/// there are many more saves than merges.
const MERGED: usize = 2;

/// A log: elements are added at the end, and dropped at either end. It reads as a slice. Encoded
/// over and over, as a log is that is saved with each change, it costs what is new, not what is
/// old: each element is encoded once, and blocks of them are shared by whoever holds the bytes.
#[derive(Clone, Debug)]
pub struct Journal<T> {
    items: Vec<T>,
    /// The bytes of the first elements, one after another.
    blocks: VecDeque<Block>,
    /// Number of elements in all blocks.
    closed: usize,
    /// The bytes of the elements behind the last block.
    open: Vec<u8>,
    /// An element has no bytes. Whoever encodes the journal is told.
    unsupported: bool,
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
            closed: 0,
            open: Vec::new(),
            unsupported: false,
        }
    }

    /// Drops everything.
    pub fn clear(&mut self) {
        *self = Journal::new();
    }
}

impl<T: Serialize> Journal<T> {
    /// Adds an element at the end.
    pub fn push(&mut self, item: T) {
        self.items.push(item);
        self.encode_from(self.items.len() - 1);
    }

    /// Drops the elements from the `count`th on, if there are more.
    pub fn truncate(&mut self, count: usize) {
        if count >= self.items.len() {
            return;
        }
        self.items.truncate(count);
        while self.closed > count
            && let Some(block) = self.blocks.pop_back()
        {
            self.closed -= block.count;
        }
        self.encode_open();
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
        if dropped != count {
            // What is left begins in the middle of a block, or of what stood behind them.
            self.blocks.clear();
            self.closed = 0;
            self.encode_open();
        } else {
            self.closed -= count;
        }
    }

    /// Encodes all elements that stand behind the last block anew.
    fn encode_open(&mut self) {
        self.open.clear();
        self.unsupported = false;
        self.encode_from(self.closed);
    }

    /// Encodes the elements from `first` on.
    fn encode_from(&mut self, first: usize) {
        for item in first..self.items.len() {
            if encode_into(&self.items[item], &mut self.open).is_err() {
                self.unsupported = true;
            }
            if item + 1 == self.closed + BLOCK {
                self.close();
            }
        }
    }

    /// Makes a block of what stands behind the last one, and one of many that are equally long.
    fn close(&mut self) {
        self.closed += BLOCK;
        let mut block = Block {
            count: BLOCK,
            bytes: mem::take(&mut self.open).into(),
        };
        while self.ends_in_blocks_of(block.count) {
            let before = self.blocks.split_off(self.blocks.len() - (MERGED - 1));
            let mut bytes = Vec::with_capacity(MERGED * block.bytes.len());
            for one in before.iter().chain([&block]) {
                bytes.extend_from_slice(&one.bytes);
            }
            block = Block {
                count: MERGED * block.count,
                bytes: bytes.into(),
            };
        }
        self.blocks.push_back(block);
    }

    /// Whether one more block of this size would be one to merge with those before it.
    fn ends_in_blocks_of(&self, count: usize) -> bool {
        let last = self.blocks.iter().rev().take(MERGED - 1);
        last.filter(|block| block.count == count).count() == MERGED - 1
    }
}

impl<T: Serialize> Extend<T> for Journal<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        let first = self.items.len();
        self.items.extend(items);
        self.encode_from(first);
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
        if serializer.is_human_readable() || self.unsupported {
            return self.items.serialize(serializer);
        }
        let mut pieces = serializer.serialize_seq(Some(self.blocks.len() + 1))?;
        for block in &self.blocks {
            pieces.serialize_element(&Shared(&block.bytes))?;
        }
        pieces.serialize_element(&Raw(&self.open))?;
        pieces.end()
    }
}

impl<'de, T: Serialize + DeserializeOwned> Deserialize<'de> for Journal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Journal<T>, D::Error> {
        if deserializer.is_human_readable() {
            return Ok(Vec::deserialize(deserializer)?.into_iter().collect());
        }
        let mut pieces: Vec<Bytes> = Vec::deserialize(deserializer)?;
        let open = pieces.pop().unwrap_or_default();
        let mut journal = Journal::new();
        for bytes in pieces {
            let count = journal.read(&bytes).map_err(D::Error::custom)?;
            journal.closed += count;
            journal.blocks.push_back(Block { count, bytes });
        }
        journal.read(&open).map_err(D::Error::custom)?;
        journal.open = open.into();
        Ok(journal)
    }
}

impl<T: DeserializeOwned> Journal<T> {
    /// Adds the elements whose bytes these are; how many there were.
    fn read(&mut self, mut bytes: &[u8]) -> Result<usize, Error> {
        let before = self.items.len();
        while !bytes.is_empty() {
            let (item, read) = decode_first(bytes)?;
            self.items.push(item);
            bytes = &bytes[read..];
        }
        Ok(self.items.len() - before)
    }
}
