//! What the runs of one case came to, in as much memory for a billion runs as for one.

use super::pages;
use super::trial::{FailureReport, Outcome};
use std::collections::BTreeSet;
use std::time::Duration;
use suites::cases::{Body, Case};
use suites::trace::{Failure, FailureKind};

/// What the runs of one case came to.
pub(super) struct Tally {
    /// The case's place among all.
    pub(super) place: usize,
    pub(super) case: &'static Case,
    /// Runs to be made, and those that were.
    pub(super) wanted: u64,
    pub(super) runs: u64,
    pub(super) failed: u64,
    /// The failure with the lowest seed, and that.
    pub(super) first: Option<(u64, FailureReport)>,
    /// Sums over all runs; of servers the most.
    pub(super) total: Outcome,
    pub(super) wall: Duration,
    /// How to see a simpler failing run.
    pub(super) simplest: Option<String>,
    /// The runs' hashes, if seeds are compared.
    hashes: Option<BTreeSet<u64>>,
}

impl Tally {
    /// Of a case that is to be run so often; `compare`: two seeds that do the same fail. A case
    /// that calls a node, which does nothing by itself, may leave nothing to chance.
    pub(super) fn new(place: usize, case: &'static Case, wanted: u64, compare: bool) -> Tally {
        Tally {
            place,
            case,
            wanted,
            runs: 0,
            failed: 0,
            first: None,
            total: Outcome::default(),
            wall: Duration::ZERO,
            simplest: None,
            hashes: (compare && !matches!(case.body, Body::Step(_))).then(BTreeSet::new),
        }
    }

    /// Takes in one run.
    pub(super) fn add(&mut self, seed: u64, outcome: Outcome, wall: Duration) {
        self.runs += 1;
        self.wall += wall;
        let total = &mut self.total;
        total.duration += outcome.duration;
        total.servers = total.servers.max(outcome.servers);
        total.rpcs += outcome.rpcs;
        total.bytes += outcome.bytes;
        total.commands += outcome.commands;
        total.figures.add(&outcome.figures);
        let hashes = self.hashes.as_mut();
        let is_known = hashes.is_some_and(|hashes| !hashes.insert(outcome.hash));
        let failure = outcome.failure.or_else(|| {
            let reason = format_args!("seed {seed} did exactly what another seed did");
            let same = || FailureReport::new(Failure::new(FailureKind::Nondeterminism, reason));
            is_known.then(same)
        });
        if let Some(report) = failure {
            self.failed += 1;
            if self.first.as_ref().is_none_or(|(first, _)| seed < *first) {
                self.first = Some((seed, report));
            }
        }
    }

    /// Whether all its runs were made, and passed.
    pub(super) fn is_passed(&self) -> bool {
        self.runs == self.wanted && self.failed == 0
    }

    /// Whether it is known what became of it, although not all its runs may have been made.
    pub(super) fn is_told(&self) -> bool {
        self.runs == self.wanted || self.failed > 0
    }

    /// The command that makes one of its runs again; how that ends, is `repeat`.
    pub(super) fn again(&self, seed: u64, repeat: &str) -> String {
        pages::command(self.case, seed, repeat)
    }

    pub(super) fn passed(&self) -> u64 {
        self.runs - self.failed
    }
}
