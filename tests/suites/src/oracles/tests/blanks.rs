//! Logs that hold entries without a command, and heartbeats that tell less than their leader knows:
//! a step-driven Raft has both.

use super::{Script, broken, heartbeat};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize)]
struct Base {
    index: u64,
    term: u64,
    blanks: u64,
}

#[derive(Serialize)]
struct Entry {
    term: u64,
    command: Option<Vec<u8>>,
}

#[derive(Serialize)]
struct Saved {
    current_term: u64,
    voted_for: Option<usize>,
    base: Base,
    log: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Heartbeat {
    term: u64,
    leader_id: usize,
    leader_commit: u64,
}

impl Script {
    /// A server of term 1 saves: behind `blanks` of as many entries a blank and two commands.
    fn save_with_blank(&self, server: usize, blanks: u64) {
        let disk = Arc::clone(&self.disks[server]);
        let commands = [None, Some(b"x".to_vec()), Some(b"y".to_vec())];
        let state = Saved {
            current_term: 1,
            voted_for: Some(0),
            base: Base {
                index: blanks,
                term: blanks,
                blanks,
            },
            log: commands
                .map(|command| Entry { term: 1, command })
                .into_iter()
                .collect(),
        };
        let snapshot = match blanks {
            0 => labapi::Bytes::new(),
            _ => labapi::Bytes::from_static(b"snapshot"),
        };
        self.at(server, move || disk.save(&state, &snapshot));
    }
}

/// Two servers have the log, the first one of which leads and applies this.
fn applies(blanks: u64, number: u64, command: &'static [u8]) -> Option<String> {
    broken(move || {
        let script = Script::new(1);
        script.elect(1, &[]);
        script.save_with_blank(0, blanks);
        script.save_with_blank(1, blanks);
        script.oracles.applies(0, number, command);
    })
}

#[test]
fn what_is_applied_is_found_behind_blanks() {
    assert_eq!(applies(0, 1, b"x"), None);
    assert_eq!(applies(0, 2, b"y"), None);
    assert_eq!(applies(1, 2, b"y"), None);
    assert_eq!(applies(0, 1, b"y").as_deref(), Some("AppliedLogged"));
    assert_eq!(applies(1, 1, b"y").as_deref(), Some("AppliedLogged"));
    assert_eq!(applies(0, 3, b"y").as_deref(), Some("AppliedLogged"));
}

#[test]
fn a_heartbeat_may_tell_less_than_its_leader_knows() {
    let tells = |commit| {
        broken(move || {
            let script = Script::new(2);
            script.elect(2, &[1]);
            let service = labapi::Service::new("Heart").method("Beat", |_: Heartbeat| ());
            script.net.add_server(1, &script.nodes[1], vec![service]);
            script.save(0, 2, Some(0), (0, 0), &[1, 2]);
            script.save(1, 2, Some(0), (0, 0), &[1, 2]);
            let end = script.ends[0][1].clone();
            let beat = Heartbeat {
                term: 2,
                leader_id: 0,
                leader_commit: commit,
            };
            script.at(0, move || {
                let _ = end.call::<_, ()>("Heart.Beat", &beat);
            });
        })
    };
    assert_eq!(tells(1), None);
    assert_eq!(tells(2).as_deref(), Some("CommitAcked"));
    let append = broken(|| {
        let script = Script::new(2);
        script.elect(2, &[1]);
        script.append(0, 1, heartbeat(2, 0, (1, 1), &[], 0));
        script.append(0, 1, heartbeat(2, 0, (1, 1), &[], 1));
    });
    assert_eq!(append.as_deref(), Some("CommitOwnTerm"));
}
