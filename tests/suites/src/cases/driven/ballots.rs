//! 2AB: the log's part in votes.

use crate::cases::case::{Case, Part};
use crate::driven::{StepLab, TICKS, log, message, stored};
use labapi::step::{Field, Message, MessageType, NONE, Role};
use std::sync::Arc;

pub(super) const CASES: &[Case] = &[
    Part::TinyAB
        .case(
            "recv_msg_request_vote",
            "TestRecvMessageType_MsgRequestVote2AB",
            1,
        )
        .about("votes go to logs that are at least as up-to-date (§5.4.1)")
        .step(recv_msg_request_vote),
    Part::TinyAB
        .case("vote_request", "TestVoteRequest2AB", 1)
        .about("a candidate says how its log ends (§5.4.1)")
        .step(vote_request),
    Part::TinyAB
        .case("voter", "TestVoter2AB", 1)
        .about("a voter compares ends of logs by term, then by index (§5.4.1) (†)")
        .step(voter),
];

fn recv_msg_request_vote(lab: &StepLab) {
    let by_log = [0, 1, 2, 3].map(|index| {
        (0..=3).map(move |log_term| {
            let is_behind = match index {
                0 | 1 => log_term < 3,
                _ => log_term < 2,
            };
            (Role::Follower, NONE, (index, log_term), is_behind)
        })
    });
    let by_vote = [
        (Role::Follower, 2, (3, 2), false),
        (Role::Follower, 1, (3, 2), true),
        (Role::Leader, 1, (3, 3), true),
        (Role::Candidate, 1, (3, 3), true),
    ];
    for (role, vote, (index, log_term), rejects) in by_log.into_iter().flatten().chain(by_vote) {
        let mut seat = lab.node(1, &[1, 2]);
        let term = log_term.max(2);
        seat.set(Field::Log(Arc::new(stored(&[2, 2]))));
        seat.set(Field::Role(role));
        seat.set(Field::Vote(vote));
        seat.set(Field::Term(term));
        let request = Message {
            index,
            log_term,
            ..message(MessageType::RequestVote, 2, 1, term)
        };
        let what = format!("a {role:?} with log [1@2 2@2], its vote n{vote}'s; {request}");
        lab.same(&what, seat.step(request), Ok(()));
        let seen = lab.only_answer(
            &what,
            seat.take_messages(),
            MessageType::RequestVoteResponse,
        );
        lab.same(&format!("{what}: whether it rejects"), seen, rejects);
    }
}

fn vote_request(lab: &StepLab) {
    for (entries, term) in [(log(&[1]), 2), (log(&[1, 2]), 3)] {
        let mut seat = lab.node(1, &[1, 2, 3]);
        let last = entries.last().map(|entry| (entry.index, entry.term));
        let (index, log_term) = last.expect("there are some");
        let append = Message {
            entries,
            ..message(MessageType::Append, 2, 1, term - 1)
        };
        lab.same("an Append", seat.step(append), Ok(()));
        seat.take_messages();
        seat.tick_until_candidate(lab);
        let mut sent = seat.take_messages();
        sent.sort_by_key(|message| message.to);
        let expected = [2, 3].map(|to| Message {
            index,
            log_term,
            ..message(MessageType::RequestVote, 1, to, term)
        });
        lab.same_messages("a candidate", &sent, &expected);
    }
}

fn voter(lab: &StepLab) {
    let rows: [(&[u64], (u64, u64), bool); 9] = [
        (&[1], (1, 1), false),
        (&[1], (2, 1), false),
        (&[1], (1, 2), false),
        (&[1], (2, 2), false),
        (&[1, 1], (1, 1), true),
        (&[1, 1], (2, 1), false),
        (&[2], (1, 1), true),
        (&[2], (2, 1), true),
        (&[1, 2], (1, 1), true),
    ];
    for (terms, (index, log_term), rejects) in rows {
        let mut seat = lab.node_with(1, &[1, 2], TICKS, stored(terms));
        let request = Message {
            index,
            log_term,
            ..message(MessageType::RequestVote, 2, 1, 3)
        };
        let what = format!("a log of terms {terms:?}; {request}");
        lab.same(&what, seat.step(request), Ok(()));
        let seen = lab.only_answer(
            &what,
            seat.take_messages(),
            MessageType::RequestVoteResponse,
        );
        lab.same(&format!("{what}: whether it rejects"), seen, rejects);
    }
}
