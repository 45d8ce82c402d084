//! What the suites take for a Raft, a service, a clerk.

use super::effects::Hands;
use super::member::{Member, Plan};
use crate::frame::{Ask, Kind, Said};
use bytes::Bytes;
use labapi::channel::{Sender, unbounded};
use labapi::kv::{self, Clerk, Error, KvServer, Lab4, Version, Versioned, append};
use labapi::{
    ApplyMsg, ClientEnd, Persister, Raft, Replica, Rsm, Service, Started, State, StateMachine,
    WrongLeader,
};
use labrpc::FIRST_CLIENT;
use labrt::harness::Mutex;
use std::sync::Arc;
use suites::Submission;
use suites::services::{Counter, CounterOp};

/// The same submission, each of its servers and clients in a process of its own.
pub fn in_processes(submission: Submission) -> Submission {
    Submission {
        name: submission.name,
        raft,
        lab4: Lab4 {
            rsm,
            server: |replica| server(Kind::Kv, replica),
            clerk: |ends| Arc::new(Client(client(Kind::Clerk, ends))),
            append: submission.lab4.append.map(|_| append::Parts {
                server: |replica| server(Kind::Append, replica),
                clerk: |ends| Arc::new(Client(client(Kind::AppendClerk, ends))),
            }),
        },
    }
}

labrt::thread_local! {
    /// What the server that is being made on this thread is to have, if it has more than a Raft.
    static ABOVE: Mutex<Option<Above>> = const { Mutex::new(None) };
}

/// What stands on a Raft, in the same process.
struct Above {
    kind: Kind,
    max_raft_state: Option<usize>,
    counter: Option<Box<dyn Fn(i64) + Send>>,
    /// Where the Raft's proxy leaves the member.
    made: Arc<Mutex<Option<Arc<Member>>>>,
}

fn raft(
    ends: Vec<ClientEnd>,
    me: usize,
    persister: Arc<Persister>,
    apply: Sender<ApplyMsg>,
) -> Arc<dyn Raft> {
    let above = ABOVE.with(|above| above.lock().take());
    let (kind, max_raft_state, counter, made) = match above {
        Some(above) => (
            above.kind,
            above.max_raft_state,
            above.counter,
            Some(above.made),
        ),
        None => (Kind::Raft, None, None, None),
    };
    let member = Member::start(Plan {
        kind,
        me,
        ends,
        room: apply.capacity(),
        max_raft_state,
        hands: Hands {
            persister: Some(persister),
            apply: Some(apply),
            counter,
        },
    });
    if let Some(made) = made {
        *made.lock() = Some(Arc::clone(&member));
    }
    Arc::new(Peer(member))
}

/// A Raft in a process of its own.
struct Peer(Arc<Member>);

impl Raft for Peer {
    fn start(&self, command: Bytes) -> Option<Started> {
        match self.0.ask(Ask::Start(command))? {
            Said::Started(Some((index, term))) => Some(Started { index, term }),
            _ => None,
        }
    }

    fn state(&self) -> State {
        match self.0.ask(Ask::State) {
            Some(Said::State(term, is_leader)) => State { term, is_leader },
            _ => State {
                term: 0,
                is_leader: false,
            },
        }
    }

    fn snapshot(&self, index: u64, snapshot: Bytes) {
        self.0.ask(Ask::Snapshot(index, snapshot));
    }

    fn service(self: Arc<Self>) -> Service {
        self.0.service(|name| !is_of_service(name))
    }

    fn kill(&self) {
        self.0.order(Ask::Kill);
    }
}

/// Whether a method is of what stands on the Raft, by its name: a Raft's are the student's own.
fn is_of_service(name: &str) -> bool {
    name.starts_with("KVServer.")
}

/// Starts a server with what stands on its Raft.
fn start(
    kind: Kind,
    replica: Replica,
    counter: Option<Box<dyn Fn(i64) + Send>>,
) -> Option<Arc<Member>> {
    let made = Arc::new(Mutex::new(None));
    let above = Above {
        kind,
        max_raft_state: replica.max_raft_state,
        counter,
        made: Arc::clone(&made),
    };
    ABOVE.with(|slot| *slot.lock() = Some(above));
    // What is applied has been passed on already, in the member.
    let (apply, passed_on) = unbounded();
    replica.start_raft(apply);
    labrt::thread::spawn(move || passed_on.iter().for_each(drop));
    made.lock().take()
}

fn rsm(replica: Replica, machine: Counter) -> Arc<dyn Rsm<Counter>> {
    let machine = Mutex::new(machine);
    let stands_at = move |value: i64| {
        machine
            .lock()
            .restore(&Bytes::copy_from_slice(&value.to_le_bytes()));
    };
    Arc::new(Server(start(Kind::Rsm, replica, Some(Box::new(stands_at)))))
}

fn server(kind: Kind, replica: Replica) -> Arc<dyn KvServer> {
    Arc::new(Server(start(kind, replica, None)))
}

/// What stands on a Raft, in the Raft's process.
struct Server(Option<Arc<Member>>);

impl Rsm<Counter> for Server {
    fn submit(&self, op: CounterOp) -> Result<i64, WrongLeader> {
        let member = self.0.as_ref().ok_or(WrongLeader)?;
        match member.ask(Ask::Submit(op)) {
            Some(Said::Submitted(Some(reply))) => Ok(reply),
            _ => Err(WrongLeader),
        }
    }

    fn kill(&self) {}
}

impl KvServer for Server {
    fn service(self: Arc<Self>) -> Service {
        match &self.0 {
            Some(member) => member.service(is_of_service),
            None => Service::new("KVServer"),
        }
    }

    /// Its Raft's `kill` is the whole member's.
    fn kill(&self) {}
}

fn client(kind: Kind, ends: Vec<ClientEnd>) -> Arc<Member> {
    let number = ends.first().map_or(0, ClientEnd::from);
    Member::start(Plan {
        kind,
        me: number.saturating_sub(FIRST_CLIENT),
        ends,
        room: None,
        max_raft_state: None,
        hands: Hands::default(),
    })
}

/// A clerk in a process of its own.
struct Client(Arc<Member>);

impl Client {
    fn ask(&self, what: Ask) -> Said {
        let said = self.0.ask(what);
        said.unwrap_or_else(|| labrt::harness::fail(format!("client {} has ended", self.0.me())))
    }
}

impl Clerk for Client {
    fn get(&self, key: &str) -> Result<Versioned, Error> {
        match self.ask(Ask::Get(key.to_string())) {
            Said::Got(got) => got,
            _ => Err(kv::Error::WrongLeader),
        }
    }

    fn put(&self, key: &str, value: &str, version: Version) -> Result<(), Error> {
        match self.ask(Ask::Put(key.to_string(), value.to_string(), version)) {
            Said::Put(put) => put,
            _ => Err(kv::Error::WrongLeader),
        }
    }
}

impl append::Clerk for Client {
    fn get(&self, key: &str) -> String {
        match self.ask(Ask::AppendGet(key.to_string())) {
            Said::Text(text) => text,
            _ => String::new(),
        }
    }

    fn put(&self, key: &str, value: &str) {
        self.ask(Ask::AppendPut(key.to_string(), value.to_string()));
    }

    fn append(&self, key: &str, value: &str) {
        self.ask(Ask::Append(key.to_string(), value.to_string()));
    }
}
