//! What the harness sees of a save.

use bytes::Bytes;
use labcodec::names;
use labcodec::value::Value;
use labrt::trace::Body;
use std::fmt;
use std::sync::Arc;

/// Who is called before and after each save.
pub type Observer = Arc<dyn Fn(&Save<'_>) + Send + Sync>;

/// On which side of a save an observer is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A crash now leaves what was saved before.
    Before,
    /// A crash now leaves what was just saved.
    After,
}

/// One save.
pub struct Save<'a> {
    /// Its number; the first ever is 1.
    pub number: u64,
    /// Before or after.
    pub moment: Moment,
    /// Encoded size of the state, in bytes.
    pub state_size: usize,
    /// The snapshot.
    pub snapshot: &'a Bytes,
    /// The state's fields, with so many elements of each sequence.
    pub(crate) value: &'a dyn Fn(usize) -> Value,
}

impl Save<'_> {
    /// The state's fields. They are walked for this call only.
    pub fn state(&self) -> Value {
        (self.value)(usize::MAX)
    }
}

/// Elements of a sequence that an event keeps.
const SHOWN: usize = 4;

/// A save as an event: `n2 save term=3 voted_for=1 log=4 state=120B snapshot=0B`.
#[derive(Clone, Debug)]
pub struct SaveEvent {
    /// Whose disk it is.
    pub owner: String,
    /// The number of the save; the first ever is 1.
    pub number: u64,
    /// The state's fields, in outline: of sequences, the first few elements and how many more.
    pub state: Value,
    /// Encoded size of the state, in bytes.
    pub state_size: usize,
    /// Size of the snapshot, in bytes.
    pub snapshot_size: usize,
}

impl SaveEvent {
    pub(crate) fn new(owner: &str, save: &Save<'_>) -> SaveEvent {
        SaveEvent {
            owner: owner.to_string(),
            number: save.number,
            state: (save.value)(SHOWN),
            state_size: save.state_size,
            snapshot_size: save.snapshot.len(),
        }
    }
}

impl fmt::Display for SaveEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.owner.is_empty() {
            write!(f, "{} ", self.owner)?;
        }
        write!(f, "save")?;
        let state = &self.state;
        let term = state.find(names::TERM);
        let vote = state.find(names::VOTED_FOR);
        let log = state.find(names::LOG);
        if term.or(vote).or(log).is_none() {
            write!(f, " {state}")?;
        }
        if let Some(term) = term {
            write!(f, " term={term}")?;
        }
        if let Some(vote) = vote {
            write!(f, " voted_for={vote}")?;
        }
        if let Some(log) = log {
            // The log may be a type of its own, around its entries and what the snapshot holds.
            let entries = log.seq_len();
            match entries.or_else(|| log.find(names::ENTRIES)?.seq_len()) {
                Some(entries) => write!(f, " log={entries}")?,
                None => write!(f, " log={log}")?,
            }
            let before = log.find(names::LAST_INCLUDED_INDEX);
            if let Some(index) = before.and_then(Value::as_u64).filter(|index| *index > 0) {
                write!(f, " after {index}")?;
            }
        }
        write!(
            f,
            " state={}B snapshot={}B",
            self.state_size, self.snapshot_size
        )
    }
}

impl Body for SaveEvent {
    fn kind(&self) -> &'static str {
        "save"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use labcodec::value::outline;
    use serde::Serialize;

    fn event(state: &impl Serialize) -> String {
        SaveEvent {
            owner: "n2".to_string(),
            number: 1,
            state: outline(state, SHOWN).unwrap(),
            state_size: 120,
            snapshot_size: 0,
        }
        .to_string()
    }

    #[test]
    fn a_save_in_one_line() {
        #[derive(Serialize)]
        struct State {
            #[serde(rename = "currentTerm")]
            term: u64,
            voted_for: Option<u64>,
            log: Vec<(u64, u64)>,
        }
        let state = State {
            term: 3,
            voted_for: Some(1),
            log: vec![(1, 1); 4],
        };
        assert_eq!(
            event(&state),
            "n2 save term=3 voted_for=1 log=4 state=120B snapshot=0B"
        );
        let state = State {
            voted_for: None,
            ..state
        };
        assert_eq!(
            event(&state),
            "n2 save term=3 voted_for=- log=4 state=120B snapshot=0B"
        );
    }

    #[test]
    fn a_log_may_be_a_type_around_its_entries() {
        #[derive(Serialize)]
        struct State {
            term: u64,
            log: Log,
        }
        #[derive(Serialize)]
        struct Log {
            base: u64,
            entries: Vec<u64>,
        }
        let log = Log {
            base: 3,
            entries: vec![7; 100],
        };
        assert_eq!(
            event(&State { term: 3, log }),
            "n2 save term=3 log=100 state=120B snapshot=0B"
        );
    }

    #[test]
    fn a_state_with_other_names_is_shown_as_it_is() {
        assert_eq!(event(&(1, 2)), "n2 save [1 2] state=120B snapshot=0B");
    }
}
