//! What a member did, done in the case's world.

use super::open::Open;
use crate::frame::{Arrival, Method, Patch, What};
use bytes::Bytes;
use labapi::channel::{Sender, unbounded};
use labapi::{ApplyMsg, ClientEnd, Persister};
use labcodec::schema::{Schema, State};
use labrpc::harness::call_bytes;
use labrt::harness;
use labrt::thread;
use persister::harness::{save_encoded, saved};
use std::sync::Arc;

/// Where a member's effects go: its disk, who takes what it applies, what watches its counter.
#[derive(Default)]
pub(super) struct Hands {
    pub(super) persister: Option<Arc<Persister>>,
    pub(super) apply: Option<Sender<ApplyMsg>>,
    pub(super) counter: Option<Box<dyn Fn(i64) + Send>>,
}

impl Hands {
    /// What the disk holds.
    pub(super) fn saved(&self) -> (Option<Vec<u8>>, Bytes) {
        self.persister
            .as_deref()
            .map_or_else(Default::default, saved)
    }

    pub(super) fn with(
        self,
        ends: Vec<ClientEnd>,
        inbox: Sender<Arrival>,
        open: Arc<Open>,
        announce: Sender<Vec<Method>>,
    ) -> Effects {
        let name = ends.first().map_or(0, ClientEnd::from);
        let (state, snapshot) = self.saved();
        let applied = self.apply.map(|apply| takes(apply, inbox.clone()));
        Effects {
            name: labrpc::name(name),
            ends,
            inbox,
            open,
            announce: Some(announce),
            persister: self.persister,
            applied,
            counter: self.counter,
            state: state.unwrap_or_default(),
            shown: State::new(Schema::Opaque),
            snapshot,
        }
    }
}

/// Passes on what is applied, on a thread of its own: whoever takes it may be slow.
fn takes(apply: Sender<ApplyMsg>, inbox: Sender<Arrival>) -> Sender<ApplyMsg> {
    let (sender, messages) = unbounded();
    let run = move || {
        for message in messages {
            if apply.send(message).is_err() || inbox.send(Arrival::Taken).is_err() {
                break;
            }
        }
    };
    let name = thread::Builder::new().name("what is applied".to_string());
    name.spawn(run).expect("a thread");
    sender
}

/// A member's effects on the case's world.
pub(super) struct Effects {
    /// How reports call the member.
    pub(super) name: String,
    ends: Vec<ClientEnd>,
    inbox: Sender<Arrival>,
    pub(super) open: Arc<Open>,
    announce: Option<Sender<Vec<Method>>>,
    persister: Option<Arc<Persister>>,
    applied: Option<Sender<ApplyMsg>>,
    counter: Option<Box<dyn Fn(i64) + Send>>,
    /// What it last saved, and how that is shown.
    state: Vec<u8>,
    shown: State,
    snapshot: Bytes,
}

impl Effects {
    /// Does it.
    pub(super) fn perform(&mut self, what: What) {
        match what {
            What::Made(methods) => {
                let sound = |method: &Method| method.args.is_sound() && method.reply.is_sound();
                if !methods.iter().all(sound) {
                    self.broke("the shape of a message is beyond all bounds");
                }
                match self.announce.take() {
                    Some(announce) => {
                        let _ = announce.send(methods);
                    }
                    None => self.broke("it was made twice"),
                }
            }
            What::Call {
                id,
                end,
                method,
                args,
            } => self.call(id, end, method, args),
            What::Reply { request, reply } => self.open.replied(request, reply),
            What::Said { ask, said } => self.open.said(ask, said),
            What::Shape(schema) => {
                if !schema.is_sound() {
                    self.broke("the shape of its state is beyond all bounds");
                }
                self.shown = State::new(schema);
            }
            What::Save { state, snapshot } => self.save(&state, snapshot),
            What::Apply { index, command } => self.apply(ApplyMsg::Command { index, command }),
            What::Install {
                index,
                term,
                snapshot,
            } => self.apply(ApplyMsg::Snapshot {
                index,
                term,
                snapshot,
            }),
            What::Counter(value) => {
                if let Some(counter) = &self.counter {
                    counter(value);
                }
            }
            What::Warning(text) => harness::warn(text),
            What::NoWall(why) => harness::warn(format!(
                "no wall around the servers' processes: they could reach files and other \
                 processes ({why})"
            )),
            What::Log(level, text) => {
                let level = log::Level::iter().nth(level.saturating_sub(1));
                let level = level.unwrap_or(log::Level::Error);
                let mut record = log::Record::builder();
                suites::trace::log(&record.level(level).args(format_args!("{text}")).build());
            }
            What::Print(bytes) => suites::trace::print(&bytes),
        }
    }

    fn save(&mut self, patch: &Patch, snapshot: Option<Bytes>) {
        let Some(state) = patch.of(&self.state) else {
            self.broke("it saves a part of what it never saved");
        };
        if self.shown.update(&state).is_err() {
            self.broke("it saves bytes of another shape than it has told");
        }
        self.state.clone_from(&state);
        if let Some(snapshot) = snapshot {
            self.snapshot = snapshot;
        }
        if let Some(persister) = &self.persister {
            save_encoded(persister, state, &self.shown, &self.snapshot);
        }
    }

    fn apply(&self, message: ApplyMsg) {
        if let Some(applied) = &self.applied {
            let _ = applied.send(message);
        }
    }

    /// Calls for the member, on a thread of its node, and hands it the answer.
    fn call(&self, id: u64, end: u64, method: String, args: Vec<u8>) {
        let number = usize::try_from(end).ok();
        let Some(end) = number.and_then(|number| self.ends.get(number)).cloned() else {
            self.broke("it calls a server that there is not");
        };
        let inbox = self.inbox.clone();
        let run = move || {
            let reply = call_bytes(&end, &method, args);
            let reply = reply.map_err(|error| error.to_string());
            let _ = inbox.send(Arrival::Answer { call: id, reply });
        };
        let name = thread::Builder::new().name("a call".to_string());
        name.spawn(run).expect("a thread");
    }

    pub(super) fn broke(&self, why: &str) -> ! {
        harness::fail(format!("{} broke the protocol: {why}", self.name))
    }
}
