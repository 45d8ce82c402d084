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
    BaseBlanks,
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
    (Field::BaseBlanks, names::BASE_BLANKS),
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
    depth: u32,
    /// The fields below it that have been met, by their names.
    children: Vec<(&'static str, Met)>,
}

/// A field that has been met.
#[derive(Clone, Copy, Debug)]
pub(super) struct Met {
    /// Its place among the nodes.
    node: u32,
    /// How many levels down.
    pub(super) depth: u32,
    pub(super) field: Field,
}

/// The whole.
pub(super) const ROOT: Met = Met {
    node: 0,
    depth: 0,
    field: Field::Unknown,
};

impl Shape {
    pub(super) fn new(whole: Whole) -> Shape {
        let root = Node {
            name: "",
            path: String::new(),
            depth: 0,
            children: Vec::new(),
        };
        Shape {
            whole,
            nodes: vec![root],
        }
    }

    /// The field `name` of the struct that is `parent`, behind `place` others; `within` says that
    /// the struct is an entry of a log, or part of one.
    #[inline]
    pub(super) fn child(
        &mut self,
        parent: Met,
        name: &'static str,
        (place, within): (usize, bool),
    ) -> Met {
        // Mostly they come in the order in which they came before.
        let children = &self.nodes[parent.node as usize].children;
        match children.get(place) {
            Some((known, met)) if std::ptr::eq(*known, name) => *met,
            _ => self.search(parent, name, within),
        }
    }

    #[cold]
    fn search(&mut self, parent: Met, name: &'static str, within: bool) -> Met {
        let mut children = self.nodes[parent.node as usize].children.iter();
        let known = children.find(|(known, _)| std::ptr::eq(*known, name));
        match known {
            Some((_, met)) => *met,
            None => self.meet(parent.node as usize, name, within),
        }
    }

    fn meet(&mut self, parent: usize, name: &'static str, within: bool) -> Met {
        let node = self.nodes.len() as u32;
        let above = &self.nodes[parent];
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
            children: Vec::new(),
        });
        let met = Met { node, depth, field };
        self.nodes[parent].children.push((name, met));
        met
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
