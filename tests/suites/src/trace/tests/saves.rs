//! A save as text.

use crate::trace::record::save;
use labcodec::value::outline;
use persister::harness::SaveEvent;
use serde::Serialize;

/// How many elements of a sequence an event keeps.
const KEPT: usize = 4;

fn event(state: &impl Serialize) -> String {
    let event = SaveEvent {
        owner: "n2".to_string(),
        number: 1,
        state: outline(state, KEPT).unwrap(),
        state_size: 120,
        snapshot_size: 0,
    };
    format!("n2 save{}", save(&event))
}

#[test]
fn a_save_in_one_line() {
    #[derive(Serialize)]
    struct State {
        #[serde(rename = "currentTerm")]
        term: u64,
        voted_for: Option<u64>,
        log: Vec<(u64, u64)>,
    }
    let state = State {
        term: 3,
        voted_for: Some(1),
        log: [[(1, 1); 8].as_slice(), &[(2, 1)]].concat(),
    };
    assert_eq!(
        event(&state),
        "n2 save term=3 voted_for=1 log=9 last=@2 state=120B snapshot=0B"
    );
    let state = State {
        voted_for: None,
        ..state
    };
    assert_eq!(
        event(&state),
        "n2 save term=3 voted_for=- log=9 last=@2 state=120B snapshot=0B"
    );
}

#[test]
fn a_log_may_be_a_type_around_its_entries() {
    #[derive(Serialize)]
    struct State {
        term: u64,
        log: Log,
    }
    #[derive(Serialize)]
    struct Log {
        last_included_index: u64,
        entries: Vec<Entry>,
    }
    #[derive(Serialize)]
    struct Entry {
        index: u64,
        term: u64,
    }
    let entry = |index| Entry { index, term: 2 };
    let log = Log {
        last_included_index: 3,
        entries: (4..104).map(entry).collect(),
    };
    assert_eq!(
        event(&State { term: 3, log }),
        "n2 save term=3 log=100 after 3 last=103@2 state=120B snapshot=0B"
    );
}

#[test]
fn what_the_snapshot_holds_may_stand_beside_the_log() {
    #[derive(Serialize)]
    struct State {
        log: Vec<&'static str>,
        last_included_index: u64,
    }
    let state = State {
        log: vec!["x"; 5],
        last_included_index: 7,
    };
    assert_eq!(
        event(&state),
        "n2 save log=5 after 7 state=120B snapshot=0B"
    );
}

#[test]
fn a_state_with_other_names_is_shown_as_it_is() {
    assert_eq!(event(&(1, 2)), "n2 save [1 2] state=120B snapshot=0B");
}
