//! What has changed in a journal since somebody looked at it part by part.
//!
//! A journal changes at its ends only, so that who looks at it after each change need not see all
//! of it again. Who looks, and the journal, know each other through serde alone, whose face has no
//! room for this: so they meet in a place of the thread's own, for as long as the look lasts.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// As which newtype a journal shows only what has changed.
pub(crate) const JOURNAL: &str = "\u{0}journal";

thread_local! {
    /// The look that was the last before, and the one that goes on.
    static LOOK: Cell<Option<(u64, u64)>> = const { Cell::new(None) };
    /// What the journal that is shown next leaves out.
    static SAME: Cell<Same> = const { Cell::new(Same { kept: 0, dropped: 0 }) };
}

/// The number of the last look that any thread began. It is only compared.
static LOOKS: AtomicU64 = AtomicU64::new(0);

/// What a journal leaves out when it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Same {
    /// So many elements are gone from the beginning.
    pub dropped: usize,
    /// The so many behind them are still there, as the first ones, and not shown again.
    pub kept: usize,
}

/// Lets journals that were shown in the look `last` show only what has changed; the number of this
/// look.
pub(crate) fn since<T>(last: u64, show: impl FnOnce() -> T) -> (u64, T) {
    let this = LOOKS.fetch_add(1, Ordering::Relaxed) + 1;
    LOOK.set(Some((last, this)));
    let shown = show();
    LOOK.set(None);
    (this, shown)
}

/// What the journal that is shown now leaves out.
pub(crate) fn same() -> Same {
    SAME.get()
}

/// A journal's own account of what has changed in it.
#[derive(Debug, Default)]
pub(crate) struct Mark {
    /// The look since which; 0 before the first.
    look: AtomicU64,
    dropped: AtomicUsize,
    kept: AtomicUsize,
}

impl Mark {
    /// The journal, of so many elements, is shown. What it may leave out, if anything; then
    /// [`same`] says so until the next one is shown.
    pub(crate) fn look(&self, len: usize) -> Option<Same> {
        let (last, this) = LOOK.get()?;
        let before = self.look.swap(this, Ordering::Relaxed);
        let same = Same {
            dropped: self.dropped.swap(0, Ordering::Relaxed),
            kept: self.kept.swap(len, Ordering::Relaxed),
        };
        SAME.set(same);
        (before == last && before > 0).then_some(same)
    }

    /// The elements from the `count`th on go.
    pub(crate) fn truncate(&mut self, count: usize) {
        let kept = self.kept.get_mut();
        *kept = (*kept).min(count);
    }

    /// The first `count` elements go.
    pub(crate) fn drop_first(&mut self, count: usize) {
        let kept = self.kept.get_mut();
        let known = (*kept).min(count);
        *kept -= known;
        *self.dropped.get_mut() += known;
    }
}

impl Clone for Mark {
    fn clone(&self) -> Mark {
        Mark {
            look: AtomicU64::new(self.look.load(Ordering::Relaxed)),
            dropped: AtomicUsize::new(self.dropped.load(Ordering::Relaxed)),
            kept: AtomicUsize::new(self.kept.load(Ordering::Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Journal;
    use crate::value::{Same, Visitor, walk_since};

    /// What was left out, and the numbers that were shown.
    #[derive(Default)]
    struct Seen(Option<Same>, Vec<u64>);

    impl Visitor for Seen {
        fn number(&mut self, n: u64) {
            self.1.push(n);
        }
        fn truth(&mut self, _yes: bool) {}
        fn bytes(&mut self, _bytes: &[u8]) {}
        fn nothing(&mut self) {}
        fn other(&mut self) {}
        fn variant(&mut self, _name: &'static str) {}
        fn open(&mut self) {}
        fn field(&mut self, _name: &'static str) -> bool {
            true
        }
        fn close(&mut self) {}
        fn same(&mut self, same: Same) {
            self.0 = Some(same);
        }
        fn sequence(&mut self, _len: Option<usize>) -> bool {
            true
        }
        fn end(&mut self, _len: usize) {}
    }

    fn look(journal: &Journal<u64>, last: u64) -> (u64, Seen) {
        let mut seen = Seen::default();
        let look = walk_since(journal, last, &mut seen).unwrap();
        (look, seen)
    }

    #[test]
    fn a_second_look_shows_what_is_new() {
        let mut journal: Journal<u64> = (0..100).collect();
        let (first, seen) = look(&journal, 0);
        assert_eq!((seen.0, seen.1.len()), (None, 100));
        journal.drop_first(10);
        journal.truncate(50);
        journal.extend([7, 8]);
        journal.drop_first(1);
        let (second, seen) = look(&journal, first);
        let same = Same {
            dropped: 11,
            kept: 49,
        };
        assert_eq!((seen.0, seen.1), (Some(same), vec![7, 8]));
        let (_, seen) = look(&journal, first);
        assert_eq!(seen.1.len(), 51, "somebody else has looked since");
        let (_, seen) = look(&journal, second);
        assert_eq!(seen.1.len(), 51, "an earlier look");
    }

    #[test]
    fn a_copy_that_went_its_own_way_is_shown_whole() {
        let mut journal: Journal<u64> = (0..3).collect();
        let (first, _) = look(&journal, 0);
        let mut copy = journal.clone();
        copy.truncate(1);
        journal.push(3);
        let (second, seen) = look(&journal, first);
        assert_eq!(seen.1, [3]);
        assert_eq!(look(&copy, second).1.1, [0]);
        let cleared = {
            journal.clear();
            look(&journal, second).1
        };
        assert_eq!((cleared.0, cleared.1.len()), (None, 0));
    }
}
