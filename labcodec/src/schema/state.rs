//! One value after another of a shape, each a little different from the last one.

use super::{Schema, kept};
use crate::decode::Decoder;
use crate::value::Value;
use crate::{Error, Journal};
use bytes::Bytes;
use serde::de::DeserializeSeed;
use serde::ser::{SerializeStruct, SerializeTuple};
use serde::{Serialize, Serializer};

/// A value whose type is compiled elsewhere, such as a state that is saved again and again. It can
/// be looked at as the value itself can, by its `Serialize`; and of a journal in it, only what is
/// new is read again.
///
/// ```
/// use labcodec::schema::{Schema, State};
/// use labcodec::value::to_value;
/// use labcodec::{Journal, encode};
///
/// let mut log: Journal<(u64, String)> = Journal::new();
/// let mut state = State::new(Schema::of::<(u64, Journal<(u64, String)>)>());
/// for term in 1..4 {
///     log.push((term, "x".to_string()));
///     state.update(&encode(&(term, &log))?)?;
///     assert_eq!(to_value(&state)?, to_value(&(term, &log))?);
/// }
/// # Ok::<(), labcodec::Error>(())
/// ```
#[derive(Debug)]
pub struct State {
    schema: Schema,
    root: Node,
}

#[derive(Debug)]
enum Node {
    Leaf(Value),
    Struct(&'static str, Vec<(&'static str, Node)>),
    Tuple(Vec<Node>),
    Journal(Box<Elements>),
}

/// A journal, and its elements' bytes.
#[derive(Debug, Default)]
struct Elements {
    items: Journal<Item>,
    bytes: Vec<u8>,
    /// Where each element's bytes end.
    ends: Vec<usize>,
}

/// An element: its tree.
#[derive(Clone, Debug)]
struct Item(Value);

impl State {
    /// One of this shape, of which nothing is known yet.
    pub fn new(schema: Schema) -> State {
        let root = Node::Leaf(Value::Unit);
        State { schema, root }
    }

    /// Now it is the value that `bytes` are.
    ///
    /// # Errors
    /// When they are not the bytes of a value of its shape.
    pub fn update(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.schema == Schema::Opaque {
            self.root = Node::Leaf(Value::Bytes(Bytes::copy_from_slice(bytes)));
            return Ok(());
        }
        let mut decoder = Decoder::new(bytes, 0);
        self.root.read(&self.schema, &mut decoder)?;
        match decoder.left() {
            0 => Ok(()),
            extra => Err(Error::Trailing { extra }),
        }
    }
}

impl Node {
    fn read(&mut self, schema: &Schema, from: &mut Decoder<'_>) -> Result<(), Error> {
        match schema {
            Schema::Struct(name, fields) => {
                if !matches!(self, Node::Struct(_, nodes) if nodes.len() == fields.len()) {
                    let blank = |(name, _): &(String, Schema)| (kept(name), blank());
                    *self = Node::Struct(kept(name), fields.iter().map(blank).collect());
                }
                if let Node::Struct(_, nodes) = self {
                    for ((_, node), (_, schema)) in nodes.iter_mut().zip(fields) {
                        node.read(schema, from)?;
                    }
                }
            }
            Schema::Tuple(parts) => {
                if !matches!(self, Node::Tuple(nodes) if nodes.len() == parts.len()) {
                    *self = Node::Tuple(parts.iter().map(|_| blank()).collect());
                }
                if let Node::Tuple(nodes) = self {
                    for (node, schema) in nodes.iter_mut().zip(parts) {
                        node.read(schema, from)?;
                    }
                }
            }
            Schema::Journal(one) => {
                if !matches!(self, Node::Journal(_)) {
                    *self = Node::Journal(Box::default());
                }
                if let Node::Journal(elements) = self {
                    elements.read(one, from)?;
                }
            }
            leaf => *self = Node::Leaf(leaf.deserialize(from).map_err(Error::from)?),
        }
        Ok(())
    }
}

fn blank() -> Node {
    Node::Leaf(Value::Unit)
}

impl Elements {
    fn read(&mut self, schema: &Schema, from: &mut Decoder<'_>) -> Result<(), Error> {
        // What is the same from the beginning on stays, element by element.
        let (mut same, mut is_same) = (0, true);
        let mut news = Vec::new();
        for _ in 0..from.length()? {
            let piece = from.counted()?;
            let mut rest = piece;
            if is_same {
                let before = self.bytes.get(same..).unwrap_or_default();
                let like = like(before, piece);
                same += like;
                rest = &piece[like..];
                is_same = rest.is_empty();
            }
            news.extend_from_slice(rest);
        }
        let count = self.ends.partition_point(|end| *end <= same);
        let begin = count.checked_sub(1).map_or(0, |last| self.ends[last]);
        let partly = self.bytes[begin..same].to_vec();
        self.bytes.truncate(begin);
        self.ends.truncate(count);
        if count < self.items.len() {
            // Cut off at its end, or at its beginning with what follows looking alike: nobody can
            // tell, so it counts as another journal, all of which is shown.
            let kept: Vec<Item> = self.items[..count].to_vec();
            self.items = kept.into_iter().collect();
        }
        self.bytes.extend(partly);
        self.bytes.extend(news);
        let mut decoder = Decoder::new(&self.bytes[begin..], 0);
        let mut left = decoder.left();
        while left > 0 {
            let value = schema.deserialize(&mut decoder).map_err(Error::from)?;
            if decoder.left() == left {
                return Err(Error::Mismatch("an element takes no bytes".to_string()));
            }
            left = decoder.left();
            self.items.push(Item(value));
            self.ends.push(self.bytes.len() - left);
        }
        Ok(())
    }
}

/// How many bytes two slices begin with alike.
fn like(one: &[u8], other: &[u8]) -> usize {
    const BLOCK: usize = 64;
    let whole = one.chunks_exact(BLOCK).zip(other.chunks_exact(BLOCK));
    let blocks = whole.take_while(|(one, other)| one == other).count() * BLOCK;
    let rest = one[blocks..].iter().zip(&other[blocks..]);
    blocks + rest.take_while(|(one, other)| one == other).count()
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.root.serialize(to)
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Node::Leaf(value) => value.serialize(to),
            Node::Struct(name, fields) => {
                let mut parts = to.serialize_struct(name, fields.len())?;
                for (name, field) in fields {
                    parts.serialize_field(name, field)?;
                }
                parts.end()
            }
            Node::Tuple(nodes) => {
                let mut parts = to.serialize_tuple(nodes.len())?;
                for node in nodes {
                    parts.serialize_element(node)?;
                }
                parts.end()
            }
            Node::Journal(elements) => elements.items.serialize(to),
        }
    }
}

impl Serialize for Item {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match to.is_human_readable() {
            true => self.0.serialize(to),
            false => to.serialize_u8(0), // nobody reads it: the state has its bytes elsewhere
        }
    }
}
