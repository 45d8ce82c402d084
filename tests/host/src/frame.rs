//! What a case and a member say to each other.
//!
//! In virtual time they take turns: the case sends a [`Grant`], the member runs and answers with an
//! [`Account`]. In real time arrivals and effects go as they come, each in a frame of its own.

use bytes::Bytes;
use labapi::kv::{Error, Version, Versioned};
use labcodec::schema::Schema;
use serde::{Deserialize, Serialize};
use suites::services::CounterOp;

/// What a member is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// A Raft, whose service is the case's own.
    Raft,
    /// A replicated counter on a Raft.
    Rsm,
    /// A server of the key/value service.
    Kv,
    /// A server of its older form.
    Append,
    /// A client of the service.
    Clerk,
    /// A client of its older form.
    AppendClerk,
}

/// In which world a member lives.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum World {
    /// Virtual time; the strategy of its own scheduler.
    Virtual(Strategy),
    /// Real time.
    Real,
}

/// How a member's scheduler draws.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Strategy {
    /// Any thread that can run; preempted at this share of the scheduling points.
    Random(f64),
    /// By priorities: depth, interval.
    Pct(u32, u32),
    /// In turn.
    Fifo,
}

impl From<labrt::Strategy> for Strategy {
    fn from(strategy: labrt::Strategy) -> Strategy {
        match strategy {
            labrt::Strategy::Random { preempt } => Strategy::Random(preempt),
            labrt::Strategy::Pct { depth, interval } => Strategy::Pct(depth, interval),
            labrt::Strategy::Fifo => Strategy::Fifo,
        }
    }
}

impl From<Strategy> for labrt::Strategy {
    fn from(strategy: Strategy) -> labrt::Strategy {
        match strategy {
            Strategy::Random(preempt) => labrt::Strategy::Random { preempt },
            Strategy::Pct(depth, interval) => labrt::Strategy::Pct { depth, interval },
            Strategy::Fifo => labrt::Strategy::Fifo,
        }
    }
}

/// The first frame: what to be, on what disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Begin {
    pub(crate) kind: Kind,
    pub(crate) world: World,
    /// Its own number, and how many servers there are.
    pub(crate) me: usize,
    pub(crate) servers: usize,
    /// All chance of the member.
    pub(crate) seed: u64,
    /// So many applied messages its channel holds; without one, any number.
    pub(crate) room: Option<usize>,
    pub(crate) max_raft_state: Option<usize>,
    pub(crate) state: Option<Vec<u8>>,
    pub(crate) snapshot: Bytes,
    /// Which lines of its log are wanted, as `RUST_LOG` says it; without, none.
    pub(crate) logs: Option<String>,
}

/// What a case sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum ToMember {
    Begin(Begin),
    Grant(Grant),
    /// Real time.
    Arrival(Arrival),
}

/// A member may run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grant {
    /// Counted up from 1.
    pub(crate) number: u64,
    /// What its clock shows, in ns, and to where it may go.
    pub(crate) now: u64,
    pub(crate) until: u64,
    pub(crate) arrivals: Vec<Arrival>,
}

/// What comes to a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Arrival {
    /// A request of another server's, or of a client's.
    Request {
        id: u64,
        method: String,
        args: Vec<u8>,
    },
    /// The answer to one of its calls.
    Answer { call: u64, reply: Replied },
    /// The case wants something of it.
    Ask { id: u64, what: Ask },
    /// The case has taken a message that was applied.
    Taken,
}

impl Arrival {
    /// Whether the member is told to end.
    pub(crate) fn is_kill(&self) -> bool {
        matches!(
            self,
            Arrival::Ask {
                what: Ask::Kill,
                ..
            }
        )
    }
}

/// A reply's bytes; none if there is no reply; or in what caller and server differ.
pub(crate) type Replied = Result<Option<Vec<u8>>, String>;

/// What a case may want.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ask {
    Start(Bytes),
    State,
    Snapshot(u64, Bytes),
    Kill,
    Submit(CounterOp),
    Get(String),
    Put(String, String, Version),
    AppendGet(String),
    AppendPut(String, String),
    Append(String, String),
}

/// What it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Said {
    /// Index and term.
    Started(Option<(u64, u64)>),
    /// The term, and whether it leads.
    State(u64, bool),
    Done,
    /// The counter's answer; none if this replica could not tell.
    Submitted(Option<i64>),
    Got(Result<Versioned, Error>),
    Put(Result<(), Error>),
    Text(String),
}

/// What a member sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum FromMember {
    Account(Account),
    /// Real time.
    Effect(What),
    /// It has failed, and ends.
    Fault(Fault),
}

/// What a member did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Account {
    /// The grant's.
    pub(crate) number: u64,
    /// What its clock shows now.
    pub(crate) now: u64,
    /// When it has something to do next; without one, only an arrival can give it something.
    pub(crate) next: Option<u64>,
    /// Threads of the code under test.
    pub(crate) threads: Vec<String>,
    pub(crate) effects: Vec<Effect>,
}

