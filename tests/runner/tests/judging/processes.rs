//! Servers as processes: what passes as long as servers share memory, what tries to get out of a
//! server's process, and what stays the same.

use crate::runner::{Answer, fixture, labs, labs_where_all};

/// Judges a fixture that its own variable tells what to do, in this world.
fn judge(name: &str, (variable, value): (&str, &str), mode: &str, case: &str) -> Answer {
    let path = fixture(name);
    let arguments = [case, "--mode", mode, "--jobs", "1", "--raft", &path];
    let variables = [(variable, value), ("RAFTLAB_PASS_ON", variable)];
    labs_where_all(&arguments, &variables)
}

/// Peers that meet in memory pass where they share it, and nowhere else.
#[test]
fn shared_memory() {
    let vote = "term 1 has two leaders: servers 0 and 1";
    for (what, case, told) in [
        ("static", "basic_agree", "did not reach agreement"),
        ("thread-local", "persist1", ""),
        ("vote", "initial_election", vote),
    ] {
        let judged = |mode| judge("shares", ("RAFTLAB_SHARED", what), mode, case);
        judged("sim").ends_with(0);
        judged("isolated").ends_with(1).says(&[told]);
        judged("process").ends_with(1).says(&[told]);
    }
}

/// What a server may not have is refused, and the run says so.
#[cfg(target_os = "linux")]
#[test]
fn the_wall() {
    for deed in [
        "read-memory",
        "read-file",
        "write-file",
        "other-descriptors",
        "connect",
        "command",
        "kill-parent",
    ] {
        let refused = format!("was refused: {deed}: ");
        let answer = judge(
            "breaks-out",
            ("RAFTLAB_DEED", deed),
            "isolated",
            "initial_election",
        );
        answer.ends_with(1).says(&[&refused]);
    }
    for (deed, told) in [
        ("thread", "a thread of std::thread inside a simulation"),
        ("spin", "stuck: an endless loop"),
        ("std-sleep", "std::thread::sleep inside a simulation"),
        ("soundness-hole", "n0 ended its own process"),
        ("end", "n0 ended its own process"),
    ] {
        let answer = judge(
            "breaks-out",
            ("RAFTLAB_DEED", deed),
            "isolated",
            "initial_election",
        );
        answer.ends_with(1).says(&[told, "0 of 5 points"]);
    }
}

/// It is there, or nothing is judged; and it is the isolated world's.
#[cfg(target_os = "linux")]
#[test]
fn the_wall_is_demanded() {
    let demanded = ["initial_election", "--require-wall", "--mode"];
    labs(&[&demanded[..], &["isolated"]].concat()).ends_with(0);
    let answer = labs(&[&demanded[..], &["sim"]].concat());
    answer.ends_with(2);
    assert!(
        answer
            .stderr
            .contains("--require-wall is for --mode isolated"),
        "{answer}"
    );
}

/// Without the wall, some of it gets through: so it is the wall that refuses it.
#[test]
fn without_the_wall() {
    let answer = judge(
        "breaks-out",
        ("RAFTLAB_DEED", "read-memory"),
        "sim",
        "initial_election",
    );
    answer.ends_with(1);
    let answer = judge(
        "breaks-out",
        ("RAFTLAB_DEED", "connect"),
        "sim",
        "initial_election",
    );
    answer.ends_with(1).says(&["got through: connect: "]);
}

/// Threads of one process in place of processes change nothing, not a bit, for who shares nothing;
/// and the same seed is the same run, under any strategy.
#[test]
fn cells_and_processes_agree() {
    for strategy in ["random", "pct", "fifo"] {
        let compared = [
            "--mode",
            "cells",
            "--check-determinism",
            "--strategy",
            strategy,
        ];
        let cases = [
            "3A",
            "backup",
            "persist2",
            "snapshot_install_crash",
            "restart_submit",
        ];
        labs(&[&cases[..], &compared].concat()).ends_with(0);
    }
    let again = [
        "3A",
        "persist2",
        "4A",
        "--mode",
        "isolated",
        "--check-determinism",
        "--seeds",
        "2",
    ];
    labs(&again).ends_with(0);
}

/// The references, in both new worlds; and what a report and a table say there.
#[test]
fn the_references() {
    let answer = labs(&["3", "4A", "snapshot_rpc", "--mode", "isolated"]);
    answer.ends_with(0).says(&[
        "Judging the reference (servers as processes, virtual time, seed 1)",
        "0 failed",
    ]);
    let real = ["initial_election", "persist3", "--mode", "process"];
    labs(&real).ends_with(0).says(&[
        "Judging the reference (servers as processes, real time)",
        "2 passed, 0 failed",
    ]);
}

/// Most mistakes are told as in the simulation, though each server has a process of its own.
#[test]
fn mistakes_are_told() {
    for (mistake, case, told) in [
        (
            "relock",
            "basic_agree",
            "a thread waits for a lock that it holds itself",
        ),
        ("lock-over-call", "re_election", "lock held across an RPC"),
        ("votes-not-reset", "persist2", "acted as the leader of term"),
        ("no-step-down", "rejoin", "acted as the leader of term"),
        ("cuts-always", "figure8_unreliable", "the rule: "),
        ("off-by-one", "snapshot_basic", "index out of bounds"),
        ("no-persist", "persist1", "OneVotePerTerm"),
        ("closed-channel", "basic_agree", "SendError(..)"),
        (
            "std-spawn",
            "initial_election",
            "use labapi's thread::spawn instead",
        ),
        (
            "std-sleep",
            "initial_election",
            "use labapi's thread::sleep instead",
        ),
    ] {
        let path = fixture("mistakes");
        let arguments = [case, "--mode", "isolated", "--seeds", "20", "--raft", &path];
        let variables = [
            ("RAFTLAB_MISTAKE", mistake),
            ("RAFTLAB_PASS_ON", "RAFTLAB_MISTAKE"),
        ];
        labs_where_all(&arguments, &variables)
            .ends_with(1)
            .says(&[told]);
    }
}
