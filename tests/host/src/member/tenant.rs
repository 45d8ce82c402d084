//! What a member is, and what it is asked.

use super::outbox::Outbox;
use crate::frame::{Arrival, Ask, Begin, Kind, Method, Patch, Said, What};
use bytes::Bytes;
use labapi::channel::{self, Receiver, Sender};
use labapi::kv::{Clerk, KvServer, append};
use labapi::{ApplyMsg, ClientEnd, Raft, Replica, Rsm, Service};
use labcodec::rope::Rope;
use labcodec::schema::Schema;
use labrpc::FIRST_CLIENT;
use labrpc::harness::{Handlers, end_over};
use labrt::harness::{self, Mutex};
use labrt::{Node, thread};
use persister::harness::Disk;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use suites::Submission;
use suites::services::Counter;

/// What runs here, from when it is made.
pub(super) struct Tenant {
    node: Node,
    outbox: Arc<Outbox>,
    made: Arc<OnceLock<Made>>,
    /// Applied messages that the case will take.
    room: Option<Sender<()>>,
}

struct Made {
    handlers: Handlers,
    raft: Option<Arc<dyn Raft>>,
    above: Above,
}

/// What stands on the Raft, or calls servers.
enum Above {
    Nothing,
    Rsm(Arc<dyn Rsm<Counter>>),
    Server(Arc<dyn KvServer>),
    Clerk(Arc<dyn Clerk>),
    AppendClerk(Arc<dyn append::Clerk>),
}

impl Tenant {
    /// Makes it, on a thread of its node.
    pub(super) fn start(
        submission: Submission,
        begin: Begin,
        node: &Node,
        outbox: &Arc<Outbox>,
    ) -> Tenant {
        let made = Arc::new(OnceLock::new());
        let (apply, messages) = match begin.room {
            Some(room) => channel::bounded(room),
            None => channel::unbounded(),
        };
        let (room, taken) = match begin.room {
            Some(_) => Some(channel::unbounded()).unzip(),
            None => (None, None),
        };
        let (slot, told) = (Arc::clone(&made), Arc::clone(outbox));
        let (announce, announced) = channel::bounded(1);
        let pump = Pump {
            outbox: Arc::clone(outbox),
            announced,
            messages,
            taken,
        };
        let pumps = thread::Builder::new().name("what is applied".to_string());
        pumps.spawn(move || pump.run()).expect("a thread");
        node.spawn("make", move || {
            let disk = disk(&begin, &told);
            let tenant = make(submission, &begin, &disk, &told, (apply, announce));
            let methods = tenant.handlers.kinds().map(|kind| Method {
                name: kind.name.clone(),
                args: kind.args.schema(),
                reply: kind.reply.schema(),
            });
            let methods = methods.collect();
            let _ = slot.set(tenant);
            told.tell(What::Made(methods));
        });
        Tenant {
            node: node.clone(),
            outbox: Arc::clone(outbox),
            made,
            room,
        }
    }

    /// Something has come.
    pub(super) fn arrives(&self, arrival: Arrival) {
        match arrival {
            Arrival::Answer { call, reply } => self.outbox.answered(call, reply),
            Arrival::Taken => {
                if let Some(room) = &self.room {
                    let _ = room.send(());
                }
            }
            Arrival::Request { id, method, args } => {
                let outbox = Arc::clone(&self.outbox);
                self.run("an RPC handler", move |made| {
                    let reply = made.handlers.handle(&method, args);
                    let reply = reply.map_err(|error| error.to_string());
                    outbox.tell(What::Reply { request: id, reply });
                });
            }
            Arrival::Ask { id, what } => {
                let outbox = Arc::clone(&self.outbox);
                self.run("a question of the case", move |made| {
                    let said = made.answer(what);
                    outbox.tell(What::Said { ask: id, said });
                });
            }
        }
    }

    /// Lets a thread of the node do it.
    fn run(&self, name: &'static str, f: impl FnOnce(&Made) + Send + 'static) {
        let made = Arc::clone(&self.made);
        let run = move || {
            if let Some(made) = made.get() {
                f(made);
            }
        };
        let at_once = (Duration::ZERO, "nothing");
        harness::spawn_on(&self.node, name, at_once, Box::new(run));
    }

    /// Real time: ends the process when the threads have, or have had two seconds to.
    pub(super) fn end(&self) {
        let node = self.node.clone();
        thread::spawn(move || {
            for _ in 0..200 {
                thread::sleep(Duration::from_millis(10));
                if node.live_threads() == 0 {
                    break;
                }
            }
            std::process::exit(0)
        });
    }
}

/// The member's copy of its disk, which tells of each save.
fn disk(begin: &Begin, outbox: &Arc<Outbox>) -> Arc<Disk> {
    let last = Mutex::new(Saved {
        state: begin.state.clone().unwrap_or_default(),
        snapshot: begin.snapshot.clone(),
        is_shaped: false,
    });
    let told = Arc::clone(outbox);
    let mirror = move |state: &Rope, shape: Option<&Schema>, snapshot: &Bytes| {
        let mut last = last.lock();
        if let Some(shape) = shape
            && !last.is_shaped
        {
            last.is_shaped = true;
            told.tell(What::Shape(shape.clone()));
        }
        let state = state.to_vec();
        let patch = Patch::between(&last.state, &state);
        last.state = state;
        let changed = (last.snapshot != *snapshot).then(|| snapshot.clone());
        last.snapshot.clone_from(snapshot);
        told.tell(What::Save {
            state: patch,
            snapshot: changed,
        });
    };
    let disk = Disk::mirrored(
        begin.state.clone(),
        begin.snapshot.clone(),
        Arc::new(mirror),
    );
    Arc::new(disk)
}

