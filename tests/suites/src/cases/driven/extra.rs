//! What that course's cases do not notice: a case for each such mistake.

use super::membership::{change, proposed};
use super::snapshots::snapshot_of;
use crate::cases::case::{Case, Draft, Part};
use crate::driven::{StepLab, TICKS, accepted, config, hup, message, proposal, stored, transfer};
use labapi::step::{
    ChangeType, Config, EntryType, MemoryStorage, Message, MessageType, NONE, Role, StepError,
};
use std::sync::Arc;

pub(super) const CASES: &[Case] = &[
    Draft::extra(Part::TinyExtra, "vote_kept_within_a_term")
        .about("who becomes a follower in the same term keeps its vote: one a term (§5.2)")
        .step(vote_kept_within_a_term),
    Draft::extra(Part::TinyExtra, "granted_vote_resets_timer")
        .about("who grants a vote gives the candidate time to win (Figure 2)")
        .step(granted_vote_resets_timer),
    Draft::extra(Part::TinyExtra, "old_term_is_answered")
        .about("a request of an earlier term is answered with the newer one (§5.1)")
        .step(old_term_is_answered),
    Draft::extra(Part::TinyExtra, "heartbeat_ends_candidacy")
        .about("a heartbeat of its own term makes a candidate a follower (§5.2)")
        .step(heartbeat_ends_candidacy),
    Draft::extra(Part::TinyExtra, "late_answer_takes_nothing_back")
        .about("matchIndex only grows (Figure 2)")
        .step(late_answer_takes_nothing_back),
    Draft::extra(Part::TinyExtra, "no_proposal_during_transfer")
        .about("a leader that hands over takes no proposals (thesis, §3.10)")
        .step(no_proposal_during_transfer),
    Draft::extra(Part::TinyExtra, "transfer_is_given_up")
        .about("a transfer that takes an election timeout is given up (thesis, §3.10)")
        .step(transfer_is_given_up),
    Draft::extra(Part::TinyExtra, "one_change_at_a_time")
        .about("no membership change while another is not applied (thesis, §4.1)")
        .step(one_change_at_a_time),
    Draft::extra(Part::TinyExtra, "heartbeat_tells_commit")
        .about("a heartbeat commits what the follower is known to have")
        .step(heartbeat_tells_commit),
    Draft::extra(Part::TinyExtra, "candidate_has_no_leader")
        .about("who stands for election knows no leader")
        .step(candidate_has_no_leader),
    Draft::extra(Part::TinyExtra, "vote_counts_once")
        .about("an answer that comes twice is one vote; one of an earlier term is none")
        .servers(5)
        .step(vote_counts_once),
    Draft::extra(Part::TinyExtra, "snapshot_keeps_what_follows")
        .about("a late snapshot drops no entry that was acknowledged (Figure 13, step 6)")
        .step(snapshot_keeps_what_follows),
    Draft::extra(Part::TinyExtra, "strangers_are_refused")
        .about("an application sends no Hup and no Beat, and nobody answers who is no member")
        .step(strangers_are_refused),
    Draft::extra(Part::TinyExtra, "bad_configuration_is_refused")
        .about("no node without a number, without heartbeats, or hastier than its leader")
        .step(bad_configuration_is_refused),
];

fn vote_kept_within_a_term(lab: &StepLab) {
    let mut seat = lab.node(1, &[1, 2, 3]);
    lab.same("a Hup", seat.step(hup(1)), Ok(()));
    lab.same(
        "a heartbeat",
        seat.step(message(MessageType::Heartbeat, 3, 1, 1)),
        Ok(()),
    );
    lab.same("n1, once n3 was elected", seat.stand(), (Role::Follower, 1));
    seat.take_messages();
    lab.same(
        "a request",
        seat.step(message(MessageType::RequestVote, 2, 1, 1)),
        Ok(()),
    );
    let what = "n1 voted for itself in term 1; n2 asks in term 1";
    let rejects = lab.only_answer(what, seat.take_messages(), MessageType::RequestVoteResponse);
    lab.expect(
        &format!("{what}, and gets a second vote of that term"),
        rejects,
    );
}

/// Tries, in each of which a timeout that was not reset fires with a chance of nine in ten.
const TRIES: u64 = 20;