/// One thing that it did, and when by its clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Effect {
    pub(crate) at: u64,
    pub(crate) what: What,
}

/// What can be seen of a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum What {
    /// It is made, and offers these methods.
    Made(Vec<Method>),
    /// What it saves has this shape.
    Shape(Schema),
    Call {
        id: u64,
        end: u64,
        method: String,
        args: Vec<u8>,
    },
    Reply {
        request: u64,
        reply: Replied,
    },
    Said {
        ask: u64,
        said: Said,
    },
    /// What is new in its state; without a snapshot, the one before.
    Save {
        state: Patch,
        snapshot: Option<Bytes>,
    },
    Apply {
        index: u64,
        command: Bytes,
    },
    Install {
        index: u64,
        term: u64,
        snapshot: Bytes,
    },
    /// The counter stands at this.
    Counter(i64),
    Warning(String),
    /// There is no wall around it: why.
    NoWall(String),
    /// A line of its log, of this level (1 is an error, 5 a trace).
    Log(usize, String),
    /// It has printed this.
    Print(Bytes),
}

impl What {
    /// Whether it is said to people alone, and changes nothing.
    pub(crate) fn is_talk(&self) -> bool {
        matches!(
            self,
            What::Log(..) | What::Print(_) | What::Warning(_) | What::NoWall(_)
        )
    }
}

/// What is new in bytes that change a little: they begin and end as before, by so many.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Patch {
    pub(crate) begin: usize,
    pub(crate) end: usize,
    pub(crate) middle: Bytes,
}

impl Patch {
    /// What makes `new` of `old`.
    pub(crate) fn between(old: &[u8], new: &[u8]) -> Patch {
        const BLOCK: usize = 64;
        let same = |(one, other): &(&u8, &u8)| one == other;
        let blocks = old.chunks_exact(BLOCK).zip(new.chunks_exact(BLOCK));
        let begin = blocks.take_while(|(one, other)| one == other).count() * BLOCK;
        let rest = old[begin..].iter().zip(&new[begin..]);
        let begin = begin + rest.take_while(same).count();
        let (old, left) = (&old[begin..], &new[begin..]);
        let blocks = old.rchunks_exact(BLOCK).zip(left.rchunks_exact(BLOCK));
        let end = blocks.take_while(|(one, other)| one == other).count() * BLOCK;
        let (old, left) = (&old[..old.len() - end], &left[..left.len() - end]);
        let rest = old.iter().rev().zip(left.iter().rev());
        let end = end + rest.take_while(same).count();
        Patch {
            begin,
            end,
            middle: Bytes::copy_from_slice(&new[begin..new.len() - end]),
        }
    }

    /// What it makes of `old`; nothing if it does not fit.
    pub(crate) fn of(&self, old: &[u8]) -> Option<Vec<u8>> {
        let begin = old.get(..self.begin)?;
        let end = old.get(old.len().checked_sub(self.end)?..)?;
        Some([begin, &self.middle, end].concat())
    }
}

/// A method that a member offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Method {
    pub(crate) name: String,
    pub(crate) args: Schema,
    pub(crate) reply: Schema,
}

/// How a member failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    pub(crate) reason: String,
    pub(crate) thread: String,
    pub(crate) node: Option<String>,
    /// Message and place.
    pub(crate) panic: Option<(String, Option<String>)>,
    pub(crate) backtrace: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum FaultKind {
    Panic,
    Deadlock,
    TimeLimit,
    Stuck,
    Fault,
    StackOverflow,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// A patch makes of the old bytes the new ones, whatever they are.
        #[test]
        fn a_patch_is_the_difference(
            common in proptest::collection::vec(0u8..3, 0..300),
            old in proptest::collection::vec(0u8..3, 0..20),
            new in proptest::collection::vec(0u8..3, 0..20),
            at in 0usize..300,
        ) {
            let at = at.min(common.len());
            let between = |middle: &[u8]| [&common[..at], middle, &common[at..]].concat();
            let (old, new) = (between(&old), between(&new));
            let patch = Patch::between(&old, &new);
            prop_assert_eq!(patch.of(&old), Some(new));
            prop_assert!(patch.middle.len() <= 20, "{} bytes", patch.middle.len());
        }

        /// One that does not fit is refused, and takes nothing with it.
        #[test]
        fn a_patch_of_other_bytes(
            begin: usize,
            end: usize,
            old in proptest::collection::vec(0u8..3, 0..50),
        ) {
            let middle = Bytes::from_static(b"x");
            let patch = Patch { begin, end, middle };
            let fits = begin <= old.len() && end <= old.len();
            prop_assert_eq!(patch.of(&old).is_some(), fits);
        }
    }
}
