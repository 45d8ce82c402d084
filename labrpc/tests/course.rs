//! The course's own tests of its network, in both worlds.

mod common;

use common::{add_echo, ask, both_worlds, connected};
use labrpc::Network;
use labrt::thread;

#[test]
fn basic() {
    both_worlds(|| {
        let net = Network::new();
        let _node = add_echo(&net, 1);
        let end = connected(&net, 0, 1);
        assert!(ask(&end, 111));
        assert_eq!(end.call("Echo.length", "four"), Some(4usize));
    });
}

#[test]
fn disconnect() {
    both_worlds(|| {
        let net = Network::new();
        let _node = add_echo(&net, 1);
        let end = connected(&net, 0, 1);
        net.enable(end.id(), false);
        assert!(!ask(&end, 1));
        net.enable(end.id(), true);
        assert!(ask(&end, 2));
    });
}

#[test]
fn unreliable() {
    both_worlds(|| {
        let net = Network::new();
        let _node = add_echo(&net, 1);
        net.set_reliable(false);
        let callers: Vec<_> = (0..300)
            .map(|i| {
                let end = connected(&net, 1000 + i, 1);
                thread::spawn(move || ask(&end, i as u64))
            })
            .collect();
        let answered = callers
            .into_iter()
            .filter(|_| true)
            .map(|c| c.join().unwrap());
        let answered = answered.filter(|yes| *yes).count();
        assert!(
            (150..300).contains(&answered),
            "{answered} of 300 calls were answered"
        );
    });
}
