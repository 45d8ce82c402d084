//! 3A: one member more or less (§6; thesis, §4.1).

use super::raw::turn;
use crate::cases::case::{Case, Part};
use crate::driven::{Seat, StepLab, message, proposal, stored};
use labapi::step::{
    ChangeType, ConfChange, Entry, EntryType, HardState, MemoryStorage, Message, MessageType,
    RawNode, Storage,
};
use std::sync::Arc;

pub(super) const CASES: &[Case] = &[
    Part::TinyA3
        .case("add_node", "TestAddNode3A", 1)
        .about("a member more")
        .servers(1)
        .step(add_node),
    Part::TinyA3
        .case("remove_node", "TestRemoveNode3A", 1)
        .about("a member less, down to none")
        .servers(1)
        .step(remove_node),
    Part::TinyA3
        .case("commit_after_remove_node", "TestCommitAfterRemoveNode3A", 1)
        .about("a smaller majority may have more: a removal commits")
        .servers(1)
        .step(commit_after_remove_node),
    Part::TinyA3
        .case(
            "raw_node_propose_and_conf_change",
            "TestRawNodeProposeAndConfChange3A",
            1,
        )
        .about("a new leader takes a membership change at once")
        .servers(1)
        .step(raw_node_propose_and_conf_change),
    Part::TinyA3
        .case(
            "raw_node_propose_add_duplicate_node",
            "TestRawNodeProposeAddDuplicateNode3A",
            1,
        )
        .about("a change that changes nothing does not stand in the way of the next")
        .servers(1)
        .step(raw_node_propose_add_duplicate_node),
];

pub(super) fn change(change_type: ChangeType, node_id: u64) -> ConfChange {
    ConfChange {
        change_type,
        node_id,
        ..ConfChange::default()
    }
}

fn members(seat: &Seat) -> Vec<u64> {
    seat.progress().into_keys().collect()
}

fn add_node(lab: &StepLab) {
    let mut seat = lab.node(1, &[1]);
    seat.add_node(2);
    lab.same("members", members(&seat), vec![1, 2]);
}

fn remove_node(lab: &StepLab) {
    let mut seat = lab.node(1, &[1, 2]);
    seat.remove_node(2);
    lab.same("members", members(&seat), vec![1]);
    seat.remove_node(1);
    lab.same("members", members(&seat), vec![]);
}

/// A proposal of a membership change.
pub(super) fn proposed(change: &ConfChange) -> Message {
    let entry = Entry {
        entry_type: EntryType::ConfChange,
        data: change.encode(),
        ..Entry::default()
    };
    Message {
        entries: vec![entry],
        ..message(MessageType::Propose, 0, 0, 0)
    }
}

fn commit_after_remove_node(lab: &StepLab) {
    let mut seat = lab.node_with(1, &[1, 2], (5, 1), stored(&[]));
    seat.lead();
    let removal = proposed(&change(ChangeType::RemoveNode, 2));
    let data = removal.entries[0].data.clone();
    lab.same("a membership change", seat.step(removal), Ok(()));
    lab.same_entries("what is to be applied", &seat.next_entries_saved(), &[]);
    let place = seat.status().last_index;
    lab.same("a proposal", seat.step(proposal(1, "hello")), Ok(()));

    // n2 has the change, by which it leaves, and not the command behind it.
    let answer = Message {
        index: place,
        ..message(MessageType::AppendResponse, 2, 1, seat.status().term)
    };
    lab.same("an answer", seat.step(answer), Ok(()));
    let removal = Entry {
        entry_type: EntryType::ConfChange,
        ..Entry::new(2, 1, data)
    };
    let expected = [Entry::new(1, 1, ""), removal];
    lab.same_entries(
        "what is to be applied",
        &seat.next_entries_saved(),
        &expected,
    );
    seat.remove_node(2);
    let hello = [Entry::new(3, 1, "hello")];
    lab.same_entries(
        "what is to be applied once n2 is gone",
        &seat.next_entries_saved(),
        &hello,
    );
}

fn raw_node_propose_and_conf_change(lab: &StepLab) {
    let storage = Arc::new(MemoryStorage::new());
    let mut raw = lab.raw_node(1, &[1], &storage);
    turn(&mut *raw, &storage);
    let ready = raw.ready();
    lab.same(
        "the hard state of a node that does nothing",
        ready.hard_state,
        HardState::default(),
    );
    lab.same_entries("its entries", &ready.entries, &[]);

    lab.same("campaign", raw.campaign(), Ok(()));
    let mut proposed = false;
    let addition = change(ChangeType::AddNode, 1);
    for _ in 0..10 {
        let ready = raw.ready();
        storage.append(&ready.entries);
        let leads = ready.soft_state.is_some_and(|soft| soft.lead == 1);
        if leads && !proposed {
            lab.same("a proposal", raw.propose("somedata".into()), Ok(()));
            lab.same(
                "a membership change",
                raw.propose_conf_change(&addition),
                Ok(()),
            );
            proposed = true;
        }
        raw.advance(ready);
        if !raw.has_ready() {
            break;
        }
    }
    lab.expect("no Ready says that n1 leads", proposed);
    let last = storage.last_index();
    let entries = storage.entries(last - 1, last + 1).unwrap_or_default();
    let seen: Vec<_> = entries
        .iter()
        .map(|entry| (entry.entry_type, entry.data.clone()))
        .collect();
    let expected = vec![
        (EntryType::Normal, "somedata".into()),
        (EntryType::ConfChange, addition.encode()),
    ];
    lab.same("the last two entries", seen, expected);
}

/// Turns until there is nothing to do; membership changes are applied as they come.
fn settle(raw: &mut dyn RawNode, storage: &MemoryStorage) {
    while raw.has_ready() {
        let (_, committed) = turn(raw, storage);
        for entry in committed {
            if entry.entry_type == EntryType::ConfChange {
                let change = ConfChange::decode(&entry.data).expect("the case proposed it");
                raw.apply_conf_change(&change);
            }
        }
    }
}

fn raw_node_propose_add_duplicate_node(lab: &StepLab) {
    let storage = Arc::new(MemoryStorage::new());
    let mut raw = lab.raw_node(1, &[1], &storage);
    lab.same("campaign", raw.campaign(), Ok(()));
    let mut is_led = false;
    for _ in 0..10 {
        let (ready, _) = turn(&mut *raw, &storage);
        is_led = ready.soft_state.is_some_and(|soft| soft.lead == 1);
        if is_led {
            break;
        }
        lab.expect(
            "a Ready without news of who leads",
            ready.soft_state.is_some(),
        );
    }
    lab.expect("no Ready says that n1 leads", is_led);
    settle(&mut *raw, &storage);
    let changes = [1, 1, 2].map(|id| change(ChangeType::AddNode, id));
    for change in &changes {
        lab.same(
            "a membership change",
            raw.propose_conf_change(change),
            Ok(()),
        );
        settle(&mut *raw, &storage);
    }
    let last = storage.last_index();
    lab.expect("three changes make three entries", last >= 3);
    let entries = storage.entries(last - 2, last + 1).unwrap_or_default();
    let seen: Vec<_> = entries.into_iter().map(|entry| entry.data).collect();
    let expected: Vec<_> = changes.iter().map(ConfChange::encode).collect();
    lab.same("the last three entries", seen, expected);
}
