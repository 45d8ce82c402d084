//! 3A: leadership handed over (thesis, §3.10).

use super::snapshots::compact;
use crate::cases::case::{Case, Part};
use crate::driven::{Net, StepLab, hup, message, proposal, stored, transfer};
use labapi::step::{Message, MessageType, Role};

pub(super) const CASES: &[Case] = &[
    Part::TinyA3
        .case(
            "leader_transfer_to_up_to_date_node",
            "TestLeaderTransferToUpToDateNode3A",
            1,
        )
        .about("a member that has all entries takes over, and hands back")
        .step(to_up_to_date_node),
    Part::TinyA3
        .case(
            "leader_transfer_to_up_to_date_node_from_follower",
            "TestLeaderTransferToUpToDateNodeFromFollower3A",
            1,
        )
        .about("a follower passes the wish on to its leader")
        .step(to_up_to_date_node_from_follower),
    Part::TinyA3
        .case(
            "leader_transfer_to_slow_follower",
            "TestLeaderTransferToSlowFollower3A",
            1,
        )
        .about("a member that lacks entries gets them first")
        .step(to_slow_follower),
    Part::TinyA3
        .case(
            "leader_transfer_after_snapshot",
            "TestLeaderTransferAfterSnapshot3A",
            1,
        )
        .about("a member whose next entry is gone gets a snapshot first")
        .step(after_snapshot),
    Part::TinyA3
        .case("leader_transfer_to_self", "TestLeaderTransferToSelf3A", 1)
        .about("a leader that is to hand over to itself stays")
        .step(|lab| stays(lab, 1)),
    Part::TinyA3
        .case(
            "leader_transfer_to_non_existing_node",
            "TestLeaderTransferToNonExistingNode3A",
            1,
        )
        .about("nobody hands over to who is no member")
        .step(|lab| stays(lab, 4)),
    Part::TinyA3
        .case(
            "leader_transfer_receive_higher_term_vote",
            "TestLeaderTransferReceiveHigherTermVote3A",
            1,
        )
        .about("another election in the middle of a transfer ends it")
        .step(receive_higher_term_vote),
    Part::TinyA3
        .case(
            "leader_transfer_remove_node",
            "TestLeaderTransferRemoveNode3A",
            1,
        )
        .about("nobody hands over to who was removed")
        .step(remove_node),
    Part::TinyA3
        .case("leader_transfer_back", "TestLeaderTransferBack3A", 1)
        .about("a transfer that goes nowhere can be taken back")
        .step(back),
    Part::TinyA3
        .case(
            "leader_transfer_second_transfer_to_another_node",
            "TestLeaderTransferSecondTransferToAnotherNode3A",
            1,
        )
        .about("the last wish counts")
        .step(second_transfer_to_another_node),
    Part::TinyA3
        .case("transfer_non_member", "TestTransferNonMember3A", 1)
        .about("who is no member stands for no election, whatever it is told")
        .step(non_member),
];

fn led(lab: &StepLab) -> Net<'_> {
    let mut net = lab.fresh(3);
    net.send([hup(1)]);
    net
}

/// What n1 is, and whom it takes for the leader.
#[track_caller]
fn expect_n1(lab: &StepLab, net: &Net<'_>, role: Role, lead: u64) {
    let status = net.seat(1).status();
    lab.same(
        "the role of n1, and its leader",
        (status.role, status.lead),
        (role, lead),
    );
}

fn to_up_to_date_node(lab: &StepLab) {
    let mut net = led(lab);
    expect_n1(lab, &net, Role::Leader, 1);
    net.send([transfer(2, 1)]);
    expect_n1(lab, &net, Role::Follower, 2);
    net.send([proposal(1, "")]);
    net.send([transfer(1, 2)]);
    expect_n1(lab, &net, Role::Leader, 1);
}

fn to_up_to_date_node_from_follower(lab: &StepLab) {
    let mut net = led(lab);
    net.send([transfer(2, 2)]);
    expect_n1(lab, &net, Role::Follower, 2);
    net.send([proposal(1, "")]);
    net.send([transfer(1, 1)]);
    expect_n1(lab, &net, Role::Leader, 1);
}

/// n3 was cut off while something was proposed.
fn with_slow_n3(lab: &StepLab) -> Net<'_> {
    let mut net = led(lab);
    net.isolate(3);
    net.send([proposal(1, "")]);
    net
}

#[track_caller]
fn expect_n3_behind(lab: &StepLab, net: &Net<'_>) {
    let matched = net
        .seat(1)
        .progress()
        .get(&3)
        .map(|progress| progress.matched);
    lab.same("what n3 is known to have", matched, Some(1));
}

fn to_slow_follower(lab: &StepLab) {
    let mut net = with_slow_n3(lab);
    net.recover();
    expect_n3_behind(lab, &net);
    net.send([transfer(3, 1)]);
    expect_n1(lab, &net, Role::Follower, 3);
}

fn after_snapshot(lab: &StepLab) {
    let mut net = with_slow_n3(lab);
    let leader = net.seat_mut(1);
    leader.next_entries_saved();
    compact(leader);
    net.recover();
    expect_n3_behind(lab, &net);
    net.send([transfer(3, 1)]);
    // Whoever sends no snapshot at once does so once it hears of n3.
    let term = net.seat(1).status().term;
    net.send([message(MessageType::HeartbeatResponse, 3, 1, term)]);
    expect_n1(lab, &net, Role::Follower, 3);
}

fn stays(lab: &StepLab, to: u64) {
    let mut net = led(lab);
    net.send([transfer(to, 1)]);
    expect_n1(lab, &net, Role::Leader, 1);
}

fn receive_higher_term_vote(lab: &StepLab) {
    let mut net = led(lab);
    net.isolate(3);
    net.send([transfer(3, 1)]);
    // What a Hup says besides means nothing.
    let hup = Message {
        index: 1,
        term: 2,
        ..hup(2)
    };
    net.send([hup]);
    expect_n1(lab, &net, Role::Follower, 2);
}

fn remove_node(lab: &StepLab) {
    let mut net = led(lab);
    net.seat_mut(1).remove_node(3);
    net.send([transfer(3, 1)]);
    expect_n1(lab, &net, Role::Leader, 1);
}

fn back(lab: &StepLab) {
    let mut net = led(lab);
    net.isolate(3);
    net.send([transfer(3, 1)]);
    net.send([transfer(1, 1)]);
    expect_n1(lab, &net, Role::Leader, 1);
    // It is taken back, too: proposals are welcome again.
    let last = net.seat(1).status().last_index;
    net.send([proposal(1, "")]);
    lab.same(
        "the last index after a proposal",
        net.seat(1).status().last_index,
        last + 1,
    );
}

fn second_transfer_to_another_node(lab: &StepLab) {
    let mut net = led(lab);
    net.isolate(3);
    net.send([transfer(3, 1)]);
    net.send([transfer(2, 1)]);
    expect_n1(lab, &net, Role::Follower, 2);
}

fn non_member(lab: &StepLab) {
    let mut seat = lab.node_with(1, &[2, 3, 4], (5, 1), stored(&[]));
    let term = seat.status().term;
    let told = message(MessageType::TimeoutNow, 2, 1, term);
    lab.same("a TimeoutNow", seat.step(told), Ok(()));
    for from in [2, 3] {
        let vote = message(MessageType::RequestVoteResponse, from, 1, term);
        lab.same("a vote", seat.step(vote), Ok(()));
    }
    lab.same("n1, which is no member", seat.status().role, Role::Follower);
}
