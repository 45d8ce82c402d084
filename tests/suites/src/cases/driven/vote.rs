//! 2AA: candidates and their votes.

use crate::cases::case::{Case, Part};
use crate::driven::{Seat, StepLab, hup, message};
use labapi::step::{Field, Message, MessageType, NONE, Role};

pub(super) const CASES: &[Case] = &[
    Part::TinyAA
        .case("vote_from_any_state", "TestVoteFromAnyState2AA", 1)
        .about("a request of a newer term gets the vote of anybody")
        .step(vote_from_any_state),
    Part::TinyAA
        .case("follower_start_election", "TestFollowerStartElection2AA", 1)
        .about("a follower that hears nothing stands for election, once (§5.2)")
        .step(|lab| start_election(lab, Role::Follower)),
    Part::TinyAA
        .case(
            "candidate_start_new_election",
            "TestCandidateStartNewElection2AA",
            1,
        )
        .about("a candidate that is not elected stands again (§5.2)")
        .step(|lab| start_election(lab, Role::Candidate)),
    Part::TinyAA
        .case(
            "leader_election_in_one_round_rpc",
            "TestLeaderElectionInOneRoundRPC2AA",
            1,
        )
        .about("votes of a majority elect, and fewer do not (§5.2)")
        .servers(5)
        .step(leader_election_in_one_round_rpc),
    Part::TinyAA
        .case("follower_vote", "TestFollowerVote2AA", 1)
        .about("one vote a term, for whoever asks first (§5.2)")
        .step(follower_vote),
    Part::TinyAA
        .case("candidate_fallback", "TestCandidateFallback2AA", 1)
        .about("a candidate that hears a leader of its term, or a newer one, follows (§5.2)")
        .step(candidate_fallback),
];

fn vote_from_any_state(lab: &StepLab) {
    for role in [Role::Follower, Role::Candidate, Role::Leader] {
        let mut seat = lab.node(1, &[1, 2, 3]);
        seat.set(Field::Term(1));
        seat.become_role(role, 1, 3);
        seat.take_messages();
        let term = seat.status().term + 1;
        let request = Message {
            log_term: term,
            index: 42,
            ..message(MessageType::RequestVote, 2, 1, term)
        };
        lab.same("a request", seat.step(request), Ok(()));
        let what = format!("asked as a {role:?}");
        let answer = seat.take_messages();
        let rejects = lab.only_answer(&what, answer, MessageType::RequestVoteResponse);
        lab.expect(&format!("{what}: it must grant its vote"), !rejects);
        lab.same(&what, seat.stand(), (Role::Follower, term));
        lab.same(&format!("{what}: who has its vote"), seat.status().vote, 2);
    }
}

fn start_election(lab: &StepLab, role: Role) {
    let mut seat = lab.node(1, &[1, 2, 3]);
    seat.become_role(role, 1, 2);
    for _ in 1..2 * crate::driven::TICKS.0 {
        seat.tick();
    }
    lab.same("after 19 ticks", seat.stand(), (Role::Candidate, 2));
    lab.same("its own vote", seat.votes().get(&1).copied(), Some(true));
    let expected = [2, 3].map(|to| message(MessageType::RequestVote, 1, to, 2));
    lab.same_messages("19 ticks", &sorted(&mut seat), &expected);
}

fn sorted(seat: &mut Seat) -> Vec<Message> {
    let mut sent = seat.take_messages();
    sent.sort_by_key(|message| message.to);
    sent
}

/// Who answers, and whether with a vote.
type Answers = &'static [(u64, bool)];

fn leader_election_in_one_round_rpc(lab: &StepLab) {
    const YES: bool = true;
    const NO: bool = false;
    let rounds: [(u64, Answers, Role); 10] = [
        (1, &[], Role::Leader),
        (3, &[(2, YES), (3, YES)], Role::Leader),
        (3, &[(2, YES)], Role::Leader),
        (3, &[], Role::Candidate),
        (5, &[(2, YES), (3, YES), (4, YES), (5, YES)], Role::Leader),
        (5, &[(2, YES), (3, YES), (4, YES)], Role::Leader),
        (5, &[(2, YES), (3, YES)], Role::Leader),
        (5, &[(2, YES)], Role::Candidate),
        (5, &[(2, NO), (3, NO)], Role::Candidate),
        (5, &[], Role::Candidate),
    ];
    for (size, votes, role) in rounds {
        let peers: Vec<u64> = (1..=size).collect();
        let mut seat = lab.node(1, &peers);
        lab.same("a Hup", seat.step(hup(1)), Ok(()));
        for (from, granted) in votes {
            let term = seat.status().term;
            let answer = Message {
                reject: !granted,
                ..message(MessageType::RequestVoteResponse, *from, 1, term)
            };
            lab.same("an answer", seat.step(answer), Ok(()));
        }
        let what = format!("n1 of {size}, after the answers {votes:?}");
        lab.same(&what, seat.stand(), (role, 1));
    }
}

fn follower_vote(lab: &StepLab) {
    let tries = [(NONE, 1), (NONE, 2), (1, 1), (2, 2), (1, 2), (2, 1)];
    for (voted, candidate) in tries {
        let mut seat = lab.node(1, &[1, 2, 3]);
        seat.set(Field::Term(1));
        seat.set(Field::Vote(voted));
        let request = message(MessageType::RequestVote, candidate, 1, 1);
        lab.same("a request", seat.step(request), Ok(()));
        let expected = Message {
            reject: voted != NONE && voted != candidate,
            ..message(MessageType::RequestVoteResponse, 1, candidate, 1)
        };
        let what = format!("its vote is n{voted}'s (0: nobody's), n{candidate} asks");
        lab.same_messages(&what, &seat.take_messages(), &[expected]);
    }
}

fn candidate_fallback(lab: &StepLab) {
    for term in [1, 2] {
        let mut seat = lab.node(1, &[1, 2, 3]);
        lab.same("a Hup", seat.step(hup(1)), Ok(()));
        lab.same("after a Hup", seat.stand(), (Role::Candidate, 1));
        let append = message(MessageType::Append, 2, 1, term);
        lab.same("an Append", seat.step(append), Ok(()));
        lab.same("after an Append", seat.stand(), (Role::Follower, term));
    }
}
