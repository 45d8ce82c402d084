//! What is read of a message or a saved state, without a tree of it.

use super::shape::{Field, Met, ROOT, Shape};
use crate::trace::names;
use labcodec::value::{Same, Visitor};

/// An entry of a log, or of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) term: u64,
    /// A hash of the rest of it, its index aside; 0 if there is no rest.
    pub(super) hash: u64,
    /// It holds nothing where others hold a command: nobody applies it, and nobody counts it.
    pub(super) is_blank: bool,
}

/// What is read: of a message and of a state the same, since the names are much the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// So deep stood the term that was found.
    term_depth: u32,
    pub(super) term: Option<u64>,
    pub(super) last_index: Option<u64>,
    pub(super) last_term: Option<u64>,
    pub(super) prev_index: Option<u64>,
    pub(super) prev_term: Option<u64>,
    pub(super) commit: Option<u64>,
    pub(super) upto_index: Option<u64>,
    pub(super) upto_term: Option<u64>,
    /// Size of a snapshot's bytes.
    pub(super) data: Option<usize>,
    pub(super) in_pieces: bool,
    pub(super) pre_vote: bool,
    pub(super) granted: Option<bool>,
    pub(super) success: Option<bool>,
    pub(super) matched: Option<u64>,
    /// Whom the vote went to, `None` within for nobody.
    pub(super) vote: Option<Option<u64>>,
    pub(super) base_index: Option<u64>,
    pub(super) base_term: Option<u64>,
    pub(super) base_blanks: Option<u64>,
    pub(super) entries: Vec<Entry>,
    pub(super) has_entries: bool,
    /// The index that the first entry says it has.
    pub(super) first_index: Option<u64>,
    /// Every entry has a term.
    pub(super) are_terms_known: bool,
    /// Beside its term and index, every entry is one piece of bytes: a command.
    pub(super) are_plain: bool,
    /// An entry holds something, and nothing where others hold more: that may be its command.
    pub(super) has_gaps: bool,
    /// Before the entries that were read stand others that have been seen already.
    pub(super) same: Option<Same>,
    /// Scalars that none of the names fit.
    pub(super) strangers: u32,
}

impl Facts {
    /// Forgets all but its buffers.
    pub(super) fn clear(&mut self) {
        let mut entries = std::mem::take(&mut self.entries);
        entries.clear();
        *self = Facts {
            entries,
            are_terms_known: true,
            are_plain: true,
            ..Facts::default()
        };
    }
}

/// The hash of a command, as it stands in an entry.
pub(super) fn hash_of(command: &[u8]) -> u64 {
    mix(SEED, hash_bytes(command))
}

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(hash: u64, word: u64) -> u64 {
    let mixed = (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    mixed ^ (mixed >> 32)
}

fn hash_bytes(bytes: &[u8]) -> u64 {
    let mut hash = mix(SEED, bytes.len() as u64);
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        hash = mix(hash, u64::from_le_bytes(word.try_into().expect("8 bytes")));
    }
    let rest = words.remainder().iter();
    rest.fold(hash, |hash, byte| mix(hash, (*byte).into()))
}

/// Structs, from the outermost on, each with the number of its fields so far.
pub(super) type Structs = Vec<(Met, usize)>;

/// Reads facts from what it is shown.
pub(super) struct Reader<'a> {
    shape: &'a mut Shape,
    facts: &'a mut Facts,
    /// Those around what is shown next.
    around: &'a mut Structs,
    /// The field that is shown next.
    next: Met,
    /// How deep within an entry; `None` outside the list of entries, 0 between two entries.
    within: Option<u32>,
    entry: Entry,
    has_term: bool,
    parts: u32,
    is_plain: bool,
    /// The first number of a tuple is the entry's term.
    is_tuple: bool,
    /// The numbers of a sequence within an entry, which may be bytes.
    small: Option<Vec<u8>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        shape: &'a mut Shape,
        facts: &'a mut Facts,
        around: &'a mut Structs,
    ) -> Reader<'a> {
        facts.clear();
        around.clear();
        Reader {
            shape,
            facts,
            around,
            next: ROOT,
            within: None,
            entry: Entry::default(),
            has_term: false,
            parts: 0,
            is_plain: true,
            is_tuple: false,
            small: None,
        }
    }

    fn begin_entry(&mut self, is_tuple: bool) {
        self.entry = Entry::default();
        (self.has_term, self.parts, self.is_plain) = (false, 0, true);
        self.is_tuple = is_tuple;
    }

    fn end_entry(&mut self) {
        let facts = &mut *self.facts;
        facts.are_terms_known &= self.has_term;
        facts.are_plain &= self.is_plain && self.parts == 1;
        if self.entry.is_blank && self.parts > 1 {
            (facts.has_gaps, self.entry.is_blank) = (true, false);
        }
        facts.entries.push(self.entry);
    }

    /// A part of an entry.
    fn part(&mut self, word: u64, is_bytes: bool) {
        let before = match self.parts {
            0 => SEED,
            _ => self.entry.hash,
        };
        self.entry.hash = mix(before, word).max(1);
        self.parts += 1;
        self.is_plain &= is_bytes;
    }

    fn number_in_entry(&mut self, n: u64) {
        if let Some(small) = &mut self.small {
            match u8::try_from(n) {
                Ok(byte) => return small.push(byte),
                Err(_) => self.is_plain = false,
            }
        }
        let is_first = self.is_tuple && !self.has_term;
        let is_direct = self.within == Some(1);
        match self.next.field {
            _ if is_first && is_direct => (self.entry.term, self.has_term) = (n, true),
            Field::Term if is_direct => (self.entry.term, self.has_term) = (n, true),
            Field::LastIndex if is_direct => {
                if self.facts.entries.is_empty() {
                    self.facts.first_index = Some(n);
                }
            }
            _ => self.part(n, false),
        }
    }

    fn stranger(&mut self) {
        self.facts.strangers += 1;
    }
}

