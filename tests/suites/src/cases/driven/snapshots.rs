//! 2C: snapshots in place of logs.

use crate::cases::case::{Case, Part};
use crate::driven::{Seat, StepLab, TICKS, beat, hup, message, proposal, stored};
use labapi::Bytes;
use labapi::step::{
    ConfState, Entry, Field, HardState, MemoryStorage, Message, MessageType, Ready, Snapshot,
    SnapshotMetadata,
};
use std::sync::Arc;

pub(super) const CASES: &[Case] = &[
    Part::TinyC
        .case("restore_snapshot", "TestRestoreSnapshot2C", 1)
        .about("a snapshot takes the place of the log, and names the members (§7)")
        .step(restore_snapshot),
    Part::TinyC
        .case("restore_ignore_snapshot", "TestRestoreIgnoreSnapshot2C", 1)
        .about("a snapshot of what is committed long since changes nothing")
        .step(restore_ignore_snapshot),
    Part::TinyC
        .case("provide_snap", "TestProvideSnap2C", 1)
        .about("whose next entry is gone gets a snapshot (†)")
        .step(provide_snap),
    Part::TinyC
        .case("restore_from_snap_msg", "TestRestoreFromSnapMsg2C", 1)
        .about("whoever sends a snapshot leads (†)")
        .step(restore_from_snap_msg),
    Part::TinyC
        .case(
            "restore_from_snap_with_overlaping_peers_msg",
            "TestRestoreFromSnapWithOverlapingPeersMsg2C",
            1,
        )
        .about("the snapshot's members take the place of those before (†)")
        .step(restore_from_snap_with_overlaping_peers_msg),
    Part::TinyC
        .case("slow_node_restore", "TestSlowNodeRestore2C", 1)
        .about("a follower that was away too long catches up by a snapshot")
        .step(slow_node_restore),
    Part::TinyC
        .case(
            "raw_node_restart_from_snapshot",
            "TestRawNodeRestartFromSnapshot2C",
            1,
        )
        .about("a node that starts again from a snapshot has it already")
        .step(raw_node_restart_from_snapshot),
];

/// Up to index 11 of term 11, with these members.
fn eleven(nodes: &[u64]) -> Message {
    snapshot_of(nodes, 11, 11)
}

/// Up to this index, of this term.
pub(super) fn snapshot_of(nodes: &[u64], index: u64, term: u64) -> Message {
    let conf_state = ConfState {
        nodes: nodes.to_vec(),
    };
    Message {
        snapshot: Some(Snapshot {
            data: Bytes::new(),
            metadata: SnapshotMetadata {
                conf_state,
                index,
                term,
            },
        }),
        ..message(MessageType::Snapshot, 0, 0, 0)
    }
}

fn members(seat: &Seat) -> Vec<u64> {
    seat.progress().into_keys().collect()
}

fn restore_snapshot(lab: &StepLab) {
    let mut seat = lab.node(1, &[1, 2]);
    seat.handle_snapshot(eleven(&[1, 2, 3]));
    lab.same("last index", seat.status().last_index, 11);
    lab.same("term of index 11", seat.term_at(11), Ok(11));
    lab.same("members", members(&seat), vec![1, 2, 3]);
}

fn restore_ignore_snapshot(lab: &StepLab) {
    let mut seat = lab.node_with(1, &[1, 2], TICKS, stored(&[1, 1, 1]));
    seat.set(Field::Committed(3));
    seat.handle_snapshot(snapshot_of(&[1, 2], 1, 1));
    lab.same("commit index", seat.status().committed, 3);
}

fn provide_snap(lab: &StepLab) {
    let mut seat = lab.node(1, &[1]);
    seat.handle_snapshot(eleven(&[1, 2]));
    seat.lead();
    seat.take_messages();
    // n2 lacks an entry that the snapshot includes.
    seat.set(Field::Next { of: 2, next: 10 });
    lab.same("a proposal", seat.step(proposal(1, "somedata")), Ok(()));
    let sent = lab.only("a proposal", seat.take_messages());
    lab.same(
        "the type of what is sent",
        sent.msg_type,
        MessageType::Snapshot,
    );
    let upto = sent.snapshot.map(|snapshot| snapshot.metadata.index);
    lab.same("the last index that it includes", upto, Some(11));
}

fn restore_from_snap_msg(lab: &StepLab) {
    let mut seat = lab.node(2, &[1, 2]);
    let sent = Message {
        from: 1,
        term: 2,
        ..eleven(&[1, 2])
    };
    lab.same("a snapshot", seat.step(sent), Ok(()));
    lab.same("who leads", seat.status().lead, 1);
}

fn restore_from_snap_with_overlaping_peers_msg(lab: &StepLab) {
    let mut seat = lab.node(2, &[1, 2, 3]);
    let sent = Message {
        from: 1,
        term: 2,
        ..eleven(&[2, 3, 4])
    };
    lab.same("a snapshot", seat.step(sent), Ok(()));
    lab.same("who leads", seat.status().lead, 1);
    lab.same("members", members(&seat), vec![2, 3, 4]);
}

/// Makes a snapshot of all that is applied, and drops the entries that it includes.
pub(super) fn compact(seat: &Seat) {
    let applied = seat.status().applied;
    let conf_state = ConfState {
        nodes: members(seat),
    };
    let made = seat
        .storage
        .create_snapshot(applied, Some(conf_state), Bytes::new());
    made.expect("there was none");
    seat.storage.compact(applied).expect("it is there");
}

fn slow_node_restore(lab: &StepLab) {
    let mut net = lab.fresh(3);
    net.send([hup(1)]);
    net.isolate(3);
    for _ in 0..=100 {
        net.send([proposal(1, "")]);
    }
    let leader = net.seat_mut(1);
    leader.next_entries_saved();
    compact(leader);
    net.recover();
    net.send([beat(1)]);
    net.send([proposal(1, "")]);
    net.send([proposal(1, "")]);
    let committed = net.seat(1).status().committed;
    lab.same(
        "committed on n3, which was away",
        net.seat(3).status().committed,
        committed,
    );
}

fn raw_node_restart_from_snapshot(lab: &StepLab) {
    let storage = Arc::new(MemoryStorage::new());
    storage.set_hard_state(HardState {
        term: 1,
        vote: 0,
        commit: 3,
    });
    let snapshot = snapshot_of(&[1, 2], 2, 1).snapshot.expect("it has one");
    storage.apply_snapshot(snapshot).expect("it is the first");
    let command = Entry::new(3, 1, "foo");
    storage.append(std::slice::from_ref(&command));
    let mut raw = lab.raw_node(1, &[], &storage);
    let ready = raw.ready();
    let expected = Ready {
        committed_entries: vec![command],
        ..Ready::default()
    };
    lab.same("what a node has to do that starts again", &ready, &expected);
    raw.advance(ready);
    lab.expect(
        "all is done, and has_ready says there is more",
        !raw.has_ready(),
    );
}
