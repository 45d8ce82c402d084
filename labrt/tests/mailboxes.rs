//! What is on its way wakes nobody before it arrives: messages for a thread that waits, and threads
//! that begin when something has come.

use labrt::harness::{Mailbox, spawn_on};
use labrt::sync::{Arc, Mutex};
use labrt::time::{Duration, since_start};
use labrt::{Node, Simulation, Strategy, thread};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

const MS: Duration = Duration::from_millis(1);

/// Runs `f`; its result, and how many times a thread was given the processor.
fn run<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> (T, u64) {
    let report = Simulation::new(7).strategy(Strategy::Fifo).run(f);
    (report.outcome.unwrap(), report.switches)
}

fn ms() -> u128 {
    since_start().as_millis()
}

/// The reader is willing to wait for a millisecond only, but a message is on its way.
#[test]
fn a_reader_sleeps_until_its_message_arrives() {
    let ((got, at), switches) = run(|| {
        let mailbox = Arc::new(Mailbox::new("a letter"));
        let sender = Arc::clone(&mailbox);
        thread::spawn(move || {
            thread::sleep(MS / 2);
            sender.post("late", 50 * MS);
        });
        (mailbox.wait(MS), ms())
    });
    assert_eq!((got, at), (Some("late"), 50));
    // Both begin, the sender sends, the reader reads; and each ends.
    assert_eq!(switches, 3 + 2 + 2);
}

#[test]
fn the_first_to_arrive_counts() {
    let (got, _) = run(|| {
        let mailbox = Arc::new(Mailbox::new("a letter"));
        let sender = Arc::clone(&mailbox);
        thread::spawn(move || {
            sender.post("second", 50 * MS);
            sender.post("third", 60 * MS);
            thread::sleep(10 * MS);
            sender.post("first", 20 * MS);
        });
        let first = (mailbox.wait(MS), ms());
        mailbox.post("at once", Duration::ZERO);
        mailbox.post("never", Duration::ZERO);
        [first, (mailbox.wait(MS), ms()), (mailbox.wait(MS), ms())]
    });
    let waited_in_vain = (None, 31);
    assert_eq!(
        got,
        [(Some("first"), 30), (Some("at once"), 30), waited_in_vain]
    );
}

/// A message that wakes its reader at once, while the reader waits for one that is on its way.
#[test]
fn nothing_on_its_way_keeps_back_what_is_there() {
    let (got, _) = run(|| {
        let mailbox = Arc::new(Mailbox::new("a letter"));
        let sender = Arc::clone(&mailbox);
        thread::spawn(move || {
            sender.post("reply", 500 * MS);
            thread::sleep(10 * MS);
            sender.post("closed", Duration::ZERO);
        });
        (mailbox.wait(MS), ms())
    });
    assert_eq!(got, (Some("closed"), 10));
}

/// In true time, on whatever clock its node has; and it takes one switch.
#[test]
fn a_thread_begins_when_its_time_comes() {
    let (began, switches) = run(|| {
        let node = Node::new("n1");
        node.set_clock_rate(0.5);
        let began = Arc::new(AtomicU32::new(0));
        let own = Arc::clone(&began);
        let begin = move || own.store(ms() as u32, SeqCst);
        assert!(spawn_on(
            &node,
            "late",
            (30 * MS, "a moment"),
            Box::new(begin)
        ));
        assert_eq!(node.live_threads(), 1);
        thread::sleep(60 * MS);
        assert_eq!(node.live_threads(), 0);
        began.load(SeqCst)
    });
    // The main thread before and after; and each ends.
    assert_eq!((began, switches), (30, 3 + 2));
}

/// Counts what was dropped.
struct Dropped(Arc<AtomicU32>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn a_thread_whose_node_crashes_before_never_begins() {
    let (dropped, _) = run(|| {
        let (node, dropped) = (Node::new("n1"), Arc::default());
        let held = Dropped(Arc::clone(&dropped));
        let begin = move || unreachable!("{} was dropped", held.0.load(SeqCst));
        spawn_on(&node, "late", (30 * MS, "a moment"), Box::new(begin));
        thread::sleep(MS);
        node.crash();
        assert_eq!((dropped.load(SeqCst), node.live_threads()), (1, 0));
        thread::sleep(60 * MS);
        dropped.load(SeqCst)
    });
    assert_eq!(dropped, 1);
}

/// While its node stands still a thread does not begin.
#[test]
fn a_pause_keeps_a_beginning_back() {
    let (began, _) = run(|| {
        let (node, began) = (Node::new("n1"), Arc::new(AtomicU32::new(0)));
        let own = Arc::clone(&began);
        let begin = move || own.store(ms() as u32, SeqCst);
        spawn_on(&node, "late", (30 * MS, "a moment"), Box::new(begin));
        node.pause(100 * MS);
        thread::sleep(200 * MS);
        began.load(SeqCst)
    });
    assert_eq!(began, 100);
}

/// Reports say what is waited for, and where.
#[test]
fn a_wait_is_told_by_what_it_is_for() {
    let report = Simulation::new(1).time_limit(10 * MS).run(|| {
        let lock = Arc::new(Mutex::new(()));
        let own = Arc::clone(&lock);
        thread::spawn(move || {
            let _guard = own.lock();
            Mailbox::<()>::new("a letter").wait(60 * MS)
        });
        thread::sleep(MS);
        let _guard = lock.lock();
    });
    let told = report.outcome.unwrap_err().to_string();
    let place = "and waits for a letter at labrt/tests/mailboxes.rs:";
    assert!(told.contains(place), "{told}");
}
