//! Messages, read once: a leader sends the same to all, and most answers are the same as the last.

use super::facts::{Facts, Reader, Structs};
use super::shape::{Shape, Whole};
use crate::trace::names::says_pre_vote;
use labrpc::harness::Message;
use std::collections::VecDeque;
use std::sync::Arc;

/// So many requests of a method are remembered, and so many replies.
const REMEMBERED: usize = 8;

/// What is known of all methods.
#[derive(Default)]
pub(super) struct Letters {
    methods: Vec<Method>,
    facts: Facts,
    around: Structs,
}

/// What was read, and of which bytes.
type Read<T> = VecDeque<(Vec<u8>, T)>;

struct Method {
    name: String,
    is_pre_vote: bool,
    request: Shape,
    reply: Shape,
    /// The last ones, by their bytes; the latest first.
    requests: Read<(Kind, Arc<Facts>)>,
    replies: Read<Reply>,
}

/// What a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Vote,
    Append,
    Install,
    /// A leader's word without anything of its log but the commit index.
    Heartbeat,
    /// The answer to an earlier request.
    Answer,
    Other,
}

/// What the reply to a request says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reply {
    pub(super) term: Option<u64>,
    pub(super) granted: Option<bool>,
    pub(super) success: Option<bool>,
    pub(super) matched: Option<u64>,
}

impl Letters {
    /// Whether there was any message.
    pub(super) fn is_any(&self) -> bool {
        !self.methods.is_empty()
    }

    /// Whether there was a pre-vote. Engines that have them may tell what is committed by votes
    /// too, where nobody can see it.
    pub(super) fn has_pre_votes(&self) -> bool {
        self.methods.iter().any(|method| method.is_pre_vote)
    }

    pub(super) fn request(&mut self, message: &Message<'_>) -> (Kind, Arc<Facts>) {
        let method = method(&mut self.methods, message.method);
        if let Some(known) = known(&method.requests, message.bytes()) {
            return known;
        }
        // What was forgotten leaves its buffers, unless it is still under way.
        let (mut bytes, mut facts) = (Vec::new(), Arc::new(Facts::default()));
        if method.requests.len() == REMEMBERED
            && let Some((old, (_, old_facts))) = method.requests.pop_back()
        {
            (bytes, facts) = (old, old_facts);
        }
        if Arc::get_mut(&mut facts).is_none() {
            facts = Arc::new(Facts::default());
        }
        let is_pre_vote = method.is_pre_vote;
        let mut kind = Kind::Other;
        if let Some(facts) = Arc::get_mut(&mut facts) {
            let mut reader = Reader::new(&mut method.request, facts, &mut self.around);
            if message.show(&mut reader) && !is_pre_vote && !facts.pre_vote {
                kind = Kind::of(facts);
            }
        }
        bytes.clear();
        bytes.extend_from_slice(message.bytes());
        method
            .requests
            .push_front((bytes, (kind, Arc::clone(&facts))));
        (kind, facts)
    }

    pub(super) fn reply(&mut self, message: &Message<'_>) -> Reply {
        let method = method(&mut self.methods, message.method);
        if let Some(known) = known(&method.replies, message.bytes()) {
            return known;
        }
        let facts = &mut self.facts;
        let mut reader = Reader::new(&mut method.reply, facts, &mut self.around);
        message.show(&mut reader);
        let reply = Reply {
            term: facts.term,
            granted: facts.granted,
            success: facts.success,
            matched: facts.matched,
        };
        method.replies.truncate(REMEMBERED - 1);
        let bytes = message.bytes().to_vec();
        method.replies.push_front((bytes, reply));
        reply
    }
}

/// What was read before of the same bytes.
fn known<T: Clone>(read: &Read<T>, bytes: &[u8]) -> Option<T> {
    let mut read = read.iter();
    read.find(|(known, _)| known == bytes)
        .map(|(_, said)| said.clone())
}

fn method<'a>(methods: &'a mut Vec<Method>, name: &str) -> &'a mut Method {
    let known = methods.iter().position(|method| method.name == name);
    let place = known.unwrap_or_else(|| {
        methods.push(Method {
            name: name.to_string(),
            is_pre_vote: says_pre_vote(name),
            request: Shape::new(Whole::Request),
            reply: Shape::new(Whole::Reply),
            requests: VecDeque::new(),
            replies: VecDeque::new(),
        });
        methods.len() - 1
    });
    &mut methods[place]
}

impl Kind {
    fn of(facts: &Facts) -> Kind {
        if facts.granted.is_some() || facts.success.is_some() {
            Kind::Answer
        } else if facts.term.is_none() {
            Kind::Other
        } else if facts.last_index.is_some() && facts.last_term.is_some() {
            Kind::Vote
        } else if facts.prev_index.is_some() && facts.prev_term.is_some() {
            Kind::Append
        } else if facts.upto_index.is_some() && facts.upto_term.is_some() {
            Kind::Install
        } else if facts.commit.is_some() {
            Kind::Heartbeat
        } else {
            Kind::Other
        }
    }
}
