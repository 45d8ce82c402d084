//! 2AB: AppendEntries at the receiver.

use crate::cases::case::{Case, Part};
use crate::driven::{
    Place, Seat, StepLab, TICKS, beat, hup, log, log_from, message, proposal, stored,
};
use labapi::step::{Entry, Field, Message, MessageType, NONE, Role};

pub(super) const CASES: &[Case] = &[
    Part::TinyAB
        .case("handle_msg_append", "TestHandleMessageType_MsgAppend2AB", 1)
        .about("what matches is taken, and committed as far as it was checked (Figure 2)")
        .step(handle_msg_append),
    Part::TinyAB
        .case("all_server_stepdown", "TestAllServerStepdown2AB", 1)
        .about(
            "a newer term makes a follower; of whom, an Append says, even one that does not match",
        )
        .step(all_server_stepdown),
    Part::TinyAB
        .case("heartbeat_update_commit", "TestHeartbeatUpdateCommit2AB", 1)
        .about("a heartbeat commits nothing that the leader has not seen matched")
        .step(heartbeat_update_commit),
    Part::TinyAB
        .case("follower_commit_entry", "TestFollowerCommitEntry2AB", 1)
        .about("a follower applies what its leader committed (§5.3)")
        .step(follower_commit_entry),
    Part::TinyAB
        .case(
            "follower_check_msg_append",
            "TestFollowerCheckMessageType_MsgAppend2AB",
            1,
        )
        .about("an Append behind an entry that is not there is rejected (§5.3)")
        .step(follower_check_msg_append),
    Part::TinyAB
        .case("follower_append_entries", "TestFollowerAppendEntries2AB", 1)
        .about("a conflict cuts the log, and nothing else does (§5.3)")
        .step(follower_append_entries),
    Part::TinyAB
        .case(
            "leader_sync_follower_log",
            "TestLeaderSyncFollowerLog2AB",
            1,
        )
        .about("a leader makes each log of Figure 7 its own")
        .step(leader_sync_follower_log),
];

fn append(from: u64, to: u64, term: u64, prev: (u64, u64), entries: Vec<Entry>) -> Message {
    Message {
        index: prev.0,
        log_term: prev.1,
        entries,
        ..message(MessageType::Append, from, to, term)
    }
}

/// A message, and what is to come of it.
struct Row {
    term: u64,
    /// Index and term.
    prev: (u64, u64),
    commit: u64,
    /// The terms of the entries behind `prev`.
    entries: &'static [u64],
    last: u64,
    committed: u64,
    rejects: bool,
}

const fn row(
    (term, prev, commit): (u64, (u64, u64), u64),
    entries: &'static [u64],
    (last, committed): (u64, u64),
    rejects: bool,
) -> Row {
    Row {
        term,
        prev,
        commit,
        entries,
        last,
        committed,
        rejects,
    }
}

fn handle_msg_append(lab: &StepLab) {
    let rows = [
        row((3, (2, 3), 3), &[], (2, 0), true),
        row((3, (3, 3), 3), &[], (2, 0), true),
        row((2, (1, 1), 1), &[], (2, 1), false),
        row((2, (0, 0), 1), &[2], (1, 1), false),
        row((2, (2, 2), 3), &[2, 2], (4, 3), false),
        row((2, (2, 2), 4), &[2], (3, 3), false),
        row((2, (1, 1), 4), &[2], (2, 2), false),
        row((2, (1, 1), 3), &[], (2, 1), false),
        row((2, (1, 1), 3), &[2], (2, 2), false),
        row((2, (2, 2), 3), &[], (2, 2), false),
        row((2, (2, 2), 4), &[], (2, 2), false),
    ];
    for Row {
        term,
        prev,
        commit,
        entries,
        last,
        committed,
        rejects,
    } in rows
    {
        let mut seat = lab.node_with(1, &[1], TICKS, stored(&[1, 2]));
        seat.become_follower(2, NONE);
        let request = Message {
            commit,
            ..append(2, 1, term, prev, log_from(prev.0 + 1, entries))
        };
        let what = format!("log [1@1 2@2], {request}");
        seat.handle_append_entries(request);
        let status = seat.status();
        let seen = (status.last_index, status.committed);
        lab.same(
            &format!("{what}: last index and commit index"),
            seen,
            (last, committed),
        );
        let answer = lab.only_answer(&what, seat.take_messages(), MessageType::AppendResponse);
        lab.same(&format!("{what}: whether it rejects"), answer, rejects);
    }
}

fn all_server_stepdown(lab: &StepLab) {
    for (role, last) in [(Role::Follower, 0), (Role::Candidate, 0), (Role::Leader, 1)] {
        let mut seat = lab.node(1, &[1, 2, 3]);
        seat.become_role(role, 1, NONE);
        for (kind, lead) in [(MessageType::RequestVote, NONE), (MessageType::Append, 2)] {
            let what = format!("a {role:?}, a {kind:?} of term 3");
            let request = Message {
                log_term: 3,
                ..message(kind, 2, 1, 3)
            };
            lab.same(&what, seat.step(request), Ok(()));
            lab.same(&what, seat.stand(), (Role::Follower, 3));
            let seen = (seat.status().last_index, seat.entries().len() as u64);
            lab.same(
                &format!("{what}: last index and entries"),
                seen,
                (last, last),
            );
            lab.same(&format!("{what}: who leads"), seat.status().lead, lead);
        }
    }
}

