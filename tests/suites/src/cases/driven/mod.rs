//! TinyKV's cases of a step-driven Raft (project 2 and part A of project 3), and what they do not
//! notice. The steps and figures are that course's, the words are ours.
//!
//! A case marked with a dagger (†) sets up what no run leads to, such as entries of later terms
//! than the node's own: an implementation that asserts the contrary would fail it.

mod append;
mod ballots;
mod commit;
mod election;
mod extra;
mod membership;
mod outbox;
mod randomized;
mod raw;
mod snapshots;
mod transfer;
mod vote;

use super::case::Case;

/// All of them, in that course's order.
pub(super) const CASES: [&[Case]; 12] = [
    election::CASES,
    vote::CASES,
    randomized::CASES,
    commit::CASES,
    append::CASES,
    ballots::CASES,
    outbox::CASES,
    raw::CASES,
    snapshots::CASES,
    transfer::CASES,
    membership::CASES,
    extra::CASES,
];
