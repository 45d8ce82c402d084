//! A sequence that changes at its ends only, and whose bytes need not be made anew each time.

use crate::decode::OWN_READERS;
use crate::elements::{NOTHINGS, read_all};
use crate::encode::{encode, encode_into};
use crate::error::Error;
use crate::excerpt::Excerpt;
use crate::look::{self, Mark};
use crate::rope::{Raw, Shared};
use crate::schema::{Own, traced};
use bytes::Bytes;
use serde::de::{DeserializeOwned, Error as _, SeqAccess, Visitor};
use serde::ser::{Error as _, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::mem;
use std::ops::{Deref, Range};

/// Elements in the smallest blocks. Each block becomes one with those before it that are not
/// larger, so that even a long journal has few: each element is copied once more whenever the
/// journal doubles, but each save visits all blocks, and there are many more saves.
const BLOCK: usize = 16;

/// A log: elements are added at the end, and dropped at either end. It reads as a slice. Encoded
/// over and over, as a log is that is saved with each change and sent to others, it costs what is
/// new, not what is old: each element is encoded once, and blocks of them are shared by whoever
/// holds the bytes.
///
/// Its elements must take at least one byte each, as everything does but `()` and its like.
#[derive(Clone, Debug)]
pub struct Journal<T> {
    items: Vec<T>,
    /// Where each element's bytes end. Places are counted through all that was ever added.
    ends: Vec<usize>,
    /// Where the first element's bytes begin.
    begin: usize,
    /// The bytes of the first elements, one after another.
    blocks: VecDeque<Block>,
    /// Number of elements in all blocks.
    closed: usize,
    /// The bytes of the elements behind the last block.
    open: Vec<u8>,
    /// How many elements have no bytes. With any, the journal cannot be encoded.
    hollow: usize,
    /// What has changed since somebody last looked at it part by part.
    mark: Mark,
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
            ends: Vec::new(),
            begin: 0,
            blocks: VecDeque::new(),
            closed: 0,
            open: Vec::new(),
            hollow: 0,
            mark: Mark::default(),
        }
    }

    /// Drops everything.
    pub fn clear(&mut self) {
        *self = Journal::new();
    }

    /// Drops the elements from the `count`th on, if there are more.
    pub fn truncate(&mut self, count: usize) {
        if count >= self.items.len() {
            return;
        }
        self.mark.truncate(count);
        self.hollow -= self.hollow_in(count..self.items.len());
        let end = self.start_of(count);
        self.items.truncate(count);
        self.ends.truncate(count);
        while self.closed > count
            && let Some(block) = self.blocks.pop_back()
        {
            self.closed -= block.count;
            self.open.clear();
            if self.closed < count {
                self.blocks.push_back(Block {
                    count: count - self.closed,
                    bytes: block.bytes.slice(..end - self.start_of(self.closed)),
                });
                self.closed = count;
            }
        }
        self.open.truncate(end - self.start_of(self.closed));
    }

    /// Drops the first `count` elements.
    ///
    /// # Panics
    /// If there are fewer.
    pub fn drop_first(&mut self, count: usize) {
        self.mark.drop_first(count);
        self.hollow -= self.hollow_in(0..count);
        let begin = self.start_of(count);
        let mut dropped = 0;
        while dropped < count
            && let Some(mut block) = self.blocks.pop_front()
        {
            let from = self.start_of(dropped);
            let here = block.count.min(count - dropped);
            dropped += here;
            if here < block.count {
                block.count -= here;
                block.bytes = block.bytes.slice(begin - from..);
                self.blocks.push_front(block);
            }
        }
        if dropped < count {
            self.open.drain(..begin - self.start_of(dropped));
        }
        self.closed -= dropped;
        self.items.drain(..count);
        self.ends.drain(..count);
        self.begin = begin;
    }

    /// Where the bytes of an element begin, or where those of the last one end.
    fn start_of(&self, item: usize) -> usize {
        match item {
            0 => self.begin,
            item => self.ends[item - 1],
        }
    }

    /// How many of these elements have no bytes.
    fn hollow_in(&self, items: Range<usize>) -> usize {
        if self.hollow == 0 {
            return 0;
        }
        items
            .filter(|item| self.start_of(*item) == self.ends[*item])
            .count()
    }

    /// The bytes of these elements.
    fn bytes_of(&self, items: &Range<usize>) -> Vec<u8> {
        let (from, to) = (self.start_of(items.start), self.start_of(items.end));
        let mut bytes = Vec::with_capacity(to - from);
        let blocks = self.blocks.iter().map(|block| &block.bytes[..]);
        let mut at = self.begin;
        for piece in blocks.chain([&self.open[..]]) {
            let end = at + piece.len();
            if from < end && to > at {
                bytes.extend_from_slice(&piece[from.max(at) - at..to.min(end) - at]);
            }
            at = end;
        }
        bytes
    }

    /// Makes a block of what stands behind the last one, and of the smaller ones before it.
    fn close(&mut self) {
        let mut block = Block {
            count: self.items.len() - self.closed,
            bytes: mem::take(&mut self.open).into(),
        };
        // The next one will be about as long.
        self.open.reserve(block.bytes.len());
        self.closed = self.items.len();
        let mut small = self.blocks.len();
        while small > 0 && self.blocks[small - 1].count <= block.count {
            small -= 1;
            block.count += self.blocks[small].count;
        }
        if small < self.blocks.len() {
            let mut pieces: Vec<Bytes> = self.blocks.drain(small..).map(|one| one.bytes).collect();
            pieces.push(block.bytes);
            block.bytes = pieces.concat().into();
        }
        self.blocks.push_back(block);
    }
}

