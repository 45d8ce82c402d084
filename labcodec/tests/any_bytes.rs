//! Whatever bytes are read as whatever type: reading ends, in `Ok` or `Err`, with little time,
//! memory and stack.

mod common;

use bytes::Bytes;
use labcodec::value::{Value, from_value, outline, to_value};
use labcodec::{DEPTH_MAX, Error, Excerpt, Journal, decode, encode};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

/// Boxes within boxes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Chain(Option<Box<Chain>>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Unit;

/// Takes memory and no bytes.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
struct Large {
    #[serde(skip)]
    memory: [u64; 16],
    marker: PhantomData<u8>,
}

/// Every way in which one value lies within another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Tree {
    Leaf,
    Number(u32, i64, u128, i128, f64, char),
    Text(String),
    Boxed(Box<Tree>),
    Maybe(Option<Box<Tree>>),
    Many(Vec<Tree>),
    Named {
        first: Box<Tree>,
        second: (u8, Vec<Tree>),
    },
    Map(BTreeMap<u8, Tree>),
    Log(Journal<Tree>),
}

/// Excerpts within excerpts.
#[derive(Serialize, Deserialize)]
struct Nested(u8, Excerpt<Nested>);

/// Runs `f` on a thread with the stack of a simulated thread.
#[allow(clippy::disallowed_methods)] // the codec knows no simulation
fn on_a_small_stack<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    let builder = std::thread::Builder::new().stack_size(256 * 1024);
    let thread = builder.spawn(f).expect("a thread");
    thread.join().expect("it ends, and does not panic")
}

/// Reads `bytes` as each of the types.
fn read_all(bytes: &[u8]) {
    let _ = decode::<Chain>(bytes);
    let _ = decode::<Tree>(bytes);
    let _ = decode::<Vec<Tree>>(bytes);
    let _ = decode::<Vec<()>>(bytes);
    let _ = decode::<Vec<Vec<Unit>>>(bytes);
    let _ = decode::<Vec<Large>>(bytes);
    let _ = decode::<BTreeMap<(), ()>>(bytes);
    let _ = decode::<BTreeSet<()>>(bytes);
    let _ = decode::<Vec<(u8, (), Vec<[(); 4]>)>>(bytes);
    let _ = decode::<Journal<()>>(bytes);
    let _ = decode::<Journal<Vec<()>>>(bytes);
    let _ = decode::<Journal<Chain>>(bytes);
    let _ = decode::<Journal<Journal<(u64, Bytes)>>>(bytes);
    let _ = decode::<Excerpt<()>>(bytes);
    let _ = decode::<Excerpt<Large>>(bytes);
    let _ = decode::<Excerpt<Excerpt<Chain>>>(bytes);
    let _ = decode::<Excerpt<Nested>>(bytes);
    let _ = decode::<BTreeMap<String, Vec<Option<i64>>>>(bytes);
    let _ = decode::<(Bytes, String, char, bool, f32)>(bytes);
}

/// Bytes that look like tags, short lengths and markers of long numbers more often than chance.
fn tricky_bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![3 => 0..9u8, 1 => 250..=255u8, 1 => any::<u8>()];
    prop::collection::vec(byte, 0..200)
}

/// A tree that no type may fit.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Unit),
        any::<bool>().prop_map(Value::Bool),
        any::<u64>().prop_map(Value::U64),
        any::<i128>().prop_map(Value::I128),
        any::<String>().prop_map(Value::Str),
        (0..3usize).prop_map(Value::More),
        Just(Value::Option(None)),
    ];
    leaf.prop_recursive(6, 40, 4, |inner| {
        let variant = prop::sample::select(&["Boxed", "Many", "Log", "Named", "Nobody"][..]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Seq),
            inner
                .clone()
                .prop_map(|value| Value::Option(Some(Box::new(value)))),
            (inner.clone(), inner.clone()).prop_map(|pair| Value::Map(vec![pair])),
            (variant, inner).prop_map(|(variant, content)| Value::Variant {
                name: "Tree",
                variant,
                content: Box::new(content),
            }),
        ]
    })
}

proptest! {
    #![proptest_config(common::config(2000))]

    #[test]
    fn any_bytes_end(bytes in any::<Vec<u8>>(), tricky in tricky_bytes()) {
        read_all(&bytes);
        read_all(&tricky);
    }

    #[test]
    fn any_tree_ends(value in values()) {
        let _ = from_value::<Tree>(value.clone());
        let _ = from_value::<Chain>(value.clone());
        let _ = from_value::<Vec<Unit>>(value);
    }
}

/// A length of nothings is bounded by nothing but itself.
#[test]
fn a_length_of_nothings_ends() {
    for length in [1025, 1 << 20, u64::MAX / 2, u64::MAX] {
        let bytes = encode(&length).unwrap();
        assert!(decode::<Vec<()>>(&bytes).is_err());
        assert!(decode::<Vec<Large>>(&bytes).is_err());
        assert!(decode::<BTreeMap<(), ()>>(&bytes).is_err());
        // As many bytes as it says follow, or nearly: none of them is the elements'.
        let bytes = encode(&(2000u64, vec![7u8; 5000])).unwrap();
        assert!(decode::<(Vec<()>, Vec<u8>)>(&bytes).is_err());
        let bytes = encode(&vec![2000u64; 2000]).unwrap();
        assert!(decode::<Vec<Vec<()>>>(&bytes).is_err());
    }
    let nothings = vec![(); 1000];
    assert_eq!(decode::<Vec<()>>(&encode(&nothings).unwrap()), Ok(nothings));
}