fn heartbeat_update_commit(lab: &StepLab) {
    for (lost, kept) in [(1, 1), (5, 3), (5, 10)] {
        let mut net = lab.fresh(3);
        net.send([hup(1)]);
        net.isolate(1);
        for _ in 0..lost {
            net.send([proposal(1, "some data")]);
        }
        let committed = net.seat(1).status().committed;
        lab.expect(
            &format!("n1 committed {committed} entries, though nobody heard of more than 1"),
            committed <= 1,
        );

        // n2 leads, and its heartbeats reach n1 before its entries do.
        net.send([hup(2)]);
        for _ in 0..kept {
            net.send([proposal(2, "some data")]);
        }
        net.recover();
        net.ignore(MessageType::Append);
        net.send([beat(2)]);
        let committed = net.seat(1).status().committed;
        lab.expect(
            &format!(
                "a heartbeat had n1 commit up to {committed}: but what stands there is its own, \
                 which the leader has never compared"
            ),
            committed <= 1,
        );
        for id in [2, 3] {
            lab.same(
                &format!("committed on n{id}"),
                net.seat(id).status().committed,
                2 + kept,
            );
        }
    }
}

fn follower_commit_entry(lab: &StepLab) {
    for (count, commit) in [(1, 1), (2, 2), (2, 2), (2, 1)] {
        let mut seat = lab.node(1, &[1, 2, 3]);
        seat.become_follower(1, 2);
        let data = ["some data", "some data2"];
        let entries = (1..).zip(data).take(count);
        let entries: Vec<Entry> = entries
            .map(|(index, data)| Entry::new(index, 1, data))
            .collect();
        let request = Message {
            commit,
            ..append(2, 1, 1, (0, 0), entries.clone())
        };
        let what = request.to_string();
        lab.same(&what, seat.step(request), Ok(()));
        lab.same(
            &format!("{what}: commit index"),
            seat.status().committed,
            commit,
        );
        let next = seat.next_entries();
        lab.same_entries(&what, &next, &entries[..commit as usize]);
    }
}

fn follower_check_msg_append(lab: &StepLab) {
    for (prev, rejects) in [
        ((0, 0), false),
        ((1, 1), false),
        ((2, 2), false),
        ((1, 2), true),
        ((3, 3), true),
    ] {
        let mut seat = lab.node_with(1, &[1, 2, 3], TICKS, stored(&[1, 2]));
        seat.set(Field::Committed(1));
        seat.become_follower(2, 2);
        let request = append(2, 1, 2, prev, Vec::new());
        let what = format!("log [1@1 2@2], {request}");
        lab.same(&what, seat.step(request), Ok(()));
        let answer = lab.only(&what, seat.take_messages());
        let seen = (answer.msg_type, answer.term, answer.reject);
        let expected = (MessageType::AppendResponse, 2, rejects);
        lab.same(&format!("{what}: type, term and reject"), seen, expected);
    }
}

/// Term of the message, what it stands behind, the terms of its entries, those of the log and of
/// what is not saved afterwards.
type Merge = (
    u64,
    (u64, u64),
    &'static [u64],
    &'static [u64],
    &'static [u64],
);

fn follower_append_entries(lab: &StepLab) {
    let rows: [Merge; 4] = [
        (3, (2, 2), &[3], &[1, 2, 3], &[3]),
        (4, (1, 1), &[3, 4], &[1, 3, 4], &[3, 4]),
        (2, (0, 0), &[1], &[1, 2], &[]),
        (3, (0, 0), &[3], &[3], &[3]),
    ];
    for (term, prev, entries, all, unstable) in rows {
        let mut seat = lab.node_with(1, &[1, 2, 3], TICKS, stored(&[1, 2]));
        seat.become_follower(2, 2);
        let request = append(2, 1, term, prev, log_from(prev.0 + 1, entries));
        let what = format!("log [1@1 2@2], {request}");
        lab.same(&what, seat.step(request), Ok(()));
        lab.same_entries(&what, &seat.entries(), &log(all));
        let first = (all.len() - unstable.len()) as u64 + 1;
        let what = format!("{what}: what is not saved");
        lab.same_entries(&what, &seat.unstable_entries(), &log_from(first, unstable));
    }
}

fn leader_sync_follower_log(lab: &StepLab) {
    const LEADER: &[u64] = &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
    let followers: [&[u64]; 6] = [
        &[1, 1, 1, 4, 4, 5, 5, 6, 6],
        &[1, 1, 1, 4],
        &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
        &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
        &[1, 1, 1, 4, 4, 4, 4],
        &[1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
    ];
    for (name, terms) in ('a'..).zip(followers) {
        lab.note(&format!("log ({name}) of Figure 7"));
        let at_term = |mut seat: Seat, term: u64| {
            seat.set(Field::Term(term));
            seat
        };
        let peers = [1, 2, 3];
        let mut leader = at_term(lab.node_with(1, &peers, TICKS, stored(LEADER)), 8);
        leader.set(Field::Committed(LEADER.len() as u64));
        let follower = at_term(lab.node_with(2, &peers, TICKS, stored(terms)), 7);
        let mut net = lab.net([Place::Node(leader), Place::Node(follower), Place::Hole]);
        net.send([hup(1)]);
        // n2 may have refused; n3, of which nothing else is heard, votes for n1.
        net.send([message(MessageType::RequestVoteResponse, 3, 1, 9)]);
        net.send([proposal(1, "")]);

        let mut expected = log(LEADER);
        expected.extend(log_from(11, &[9, 9]));
        lab.note(&format!("log ({name}): both are to be the leader's"));
        net.expect_same_logs(&expected, 12, 0);
    }
}