/// What the case knows of the disk.
struct Saved {
    state: Vec<u8>,
    snapshot: Bytes,
    is_shaped: bool,
}

fn make(
    submission: Submission,
    begin: &Begin,
    disk: &Arc<Disk>,
    outbox: &Arc<Outbox>,
    (apply, announce): (Sender<ApplyMsg>, Sender<Option<Sender<ApplyMsg>>>),
) -> Made {
    let from = match begin.kind {
        Kind::Clerk | Kind::AppendClerk => FIRST_CLIENT + begin.me,
        _ => begin.me,
    };
    let end = |number| end_over(Arc::clone(outbox) as _, number, from);
    let ends: Vec<ClientEnd> = (0..begin.servers as u64).map(end).collect();
    let lab4 = submission.lab4;
    let bare = |above| Made {
        handlers: Handlers::of(Vec::new()),
        raft: None,
        above,
    };
    match begin.kind {
        Kind::Clerk => return bare(Above::Clerk((lab4.clerk)(ends))),
        Kind::AppendClerk => {
            let clerk = lab4.append.map(|parts| (parts.clerk)(ends));
            return bare(clerk.map_or(Above::Nothing, Above::AppendClerk));
        }
        _ => {}
    }
    let persister = || Arc::new(disk.persister());
    let raft = Arc::new(Mutex::new(None::<Arc<dyn Raft>>));
    if begin.kind == Kind::Raft {
        let _ = announce.send(None);
        let made = (submission.raft)(ends, begin.me, persister(), apply);
        let services = vec![Arc::clone(&made).service()];
        return Made {
            handlers: Handlers::of(services),
            raft: Some(made),
            above: Above::Nothing,
        };
    }
    let (kept, disk_of_raft, me) = (Arc::clone(&raft), persister(), begin.me);
    let start_raft = move |to_service: Sender<ApplyMsg>| {
        let _ = announce.send(Some(to_service));
        let made = (submission.raft)(ends, me, disk_of_raft, apply);
        *kept.lock() = Some(Arc::clone(&made));
        made
    };
    let replica = Replica::new(begin.me, persister(), begin.max_raft_state, start_raft);
    let above = match (begin.kind, lab4.append) {
        (Kind::Rsm, _) => {
            let told = Arc::clone(outbox);
            let counter = Counter::watched(Arc::new(move |value| {
                told.tell(What::Counter(value));
            }));
            Above::Rsm((lab4.rsm)(replica, counter))
        }
        (Kind::Append, Some(parts)) => Above::Server((parts.server)(replica)),
        _ => Above::Server((lab4.server)(replica)),
    };
    let raft = raft.lock().take();
    let mut services: Vec<Service> = raft.iter().map(|raft| Arc::clone(raft).service()).collect();
    if let Above::Server(server) = &above {
        services.push(Arc::clone(server).service());
    }
    Made {
        handlers: Handlers::of(services),
        raft,
        above,
    }
}

impl Made {
    fn answer(&self, what: Ask) -> Said {
        match (what, &self.above) {
            (Ask::Start(command), _) => {
                let started = self.raft.as_ref().and_then(|raft| raft.start(command));
                Said::Started(started.map(|started| (started.index, started.term)))
            }
            (Ask::State, _) => {
                let state = self.raft.as_ref().map(|raft| raft.state());
                state.map_or(Said::Done, |state| Said::State(state.term, state.is_leader))
            }
            (Ask::Snapshot(index, snapshot), _) => {
                if let Some(raft) = &self.raft {
                    raft.snapshot(index, snapshot);
                }
                Said::Done
            }
            (Ask::Kill, above) => {
                match above {
                    Above::Rsm(rsm) => rsm.kill(),
                    Above::Server(server) => server.kill(),
                    _ => {}
                }
                if let Some(raft) = &self.raft {
                    raft.kill();
                }
                Said::Done
            }
            (Ask::Submit(op), Above::Rsm(rsm)) => Said::Submitted(rsm.submit(op).ok()),
            (Ask::Get(key), Above::Clerk(clerk)) => Said::Got(clerk.get(&key)),
            (Ask::Put(key, value, version), Above::Clerk(clerk)) => {
                Said::Put(clerk.put(&key, &value, version))
            }
            (Ask::AppendGet(key), Above::AppendClerk(clerk)) => Said::Text(clerk.get(&key)),
            (Ask::AppendPut(key, value), Above::AppendClerk(clerk)) => {
                clerk.put(&key, &value);
                Said::Done
            }
            (Ask::Append(key, value), Above::AppendClerk(clerk)) => {
                clerk.append(&key, &value);
                Said::Done
            }
            _ => Said::Done,
        }
    }
}

/// Takes what Raft applies, tells it, and passes it on to what stands on the Raft. A thread of the
/// harness's, none of the node's.
struct Pump {
    outbox: Arc<Outbox>,
    /// What stands on the Raft, once that is known.
    announced: Receiver<Option<Sender<ApplyMsg>>>,
    messages: Receiver<ApplyMsg>,
    /// The case has taken the last one.
    taken: Option<Receiver<()>>,
}

impl Pump {
    fn run(self) {
        let Ok(service) = self.announced.recv() else {
            return;
        };
        for message in &self.messages {
            self.outbox.tell(match message.clone() {
                ApplyMsg::Command { index, command } => What::Apply { index, command },
                ApplyMsg::Snapshot {
                    index,
                    term,
                    snapshot,
                } => What::Install {
                    index,
                    term,
                    snapshot,
                },
            });
            let passed_on = service.as_ref().is_none_or(|to| to.send(message).is_ok());
            let goes_on = self.taken.as_ref().is_none_or(|taken| taken.recv().is_ok());
            if !passed_on || !goes_on {
                break;
            }
        }
    }
}
