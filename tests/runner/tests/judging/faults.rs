//! Faults that no network shows which brings each message in order and once: a Raft that had them
//! all got every point. Each that endangers data fails a case of 3C or 3D within twenty seeds, two
//! of them where messages are late, and so do all together. (That matchIndex or nextIndex goes back
//! costs messages alone, and an engine in production does it.)

use super::runner::{fixture, labs_where};

#[track_caller]
fn fails(faults: &str, select: &[&str], tells: &str) {
    let path = fixture("mistakes");
    let fixed = ["--seeds", "20", "--enough", "--raft", &path];
    let answer = labs_where(&[select, &fixed].concat(), ("RAFTLAB_MISTAKE", faults));
    answer.ends_with(1).says(&[tells]);
}

#[test]
fn a_log_that_is_cut_behind_each_message() {
    fails("cuts-always", &["3C::unreliable_churn"], "AckRetained");
}

#[test]
fn a_snapshot_that_takes_the_commit_index_back() {
    fails(
        "install-takes-back",
        &["3D", "--late"],
        "which takes it back",
    );
}

#[test]
fn an_entry_that_a_snapshot_has_swallowed() {
    fails("panics-below-base", &["3D", "--late"], "there is no entry");
}

#[test]
fn all_of_them() {
    let all = "cuts-always,match-goes-back,next-below-match,install-takes-back,panics-below-base";
    fails(all, &["3C", "3D"], "AckRetained");
}
