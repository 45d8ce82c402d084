//! Bytes that anybody may have sent, as a message: either an error, or a value that is the same
//! after each way there and back. Never a panic, never more memory or stack than bytes can ask for.
#![no_main]

use bytes::Bytes;
use labcodec::value::{from_value, outline, to_value};
use labcodec::{Excerpt, Journal, decode, encode};
use libfuzzer_sys::fuzz_target;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One of everything that a message or a saved state may consist of.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Message {
    Nothing,
    Number(u64),
    Signed(i64, i128),
    Text(String),
    Truth(bool, char),
    Raw(Bytes),
    Log {
        term: u64,
        voted_for: Option<usize>,
        log: Journal<(u64, Bytes)>,
    },
    List(Vec<Message>),
    Empty(Vec<()>),
    Table(BTreeMap<String, u32>),
    Nested(Option<Box<Message>>),
}

/// A part of a log, in a message.
type Entries = Excerpt<(u64, Bytes)>;

fuzz_target!(|bytes: &[u8]| {
    let _ = decode::<Vec<()>>(bytes);
    let _ = decode::<Vec<u64>>(bytes);
    if let Ok(excerpt) = decode::<Entries>(bytes) {
        let again = encode(&excerpt).expect("what was decoded can be encoded");
        let again = decode::<Entries>(&again).map(Excerpt::into_vec);
        let length = excerpt.len();
        let entries = excerpt.into_vec();
        assert_eq!(entries.len(), length);
        assert_eq!(again, Ok(entries));
    }
    let Ok(message) = decode::<Message>(bytes) else {
        return;
    };

    let again = encode(&message).expect("what was decoded can be encoded");
    assert_eq!(decode::<Message>(&again).as_ref(), Ok(&message));

    let tree = to_value(&message).expect("what was decoded has a tree");
    assert_eq!(from_value::<Message>(tree.clone()).as_ref(), Ok(&message));

    // What traces do with any message.
    let _ = outline(&message, 3).map(|tree| tree.to_string());
    let _ = (tree.to_string(), tree.find(&["term"]));
});
