//! Fields are found, changed and shown, however they are spelled.

use bytes::Bytes;
use labcodec::value::{Value, from_value, outline, same_name, to_value};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct LogId {
    index: u64,
    term: i32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Append {
    term: u64,
    #[serde(rename = "leaderId")]
    leader: usize,
    prev_log: LogId,
    entries: Vec<LogId>,
    payload: Vec<u8>,
    r#type: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Message {
    Append(Append),
}

fn append() -> Append {
    Append {
        term: 7,
        leader: 2,
        prev_log: LogId { index: 4, term: 6 },
        entries: vec![LogId { index: 5, term: 7 }],
        payload: vec![1, 2],
        r#type: None,
    }
}

#[test]
fn spellings_of_a_name() {
    for name in [
        "prevLogIndex",
        "PrevLogIndex",
        "PREV_LOG_INDEX",
        "r#prev_log_index",
    ] {
        assert!(same_name("prev_log_index", name), "{name}");
    }
    assert!(!same_name("prev_log_index", "prev_log_inde"));
    assert!(!same_name("prev_log", "prev_log_index"));
}

#[test]
fn fields_are_found() {
    let tree = to_value(&append()).unwrap();
    assert_eq!(tree.field("Term").and_then(Value::as_u64), Some(7));
    assert_eq!(tree.field("leader_id").and_then(Value::as_u64), Some(2));
    assert!(tree.field("type").unwrap().is_none());

    // Spread over two levels, and not confused with what an entry holds.
    assert_eq!(tree.field("prevLogIndex").and_then(Value::as_u64), Some(4));
    assert_eq!(tree.field("prev_log_term").and_then(Value::as_u64), Some(6));
    assert_eq!(tree.field("index"), None);
    assert_eq!(tree.find(&["index"]).and_then(Value::as_u64), Some(4));

    assert_eq!(
        tree.find(&["nothing", "leader_id"]).and_then(Value::as_u64),
        Some(2)
    );
    assert_eq!(tree.find(&["nothing"]), None);
}

#[test]
fn an_enum_of_messages_is_looked_through() {
    let tree = to_value(&Message::Append(append())).unwrap();
    assert_eq!(
        tree.field("prev_log_index").and_then(Value::as_u64),
        Some(4)
    );
}

#[test]
fn a_changed_tree_is_a_changed_message() {
    let mut tree = to_value(&Message::Append(append())).unwrap();
    assert!(tree.replace(&["term"], 8));
    assert!(tree.replace(&["prev_log_term"], 3));
    assert!(tree.replace(&["kind", "type"], Value::I64(-1)));
    assert!(tree.replace(&["payload"], Bytes::from_static(b"xy")));
    assert!(!tree.replace(&["unknown"], true));

    let mut changed = append();
    changed.term = 8;
    changed.prev_log.term = 3;
    changed.r#type = Some(-1);
    changed.payload = b"xy".to_vec();
    assert_eq!(
        from_value::<Message>(tree).unwrap(),
        Message::Append(changed)
    );
}

#[test]
fn one_line() {
    let mut shown = append();
    shown.entries = vec![LogId { index: 5, term: 7 }; 6];
    assert_eq!(
        to_value(&shown).unwrap().to_string(),
        "{term=7 leaderId=2 prev_log={index=4 term=6} entries=[{index=5 term=7} {index=5 term=7} \
         {index=5 term=7} {index=5 term=7} …+2] payload=[1 2] type=-}"
    );
    assert_eq!(
        Value::Bytes(Bytes::from_static(b"x 100")).to_string(),
        "\"x 100\""
    );
    assert_eq!(
        Value::Bytes(Bytes::from(vec![0; 5000])).to_string(),
        "5000B"
    );
}

#[test]
fn an_outline_counts_what_it_does_not_read() {
    let hundred = [vec![7; 99], vec![9]].concat();
    let value = outline(&(1, hundred, vec![8; 3]), 3).expect("numbers have a tree");
    assert_eq!(value.to_string(), "[1 [7 7 7 …+97] [8 8 8]]");
    let items = value.as_seq().expect("a tuple is a sequence");
    assert_eq!(items[1].seq_len(), Some(100));
    let last = items[1].as_seq().and_then(<[Value]>::last);
    assert_eq!(last, Some(&Value::I64(9)), "the end is read as well");
    assert_eq!(items[2].seq_len(), Some(3));
    assert!(from_value::<(u64, Vec<u64>, Vec<u64>)>(value).is_err());
}
