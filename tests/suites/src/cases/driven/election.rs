//! 2AA: who becomes what.

use crate::cases::case::{Case, Part};
use crate::driven::{StepLab, beat, hup, message, proposal, stored};
use labapi::step::{Field, Message, MessageType, Role};
use std::sync::Arc;

pub(super) const CASES: &[Case] = &[
    Part::TinyAA
        .case("leader_election", "TestLeaderElection2AA", 1)
        .about("whoever a majority can hear is elected, and nobody else")
        .servers(5)
        .step(leader_election),
    Part::TinyAA
        .case("leader_cycle", "TestLeaderCycle2AA", 1)
        .about("each node can be elected, whoever led before")
        .step(leader_cycle),
    Part::TinyAA
        .case("single_node_candidate", "TestSingleNodeCandidate2AA", 1)
        .about("a group of one elects itself")
        .servers(1)
        .step(single_node_candidate),
    Part::TinyAA
        .case(
            "candidate_reset_term_heartbeat",
            "TestCandidateResetTermMessageType_MsgHeartbeat2AA",
            1,
        )
        .about("a candidate that hears a heartbeat of a newer term follows")
        .step(|lab| candidate_reset_term(lab, MessageType::Heartbeat)),
    Part::TinyAA
        .case(
            "candidate_reset_term_append",
            "TestCandidateResetTermMessageType_MsgAppend2AA",
            1,
        )
        .about("a candidate that hears an Append of a newer term follows")
        .step(|lab| candidate_reset_term(lab, MessageType::Append)),
    Part::TinyAA
        .case("disruptive_follower", "TestDisruptiveFollower2AA", 1)
        .about("a leader that meets a newer term steps down")
        .step(disruptive_follower),
    Part::TinyAA
        .case("recv_msg_beat", "TestRecvMessageType_MsgBeat2AA", 1)
        .about("only a leader sends heartbeats (†)")
        .step(recv_msg_beat),
    Part::TinyAA
        .case("campaign_while_leader", "TestCampaignWhileLeader2AA", 1)
        .about("a leader stands for no election")
        .servers(1)
        .step(campaign_while_leader),
    Part::TinyAA
        .case("split_vote", "TestSplitVote2AA", 1)
        .about("votes that split elect nobody; the next term may")
        .step(split_vote),
    Part::TinyAA
        .case(
            "follower_update_term_from_message",
            "TestFollowerUpdateTermFromMessage2AA",
            1,
        )
        .about("a newer term makes a follower of a follower (§5.1)")
        .step(|lab| update_term_from_message(lab, Role::Follower)),
    Part::TinyAA
        .case(
            "candidate_update_term_from_message",
            "TestCandidateUpdateTermFromMessage2AA",
            1,
        )
        .about("a newer term makes a follower of a candidate (§5.1)")
        .step(|lab| update_term_from_message(lab, Role::Candidate)),
    Part::TinyAA
        .case(
            "leader_update_term_from_message",
            "TestLeaderUpdateTermFromMessage2AA",
            1,
        )
        .about("a newer term makes a follower of a leader (§5.1)")
        .step(|lab| update_term_from_message(lab, Role::Leader)),
    Part::TinyAA
        .case("start_as_follower", "TestStartAsFollower2AA", 1)
        .about("a new node follows (§5.2)")
        .step(start_as_follower),
    Part::TinyAA
        .case("leader_bcast_beat", "TestLeaderBcastBeat2AA", 1)
        .about("a leader's clock sends heartbeats, which say nothing else (§5.2)")
        .step(leader_bcast_beat),
];

fn leader_election(lab: &StepLab) {
    let networks = [
        ("ooo", Role::Leader),
        ("oox", Role::Leader),
        ("oxx", Role::Candidate),
        ("oxxo", Role::Candidate),
        ("oxxoo", Role::Leader),
    ];
    for (places, role) in networks {
        let mut net = lab.drawn(places);
        net.send([hup(1)]);
        let what = format!("role and term of n1 among {places} (x hears nobody)");
        lab.same(&what, net.seat(1).stand(), (role, 1));
    }
}

fn leader_cycle(lab: &StepLab) {
    let mut net = lab.fresh(3);
    for leader in 1..=3 {
        net.send([hup(leader)]);
        for id in net.ids() {
            let role = match id == leader {
                true => Role::Leader,
                false => Role::Follower,
            };
            let what = format!("role of n{id} after the election of n{leader}");
            lab.same(&what, net.seat(id).status().role, role);
        }
    }
}

fn single_node_candidate(lab: &StepLab) {
    let mut net = lab.fresh(1);
    net.send([hup(1)]);
    lab.same("role of n1", net.seat(1).status().role, Role::Leader);
}

