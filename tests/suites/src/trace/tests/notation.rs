//! A line as text, for messages of many shapes.

use crate::trace::content::Content;
use crate::trace::{Lane, Message, Name, What};
use labcodec::value::{Value, to_value};
use labrpc::harness::{Loss, Step};
use serde::Serialize;

#[derive(Clone, Serialize)]
struct Entry {
    term: u64,
    command: &'static str,
}

#[derive(Clone, Serialize)]
struct Append {
    term: u64,
    #[serde(rename = "leaderId")]
    leader: usize,
    prev_log_index: u64,
    prev_log_term: u64,
    entries: Vec<Entry>,
    leader_commit: u64,
}

fn line(method: &str, step: Step, value: &impl Serialize) -> String {
    shown(method, step, Some(&to_value(value).unwrap()))
}

fn shown(method: &str, step: Step, value: Option<&Value>) -> String {
    let (from, to) = match step.is_of_reply() {
        true => (3, 1),
        false => (1, 3),
    };
    let content = value.map(|value| match step.is_of_reply() {
        true => Content::of_reply(value),
        false => Content::of_request(method, value),
    });
    let message = Message {
        call: 1,
        from: Lane::Server(from),
        to: value.map(|_| Lane::Server(to)),
        method: Name::new(method),
        step,
        fate: None,
        size: 9,
        content: content.unwrap_or_default(),
    };
    let line = super::line(Some(Lane::Server(from)), What::Message(Box::new(message)));
    format!("{}{}", line.across(), line.fate())
}

fn append(entries: u64) -> Append {
    Append {
        term: 2,
        leader: 1,
        prev_log_index: 4,
        prev_log_term: 1,
        entries: (0..entries)
            .map(|_| Entry {
                term: 2,
                command: "x",
            })
            .collect(),
        leader_commit: 3,
    }
}

#[test]
fn requests() {
    let shown = |entries| line("Raft.AppendEntries", Step::Sent, &append(entries));
    assert_eq!(shown(0), "n1@2 → n3 AppendEntries prev=4@1 commit=3");
    assert_eq!(shown(1), "n1@2 → n3 AppendEntries prev=4@1 [5@2] commit=3");
    assert_eq!(
        shown(100),
        "n1@2 → n3 AppendEntries prev=4@1 [5@2 … 104@2] commit=3"
    );
}

#[test]
fn a_log_id_of_its_own_and_entries_with_indices() {
    #[derive(Serialize)]
    struct LogId {
        index: u64,
        term: u64,
    }
    #[derive(Serialize)]
    struct Append {
        term: u64,
        prev_log: LogId,
        entries: Vec<(LogId, u8)>,
        log: Vec<LogId>,
        fresh: bool,
    }
    let id = |index| LogId { index, term: 1 };
    let append = Append {
        term: 2,
        prev_log: id(4),
        entries: vec![],
        log: vec![id(5)],
        fresh: true,
    };
    let shown = line("Raft.Append", Step::Sent, &append);
    assert_eq!(shown, "n1@2 → n3 Append prev=4@1 fresh=true");
}

#[test]
fn votes_and_snapshots() {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Vote {
        term: u64,
        candidate_id: usize,
        last_log_index: u64,
        last_log_term: u64,
    }
    let vote = Vote {
        term: 5,
        candidate_id: 1,
        last_log_index: 9,
        last_log_term: 4,
    };
    let shown = line("Raft.RequestVote", Step::Lost(Loss::Request), &vote);
    assert_eq!(shown, "n1@5 → n3 RequestVote last=9@4 ✗ lost request");

    #[derive(Serialize)]
    struct Install {
        term: u64,
        last_included_index: u64,
        last_included_term: u64,
        data: Vec<u8>,
    }
    let install = Install {
        term: 5,
        last_included_index: 9,
        last_included_term: 4,
        data: vec![0; 700],
    };
    let shown = line("Raft.InstallSnapshot", Step::Arrived, &install);
    assert_eq!(shown, "n1@5 → n3 InstallSnapshot upto=9@4 700B ✓ arrived");
}

#[test]
fn replies() {
    #[derive(Serialize)]
    struct Appended {
        term: u64,
        success: bool,
        conflict_index: Option<u64>,
    }
    let no = Appended {
        term: 2,
        success: false,
        conflict_index: Some(3),
    };
    let shown = line("Raft.AppendEntries", Step::Replied, &no);
    assert_eq!(shown, "n3 → n1 AppendEntries no @2 conflict_index=3");

    #[derive(Serialize)]
    struct Voted {
        term: u64,
        vote_granted: bool,
    }
    let yes = Voted {
        term: 2,
        vote_granted: true,
    };
    let shown = line("Raft.RequestVote", Step::Lost(Loss::Reply), &yes);
    assert_eq!(shown, "n3 → n1 RequestVote ok @2 ✗ lost reply");
}

#[test]
fn what_is_not_raft_is_shown_as_it_is() {
    #[derive(Serialize)]
    struct Get {
        key: &'static str,
    }
    assert_eq!(
        line("KV.Get", Step::Sent, &Get { key: "k" }),
        "n1 → n3 KV.Get key=\"k\""
    );
    assert_eq!(line("KV.Get", Step::Sent, &7), "n1 → n3 KV.Get 7");
    assert_eq!(line("KV.Get", Step::Replied, &()), "n3 → n1 KV.Get");
    let unknown = shown("KV.Get", Step::Lost(Loss::NotConnected), None);
    assert_eq!(unknown, "n1 → nobody KV.Get ✗ not connected");
}

/// An engine packs its messages once more; the term is its sender's all the same.
#[test]
fn a_term_is_read_wherever_it_is_in_a_request() {
    #[derive(Serialize)]
    struct Step2 {
        message: Inner,
    }
    #[derive(Serialize)]
    struct Inner {
        term: u64,
        kind: &'static str,
    }
    let inner = |kind| Step2 {
        message: Inner { term: 7, kind },
    };
    assert_eq!(
        line("Raft.Step", Step::Sent, &inner("heartbeat")),
        "n1@7 → n3 Step message={term=7 kind=\"heartbeat\"}"
    );
    // What lies deeper in a reply is not the reply's: a conflict has a term too.
    assert_eq!(
        line("Raft.Step", Step::Replied, &inner("refusal")),
        "n3 → n1 Step message={term=7 kind=\"refusal\"}"
    );
}

#[test]
fn who_asks_before_an_election_stands_in_none() {
    #[derive(Serialize)]
    enum Engine {
        RequestPreVote { term: u64 },
        RequestVote { term: u64 },
    }
    let is_pre_vote =
        |method, value: &Engine| Content::of_request(method, &to_value(value).unwrap()).pre_vote;
    assert!(is_pre_vote(
        "Raft.Step",
        &Engine::RequestPreVote { term: 1 }
    ));
    assert!(!is_pre_vote("Raft.Step", &Engine::RequestVote { term: 1 }));
    assert!(is_pre_vote(
        "Raft.pre_vote",
        &Engine::RequestVote { term: 1 }
    ));
}
