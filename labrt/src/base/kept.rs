//! The events of a run, as many as there is room for.

use super::event::{Body, Dropped, Event};
use std::collections::VecDeque;
use std::sync::Arc;

/// The most that events may take, in bytes. A loop that logs in each round makes millions of events
/// in a virtual second, and would take all memory along.
const BYTES_MAX: usize = 64 << 20;

/// About what an event takes besides what its body keeps.
const EVENT: usize = 160;

/// The last events, and of the earlier ones those that must not get lost.
#[derive(Debug)]
pub(crate) struct Kept {
    /// The landmarks among the events that had to go.
    landmarks: Vec<Event>,
    /// The last events.
    last: VecDeque<Event>,
    /// What `last` takes.
    bytes: usize,
    dropped: u64,
    /// At most so many are kept.
    most: usize,
}

impl Kept {
    /// Room for `most` events, and for no more than [`BYTES_MAX`].
    pub(crate) const fn new(most: usize) -> Kept {
        Kept {
            landmarks: Vec::new(),
            last: VecDeque::new(),
            bytes: 0,
            dropped: 0,
            most,
        }
    }

    pub(crate) fn push(&mut self, event: Event) {
        self.bytes += EVENT + event.body.size();
        self.last.push_back(event);
        // The latest is kept, however large it is.
        while (self.bytes > BYTES_MAX || self.last.len() > self.most) && self.last.len() > 1 {
            let Some(oldest) = self.last.pop_front() else {
                return;
            };
            self.bytes -= EVENT + oldest.body.size();
            match oldest.body.is_landmark() {
                true => self.landmarks.push(oldest),
                false => self.dropped += 1,
            }
        }
    }

    /// What was kept, and where and how much was not.
    pub(crate) fn take(&mut self) -> Vec<Event> {
        let kept = std::mem::replace(self, Kept::new(self.most));
        let mut events = kept.landmarks;
        if let (dropped @ 1.., Some(first)) = (kept.dropped, kept.last.front()) {
            let body: Arc<dyn Body> = Arc::new(Dropped(dropped));
            events.push(Event {
                node: None,
                body,
                ..first.clone()
            });
        }
        events.extend(kept.last);
        events
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Name;
    use std::fmt;
    use std::time::Duration;

    struct Sized {
        name: &'static str,
        size: usize,
    }

    impl Body for Sized {
        fn kind(&self) -> &'static str {
            self.name
        }

        fn size(&self) -> usize {
            self.size
        }

        fn is_landmark(&self) -> bool {
            self.name == "start"
        }
    }

    impl fmt::Display for Sized {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.name)
        }
    }

    fn event(name: &'static str, size: usize) -> Event {
        Event {
            at: Duration::ZERO,
            node: None,
            thread: Name::Fixed("main"),
            body: Arc::new(Sized { name, size }),
        }
    }

    fn taken(mut kept: Kept) -> Vec<String> {
        let events = kept.take();
        assert!(kept.take().is_empty());
        events.iter().map(|event| event.body.to_string()).collect()
    }

    #[test]
    fn bytes_are_bounded_and_landmarks_stay() {
        let mut kept = Kept::new(usize::MAX);
        for name in ["start", "log", "start", "log"] {
            kept.push(event(name, 10));
        }
        assert_eq!(kept.take().len(), 4);
        for name in ["start", "log", "log"] {
            kept.push(event(name, 10));
        }
        kept.push(event("big", BYTES_MAX));
        let note = "(2 earlier events are not kept)";
        assert_eq!(taken(kept), ["start", note, "big"]);
    }

    #[test]
    fn their_number_is_bounded() {
        let mut kept = Kept::new(2);
        for name in ["start", "one", "two", "three"] {
            kept.push(event(name, 10));
        }
        let note = "(1 earlier events are not kept)";
        assert_eq!(taken(kept), ["start", note, "two", "three"]);
    }
}