fn candidate_reset_term(lab: &StepLab, kind: MessageType) {
    let mut net = lab.fresh(3);
    net.send([hup(1)]);
    let roles: Vec<Role> = net.stands().iter().map(|stand| stand.0).collect();
    let expected = vec![Role::Leader, Role::Follower, Role::Follower];
    lab.same("the roles after the election of n1", roles, expected);

    // While n3 hears nobody, two more elections take the others to term 3.
    net.isolate(3);
    net.send([hup(2)]);
    net.send([hup(1)]);
    lab.same("n1", net.seat(1).stand(), (Role::Leader, 3));
    net.seat_mut(3).take_messages();
    net.seat_mut(3).tick_until_candidate(lab);
    lab.same("n3, cut off", net.seat(3).stand(), (Role::Candidate, 2));
    net.seat_mut(3).take_messages();

    net.recover();
    let term = net.seat(1).status().term;
    net.send([message(kind, 1, 3, term)]);
    lab.same(
        "n3 once it hears n1",
        net.seat(3).stand(),
        (Role::Follower, term),
    );
}

fn disruptive_follower(lab: &StepLab) {
    let mut net = lab.fresh(3);
    for id in 1..=3 {
        net.seat_mut(id).become_follower(1, 0);
    }
    net.send([hup(1)]);
    lab.same("n1", net.seat(1).stand(), (Role::Leader, 2));
    net.seat_mut(3).tick_until_candidate(lab);
    net.seat_mut(3).take_messages();
    let terms: Vec<u64> = net.stands().iter().map(|stand| stand.1).collect();
    lab.same("the terms, after n3's clock ran out", terms, vec![2, 2, 3]);

    // The old leader's heartbeat comes back with the newer term.
    net.send([message(MessageType::Heartbeat, 1, 3, 2)]);
    lab.same("n1", net.seat(1).stand(), (Role::Follower, 3));
}

fn recv_msg_beat(lab: &StepLab) {
    for (role, count) in [(Role::Leader, 2), (Role::Candidate, 0), (Role::Follower, 0)] {
        let mut seat = lab.node(1, &[1, 2, 3]);
        seat.set(Field::Log(Arc::new(stored(&[0, 1]))));
        seat.set(Field::Term(1));
        seat.set(Field::Role(role));
        let taken = seat.step(beat(1));
        lab.same("a Beat", taken, Ok(()));
        let sent = seat.take_messages();
        lab.same(&format!("messages of a {role:?}"), sent.len(), count);
        for message in sent {
            lab.same("the type", message.msg_type, MessageType::Heartbeat);
        }
    }
}

fn campaign_while_leader(lab: &StepLab) {
    let mut seat = lab.node_with(1, &[1], (5, 1), stored(&[]));
    lab.same("a new node", seat.status().role, Role::Follower);
    lab.same("a Hup", seat.step(hup(1)), Ok(()));
    lab.same("after a Hup", seat.status().role, Role::Leader);
    let before = seat.stand();
    lab.same("a Hup", seat.step(hup(1)), Ok(()));
    lab.same("after another one", seat.stand(), before);
}

fn split_vote(lab: &StepLab) {
    let mut net = lab.fresh(3);
    for id in 1..=3 {
        net.seat_mut(id).become_follower(1, 0);
    }
    net.send([hup(1)]);
    net.isolate(1);
    net.send([hup(2), hup(3)]);
    for id in [2, 3] {
        let what = format!("n{id}, which has its own vote only");
        lab.same(&what, net.seat(id).stand(), (Role::Candidate, 3));
    }
    net.send([hup(2)]);
    lab.same("n2", net.seat(2).stand(), (Role::Leader, 4));
    lab.same("n3", net.seat(3).stand(), (Role::Follower, 4));
}

fn update_term_from_message(lab: &StepLab, role: Role) {
    let mut seat = lab.node(1, &[1, 2, 3]);
    seat.become_role(role, 1, 2);
    lab.same(
        "a message",
        seat.step(message(MessageType::Append, 0, 0, 2)),
        Ok(()),
    );
    lab.same("n1", seat.stand(), (Role::Follower, 2));
}

fn start_as_follower(lab: &StepLab) {
    let seat = lab.node(1, &[1, 2, 3]);
    lab.same("a new node", seat.stand(), (Role::Follower, 0));
}

fn leader_bcast_beat(lab: &StepLab) {
    let mut seat = lab.node(1, &[1, 2, 3]);
    seat.lead();
    lab.same("a proposal", seat.step(proposal(1, "")), Ok(()));
    seat.take_messages();
    seat.tick();
    let mut sent = seat.take_messages();
    sent.sort_by_key(|message: &Message| message.to);
    let expected = [2, 3].map(|to| message(MessageType::Heartbeat, 1, to, 1));
    lab.same_messages("after a tick", &sent, &expected);
}
