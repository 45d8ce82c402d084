//! Finding a field by a name that its author may spell in another way.
//!
//! `prev_log_index`, `prevLogIndex`, `PrevLogIndex` and `r#prev_log_index` are the same name. A
//! name may also be spread over two levels: in `prev_log: LogId { index, term }` the field `index`
//! is `prev_log_index`. What lies in sequences and maps is never searched: an entry's term is not
//! its message's.

use super::Value;

/// Whether two names differ in nothing but case, underscores and a raw identifier's `r#`.
pub fn same_name(a: &str, b: &str) -> bool {
    letters(a).eq(letters(b))
}

fn letters(name: &str) -> impl Iterator<Item = char> + '_ {
    let name = name.strip_prefix("r#").unwrap_or(name);
    name.chars()
        .filter(|c| *c != '_')
        .map(|c| c.to_ascii_lowercase())
}

/// What remains of `name` behind `head`, when it begins with `head` and goes on.
fn tail<'n>(name: &'n str, head: &str) -> Option<&'n str> {
    let mut wanted = letters(head).peekable();
    for (at, c) in name.char_indices() {
        if c == '_' {
            continue;
        }
        match wanted.next() {
            None => return Some(&name[at..]),
            Some(w) if w == c.to_ascii_lowercase() => {}
            Some(_) => return None,
        }
    }
    None
}

impl Value {
    /// The field that is called `name`: of this struct (or of the one that this option or variant
    /// holds), or of a struct in it whose name is the first part of `name`.
    pub fn field(&self, name: &str) -> Option<&Value> {
        let fields = self.fields()?;
        let own = fields.iter().find(|(field, _)| same_name(field, name));
        own.map(|(_, value)| value).or_else(|| {
            fields
                .iter()
                .find_map(|(field, value)| value.field(tail(name, field)?))
        })
    }

    /// As [`Value::field`], to change it.
    pub fn field_mut(&mut self, name: &str) -> Option<&mut Value> {
        let fields = self.fields_mut()?;
        if let Some(own) = fields.iter().position(|(field, _)| same_name(field, name)) {
            return Some(&mut fields[own].1);
        }
        fields
            .iter_mut()
            .find_map(|(field, value)| value.field_mut(tail(name, field)?))
    }

    /// The field that is called by any of `names`, in their order, here or in structs further down;
    /// the outermost level that has one decides.
    pub fn find(&self, names: &[&str]) -> Option<&Value> {
        let mut level = vec![self];
        while !level.is_empty() {
            let found = level
                .iter()
                .find_map(|at| names.iter().find_map(|name| at.field(name)));
            if found.is_some() {
                return found;
            }
            level = level.iter().flat_map(|at| at.children()).collect();
        }
        None
    }

    /// As [`Value::find`], to change it.
    pub fn find_mut(&mut self, names: &[&str]) -> Option<&mut Value> {
        let mut level = vec![self];
        while !level.is_empty() {
            let here =
                |at: &&mut Value| names.iter().copied().find(|name| at.field(name).is_some());
            let found = level
                .iter()
                .enumerate()
                .find_map(|(i, at)| Some((i, here(at)?)));
            if let Some((i, name)) = found {
                return level.swap_remove(i).field_mut(name);
            }
            level = level
                .into_iter()
                .flat_map(|at| at.fields_mut().into_iter().flatten())
                .map(|(_, value)| value)
                .collect();
        }
        None
    }

    /// Puts `new` in the place of the field that [`Value::find`] finds, in the shape that the field
    /// has: a number stays signed or unsigned, an `Option` becomes `Some`. Whether there was one.
    pub fn replace(&mut self, names: &[&str], new: impl Into<Value>) -> bool {
        match self.find_mut(names) {
            None => false,
            Some(field) => {
                *field = shaped_like(field, new.into());
                true
            }
        }
    }

    /// The fields of this struct, or of the one that this option or variant holds.
    pub fn fields(&self) -> Option<&[(&'static str, Value)]> {
        match self {
            Value::Struct { fields, .. } => Some(fields),
            Value::Option(Some(inner)) => inner.fields(),
            Value::Variant { content, .. } => content.fields(),
            _ => None,
        }
    }

    fn fields_mut(&mut self) -> Option<&mut Vec<(&'static str, Value)>> {
        match self {
            Value::Struct { fields, .. } => Some(fields),
            Value::Option(Some(inner)) => inner.fields_mut(),
            Value::Variant { content, .. } => content.fields_mut(),
            _ => None,
        }
    }

    fn children(&self) -> impl Iterator<Item = &Value> {
        self.fields().into_iter().flatten().map(|(_, value)| value)
    }
}

/// `new` in the shape of `old`, as far as that is possible.
fn shaped_like(old: &Value, new: Value) -> Value {
    match (old, new) {
        (Value::Option(_), new @ Value::Option(_)) => new,
        (Value::Option(Some(old)), new) => Value::Option(Some(Box::new(shaped_like(old, new)))),
        (Value::Option(None), new) => Value::Option(Some(Box::new(new))),
        (Value::I64(_), Value::U64(n)) => i64::try_from(n).map_or(Value::U64(n), Value::I64),
        (Value::U128(_), Value::U64(n)) => Value::U128(n.into()),
        (Value::I128(_), Value::U64(n)) => Value::I128(n.into()),
        (Value::Seq(_), Value::Bytes(bytes)) => Value::Seq(
            bytes
                .iter()
                .map(|byte| Value::U64((*byte).into()))
                .collect(),
        ),
        (_, new) => new,
    }
}
