//! An excerpt is a sequence: it arrives as the plain one, however its journal came about.

mod common;

use bytes::Bytes;
use labcodec::value::{from_value, to_value};
use labcodec::{Excerpt, Journal, decode, encode, in_place};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Entry {
    term: u64,
    #[serde(deserialize_with = "in_place")]
    command: Bytes,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Message {
    term: u64,
    entries: Excerpt<Entry>,
    commit: u64,
}

#[derive(Serialize)]
struct Plain {
    term: u64,
    entries: Vec<Entry>,
    commit: u64,
}

fn entry(term: u64, len: usize) -> Entry {
    let command = vec![term as u8; len].into();
    Entry { term, command }
}

proptest! {
    #![proptest_config(common::config(256))]

    #[test]
    fn an_excerpt_arrives_as_its_elements(
        lens in prop::collection::vec(0..40usize, 1..120),
        dropped in any::<prop::sample::Index>(),
        kept in any::<prop::sample::Index>(),
        more in 0..40usize,
        ends in any::<[prop::sample::Index; 2]>(),
    ) {
        let mut plain: Vec<Entry> =
            lens.iter().enumerate().map(|(at, len)| entry(at as u64, *len)).collect();
        let mut journal: Journal<Entry> = plain.iter().cloned().collect();
        journal.truncate(kept.index(plain.len()) + 1);
        plain.truncate(kept.index(plain.len()) + 1);
        let dropped = dropped.index(plain.len());
        journal.drop_first(dropped);
        plain.drain(..dropped);
        for at in 0..more {
            journal.push(entry(300, at));
            plain.push(entry(300, at));
        }

        let ends = ends.map(|end| end.index(plain.len() + 1));
        let range = ends[0].min(ends[1])..ends[0].max(ends[1]);
        let expected = plain[range.clone()].to_vec();
        let entries = journal.excerpt(range);
        prop_assert_eq!(entries.len(), expected.len());
        let message = Message { term: 7, entries, commit: 300 };
        let arrived: Message = decode(&encode(&message).unwrap()).unwrap();
        prop_assert_eq!((arrived.term, arrived.commit), (7, 300));

        // It looks like the plain sequence, on either side, and is made of a tree of one.
        let looks = to_value(&Plain { term: 7, entries: expected.clone(), commit: 300 }).unwrap();
        let same_fields = |message: &Message| {
            let tree = to_value(message).unwrap();
            let fields = |tree: &labcodec::value::Value| tree.fields().unwrap().to_vec();
            fields(&tree) == fields(&looks)
        };
        prop_assert!(same_fields(&message));
        prop_assert!(same_fields(&arrived));
        let made: Message = from_value(looks.clone()).unwrap();
        prop_assert_eq!(encode(&made).unwrap(), encode(&message).unwrap());

        prop_assert_eq!(&message.entries.into_vec(), &expected);
        prop_assert_eq!(&arrived.entries.into_vec(), &expected);
    }
}

/// All that arrives in one message lies in one piece.
#[test]
fn what_arrives_is_not_copied_piece_by_piece() {
    let journal: Journal<Entry> = (0..100).map(|term| entry(term, 50)).collect();
    let message = Message {
        term: 1,
        entries: journal.excerpt(0..100),
        commit: 0,
    };
    let arrived: Message = decode(&encode(&message).unwrap()).unwrap();
    let entries = arrived.entries.into_vec();
    let steps = entries.windows(2).map(|pair| {
        let [before, after] = [&pair[0], &pair[1]].map(|entry| entry.command.as_ptr().addr());
        after.wrapping_sub(before)
    });
    // The term and the length of the next command take a byte each.
    assert!(steps.into_iter().all(|step| step == 52));
    let alone: Entry = decode(&encode(&entries[3]).unwrap()).unwrap();
    assert_eq!(alone, entries[3], "elsewhere bytes are copied");
}

#[test]
fn an_excerpt_of_other_bytes_is_an_error() {
    let bytes = encode(&(1u64, Bytes::from_static(&[5, 200, 1]), 0u64)).unwrap();
    let error = decode::<Message>(&bytes).unwrap_err().to_string();
    assert!(error.contains("impossibly large"), "{error}");

    let nothings: Journal<()> = [(), ()].into_iter().collect();
    let error = encode(&nothings.excerpt(0..2)).unwrap_err().to_string();
    assert!(error.ends_with("takes no bytes"), "{error}");
    let error = encode(&Excerpt::from(vec![(), ()]))
        .unwrap_err()
        .to_string();
    assert!(error.ends_with("takes no bytes"), "{error}");
    assert_eq!(encode(&nothings.excerpt(1..1)).unwrap(), [0]);
}
