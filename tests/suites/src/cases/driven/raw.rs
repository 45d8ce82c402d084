//! 2AC: the node as its application sees it.

use crate::cases::case::{Case, Part};
use crate::driven::StepLab;
use labapi::step::{Entry, HardState, MemoryStorage, RawNode, Ready, Role, SoftState};
use std::sync::Arc;

pub(super) const CASES: &[Case] = &[
    Part::TinyAC
        .case("raw_node_start", "TestRawNodeStart2AC", 1)
        .about("what is proposed is to be saved, then to be applied, then done")
        .servers(1)
        .step(raw_node_start),
    Part::TinyAC
        .case("raw_node_restart", "TestRawNodeRestart2AC", 1)
        .about("a node that starts again has only to apply what was committed")
        .servers(1)
        .step(raw_node_restart),
];

/// All that is to be done, which the application does: the entries to be applied.
pub(super) fn turn(raw: &mut dyn RawNode, storage: &MemoryStorage) -> (Ready, Vec<Entry>) {
    let ready = raw.ready();
    if !ready.hard_state.is_empty() {
        storage.set_hard_state(ready.hard_state);
    }
    storage.append(&ready.entries);
    let committed = ready.committed_entries.clone();
    raw.advance(ready.clone());
    (ready, committed)
}

fn raw_node_start(lab: &StepLab) {
    let storage = Arc::new(MemoryStorage::new());
    let mut raw = lab.raw_node(1, &[1], &storage);
    lab.same("campaign", raw.campaign(), Ok(()));
    let (first, _) = turn(&mut *raw, &storage);
    let expected = SoftState {
        lead: 1,
        role: Role::Leader,
    };
    lab.same("the first soft state", first.soft_state, Some(expected));
    lab.same("a proposal", raw.propose("foo".into()), Ok(()));
    let ready = raw.ready();
    let command = [Entry::new(2, 1, "foo")];
    lab.same_entries("what is to be saved", &ready.entries, &command);
    lab.same_entries("what is to be applied", &ready.committed_entries, &command);
    storage.append(&ready.entries);
    raw.advance(ready);
    lab.expect(
        "all is done, and has_ready says there is more",
        !raw.has_ready(),
    );
}

fn raw_node_restart(lab: &StepLab) {
    let storage = Arc::new(MemoryStorage::new());
    storage.set_hard_state(HardState {
        term: 1,
        vote: 0,
        commit: 1,
    });
    storage.append(&[Entry::new(1, 1, ""), Entry::new(2, 1, "foo")]);
    let mut raw = lab.raw_node(1, &[], &storage);
    let ready = raw.ready();
    let expected = Ready {
        committed_entries: vec![Entry::new(1, 1, "")],
        ..Ready::default()
    };
    lab.same("what a node has to do that starts again", &ready, &expected);
    raw.advance(ready);
    lab.expect(
        "all is done, and has_ready says there is more",
        !raw.has_ready(),
    );
}
