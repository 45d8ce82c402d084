//! Nodes: threads that crash, pause and drift together. Simulations, since real threads cannot be
//! stopped from outside; what holds in both worlds stands here.

mod borrowed;
mod caught;
#[path = "../common/mod.rs"]
mod common;
mod crashes;
mod drift;

use common::{run, sim};
use labrt::channel::{bounded, unbounded};
use labrt::sync::Arc;
use labrt::time::Duration;
use labrt::{Node, harness, thread};

pub(crate) const MS: Duration = Duration::from_millis(1);
pub(crate) const LONG: Duration = Duration::from_secs(1000);

/// Runs `test` under many seeds and all strategies.
pub(crate) fn simulated(test: impl Fn() + Send + Sync + 'static) {
    let test = Arc::new(test);
    for seed in 0..40 {
        let test = Arc::clone(&test);
        run(sim(seed), move || test());
    }
}

/// In both worlds: children are of their parent's node, and are counted with it.
#[test]
fn children_inherit_the_node() {
    fn test() {
        let node = Node::new("n1");
        let (id, (go, gone)) = (node.id(), bounded::<()>(0));
        let parent = node.spawn("parent", move || {
            let child = thread::spawn(move || {
                let _ = gone.recv();
                (labrt::node::current_id(), labrt::node::current_name())
            });
            (labrt::node::current_id(), child)
        });
        let (own, child) = parent.join().unwrap();
        assert_eq!(own, Some(id));
        while node.live_threads() != 1 {
            thread::sleep(MS);
        }
        if harness::is_simulated() {
            assert_eq!(node.live_thread_names(), ["thread"]);
        }
        drop(go);
        assert_eq!(child.join().unwrap(), (Some(id), Some("n1".into())));
        while node.live_threads() != 0 {
            thread::sleep(MS);
        }
        assert_eq!(labrt::node::current_id(), None);
        assert_eq!((node.name(), node.clone().id()), ("n1", id));
    }
    test();
    simulated(test);
}

/// Real threads cannot be stopped; the harness asks them whether they have crashed.
#[test]
fn a_real_crash_is_a_mark() {
    let node = Node::new("n1");
    let (question, questions) = unbounded();
    let (answer, answers) = unbounded();
    node.spawn("witness", move || {
        for () in questions {
            answer.send(harness::is_crashed()).unwrap();
        }
    });
    let ask = || {
        question.send(()).unwrap();
        let lent = harness::run_as(&node, harness::is_crashed);
        (answers.recv().unwrap(), lent)
    };
    assert_eq!(ask(), (false, false));
    node.crash();
    assert_eq!(ask(), (true, true));
    assert!(node.is_crashed() && !harness::is_crashed());
}