impl<T: Serialize> Journal<T> {
    /// Adds an element at the end.
    pub fn push(&mut self, item: T) {
        let before = self.open.len();
        if encode_into(&item, &mut self.open).is_err() {
            self.open.truncate(before);
        }
        let len = self.open.len() - before;
        self.hollow += usize::from(len == 0);
        self.ends.push(self.start_of(self.items.len()) + len);
        self.items.push(item);
        if self.items.len() == self.closed + BLOCK {
            self.close();
        }
    }

    /// Some of the elements, for a message: their bytes, which are encoded already.
    ///
    /// # Panics
    /// If there are no such elements.
    pub fn excerpt(&self, items: Range<usize>) -> Excerpt<T> {
        let bytes = match self.hollow_in(items.clone()) {
            0 => Ok(self.bytes_of(&items)),
            _ => Err(self.why_not()),
        };
        Excerpt::encoded(items.len(), bytes)
    }

    /// Why the journal cannot be encoded: what is wrong with the first element that has no bytes.
    fn why_not(&self) -> String {
        let failed = self.items.iter().find_map(|item| encode(item).err());
        failed.map_or(NOTHINGS.to_string(), Error::why)
    }
}

impl<T: Serialize> Extend<T> for Journal<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        items.into_iter().for_each(|item| self.push(item));
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
            return match self.mark.look(self.items.len()) {
                None => self.items.serialize(serializer),
                Some(same) => {
                    let rest = &self.items[same.kept..];
                    serializer.serialize_newtype_struct(look::JOURNAL, rest)
                }
            };
        }
        if self.hollow > 0 {
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

impl<'de, T: Serialize + DeserializeOwned> Deserialize<'de> for Journal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Journal<T>, D::Error> {
        if deserializer.is_human_readable() {
            return Ok(Vec::deserialize(deserializer)?.into_iter().collect());
        }
        deserializer.deserialize_newtype_struct(OWN_READERS, Pieces(PhantomData))
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
        if traced(Own::Journal) {
            return Ok(Vec::deserialize(from)?.into_iter().collect());
        }
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
            journal.blocks.push_back(Block { count, bytes });
        }
        journal.read(&open, depth)?;
        journal.open = open.into();
        Ok(journal)
    }

    /// Adds the elements whose bytes these are; how many there were.
    fn read(&mut self, bytes: &Bytes, depth: u32) -> Result<usize, Error> {
        let before = self.items.len();
        let begin = self.start_of(before);
        read_all(bytes, depth, |item, read| {
            self.items.push(item);
            self.ends.push(begin + read);
        })?;
        Ok(self.items.len() - before)
    }
}
