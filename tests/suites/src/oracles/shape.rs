//! The fields of a type as far as they have been met: which of the paper's each one is, by its name
//! and the names around it. A name is compared once; after that a field is found by its address.

use crate::trace::names;
use labcodec::value::same_name;

/// Which of the paper's fields one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// None of them.
    Unknown,
    Term,
    LastIndex,
    LastTerm,
    PrevIndex,
    PrevTerm,
    Entries,
    Commit,
    UptoIndex,
    UptoTerm,
    Data,
    /// The snapshot travels in pieces.
    Offset,
    PreVote,
    Granted,
    Success,
    Match,
    Vote,
    BaseIndex,
    BaseTerm,
}

/// What the fields belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whole {
    Request,
    Reply,
    Saved,
}

type Names = &'static [&'static str];

/// The names in requests, and in those that answer an earlier one.
const REQUEST: &[(Field, Names)] = &[
    (Field::Term, names::TERM),
    (Field::LastIndex, names::LAST_LOG_INDEX),
    (Field::LastTerm, names::LAST_LOG_TERM),
    (Field::PrevIndex, names::PREV_LOG_INDEX),
    (Field::PrevTerm, names::PREV_LOG_TERM),
    (Field::Entries, names::ENTRIES),
    (Field::Commit, names::LEADER_COMMIT),
    (Field::UptoIndex, names::LAST_INCLUDED_INDEX),
    (Field::UptoTerm, names::LAST_INCLUDED_TERM),
    (Field::Data, names::SNAPSHOT),
    (Field::Offset, names::OFFSET),
    (Field::PreVote, names::PRE_VOTE),
    (Field::Granted, &["vote_granted", "granted"]),
    (Field::Success, &["success"]),
    (Field::Match, names::MATCH_INDEX),
];

const REPLY: &[(Field, Names)] = &[
    (Field::Term, names::TERM),
    (Field::Granted, names::VOTE_GRANTED),
    (Field::Success, names::SUCCESS),
    (Field::Match, names::MATCH_INDEX),
];

const SAVED: &[(Field, Names)] = &[
    (Field::Term, names::TERM),
    (Field::Vote, names::VOTED_FOR),
    (Field::BaseIndex, names::BASE_INDEX),
    (Field::BaseTerm, names::BASE_TERM),
    (Field::Entries, names::LOG),
    (Field::Commit, names::COMMIT_INDEX),
];

/// Within an entry of a log.
const ENTRY: &[(Field, Names)] = &[(Field::Term, names::TERM), (Field::LastIndex, names::INDEX)];

/// All fields that have been met of one whole.
#[derive(Debug)]
pub(super) struct Shape {
    whole: Whole,
    nodes: Vec<Node>,
}

/// A field, or the whole itself.
#[derive(Debug)]
struct Node {
    name: &'static str,
    /// The names from the whole down to here, in one word.
    path: String,
    /// How many levels down.
    depth: u32,
    field: Field,
    children: Vec<u32>,
}

/// The node of the whole.
pub(super) const ROOT: u32 = 0;

impl Shape {
    pub(super) fn new(whole: Whole) -> Shape {
        let root = Node {
            name: "",
            path: String::new(),
            depth: 0,
            field: Field::Unknown,
            children: Vec::new(),
        };
        Shape {
            whole,
            nodes: vec![root],
        }
    }

    /// The field `name` of the struct at `node`, behind `place` others; `within` says that the
    /// struct is an entry of a log, or part of one.
    pub(super) fn child(
        &mut self,
        node: u32,
        name: &'static str,
        (place, within): (usize, bool),
    ) -> u32 {
        let is_it = |child: &u32| std::ptr::eq(self.nodes[*child as usize].name, name);
        let children = &self.nodes[node as usize].children;
        // Mostly they come in the order in which they came before.
        if let Some(child) = children.get(place).filter(|child| is_it(child)) {
            return *child;
        }
        if let Some(child) = children.iter().find(|child| is_it(child)) {
            return *child;
        }
        self.meet(node, name, within)
    }

    #[cold]
    fn meet(&mut self, parent: u32, name: &'static str, within: bool) -> u32 {
        let node = self.nodes.len() as u32;
        let above = &self.nodes[parent as usize];
        let (path, depth) = (format!("{}{name}", above.path), above.depth + 1);
        // A name may be spread over two levels, `prev_log: {index, term}`.
        let spread = format!("{}{name}", above.name);
        let field = match within {
            true => find(ENTRY, &[name]),
            false => match self.whole {
                Whole::Request => match find(REQUEST, &[&path]) {
                    Field::Unknown if same_word(name, names::TERM) => Field::Term,
                    field => field,
                },
                Whole::Reply => find(REPLY, &[&path]),
                Whole::Saved => find(SAVED, &[&spread, name]),
            },
        };
        self.nodes.push(Node {
            name,
            path,
            depth,
            field,
            children: Vec::new(),
        });
        self.nodes[parent as usize].children.push(node);
        node
    }

    pub(super) fn field(&self, node: u32) -> Field {
        self.nodes[node as usize].field
    }

    pub(super) fn depth(&self, node: u32) -> u32 {
        self.nodes[node as usize].depth
    }
}

fn same_word(word: &str, names: Names) -> bool {
    names.iter().any(|name| same_name(name, word))
}

/// The field that one of these words names; the first word that names one decides.
fn find(table: &[(Field, Names)], words: &[&str]) -> Field {
    let named = |word: &&str| {
        let mut table = table.iter();
        table
            .find(|(_, names)| same_word(word, names))
            .map(|(field, _)| *field)
    };
    words.iter().find_map(named).unwrap_or(Field::Unknown)
}
