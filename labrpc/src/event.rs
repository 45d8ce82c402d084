//! What the harness sees of a message.

use crate::id::{ServerId, name};
use crate::service::MethodKind;
use crate::step::Step;
use labcodec::value::{Value, Visitor};
use labrt::trace::Body;
use std::fmt;
use std::sync::Arc;

/// Who is called at each step of each message, on the thread that takes the step and before
/// anything follows from it. It must not block.
pub type Observer = Arc<dyn Fn(&Message<'_>) + Send + Sync>;

/// A message at one step of its way, as an [`Observer`] sees it.
pub struct Message<'a> {
    /// The number of the call, the same for its request, its copies and its replies.
    pub call: u64,
    /// Who sent it: the caller of a request, the server of a reply.
    pub from: ServerId,
    /// Whom it is for; nobody, when the caller is not connected.
    pub to: Option<ServerId>,
    /// Service and method, `Raft.RequestVote`.
    pub method: &'a str,
    /// What happens to it.
    pub step: Step,
    pub(crate) kind: Option<&'a Arc<MethodKind>>,
    pub(crate) bytes: &'a [u8],
}

impl Message<'_> {
    /// Encoded size, in bytes.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Its bytes, as they travel.
    pub fn bytes(&self) -> &[u8] {
        self.bytes
    }

    /// Whether this is a reply, not a request.
    pub fn is_reply(&self) -> bool {
        self.step.is_of_reply()
    }

    /// Its fields, or those of its description ([`Service::describe`](crate::Service::describe));
    /// `None` when no server ever offered its method. They are read for this call only.
    pub fn value(&self) -> Option<Value> {
        read(self.kind, self.is_reply(), self.bytes)
    }

    /// Shows the same fields to `visitor`, one after the other: cheaper, for who looks at every
    /// message. Whether they could be read.
    pub fn show(&self, visitor: &mut dyn Visitor) -> bool {
        let Some(kind) = self.kind else {
            return false;
        };
        let codec = match self.is_reply() {
            true => &kind.reply,
            false => &kind.args,
        };
        codec.show(self.bytes, visitor).is_ok()
    }

    /// What can be kept of it. Its bytes are in `kept`, if an earlier step was kept, and are put
    /// there otherwise.
    pub(crate) fn event(&self, kept: &mut KeptBytes) -> MessageEvent {
        MessageEvent {
            call: self.call,
            from: self.from,
            to: self.to,
            step: self.step,
            method: match self.kind {
                Some(kind) => Method::Offered(Arc::clone(kind)),
                None => Method::Unknown(self.method.into()),
            },
            bytes: Arc::clone(kept.get_or_insert_with(|| self.bytes.into())),
        }
    }
}

/// A message's bytes, once for all steps that are kept of it. `None` until one is.
pub(crate) type KeptBytes = Option<Arc<[u8]>>;

/// What a message calls.
#[derive(Clone, Debug)]
enum Method {
    Offered(Arc<MethodKind>),
    /// No server ever offered it.
    Unknown(Box<str>),
}

/// A message at one step of its way, as an event of the trace. `Display` is
/// `n1 → n3 Raft.RequestVote term=5 last_log_index=9 ✓ arrived`; the fields are read only when
/// somebody asks.
#[derive(Clone, Debug)]
pub struct MessageEvent {
    /// The number of the call, the same for its request, its copies and its replies.
    pub call: u64,
    /// Who sent it: the caller of a request, the server of a reply.
    pub from: ServerId,
    /// Whom it is for; nobody, when the caller is not connected.
    pub to: Option<ServerId>,
    /// What happens to it.
    pub step: Step,
    method: Method,
    bytes: Arc<[u8]>,
}

impl MessageEvent {
    /// Service and method, `Raft.RequestVote`.
    pub fn method(&self) -> &str {
        match &self.method {
            Method::Offered(kind) => &kind.name,
            Method::Unknown(name) => name,
        }
    }

    /// Encoded size, in bytes.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Whether this is a reply, not a request.
    pub fn is_reply(&self) -> bool {
        self.step.is_of_reply()
    }

    /// Its fields, or those of its description; `None` when no server ever offered its method.
    pub fn value(&self) -> Option<Value> {
        match &self.method {
            Method::Offered(kind) => read(Some(kind), self.is_reply(), &self.bytes),
            Method::Unknown(_) => None,
        }
    }
}

fn read(kind: Option<&Arc<MethodKind>>, is_reply: bool, bytes: &[u8]) -> Option<Value> {
    let kind = kind?;
    let codec = if is_reply { &kind.reply } else { &kind.args };
    codec.shown(bytes).ok()
}

impl fmt::Display for MessageEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let to = self.to.map_or("nobody".to_string(), name);
        write!(f, "{} → {to} {}", name(self.from), self.method())?;
        if let Some(value) = self.value() {
            match value.fields() {
                Some(fields) => fields
                    .iter()
                    .try_for_each(|(field, value)| write!(f, " {field}={value}"))?,
                None if value == Value::Unit => {}
                None => write!(f, " {value}")?,
            }
        }
        match self.step {
            Step::Sent | Step::Replied => Ok(()),
            Step::Arrived | Step::Returned => f.write_str(" ✓ arrived"),
            Step::Lost(loss) => write!(f, " ✗ {loss}"),
        }
    }
}

impl Body for MessageEvent {
    fn kind(&self) -> &'static str {
        match self.step {
            Step::Sent => "send",
            Step::Arrived => "arrive",
            Step::Replied => "reply",
            Step::Returned => "return",
            Step::Lost(_) => "lose",
        }
    }

    fn size(&self) -> usize {
        // A message's other steps have the same bytes.
        self.bytes.len()
    }
}
