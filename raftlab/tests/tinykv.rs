//! The other track's path, walked: a new workspace, its first failure, a finished node, and the
//! same node in threads. Real files, real processes.

mod common;

use common::{age_harness, copy_reference, err, folder, make, out, project, raftlab};
use std::fs;
use std::path::Path;

#[test]
fn from_an_empty_folder_to_a_node_in_threads() {
    let lab = folder("tinykv").join("my-node");
    let made = raftlab(
        lab.parent().unwrap_or(&lab),
        &["new", "--track", "tinykv", "my-node"],
    );
    assert!(made.status.success(), "{made:?}");
    assert!(out(&made).contains("  make test-tiny-2AA    fails"));
    age_harness(&lab);
    no_solution_is_laid_out(&lab);

    // It compiles without warnings, and fails with instructions.
    let first = make(&lab, &["test-tiny-2AA"]);
    let told = out(&first);
    assert_eq!(first.status.code(), Some(2), "{first:?}");
    assert!(
        told.contains("to be written next\n  2AA: begin here"),
        "{told}"
    );
    assert!(told.contains("harness/book/src/tiny-2aa.md"), "{told}");
    assert!(told.contains("rawraft/src/peer.rs:"), "{told}");
    assert!(told.contains("0 passed, 24 failed"), "{told}");
    assert!(!err(&first).contains("warning"), "{}", err(&first));
    let all = make(&lab, &["test-tiny"]);
    assert!(out(&all).contains("0 passed, 89 failed"), "{}", out(&all));
    the_track_is_known(&lab);

    // With the reference in its place, everything passes.
    copy_reference("rawraft", &lab);
    let tiny = make(&lab, &["test-tiny"]);
    assert!(out(&tiny).contains("89 passed, 0 failed"), "{}", out(&tiny));
    let status = raftlab(&lab.join("rawraft"), &["status"]);
    assert!(
        out(&status).contains("next: 3A. Read harness/book/src/tiny-bridge.md, then: make test-3A"),
        "{}",
        out(&status)
    );
    let threads = make(&lab, &["test-3"]);
    assert!(
        out(&threads).contains("100 of 100 points"),
        "{}",
        out(&threads)
    );
    copy_reference("kvraft", &lab);
    let service = make(&lab, &["test-4A", "FILTER=4A::basic"]);
    assert!(service.status.success(), "{}", out(&service));
    let own = make(&lab, &["check"]);
    assert!(own.status.success(), "{}{}", out(&own), err(&own));
}

/// What is to be written is not there, and the chapters that the parts name are.
fn no_solution_is_laid_out(lab: &Path) {
    let sources = project().join("rawraft/src");
    for entry in fs::read_dir(sources).expect("the reference is there") {
        let name = entry.expect("it can be read").file_name();
        let theirs = fs::read_to_string(lab.join("rawraft/src").join(&name));
        let theirs = theirs.expect("each room of the reference's is there");
        let is_given = ["lib.rs", "inspect.rs"].iter().any(|given| name == *given);
        assert!(is_given || theirs.contains("todo!("), "{name:?}");
    }
    assert!(lab.join("harness/book/src/tiny-bridge.md").is_file());
    let manifest = fs::read_to_string(lab.join("Cargo.toml")).expect("it is there");
    assert!(manifest.contains("\"harness/tests/bridge\""), "{manifest}");
}

/// Whoever asks is answered in this track's parts.
fn the_track_is_known(lab: &Path) {
    let status = make(lab, &["status"]);
    let told = out(&status);
    assert!(
        told.contains("… tiny-2AA    leader election              0 of 24 cases pass"),
        "{told}"
    );
    assert!(told.contains("· 3A          in threads"), "{told}");
    assert!(
        told.contains("next: tiny-2AA. Read §5.1, §5.2, Figure 2 of the paper and harness/"),
        "{told}"
    );
    let hint = raftlab(lab, &["hint"]);
    assert!(
        out(&hint).starts_with("tiny-2AA::leader_election: "),
        "{hint:?}"
    );
    let points = make(lab, &["points"]);
    assert!(
        out(&points).contains("| tiny-2AA |      0 |  24 |"),
        "{points:?}"
    );
    let help = make(lab, &[]);
    assert!(out(&help).contains("  test-tiny-2AB  the log"), "{help:?}");
    let update = raftlab(lab, &["update"]);
    assert!(out(&update).contains("is the newest"), "{update:?}");
}