impl Visitor for Reader<'_> {
    fn number(&mut self, n: u64) {
        if self.within.is_some() {
            return self.number_in_entry(n);
        }
        let facts = &mut *self.facts;
        match self.next.field {
            Field::Term => {
                let depth = self.next.depth;
                if facts.term.is_none() || depth < facts.term_depth {
                    (facts.term, facts.term_depth) = (Some(n), depth);
                }
            }
            Field::LastIndex => facts.last_index = Some(n),
            Field::LastTerm => facts.last_term = Some(n),
            Field::PrevIndex => facts.prev_index = Some(n),
            Field::PrevTerm => facts.prev_term = Some(n),
            Field::Commit => facts.commit = Some(n),
            Field::UptoIndex => facts.upto_index = Some(n),
            Field::UptoTerm => facts.upto_term = Some(n),
            Field::Offset => facts.in_pieces = true,
            Field::Match => facts.matched = Some(n),
            Field::Vote => facts.vote = Some(Some(n)),
            Field::BaseIndex => facts.base_index = Some(n),
            Field::BaseTerm => facts.base_term = Some(n),
            Field::BaseBlanks => facts.base_blanks = Some(n),
            _ => self.stranger(),
        }
    }

    fn truth(&mut self, yes: bool) {
        if self.within.is_some() {
            return self.part(yes.into(), false);
        }
        match self.next.field {
            Field::Granted => self.facts.granted = Some(yes),
            Field::Success => self.facts.success = Some(yes),
            Field::PreVote => self.facts.pre_vote |= yes,
            Field::Offset => self.facts.in_pieces = true,
            _ => self.stranger(),
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        if self.within.is_some() {
            return self.part(hash_bytes(bytes), true);
        }
        match self.next.field {
            Field::Data => self.facts.data = Some(bytes.len()),
            _ => self.stranger(),
        }
    }

    fn nothing(&mut self) {
        if self.within.is_some() {
            self.entry.is_blank = true;
            return self.part(0, true);
        }
        match self.next.field {
            Field::Vote => self.facts.vote = Some(None),
            _ => self.stranger(),
        }
    }

    fn other(&mut self) {
        // A negative number, or a name such as `NoOne`.
        self.nothing();
    }

    fn variant(&mut self, name: &'static str) {
        match self.within {
            Some(_) => self.part(hash_bytes(name.as_bytes()), false),
            None => self.facts.pre_vote |= names::says_pre_vote(name),
        }
    }

    fn open(&mut self) {
        self.around.push((self.next, 0));
        if let Some(depth) = &mut self.within {
            *depth += 1;
            if *depth == 1 {
                self.begin_entry(false);
            }
        }
    }

    fn field(&mut self, name: &'static str) -> bool {
        if let Some((parent, place)) = self.around.last_mut() {
            let within = self.within.is_some();
            self.next = self.shape.child(*parent, name, (*place, within));
            *place += 1;
        }
        true
    }

    fn close(&mut self) {
        if let Some((parent, _)) = self.around.pop() {
            self.next = parent;
        }
        if let Some(depth) = &mut self.within {
            *depth -= 1;
            if *depth == 0 {
                self.end_entry();
            }
        }
    }

    fn same(&mut self, same: Same) {
        let is_list = self.within.is_none() && self.next.field == Field::Entries;
        if is_list && !self.facts.has_entries {
            self.facts.same = Some(same);
        }
    }

    fn sequence(&mut self, _len: Option<usize>) -> bool {
        match &mut self.within {
            None => {
                let is_list = self.next.field == Field::Entries;
                if is_list && !self.facts.has_entries {
                    self.facts.has_entries = true;
                    self.within = Some(0);
                    return true;
                }
                false
            }
            Some(depth) => {
                *depth += 1;
                match *depth {
                    1 => self.begin_entry(true),
                    _ => self.small = Some(Vec::new()),
                }
                true
            }
        }
    }

    fn end(&mut self, len: usize) {
        match &mut self.within {
            None => match self.next.field {
                Field::Data => self.facts.data = Some(len),
                _ => self.stranger(),
            },
            // The list of entries itself.
            Some(0) => self.within = None,
            Some(depth) => {
                *depth -= 1;
                let is_entry = *depth == 0;
                match self.small.take() {
                    Some(bytes) => self.part(hash_bytes(&bytes), true),
                    None if is_entry => {}
                    None => self.part(len as u64, false),
                }
                if is_entry {
                    self.end_entry();
                }
            }
        }
    }
}