fn granted_vote_resets_timer(lab: &StepLab) {
    for _ in 0..TRIES {
        let mut seat = lab.node(1, &[1, 2, 3]);
        seat.become_follower(1, NONE);
        (1..TICKS.0).for_each(|_| seat.tick());
        let request = message(MessageType::RequestVote, 2, 1, 1);
        lab.same("a request", seat.step(request), Ok(()));
        (1..TICKS.0).for_each(|_| seat.tick());
        let what = "n1 granted its vote 9 ticks ago, and stands for election itself: role, term";
        lab.same(what, seat.stand(), (Role::Follower, 1));
    }
}

fn old_term_is_answered(lab: &StepLab) {
    use MessageType::{Append, AppendResponse, Heartbeat, HeartbeatResponse};
    use MessageType::{RequestVote, RequestVoteResponse};
    for (kind, answer) in [
        (Append, AppendResponse),
        (Heartbeat, HeartbeatResponse),
        (RequestVote, RequestVoteResponse),
    ] {
        let mut seat = lab.node(1, &[1, 2, 3]);
        seat.become_follower(3, NONE);
        lab.same("a request", seat.step(message(kind, 2, 1, 2)), Ok(()));
        let what = format!("a {kind:?} of term 2 in term 3");
        let sent = lab.only(&what, seat.take_messages());
        let seen = (sent.msg_type, sent.to, sent.term);
        lab.same(
            &format!("{what}: type, receiver, term"),
            seen,
            (answer, 2, 3),
        );
        lab.expect(
            &format!("{what} is accepted"),
            kind == Heartbeat || sent.reject,
        );
    }
}

fn heartbeat_ends_candidacy(lab: &StepLab) {
    let mut seat = lab.node(1, &[1, 2, 3]);
    lab.same("a Hup", seat.step(hup(1)), Ok(()));
    lab.same(
        "a heartbeat",
        seat.step(message(MessageType::Heartbeat, 2, 1, 1)),
        Ok(()),
    );
    lab.same(
        "after a heartbeat of its term",
        seat.stand(),
        (Role::Follower, 1),
    );
    lab.same("who leads", seat.status().lead, 2);
}

fn late_answer_takes_nothing_back(lab: &StepLab) {
    let mut seat = lab.node(1, &[1, 2, 3]);
    seat.lead();
    lab.same("a proposal", seat.step(proposal(1, "x")), Ok(()));
    for index in [2, 1] {
        let answer = Message {
            index,
            ..message(MessageType::AppendResponse, 2, 1, 1)
        };
        lab.same("an answer", seat.step(answer), Ok(()));
    }
    let known = seat
        .progress()
        .get(&2)
        .map(|progress| (progress.matched, progress.next));
    lab.same(
        "matched and next of n2, whose answer to the first Append came last",
        known,
        Some((2, 3)),
    );
}

fn no_proposal_during_transfer(lab: &StepLab) {
    let mut net = lab.fresh(3);
    net.send([hup(1)]);
    net.isolate(3);
    net.send([transfer(3, 1)]);
    let leader = net.seat_mut(1);
    let taken = leader.step(proposal(1, "x"));
    lab.same(
        "a proposal during a transfer",
        taken,
        Err(StepError::ProposalDropped),
    );
    lab.same("last index", leader.status().last_index, 1);
}

fn transfer_is_given_up(lab: &StepLab) {
    let mut net = lab.fresh(3);
    net.send([hup(1)]);
    net.isolate(3);
    net.send([transfer(3, 1)]);
    let leader = net.seat_mut(1);
    (0..TICKS.0).for_each(|_| leader.tick());
    let taken = leader.step(proposal(1, "x"));
    lab.same(
        "a proposal, an election timeout after the transfer began",
        taken,
        Ok(()),
    );
}

fn one_change_at_a_time(lab: &StepLab) {
    let mut seat = lab.node(1, &[1, 2, 3]);
    seat.lead();
    let changes = [2, 3].map(|id| proposed(&change(ChangeType::RemoveNode, id)));
    let [first, second] = changes;
    lab.same("a membership change", seat.step(first), Ok(()));
    // Whether it is refused or takes its place in the log as an empty entry is the node's affair.
    let _ = seat.step(second);
    let entries = seat.entries();
    let changes = entries
        .iter()
        .filter(|entry| entry.entry_type == EntryType::ConfChange);
    lab.same(
        "membership changes in the log, none of them applied",
        changes.count(),
        1,
    );
}

