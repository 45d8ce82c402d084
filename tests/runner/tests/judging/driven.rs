//! Raft as a state machine: judged as such, and in threads.

use crate::runner::labs;

#[test]
fn a_step_driven_raft_is_judged_in_both_shapes() {
    let reference = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rawraft");
    let answer = labs(&["tiny", "3A", "--tiny", reference]);
    answer
        .ends_with(0)
        .says(&["Judging rawraft", "90 of 90 points"]);
    answer.has_line(&["tiny-2AA", "leader_election", "passed"]);
    answer.has_line(&["3A", "initial_election", "passed"]);
}

#[test]
fn a_part_of_the_other_track_is_known_by_its_name() {
    let answer = labs(&["TINY-2ac", "--list"]);
    answer.ends_with(0);
    assert_eq!(answer.stdout.lines().count(), 1 + 2, "{answer}");
    answer.has_line(&["tiny-2AC", "raw_node_start", "TestRawNodeStart2AC"]);
}
