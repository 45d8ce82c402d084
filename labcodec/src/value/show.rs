//! One line for a value, short enough to read: `{term=3 voted_for=- log=[{term=1 command=8B}
//! …+3]}`.

use super::Value;
use bytes::Bytes;
use std::fmt::{self, Display, Formatter};

/// How many elements of a sequence or map are shown.
const SHOWN: usize = 4;
/// Up to how many bytes of text are shown.
const TEXT_SHOWN: usize = 24;

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Value::Unit => write!(f, "()"),
            Value::Bool(yes) => write!(f, "{yes}"),
            Value::U64(n) => write!(f, "{n}"),
            Value::I64(n) => write!(f, "{n}"),
            Value::U128(n) => write!(f, "{n}"),
            Value::I128(n) => write!(f, "{n}"),
            Value::F64(x) => write!(f, "{x}"),
            Value::Char(c) => write!(f, "{c:?}"),
            Value::Str(text) => show_text(text, f),
            Value::Bytes(bytes) => show_bytes(bytes, f),
            Value::Option(None) => write!(f, "-"),
            Value::Option(Some(inner)) => write!(f, "{inner}"),
            Value::Seq(items) => {
                let show = |item: &Value, f: &mut Formatter<'_>| write!(f, "{item}");
                let is_left_out = |item: &Value| matches!(item, Value::More(_));
                let read = items.iter().position(is_left_out).unwrap_or(items.len());
                let len = self.seq_len().unwrap_or_default();
                list(f, ['[', ']'], (&items[..read], len), show)
            }
            Value::More(more) => write!(f, "…+{more}"),
            Value::Map(pairs) => {
                let show = |(key, value): &(Value, Value), f: &mut Formatter<'_>| {
                    write!(f, "{key}: {value}")
                };
                list(f, ['{', '}'], (pairs, pairs.len()), show)
            }
            Value::Struct { fields, .. } => {
                write!(f, "{{")?;
                for (i, (name, value)) in fields.iter().enumerate() {
                    let gap = if i == 0 { "" } else { " " };
                    write!(f, "{gap}{name}={value}")?;
                }
                write!(f, "}}")
            }
            Value::Variant {
                variant, content, ..
            } => match &**content {
                Value::Unit => write!(f, "{variant}"),
                content @ (Value::Struct { .. } | Value::Seq(_)) => write!(f, "{variant}{content}"),
                content => write!(f, "{variant}({content})"),
            },
        }
    }
}

fn list<T>(
    f: &mut Formatter<'_>,
    [open, close]: [char; 2],
    (items, len): (&[T], usize),
    show: impl Fn(&T, &mut Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    write!(f, "{open}")?;
    for (i, item) in items.iter().take(SHOWN).enumerate() {
        if i > 0 {
            write!(f, " ")?;
        }
        show(item, f)?;
    }
    match len - items.len().min(SHOWN) {
        0 => write!(f, "{close}"),
        more => write!(f, " …+{more}{close}"),
    }
}

fn show_text(text: &str, f: &mut Formatter<'_>) -> fmt::Result {
    match text.len() <= TEXT_SHOWN {
        true => write!(f, "{text:?}"),
        false => write!(f, "{}B", text.len()),
    }
}

fn show_bytes(bytes: &Bytes, f: &mut Formatter<'_>) -> fmt::Result {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.is_empty() && !text.contains(char::is_control) => show_text(text, f),
        _ => write!(f, "{}B", bytes.len()),
    }
}
