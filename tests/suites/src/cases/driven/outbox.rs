//! 2AB: what a leader sends, and what its followers' answers lead to.

use crate::cases::case::{Case, Part};
use crate::driven::{Place, Seat, StepLab, TICKS, accepted, hup, log, message, proposal, stored};
use labapi::step::{Entry, Field, Message, MessageType};

pub(super) const CASES: &[Case] = &[
    Part::TinyAB
        .case("leader_increase_next", "TestLeaderIncreaseNext2AB", 1)
        .about("an accepted Append moves nextIndex behind it")
        .step(leader_increase_next),
    Part::TinyAB
        .case(
            "leader_start_replication",
            "TestLeaderStartReplication2AB",
            1,
        )
        .about("a proposal goes out to all others at once (§5.3)")
        .step(leader_start_replication),
    Part::TinyAB
        .case("leader_commit_entry", "TestLeaderCommitEntry2AB", 1)
        .about("what a majority has is committed, and the others are told (§5.3)")
        .step(leader_commit_entry),
    Part::TinyAB
        .case(
            "leader_acknowledge_commit",
            "TestLeaderAcknowledgeCommit2AB",
            1,
        )
        .about("a majority of answers commits, and fewer do not (§5.3)")
        .servers(5)
        .step(leader_acknowledge_commit),
    Part::TinyAB
        .case(
            "leader_commit_preceding_entries",
            "TestLeaderCommitPrecedingEntries2AB",
            1,
        )
        .about("an entry that is committed commits all before it (§5.3)")
        .step(leader_commit_preceding_entries),
    Part::TinyAB
        .case(
            "leader_only_commits_log_from_current_term",
            "TestLeaderOnlyCommitsLogFromCurrentTerm2AB",
            1,
        )
        .about("entries of earlier terms are not committed by counting (§5.4.2)")
        .step(leader_only_commits_log_from_current_term),
];

/// Everybody accepts the leader's first entry, which it saves and applies.
fn commit_noop(lab: &StepLab, seat: &mut Seat) {
    let others: Vec<u64> = seat.progress().into_keys().filter(|id| *id != 1).collect();
    seat.take_messages();
    for other in others {
        seat.send_append(other);
    }
    for append in seat.take_messages() {
        let is_noop = append.entries.len() == 1 && append.entries[0].data.is_empty();
        let is_right = append.msg_type == MessageType::Append && is_noop;
        let reason = "expected an Append with the first entry of the term alone, saw";
        lab.expect(&format!("{reason} {append}"), is_right);
        lab.same("an answer", seat.step(accepted(&append)), Ok(()));
    }
    seat.take_messages();
    seat.next_entries_saved();
}

/// A leader whose term has begun, and who has proposed something.
fn leader(lab: &StepLab, size: u64) -> Seat {
    let peers: Vec<u64> = (1..=size).collect();
    let mut seat = lab.node(1, &peers);
    seat.lead();
    commit_noop(lab, &mut seat);
    lab.same("a proposal", seat.step(proposal(1, "some data")), Ok(()));
    seat
}

fn proposed() -> Entry {
    Entry::new(2, 1, "some data")
}

fn leader_increase_next(lab: &StepLab) {
    let seat = lab.node_with(1, &[1, 2, 3], TICKS, stored(&[1, 1, 1]));
    let mut net = lab.net([Place::Node(seat), Place::Fresh, Place::Fresh]);
    net.send([hup(1)]);
    net.send([proposal(1, "somedata")]);
    let next = net.seat(1).progress().get(&2).map(|progress| progress.next);
    lab.same("next of n2", next, Some(6));
}

fn leader_start_replication(lab: &StepLab) {
    let mut seat = leader(lab, 3);
    let status = seat.status();
    let seen = (status.last_index, status.committed);
    lab.same("last index and commit index", seen, (2, 1));
    let mut sent = seat.take_messages();
    sent.sort_by_key(|message| message.to);
    let expected = [2, 3].map(|to| Message {
        index: 1,
        log_term: 1,
        commit: 1,
        entries: vec![proposed()],
        ..message(MessageType::Append, 1, to, 1)
    });
    lab.same_messages("a proposal", &sent, &expected);
    lab.same_entries("what is not saved", &seat.unstable_entries(), &[proposed()]);
}

fn leader_commit_entry(lab: &StepLab) {
    let mut seat = leader(lab, 3);
    for append in seat.take_messages() {
        lab.same("an answer", seat.step(accepted(&append)), Ok(()));
    }
    lab.same("commit index", seat.status().committed, 2);
    lab.same_entries("what is to be applied", &seat.next_entries(), &[proposed()]);
    let mut sent = seat.take_messages();
    sent.sort_by_key(|message| message.to);
    let told: Vec<String> = sent.iter().map(Message::to_string).collect();
    let seen = sent
        .iter()
        .map(|message| (message.msg_type, message.to, message.commit));
    let expected = [2, 3].map(|to| (MessageType::Append, to, 2));
    let what = format!("types, receivers and commit indices of {told:?}");
    lab.same(&what, seen.collect::<Vec<_>>(), expected.to_vec());
}

fn leader_acknowledge_commit(lab: &StepLab) {
    let rounds: [(u64, &[u64], bool); 9] = [
        (1, &[], true),
        (3, &[], false),
        (3, &[2], true),
        (3, &[2, 3], true),
        (5, &[], false),
        (5, &[2], false),
        (5, &[2, 3], true),
        (5, &[2, 3, 4], true),
        (5, &[2, 3, 4, 5], true),
    ];
    for (size, answering, commits) in rounds {
        let mut seat = leader(lab, size);
        for append in seat.take_messages() {
            if answering.contains(&append.to) {
                lab.same("an answer", seat.step(accepted(&append)), Ok(()));
            }
        }
        let what = format!("n1 of {size}, after answers of {answering:?}: whether it commits");
        lab.same(&what, seat.status().committed > 1, commits);
    }
}

fn leader_commit_preceding_entries(lab: &StepLab) {
    for terms in [&[][..], &[2], &[1, 2], &[1]] {
        let mut seat = lab.node_with(1, &[1, 2, 3], TICKS, stored(terms));
        seat.set(Field::Term(2));
        seat.lead();
        lab.same("a proposal", seat.step(proposal(1, "some data")), Ok(()));
        for append in seat.take_messages() {
            lab.same("an answer", seat.step(accepted(&append)), Ok(()));
        }
        let mut expected = log(terms);
        let last = terms.len() as u64;
        expected.push(Entry::new(last + 1, 3, ""));
        expected.push(Entry::new(last + 2, 3, "some data"));
        let what = format!("what is to be applied, behind a log of terms {terms:?}");
        lab.same_entries(&what, &seat.next_entries(), &expected);
    }
}

fn leader_only_commits_log_from_current_term(lab: &StepLab) {
    for (index, committed) in [(1, 0), (2, 0), (3, 3)] {
        let mut seat = lab.node_with(1, &[1, 2], TICKS, stored(&[1, 2]));
        seat.set(Field::Term(2));
        seat.lead();
        seat.take_messages();
        lab.same("a proposal", seat.step(proposal(1, "")), Ok(()));
        let answer = Message {
            index,
            ..message(MessageType::AppendResponse, 2, 1, seat.status().term)
        };
        lab.same("an answer", seat.step(answer), Ok(()));
        let what = format!("commit index in term 3, once both have index {index}");
        lab.same(&what, seat.status().committed, committed);
    }
}