fn heartbeat_tells_commit(lab: &StepLab) {
    let mut seat = lab.node(1, &[1, 2, 3]);
    seat.lead();
    for append in seat.take_messages() {
        if append.to == 2 {
            lab.same("an answer", seat.step(accepted(&append)), Ok(()));
        }
    }
    seat.take_messages();
    seat.tick();
    let mut sent = seat.take_messages();
    sent.sort_by_key(|message| message.to);
    let expected = [(2, 1), (3, 0)].map(|(to, commit)| Message {
        commit,
        ..message(MessageType::Heartbeat, 1, to, 1)
    });
    let what = "index 1 is committed, n2 is known to have it, n3 is not";
    lab.same_messages(what, &sent, &expected);

    let mut follower = lab.node_with(2, &[1, 2, 3], TICKS, stored(&[1]));
    lab.same("a heartbeat", follower.step(expected[0].clone()), Ok(()));
    lab.same("commit index of n2", follower.status().committed, 1);
}

fn candidate_has_no_leader(lab: &StepLab) {
    let mut seat = lab.node(1, &[1, 2, 3]);
    seat.become_follower(1, 2);
    lab.same("a Hup", seat.step(hup(1)), Ok(()));
    lab.same("who leads, to a candidate", seat.status().lead, NONE);
}

fn vote_counts_once(lab: &StepLab) {
    let mut seat = lab.node(1, &[1, 2, 3, 4, 5]);
    lab.same("a Hup", seat.step(hup(1)), Ok(()));
    lab.same("a Hup", seat.step(hup(1)), Ok(()));
    for (from, term) in [(2, 2), (2, 2), (3, 1), (9, 2)] {
        let vote = message(MessageType::RequestVoteResponse, from, 1, term);
        lab.same("a vote", seat.step(vote), Ok(()));
    }
    let what = "a vote of n2 that came twice, one of n3 of the term before, one of nobody's";
    lab.same(what, seat.stand(), (Role::Candidate, 2));
}

fn snapshot_keeps_what_follows(lab: &StepLab) {
    let mut seat = lab.node_with(2, &[1, 2, 3], TICKS, stored(&[1, 1, 1]));
    seat.become_follower(1, 1);
    // The leader sent it before it heard that n2 has all three entries.
    let late = Message {
        from: 1,
        to: 2,
        term: 1,
        ..snapshot_of(&[1, 2, 3], 2, 1)
    };
    lab.same("a snapshot", seat.step(late), Ok(()));
    let status = seat.status();
    let seen = (status.last_index, status.committed);
    lab.same(
        "last index and commit index, after a snapshot up to 2 of 3 entries",
        seen,
        (3, 2),
    );
}

fn strangers_are_refused(lab: &StepLab) {
    let storage = Arc::new(MemoryStorage::new());
    let mut raw = lab.raw_node(1, &[1, 2, 3], &storage);
    for local in [MessageType::Hup, MessageType::Beat] {
        let taken = raw.step(message(local, 1, 1, 0));
        lab.same(
            &format!("a {local:?} from outside"),
            taken,
            Err(StepError::LocalMessage),
        );
    }
    for answer in [
        MessageType::AppendResponse,
        MessageType::RequestVoteResponse,
        MessageType::HeartbeatResponse,
    ] {
        let taken = raw.step(message(answer, 9, 1, 1));
        let what = format!("a {answer:?} of n9, which is no member");
        lab.same(&what, taken, Err(StepError::PeerNotFound));
    }
    let nobody = raw.apply_conf_change(&change(ChangeType::AddNode, NONE));
    lab.same(
        "members after a change that is refused",
        nobody.nodes,
        vec![1, 2, 3],
    );
}

fn bad_configuration_is_refused(lab: &StepLab) {
    let sound = config(1, &[1], TICKS, &Arc::new(MemoryStorage::new()));
    lab.expect("a sound configuration is refused", lab.accepts(&sound));
    let nobody = Config {
        id: NONE,
        ..sound.clone()
    };
    lab.expect("a node without a number is made", !lab.accepts(&nobody));
    let silent = Config {
        heartbeat_tick: 0,
        ..sound.clone()
    };
    lab.expect("a node without heartbeats is made", !lab.accepts(&silent));
    let hasty = Config {
        heartbeat_tick: 10,
        ..sound
    };
    lab.expect(
        "a node is made that waits no longer than its leader",
        !lab.accepts(&hasty),
    );
}
