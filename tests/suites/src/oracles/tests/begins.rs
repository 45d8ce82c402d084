//! Where a saved log begins: who does not say so in the paper's words is not judged by a guess.

use super::{Script, broken, entries, heartbeat};
use labrt::Simulation;
use serde::Serialize;
use std::sync::Arc;

/// A log whose first element stands for the entry at `base`.
#[derive(Serialize)]
struct Own {
    current_term: u64,
    voted_for: Option<usize>,
    base: u64,
    log: Vec<super::Entry>,
}

impl Script {
    fn save_own(&self, server: usize, base: u64, log: &[u64], snapshot: &'static [u8]) {
        let disk = Arc::clone(&self.disks[server]);
        let state = Own {
            current_term: 1,
            voted_for: Some(0),
            base,
            log: entries(log),
        };
        let snapshot = labapi::Bytes::from_static(snapshot);
        self.at(server, move || disk.save(&state, &snapshot));
    }
}

/// Three entries are acknowledged; a snapshot then covers two of them.
fn trim(script: &Script) {
    script.elect(1, &[]);
    script.save_own(0, 0, &[0, 1, 1, 1], b"");
    script.save_own(1, 0, &[0, 1, 1, 1], b"");
    script.append(0, 1, heartbeat(1, 0, (0, 0), &[1, 1, 1], 0));
    script.append(0, 1, heartbeat(1, 0, (3, 1), &[], 3));
    script.save_own(1, 2, &[1, 1], b"snapshot");
}

#[test]
fn a_begin_in_other_words_is_no_violation_and_said() {
    let report = Simulation::new(1).run(|| {
        let script = Script::new(1);
        trim(&script);
        script.append(0, 1, heartbeat(1, 0, (3, 1), &[], 3));
        script.oracles.end();
    });
    assert_eq!(report.outcome.err(), None);
    assert!(
        report.warnings[0].contains("where a saved log begins behind its snapshot"),
        "{:?}",
        report.warnings
    );
}

#[test]
fn a_lost_snapshot_is_named_whatever_the_words() {
    let lost = broken(|| {
        let script = Script::new(1);
        trim(&script);
        script.save_own(1, 2, &[1, 1], b"");
    });
    assert_eq!(lost.as_deref(), Some("SnapshotKept"));
}

#[test]
fn a_log_that_counts_its_first_entry_is_no_violation() {
    #[derive(Serialize)]
    struct First {
        current_term: u64,
        voted_for: Option<usize>,
        base_index: u64,
        log: Vec<super::Entry>,
    }
    let seen = broken(|| {
        let script = Script::new(1);
        let disk = Arc::clone(&script.disks[1]);
        let state = First {
            current_term: 1,
            voted_for: None,
            base_index: 1,
            log: Vec::new(),
        };
        script.at(1, move || disk.save(&state, &labapi::Bytes::new()));
    });
    assert_eq!(seen, None);
}
