//! What is written is read back: through bytes, and through the tree.

mod common;

use bincode::config::standard;
use bytes::Bytes;
use labcodec::value::{from_value, to_value};
use labcodec::{Error, decode, encode, encode_into};
use proptest::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use std::fmt::Debug;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Unit;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Term(u64);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Pair(i32, String);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Entry {
    term: Term,
    command: Bytes,
    old_style: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Nothing,
    One(Option<u64>),
    Nested(Option<Option<()>>),
    Empty(()),
    Two(i128, u128),
    Named { r#type: i8, wide: Vec<(u16, char)> },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Everything {
    flag: bool,
    small: (u8, i16, f32),
    large: f64,
    unit: Unit,
    pair: Pair,
    entries: Vec<Entry>,
    shapes: [Shape; 2],
    map: BTreeMap<String, Vec<Option<i64>>>,
    boxed: Option<Box<Everything>>,
}

/// Lists of up to so many elements. Each takes Miri many thousand steps.
const LONG: usize = if cfg!(miri) { 3 } else { 100 };

fn list<S: Clone + Strategy>(element: S) -> impl Clone + Strategy<Value = Vec<S::Value>> {
    prop::collection::vec(element, 0..LONG)
}

fn shape() -> impl Clone + Strategy<Value = Shape> {
    prop_oneof![
        Just(Shape::Nothing),
        any::<Option<u64>>().prop_map(Shape::One),
        any::<Option<Option<()>>>().prop_map(Shape::Nested),
        Just(Shape::Empty(())),
        any::<(i128, u128)>().prop_map(|(a, b)| Shape::Two(a, b)),
        (any::<i8>(), list(any::<(u16, char)>()))
            .prop_map(|(r#type, wide)| Shape::Named { r#type, wide }),
    ]
}

fn entry() -> impl Clone + Strategy<Value = Entry> {
    let parts = (any::<u64>(), list(any::<u8>()), list(any::<u8>()));
    parts.prop_map(|(term, command, old_style)| Entry {
        term: Term(term),
        command: command.into(),
        old_style,
    })
}

fn everything() -> impl Clone + Strategy<Value = Everything> {
    let finite = (-1e300..1e300f64, -1e30..1e30f32);
    let rest = (prop::collection::vec(entry(), 0..4), [shape(), shape()]);
    let map = prop::collection::btree_map(any::<String>(), list(any::<Option<i64>>()), 0..3);
    let simple = any::<(bool, u8, i16, i32, String)>();
    let leaf = (simple, finite, rest, map).prop_map(|(simple, (large, f), rest, map)| {
        let (flag, a, b, c, text) = simple;
        Everything {
            flag,
            small: (a, b, f),
            large,
            unit: Unit,
            pair: Pair(c, text),
            entries: rest.0,
            shapes: rest.1,
            map,
            boxed: None,
        }
    });
    (leaf.clone(), prop::option::of(leaf.prop_map(Box::new)))
        .prop_map(|(outer, boxed)| Everything { boxed, ..outer })
}

fn goes_round<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let bytes = encode(value).unwrap();
    assert_eq!(&decode::<T>(&bytes).unwrap(), value);
    let (theirs, _): (T, _) = bincode::serde::decode_from_slice(&bytes, standard()).unwrap();
    assert_eq!(&theirs, value, "the reader of the format's own authors");

    let tree = to_value(value).unwrap();
    assert_eq!(&from_value::<T>(tree).unwrap(), value);
}

proptest! {
    #![proptest_config(common::config(256))]

    #[test]
    fn everything_goes_round(value in everything()) {
        goes_round(&value);
    }

    /// What both readers can read means the same to both.
    #[test]
    fn any_bytes_mean_what_they_mean(bytes in list(0..9u8)) {
        let limited = standard().with_limit::<4096>();
        let theirs = bincode::serde::decode_from_slice(&bytes, limited);
        if let (Ok(ours), Ok((theirs, _))) = (decode::<Everything>(&bytes), theirs) {
            prop_assert_eq!(ours, theirs);
        }
        let theirs = bincode::serde::decode_from_slice(&bytes, limited);
        if let (Ok(ours), Ok((theirs, _))) = (decode::<(i32, Shape, Vec<u16>)>(&bytes), theirs) {
            prop_assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn a_value_cut_short_is_an_error(value in everything(), cut in any::<prop::sample::Index>()) {
        let bytes = encode(&value).unwrap();
        let cut = cut.index(bytes.len());
        prop_assert!(matches!(decode::<Everything>(&bytes[..cut]), Err(Error::Mismatch(_))));
    }
}

/// Numbers at the ends of each width that the format has, in each type that holds them.
#[test]
fn numbers_of_each_width() {
    let widths = [8u32, 16, 32, 64, 127];
    let ends = widths.map(|bits| (1u128 << bits) - 3..(1u128 << bits) + 4);
    for n in (240..260)
        .chain(ends.into_iter().flatten())
        .chain([u128::MAX])
    {
        goes_round(&n);
        goes_round(&(n as u64, n as u32, n as u16, n as u8));
        let n = n as i128;
        for n in [n, n.wrapping_neg(), n / 2, -(n / 2)] {
            goes_round(&n);
            goes_round(&(n as i64, n as i32, n as i16, n as i8));
        }
        goes_round(&char::from_u32(n as u32).unwrap_or('\u{10FFFF}'));
    }
}

#[test]
fn a_number_beyond_its_type_is_an_error() {
    let bytes = encode(&70_000u64).unwrap();
    assert!(matches!(decode::<u16>(&bytes), Err(Error::Mismatch(_))));
    let bytes = encode(&-40_000i64).unwrap();
    assert!(matches!(decode::<i16>(&bytes), Err(Error::Mismatch(_))));
    let bytes = encode(&(1u128 << 70)).unwrap();
    assert!(matches!(decode::<u64>(&bytes), Err(Error::Mismatch(_))));
    for wrong in [[2u8], [255]] {
        assert!(matches!(decode::<bool>(&wrong), Err(Error::Mismatch(_))));
        assert!(matches!(
            decode::<Option<u8>>(&wrong),
            Err(Error::Mismatch(_))
        ));
    }
}

#[test]
fn encode_into_appends() {
    let mut bytes = vec![9];
    encode_into(&Term(1), &mut bytes).unwrap();
    assert_eq!(bytes, [9, 1]);
}

#[test]
fn trailing_bytes_are_an_error() {
    let bytes = encode(&(1u64, 2u64)).unwrap();
    let error = decode::<u64>(&bytes).unwrap_err();
    assert_eq!(error, Error::Trailing { extra: 1 });
    assert_eq!(
        error.to_string(),
        "not the bytes of this type: 1 bytes too many"
    );
}

#[test]
fn an_impossible_length_is_an_error_and_takes_no_memory() {
    let bytes = encode(&u64::MAX).unwrap();
    let error = decode::<Bytes>(&bytes).unwrap_err();
    assert!(error.to_string().contains("impossibly large"), "{error}");
}

#[test]
fn bytes_are_written_as_they_are() {
    let command = Bytes::from(vec![200; 5000]);
    assert_eq!(encode(&command).unwrap().len(), 5000 + 3);
}

#[test]
fn an_error_in_a_tree_names_the_field() {
    #[derive(Serialize)]
    struct Wrong {
        pair: (i32, bool),
    }
    #[derive(Debug, Deserialize)]
    struct Right {
        #[allow(dead_code, reason = "only its type matters")]
        pair: Pair,
    }
    let tree = to_value(&Wrong { pair: (1, true) }).unwrap();
    let error = from_value::<Right>(tree).unwrap_err().to_string();
    assert!(error.contains("pair: "), "{error}");
}
