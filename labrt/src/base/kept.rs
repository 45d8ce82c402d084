//! The events of a run, as many as there is room for.

use super::event::{Body, Dropped, Event};
use super::ids::NodeId;
use super::name::Name;
use std::any::{Any, TypeId};
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use std::vec;

/// The most that events may take, in bytes. A loop that logs in each round makes millions of events
/// in a virtual second, and would take all memory along.
const BYTES_MAX: usize = 64 << 20;

/// About what an event takes besides what its body keeps.
const EVENT: usize = 160;

/// When, and on which thread of which node.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) at: Duration,
    pub(crate) node: Option<NodeId>,
    pub(crate) thread: Name,
}

impl Head {
    fn with(self, body: Arc<dyn Body>) -> Event {
        Event {
            at: self.at,
            node: self.node,
            thread: self.thread,
            body,
        }
    }
}

/// The last events, and of the earlier ones those that must not get lost.
///
/// Bodies of one type stand in a row, and the events in another one: most events are never looked
/// at, and an allocation for each would cost more than all else.
#[derive(Debug)]
pub(crate) struct Kept {
    /// The landmarks among the events that had to go.
    landmarks: Vec<Event>,
    /// The last events, each with the number of the row whose next body is its own.
    last: VecDeque<(Head, usize)>,
    rows: Vec<(TypeId, Box<dyn Row>)>,
    /// What `last` takes.
    bytes: usize,
    dropped: u64,
    /// At most so many are kept.
    most: usize,
}

/// Bodies of one type, the oldest first.
trait Row: Any + Send + Sync {
    fn oldest(&self) -> Option<&dyn Body>;
    fn drop_oldest(&mut self);
    fn take_oldest(&mut self) -> Option<Arc<dyn Body>>;
}

struct Bodies<B>(VecDeque<B>);

impl<B: Body> Row for Bodies<B> {
    fn oldest(&self) -> Option<&dyn Body> {
        self.0.front().map(|body| body as &dyn Body)
    }

    fn drop_oldest(&mut self) {
        self.0.pop_front();
    }

    fn take_oldest(&mut self) -> Option<Arc<dyn Body>> {
        self.0
            .pop_front()
            .map(|body| Arc::new(body) as Arc<dyn Body>)
    }
}

impl fmt::Debug for dyn Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Row { .. }")
    }
}

impl Kept {
    /// Room for `most` events, and for no more than [`BYTES_MAX`].
    pub(crate) const fn new(most: usize) -> Kept {
        Kept {
            landmarks: Vec::new(),
            last: VecDeque::new(),
            rows: Vec::new(),
            bytes: 0,
            dropped: 0,
            most,
        }
    }

    pub(crate) fn push<B: Body>(&mut self, head: Head, body: B) {
        self.bytes += EVENT + body.size();
        let row = self.row(body);
        self.last.push_back((head, row));
        // The latest is kept, however large it is.
        while (self.bytes > BYTES_MAX || self.last.len() > self.most) && self.last.len() > 1 {
            self.drop_oldest();
        }
    }

    /// Puts a body in its row. The number of that.
    fn row<B: Body>(&mut self, body: B) -> usize {
        let mut rows = self.rows.iter();
        let row = match rows.position(|(bodies, _)| *bodies == TypeId::of::<B>()) {
            Some(row) => row,
            None => {
                let row = Bodies::<B>(VecDeque::new());
                self.rows.push((TypeId::of::<B>(), Box::new(row)));
                self.rows.len() - 1
            }
        };
        let bodies: &mut dyn Any = &mut *self.rows[row].1;
        if let Some(Bodies(bodies)) = bodies.downcast_mut::<Bodies<B>>() {
            bodies.push_back(body);
        }
        row
    }

    fn drop_oldest(&mut self) {
        let Some((head, row)) = self.last.pop_front() else {
            return;
        };
        let row = &mut *self.rows[row].1;
        let Some(oldest) = row.oldest() else { return };
        self.bytes -= EVENT + oldest.size();
        if !oldest.is_landmark() {
            self.dropped += 1;
            row.drop_oldest();
        } else if let Some(body) = row.take_oldest() {
            self.landmarks.push(head.with(body));
        }
    }

    /// What was kept, and where and how much was not.
    pub(crate) fn take(&mut self) -> Events {
        let kept = std::mem::replace(self, Kept::new(self.most));
        let mut landmarks = kept.landmarks;
        if let (dropped @ 1.., Some((first, _))) = (kept.dropped, kept.last.front()) {
            let note = Head {
                node: None,
                ..first.clone()
            };
            landmarks.push(note.with(Arc::new(Dropped(dropped))));
        }
        Events {
            first: landmarks.into_iter(),
            last: kept.last,
            rows: kept.rows,
        }
    }
}

/// The events of a run in their order, each made when it is asked for: of most runs nobody asks.
#[derive(Debug, Default)]
pub struct Events {
    first: vec::IntoIter<Event>,
    last: VecDeque<(Head, usize)>,
    rows: Vec<(TypeId, Box<dyn Row>)>,
}

impl Iterator for Events {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        if let Some(first) = self.first.next() {
            return Some(first);
        }
        let (head, row) = self.last.pop_front()?;
        let body = self.rows[row].1.take_oldest()?;
        Some(head.with(body))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.first.len() + self.last.len();
        (len, Some(len))
    }
}

impl ExactSizeIterator for Events {}

#[cfg(test)]
mod tests {
    use super::*;

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

    /// Of another type, whose bodies stand in another row.
    struct Named(&'static str);

    impl Body for Named {
        fn kind(&self) -> &'static str {
            self.0
        }
    }

    impl fmt::Display for Named {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    fn head() -> Head {
        Head {
            at: Duration::ZERO,
            node: None,
            thread: Name::Fixed("main"),
        }
    }

    fn sized(name: &'static str, size: usize) -> Sized {
        Sized { name, size }
    }

    fn taken(mut kept: Kept) -> Vec<String> {
        let events = kept.take();
        assert_eq!(kept.take().len(), 0);
        events.map(|event| event.body.to_string()).collect()
    }

    #[test]
    fn bytes_are_bounded_and_landmarks_stay() {
        let mut kept = Kept::new(usize::MAX);
        for name in ["start", "log", "start", "log"] {
            kept.push(head(), sized(name, 10));
        }
        assert_eq!(kept.take().len(), 4);
        for name in ["start", "log", "log"] {
            kept.push(head(), sized(name, 10));
        }
        kept.push(head(), sized("big", BYTES_MAX));
        let note = "(2 earlier events are not kept)";
        assert_eq!(taken(kept), ["start", note, "big"]);
    }

    #[test]
    fn their_number_is_bounded() {
        let mut kept = Kept::new(2);
        for name in ["start", "one", "two", "three"] {
            kept.push(head(), sized(name, 10));
        }
        let note = "(1 earlier events are not kept)";
        assert_eq!(taken(kept), ["start", note, "two", "three"]);
    }

    #[test]
    fn events_of_several_types_keep_their_order() {
        let mut kept = Kept::new(4);
        kept.push(head(), Named("gone"));
        for name in ["start", "one"] {
            kept.push(head(), sized(name, 10));
            kept.push(head(), Named("named"));
        }
        kept.push(head(), Named("last"));
        let note = "(1 earlier events are not kept)";
        assert_eq!(
            taken(kept),
            ["start", note, "named", "one", "named", "last"]
        );
    }
}
