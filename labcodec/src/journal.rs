//! A sequence that changes at its ends only, and whose bytes need not be made anew each time.

use crate::decode::{Decoder, JOURNAL};
use crate::rope::{Raw, Shared};
use crate::{Error, encode_into};
use bytes::Bytes;
use serde::de::{DeserializeOwned, Error as _, SeqAccess, Visitor};
use serde::ser::{Error as _, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
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
///
/// Its elements must take at least one byte each, as everything does but `()` and its like.
#[derive(Clone, Debug)]
pub struct Journal<T> {
    items: Vec<T>,
    /// The bytes of the first elements, one after another.
    blocks: VecDeque<Block>,
    /// Number of elements in all blocks.
    closed: usize,
    /// The bytes of the elements behind the last block.
    open: Vec<u8>,
    /// Each element behind the last block has bytes.
    open_is_whole: bool,
}

#[derive(Clone, Debug)]
struct Block {
    count: usize,
    bytes: Bytes,
    /// Each of its elements has bytes. Otherwise the journal cannot be encoded.
    is_whole: bool,
}

impl<T> Journal<T> {
    /// An empty journal.
    pub fn new() -> Journal<T> {
        Journal {
            items: Vec::new(),
            blocks: VecDeque::new(),
            closed: 0,
            open: Vec::new(),
            open_is_whole: true,
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
        self.open_is_whole = true;
        self.encode_from(self.closed);
    }

    /// Encodes the elements from `first` on.
    fn encode_from(&mut self, first: usize) {
        for item in first..self.items.len() {
            let before = self.open.len();
            let encoded = encode_into(&self.items[item], &mut self.open);
            self.open_is_whole &= encoded.is_ok() && self.open.len() > before;
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
            is_whole: mem::replace(&mut self.open_is_whole, true),
        };
        while self.ends_in_blocks_of(block.count) {
            let before = self.blocks.split_off(self.blocks.len() - (MERGED - 1));
            let mut bytes = Vec::with_capacity(MERGED * block.bytes.len());
            let mut is_whole = true;
            for one in before.iter().chain([&block]) {
                bytes.extend_from_slice(&one.bytes);
                is_whole &= one.is_whole;
            }
            block = Block {
                count: MERGED * block.count,
                bytes: bytes.into(),
                is_whole,
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

impl<T: Serialize> Journal<T> {
    /// Why the journal cannot be encoded: what is wrong with the first element that has no bytes.
    fn why_not(&self) -> String {
        let failed = self.items.iter().find_map(|item| crate::encode(item).err());
        failed.map_or(NOTHINGS.to_string(), Error::why)
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
        if serializer.is_human_readable() {
            return self.items.serialize(serializer);
        }
        if !self.open_is_whole || self.blocks.iter().any(|block| !block.is_whole) {
            return Err(S::Error::custom(self.why_not()));
        }
        let mut pieces = serializer.serialize_seq(Some(self.blocks.len() + 1))?;
        for block in &self.blocks {
            pieces.serialize_element(&Shared(&block.bytes))?;
        }
        pieces.serialize_element(&Raw(&self.open))?;
        pieces.end()
    }
}

/// Why a journal of nothings has no bytes.
const NOTHINGS: &str = "an element of a journal takes no bytes";

impl<'de, T: Serialize + DeserializeOwned> Deserialize<'de> for Journal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Journal<T>, D::Error> {
        if deserializer.is_human_readable() {
            return Ok(Vec::deserialize(deserializer)?.into_iter().collect());
        }
        deserializer.deserialize_newtype_struct(JOURNAL, Pieces(PhantomData))
    }
}

/// Makes a journal of the pieces that its bytes come in.
struct Pieces<T>(PhantomData<T>);

impl<'de, T: Serialize + DeserializeOwned> Visitor<'de> for Pieces<T> {
    type Value = Journal<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a journal")
    }

    /// From this crate's decoder, which first says how deep the journal lies.
    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Journal<T>, A::Error> {
        let depth = parts.next_element()?.unwrap_or(0);
        let pieces = parts.next_element()?.unwrap_or_default();
        Journal::from_pieces(pieces, depth).map_err(|error| A::Error::custom(error.why()))
    }

    /// From anybody else's.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<Journal<T>, D::Error> {
        Journal::from_pieces(Vec::deserialize(from)?, 0)
            .map_err(|error| D::Error::custom(error.why()))
    }
}

impl<T: DeserializeOwned> Journal<T> {
    fn from_pieces(mut pieces: Vec<Bytes>, depth: u32) -> Result<Journal<T>, Error> {
        let open = pieces.pop().unwrap_or_default();
        let mut journal = Journal::new();
        for bytes in pieces {
            let count = journal.read(&bytes, depth)?;
            journal.closed += count;
            journal.blocks.push_back(Block {
                count,
                bytes,
                is_whole: true,
            });
        }
        journal.read(&open, depth)?;
        journal.open = open.into();
        Ok(journal)
    }

    /// Adds the elements whose bytes these are; how many there were.
    fn read(&mut self, bytes: &[u8], depth: u32) -> Result<usize, Error> {
        let before = self.items.len();
        let mut decoder = Decoder::new(bytes, depth);
        let mut left = decoder.left();
        while left > 0 {
            self.items.push(T::deserialize(&mut decoder)?);
            if decoder.left() == left {
                return Err(Error::Mismatch(NOTHINGS.to_string()));
            }
            left = decoder.left();
        }
        Ok(self.items.len() - before)
    }
}
