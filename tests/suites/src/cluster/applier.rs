//! Each server's service: it takes what is applied, in order, and in 3D makes snapshots.

use super::show::show;
use super::{Cluster, Incarnation, ServerKind, ServerParts};
use crate::trace::{self, Text, What};
use bytes::Bytes;
use labapi::channel::{self, Receiver};
use labapi::{ApplyMsg, MakeRaft, Persister};
use labcodec::Excerpt;
use labrt::thread::Builder;

/// Whether the services of the cluster make snapshots (3D).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Snapshots {
    /// Never.
    Off,
    /// After each tenth entry (index + 1 divisible by 10).
    On,
    /// After each entry.
    AtEach,
}

impl Snapshots {
    /// Whether one is made after this entry.
    fn is_due(self, index: u64) -> bool {
        match self {
            Snapshots::Off => false,
            Snapshots::On => (index + 1).is_multiple_of(10),
            Snapshots::AtEach => true,
        }
    }
}

/// What the service's snapshot holds: the last index, and all commands up to it.
type Contents = (u64, Excerpt<Bytes>);

/// Lab 3's servers: a bare Raft, whose service is the harness's own.
pub(super) struct Appliers {
    pub(super) make: MakeRaft,
    pub(super) snapshots: Snapshots,
}

impl ServerKind for Appliers {
    fn start(&self, lab: &Cluster, incarnation: Incarnation) -> ServerParts {
        // With snapshots it has room for little: who sends under a lock that `snapshot` needs too
        // stands still, as on a channel of the service's own.
        let (sender, receiver) = match self.snapshots {
            Snapshots::Off => channel::unbounded(),
            Snapshots::On | Snapshots::AtEach => channel::bounded(1),
        };
        lab.start_applier(&incarnation, self.snapshots, receiver);
        let make = self.make;
        let raft = incarnation.build(lab, move |incarnation| {
            make(
                incarnation.ends,
                incarnation.server,
                incarnation.persister,
                sender,
            )
        });
        ServerParts::bare(raft)
    }

    /// Twenty times as many as there are reasons for: a few hundred commands a second at most, and
    /// heartbeats.
    fn most_messages(&self) -> u64 {
        2_000
    }
}

impl Cluster {
    /// Starts the service of a server's new incarnation, on the snapshot that its disk holds.
    fn start_applier(
        &self,
        incarnation: &Incarnation,
        snapshots: Snapshots,
        messages: Receiver<ApplyMsg>,
    ) {
        let (server, number) = (incarnation.server, incarnation.number);
        let last = self.last_in_snapshot(server, &incarnation.persister);
        self.begins(server, number, Some(last));
        let cluster = self.clone();
        let run = move || {
            for message in messages {
                if !cluster.is_current(server, number) {
                    break; // a late message of an incarnation that is gone
                }
                cluster.take(server, snapshots, message);
            }
        };
        Builder::new()
            .name(format!("applier of n{server}"))
            .spawn(run)
            .expect("a thread");
    }

    /// The last index in the snapshot that a server begins with.
    fn last_in_snapshot(&self, server: usize, persister: &Persister) -> u64 {
        let snapshot = persister.read_snapshot();
        match snapshot.is_empty() {
            true => 0,
            false => self.open_snapshot(server, &snapshot).0,
        }
    }

    fn take(&self, server: usize, snapshots: Snapshots, message: ApplyMsg) {
        match message {
            ApplyMsg::Command { index, command } => {
                self.applies(server, index, &command);
                if snapshots.is_due(index) {
                    self.make_snapshot(server, index);
                }
            }
            ApplyMsg::Snapshot {
                index, snapshot, ..
            } => {
                if snapshots == Snapshots::Off {
                    self.fault(format!(
                        "server {server} applied a snapshot that nobody made"
                    ));
                }
                let (last, commands) = self.open_snapshot(server, &snapshot);
                if last != index {
                    self.fault(format!(
                        "server {server} applied a snapshot as up to index {index}; it is up to \
                         {last}"
                    ));
                }
                let held = self
                    .inner
                    .record
                    .lock()
                    .check_contents(server, &commands.into_vec());
                self.insist(held);
                self.installs(server, index);
            }
        }
    }

    /// Notes that a server's service begins anew, with everything up to `last`, if that is known.
    pub(crate) fn begins(&self, server: usize, incarnation: u64, last: Option<u64>) {
        self.inner.record.lock().begin(server, incarnation, last);
    }

    /// Whether this incarnation of a server is its latest.
    pub(crate) fn is_current(&self, server: usize, incarnation: u64) -> bool {
        self.inner.record.lock().is_current(server, incarnation)
    }

    /// Notes and checks that a server applied a command.
    pub(crate) fn applies(&self, server: usize, index: u64, command: &Bytes) {
        trace::of_server(server, || What::Apply {
            index,
            command: Text::new(show(command)),
        });
        let applied = self.inner.record.lock().apply(server, index, command);
        self.insist(applied);
        if let Some(oracles) = &self.inner.oracles {
            oracles.applies(server, index, command);
        }
    }

    /// Notes and checks that a server's service was reset to a snapshot.
    pub(crate) fn installs(&self, server: usize, index: u64) {
        trace::of_server(server, || What::Install { index });
        let installed = self.inner.record.lock().install(server, index);
        self.insist(installed);
    }

    fn make_snapshot(&self, server: usize, index: u64) {
        trace::of_server(server, || What::Snapshot { index });
        let contents: Contents = (index, self.inner.record.lock().commands(server));
        let contents = labcodec::encode(&contents);
        match contents {
            Ok(bytes) => {
                let snapshot = Bytes::from(bytes);
                self.ask(server, "snapshot", move |raft| {
                    raft.snapshot(index, snapshot)
                });
            }
            Err(error) => self.fault(format!("the service's snapshot cannot be encoded: {error}")),
        }
    }

    /// The snapshot that a service would make which has applied everything up to `index`, as
    /// somebody has.
    pub(crate) fn snapshot_up_to(&self, index: u64) -> Bytes {
        let contents: Contents = (index, self.inner.record.lock().commands_up_to(index));
        let bytes = labcodec::encode(&contents);
        bytes.map_or_else(|_| Bytes::new(), Bytes::from)
    }

    fn open_snapshot(&self, server: usize, snapshot: &Bytes) -> Contents {
        match labcodec::decode::<Contents>(snapshot) {
            Ok(contents) => contents,
            Err(error) => self.fault(format!(
                "server {server} has a snapshot that the service never made ({} bytes): {error}",
                snapshot.len()
            )),
        }
    }

    /// Fails the case if a safety check did.
    pub(super) fn insist(&self, check: Result<(), String>) {
        if let Err(reason) = check {
            self.fault(reason);
        }
    }
}