/// Nobody could tell how many elements a journal of nothings has: neither writing it nor reading it
/// succeeds, and reading ends.
#[test]
fn a_journal_of_nothings_is_an_error() {
    let journal: Journal<()> = [(), ()].into_iter().collect();
    let error = encode(&journal).unwrap_err();
    let expected = "cannot be encoded: an element of a journal takes no bytes";
    assert_eq!(error.to_string(), expected);
    assert_eq!(to_value(&journal).unwrap(), to_value(&[(), ()]).unwrap());

    let bytes = encode(&vec![Bytes::from_static(b"x")]).unwrap();
    let error = decode::<Journal<()>>(&bytes).unwrap_err();
    let expected = "not the bytes of this type: an element of a journal takes no bytes";
    assert_eq!(error.to_string(), expected);
    let empty = Journal::<()>::new();
    assert_eq!(decode(&encode(&empty).unwrap()), Ok(empty));
}

#[test]
#[cfg_attr(miri, ignore = "megabytes of input")]
fn bytes_of_another_type_do_not_overflow_the_stack() {
    on_a_small_stack(|| {
        let bytes = vec![1u8; 4 << 20];
        assert_eq!(decode::<Chain>(&bytes), Err(Error::TooDeep));
        // A variant's number again and again: boxes, options, sequences of one, maps of one.
        for variant in 3..=8u8 {
            let bytes = [variant, 1, 1, 1].repeat(1 << 18);
            read_all(&bytes);
            read_all(&vec![variant; 1 << 20]);
        }
    });
}

/// Journals within journals: each reads its elements from bytes of its own.
#[test]
#[cfg_attr(miri, ignore = "megabytes of input")]
fn nested_journals_do_not_overflow_the_stack() {
    fn nested(levels: u32) -> Vec<u8> {
        let mut bytes = encode(&Tree::Leaf).unwrap();
        for _ in 0..levels {
            // The variant, one piece, and its bytes, which are the tree within.
            bytes = encode(&(8u8, vec![Bytes::from(bytes)])).unwrap();
        }
        bytes
    }
    on_a_small_stack(|| {
        let Ok(Tree::Log(journal)) = decode(&nested(20)) else {
            panic!("twenty levels can be read");
        };
        assert_eq!(journal.len(), 1);
        let error = decode::<Tree>(&nested(10_000)).unwrap_err();
        assert!(error.to_string().contains("64 levels"), "{error}");

        let nest = |bytes: Vec<u8>| encode(&(1u8, Bytes::from(bytes))).unwrap();
        let bytes = (0..10_000).fold(Vec::new(), |bytes, _| nest(bytes));
        let error = decode::<Nested>(&bytes).map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("64 levels"), "{error}");
    });
}

fn chain(links: u32) -> Chain {
    (0..links).fold(Chain(None), |chain, _| Chain(Some(Box::new(chain))))
}

/// What is nested as deep as allowed passes everywhere, with the stack of a simulated thread; one
/// level more is an error everywhere.
#[test]
fn the_same_depth_is_too_deep_for_bytes_and_trees() {
    on_a_small_stack(|| {
        // A link is two levels, the newtype and what may be within, and the last one is one.
        let deepest = chain((DEPTH_MAX - 1) / 2);
        assert_eq!(decode(&encode(&deepest).unwrap()), Ok(deepest.clone()));
        let tree = to_value(&deepest).unwrap();
        assert_eq!(outline(&deepest, 1), Ok(tree.clone()));
        assert!(!tree.to_string().is_empty());
        assert_eq!(from_value(tree), Ok(deepest.clone()));

        let deeper = Chain(Some(Box::new(deepest)));
        let bytes = encode(&deeper).unwrap();
        assert_eq!(decode::<Chain>(&bytes), Err(Error::TooDeep));
        assert_eq!(to_value(&deeper), Err(Error::TooDeep));
        assert_eq!(outline(&deeper, 1), Err(Error::TooDeep));

        let tree = (0..DEPTH_MAX).fold(Value::Option(None), |tree, _| {
            Value::Option(Some(Box::new(tree)))
        });
        assert_eq!(from_value::<Chain>(tree), Err(Error::TooDeep));
    });
}

/// Memory is asked for when the bytes are there, not when a length says so.
#[test]
fn a_length_takes_no_memory() {
    for length in [2u64, 1 << 27, u64::MAX] {
        let bytes = encode(&length).unwrap();
        for error in [
            decode::<Bytes>(&bytes).unwrap_err(),
            decode::<String>(&bytes).unwrap_err(),
        ] {
            let expected = format!("impossibly large ({length}, with 0 bytes left)");
            assert!(error.to_string().contains(&expected), "{error}");
        }
    }
}

#[test]
fn text_that_is_none_names_its_place() {
    let error = decode::<String>(&[3, b'a', 0xFF, b'b']).unwrap_err();
    assert!(matches!(error, Error::NotText(_)), "{error:?}");
    let source = std::error::Error::source(&error).expect("the reason of the text's own check");
    assert_eq!(
        error.to_string(),
        format!("not the bytes of this type: no text, but {source}")
    );
    assert!(source.to_string().contains("index 1"), "{source}");
}
