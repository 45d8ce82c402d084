//! A member as the case has it.

use super::conductor::Conductor;
use super::effects::Hands;
use super::open::Open;
use super::reader;
use super::settings::{self, Process};
use crate::frame::{Arrival, Ask, Begin, Kind, Method, Said, ToMember, World};
use crate::link;
use labapi::channel::{Receiver, Sender, bounded, unbounded};
use labrpc::harness::{CallError, Codec, MethodKind, forward};
use labrpc::{ClientEnd, Service};
use labrt::harness::{self, Mutex};
use labrt::{part, thread};
use std::io;
use std::sync::Arc;

/// A handle to a member: what is asked of it goes here.
pub(super) struct Member {
    me: usize,
    inbox: Sender<Arrival>,
    open: Arc<Open>,
    methods: Mutex<Vec<Arc<MethodKind>>>,
}

/// What a member is to be, without what every member is told.
pub(super) struct Plan {
    pub(super) kind: Kind,
    pub(super) me: usize,
    pub(super) ends: Vec<ClientEnd>,
    pub(super) room: Option<usize>,
    pub(super) max_raft_state: Option<usize>,
    pub(super) hands: Hands,
}

impl Member {
    /// Starts a process for it, on the calling thread's node, and waits until it is made.
    pub(super) fn start(plan: Plan) -> Arc<Member> {
        let Plan {
            kind,
            me,
            ends,
            room,
            max_raft_state,
            hands,
        } = plan;
        let (state, snapshot) = hands.saved();
        let (world, seed) = settings::next_member();
        let begin = Begin {
            kind,
            world,
            me,
            servers: ends.len(),
            seed,
            room,
            max_raft_state,
            state,
            snapshot,
            logs: labrt::trace::is_on().then(settings::logs),
        };
        let (process, socket) = part::outside(|| -> io::Result<_> {
            let (process, socket) = Process::new()?;
            socket.set_read_timeout(Some(link::PATIENCE))?;
            link::send(&socket, &ToMember::Begin(begin))?;
            Ok((process, socket))
        })
        .unwrap_or_else(|error| harness::fail(format!("no process for server {me}: {error}")));
        let (inbox, arrivals) = unbounded();
        let (announce, made) = bounded(1);
        let open = Arc::new(Open::default());
        let hands = hands.with(ends, inbox.clone(), Arc::clone(&open), announce);
        let name = thread::Builder::new().name("the server's process".to_string());
        let spawned = match world {
            World::Virtual(_) => {
                let conductor = Conductor::new(process, socket, arrivals, hands);
                name.spawn(move || conductor.run())
            }
            World::Real => {
                let is_ending = reader::write(&socket, arrivals);
                name.spawn(move || reader::read(process, &socket, hands, &is_ending))
            }
        };
        spawned.expect("a thread");
        let member = Arc::new(Member {
            me,
            inbox,
            open,
            methods: Mutex::default(),
        });
        member.await_made(&made);
        member
    }

    fn await_made(&self, made: &Receiver<Vec<Method>>) {
        if let Ok(methods) = made.recv() {
            let kind = |method: Method| {
                Arc::new(MethodKind {
                    name: method.name,
                    args: Codec::told(method.args),
                    reply: Codec::told(method.reply),
                })
            };
            *self.methods.lock() = methods.into_iter().map(kind).collect();
        }
    }

    /// Asks, and waits for the answer. `None` if the member is gone.
    pub(super) fn ask(&self, what: Ask) -> Option<Said> {
        let (sender, said) = bounded(1);
        let id = self.open.next(|waiting, id| {
            waiting.asks.insert(id, sender);
        })?;
        self.inbox.send(Arrival::Ask { id, what }).ok()?;
        said.recv().ok()
    }

    /// Asks, and does not wait.
    pub(super) fn order(&self, what: Ask) {
        if let Some(id) = self.open.next(|_, _| {}) {
            let _ = self.inbox.send(Arrival::Ask { id, what });
        }
    }

    /// The methods that others may call.
    pub(super) fn service(self: &Arc<Self>, is_own: impl Fn(&str) -> bool) -> Service {
        let methods = self.methods.lock();
        let own = methods.iter().filter(|method| is_own(&method.name));
        let kinds: Vec<_> = own.cloned().collect();
        let this = Arc::clone(self);
        forward(&kinds, move |kind, args| {
            let (sender, replied) = bounded(1);
            let awaited = this.open.next(|waiting, id| {
                waiting.requests.insert(id, sender);
            });
            let Some(id) = awaited else { return Ok(None) };
            let method = kind.name.clone();
            if this
                .inbox
                .send(Arrival::Request { id, method, args })
                .is_err()
            {
                return Ok(None);
            }
            replied.recv().unwrap_or(Ok(None)).map_err(CallError::Told)
        })
    }

    /// Its number among the servers.
    pub(super) fn me(&self) -> usize {
        self.me
    }
}
