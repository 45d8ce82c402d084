//! 2AA: election timeouts are drawn, and drawn anew. The drawing is the run's: the same seed, the
//! same verdict.

use crate::cases::case::{Case, Part};
use crate::driven::{Seat, StepLab, TICKS};
use labapi::step::Role;
use std::collections::BTreeSet;

pub(super) const CASES: &[Case] = &[
    Part::TinyAA
        .case(
            "follower_election_timeout_randomized",
            "TestFollowerElectionTimeoutRandomized2AA",
            1,
        )
        .about("a follower's timeout has all lengths from 10 to 19 ticks (§5.2)")
        .step(|lab| randomized(lab, Role::Follower)),
    Part::TinyAA
        .case(
            "candidate_election_timeout_randomized",
            "TestCandidateElectionTimeoutRandomized2AA",
            1,
        )
        .about("a candidate's timeout has all lengths from 10 to 19 ticks (§5.2)")
        .step(|lab| randomized(lab, Role::Candidate)),
    Part::TinyAA
        .case(
            "followers_election_timeout_nonconflict",
            "TestFollowersElectionTimeoutNonconflict2AA",
            1,
        )
        .about("followers seldom stand in the same tick (§5.2)")
        .servers(5)
        .step(|lab| nonconflict(lab, Role::Follower)),
    Part::TinyAA
        .case(
            "candidates_election_timeout_nonconflict",
            "TestCandidatesElectionTimeoutNonconflict2AA",
            1,
        )
        .about("candidates seldom stand again in the same tick (§5.2)")
        .servers(5)
        .step(|lab| nonconflict(lab, Role::Candidate)),
];

/// Rounds in which timeouts are drawn: one of ten lengths is missed in 500 rounds once in 10^22.
const ROUNDS: u64 = 500;

/// Rounds in which five nodes wait side by side. Drawn as they should be, two are first together in
/// 23.3 % of them, give or take 1.3 points: 30 % is five of these away.
const RACES: u64 = 1000;
const CONFLICTS_MAX: u64 = 300;

/// Ticks after which whoever waits should long have stood for election.
const TICKS_MAX: u64 = 10 * TICKS.0;

fn start_waiting(seat: &mut Seat, role: Role) {
    match role {
        Role::Candidate => seat.become_candidate(),
        Role::Follower | Role::Leader => {
            let term = seat.status().term + 1;
            seat.become_follower(term, 2);
        }
    }
}

fn randomized(lab: &StepLab, role: Role) {
    let mut seat = lab.node(1, &[1, 2, 3]);
    let mut waits = BTreeSet::new();
    for _ in 0..ROUNDS {
        start_waiting(&mut seat, role);
        let mut ticks = 0;
        while seat.take_messages().is_empty() {
            lab.expect("it never stands for election", ticks < TICKS_MAX);
            seat.tick();
            ticks += 1;
        }
        waits.insert(ticks);
    }
    let missing: Vec<u64> = (TICKS.0 + 1..2 * TICKS.0)
        .filter(|wait| !waits.contains(wait))
        .collect();
    let what = format!("timeouts in ticks that {ROUNDS} rounds never had; they had {waits:?}");
    lab.same(&what, missing, Vec::new());
}

fn nonconflict(lab: &StepLab, role: Role) {
    let peers = [1, 2, 3, 4, 5];
    let mut seats = peers.map(|id| lab.node(id, &peers));
    let mut conflicts = 0;
    for _ in 0..RACES {
        for seat in &mut seats {
            start_waiting(seat, role);
        }
        let mut first = 0;
        for _ in 0..TICKS_MAX {
            for seat in &mut seats {
                seat.tick();
                first += u64::from(!seat.take_messages().is_empty());
            }
            if first > 0 {
                break;
            }
        }
        lab.expect("nobody ever stands for election", first > 0);
        conflicts += u64::from(first > 1);
    }
    lab.expect(
        &format!(
            "in {conflicts} of {RACES} rounds several nodes stood for election in the same tick, \
             at most {CONFLICTS_MAX} are allowed: timeouts must be drawn from 10 lengths, each anew"
        ),
        conflicts <= CONFLICTS_MAX,
    );
}
