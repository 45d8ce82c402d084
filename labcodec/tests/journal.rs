//! A journal is a sequence: whatever is done to it, it reads, encodes and decodes as the plain one
//! to which the same was done.

mod common;

use labcodec::rope::Rope;
use labcodec::value::{from_value, to_value};
use labcodec::{Journal, decode, encode};
use proptest::prelude::*;

/// Miri is slow.
const STEPS: usize = if cfg!(miri) { 10 } else { 40 };
/// Elements that are added at once, at most.
const ADDED: usize = if cfg!(miri) { 40 } else { 300 };

#[derive(Clone, Debug)]
enum Step {
    Push(u64),
    Extend(usize),
    Truncate(usize),
    DropFirst(usize),
    Clear,
    SaveAndLoad,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any::<u64>().prop_map(Step::Push),
        4 => (0..ADDED).prop_map(Step::Extend),
        2 => any::<usize>().prop_map(Step::Truncate),
        2 => any::<usize>().prop_map(Step::DropFirst),
        1 => Just(Step::Clear),
        2 => Just(Step::SaveAndLoad),
    ]
}

fn apply(step: &Step, journal: &mut Journal<u64>, plain: &mut Vec<u64>) {
    match *step {
        Step::Push(item) => {
            journal.push(item);
            plain.push(item);
        }
        Step::Extend(count) => {
            journal.extend((0..count as u64).map(|item| item * 1_000_003));
            plain.extend((0..count as u64).map(|item| item * 1_000_003));
        }
        Step::Truncate(at) => {
            journal.truncate(at % (plain.len() + 2));
            plain.truncate(at % (plain.len() + 2));
        }
        Step::DropFirst(count) => {
            let count = count % (plain.len() + 1);
            journal.drop_first(count);
            plain.drain(..count);
        }
        Step::Clear => {
            journal.clear();
            plain.clear();
        }
        Step::SaveAndLoad => *journal = decode(&encode(journal).unwrap()).unwrap(),
    }
}

proptest! {
    #![proptest_config(common::config(256))]

    #[test]
    fn a_journal_is_the_plain_sequence(steps in prop::collection::vec(step(), 0..STEPS)) {
        let (mut journal, mut plain) = (Journal::new(), Vec::new());
        let mut rope = Rope::default();
        for step in &steps {
            apply(step, &mut journal, &mut plain);
            prop_assert_eq!(&*journal, &*plain, "after {:?}", step);
            rope.fill(&journal).unwrap();
            let read: Journal<u64> = decode(&rope.to_vec()).unwrap();
            prop_assert_eq!(&*read, &*plain, "read back after {:?}", step);
            let tree = to_value(&journal).unwrap();
            prop_assert_eq!(&tree, &to_value(&plain).unwrap());
            prop_assert_eq!(from_value::<Journal<u64>>(tree).unwrap(), journal.clone());
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "ten thousand elements")]
fn old_elements_are_shared() {
    let journal: Journal<u64> = (0..10_000).map(|item| item + (1 << 40)).collect();
    let mut rope = Rope::default();
    rope.fill(&journal).unwrap();
    assert!(rope.len() > 80_000);
    // Beside the pieces' lengths: whoever saves a journal visits each.
    assert!(
        rope.own().len() < 50,
        "{} bytes were copied",
        rope.own().len()
    );
}

/// An element that cannot be encoded is told as long as it is there, and forgotten when it is gone,
/// wherever it stands.
#[test]
fn an_element_that_cannot_be_encoded() {
    /// A number that only encodes when it is small.
    #[derive(Clone, Debug, PartialEq, serde::Deserialize)]
    struct Small(u64);

    impl serde::Serialize for Small {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self.0 < 1000 {
                true => serializer.serialize_u64(self.0),
                false => Err(serde::ser::Error::custom("too large for this test")),
            }
        }
    }

    let reads_back = |journal: &Journal<Small>| {
        let read: Journal<Small> = decode(&encode(journal).unwrap()).unwrap();
        assert_eq!(&read, journal);
    };
    for at in [0, 3, 15, 16, 31, 40] {
        let mut journal: Journal<Small> = (0..50).map(Small).collect();
        journal.truncate(at);
        journal.push(Small(5000));
        journal.extend((0..50).map(Small));
        // Further pushes and cuts change nothing as long as the element is there.
        for _ in 0..3 {
            let error = encode(&journal).unwrap_err().to_string();
            assert_eq!(error, "cannot be encoded: too large for this test");
            journal.truncate(journal.len() - 7);
        }
        let mut cut = journal.clone();
        cut.truncate(at);
        reads_back(&cut);
        journal.drop_first(at + 1);
        reads_back(&journal);
    }
}
