//! What the harness sees of a save.

use bytes::Bytes;
use labcodec::value::{Value, Visitor};
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
    /// Shows the state's fields, as far as they have changed since an earlier time.
    pub(crate) show: &'a dyn Fn(u64, &mut dyn Visitor) -> Option<u64>,
}

impl Save<'_> {
    /// The state's fields. They are walked for this call only.
    pub fn state(&self) -> Value {
        (self.value)(usize::MAX)
    }

    /// Shows the same fields to `visitor`, one after the other: cheaper, for who looks at every
    /// save. Of a journal that it has seen in the look `last`, and nobody since, it is shown what
    /// is new (see [`walk_since`](labcodec::value::walk_since)). The number of this look; `None`
    /// if the state cannot be shown.
    pub fn show(&self, last: u64, visitor: &mut dyn Visitor) -> Option<u64> {
        (self.show)(last, visitor)
    }
}

/// Elements of a sequence that an event keeps.
const SHOWN: usize = 4;

/// A save as an event: `n2 save {term=3 log=[1 2 …+5]} state=120B snapshot=0B`.
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
        let SaveEvent {
            state,
            state_size,
            snapshot_size,
            ..
        } = self;
        write!(
            f,
            "save {state} state={state_size}B snapshot={snapshot_size}B"
        )
    }
}

impl Body for SaveEvent {
    fn kind(&self) -> &'static str {
        "save"
    }

    /// The outline is short, whatever the state is.
    fn size(&self) -> usize {
        256
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use labcodec::value::outline;

    #[test]
    fn a_save_in_one_line() {
        let save = SaveEvent {
            owner: "n2".to_string(),
            number: 1,
            state: outline(&(3, vec![7; 100]), SHOWN).unwrap(),
            state_size: 120,
            snapshot_size: 0,
        };
        assert_eq!(
            save.to_string(),
            "n2 save [3 [7 7 7 7 …+96]] state=120B snapshot=0B"
        );
    }
}
