//! Each server's service: it takes what is applied, in order, and in 3D makes snapshots.

use super::event::ClusterEvent;
use super::{Cluster, Snapshots};
use crate::cases::show;
use bytes::Bytes;
use labapi::channel::Receiver;
use labapi::{ApplyMsg, Persister};
use labrt::thread::Builder;
use labrt::trace;

/// A snapshot is made after each entry whose index + 1 this divides.
const SNAPSHOT_INTERVAL: u64 = 10;

/// What the service's snapshot holds: the last index, and all commands up to it.
type Contents = (u64, Vec<Bytes>);

impl Cluster {
    /// Starts the service of a server's new incarnation, on the snapshot that its disk holds.
    pub(super) fn start_applier(
        &self,
        server: usize,
        incarnation: u64,
        persister: &Persister,
        messages: Receiver<ApplyMsg>,
    ) {
        let snapshot = persister.read_snapshot();
        let commands = match snapshot.is_empty() {
            true => Vec::new(),
            false => self.open_snapshot(server, &snapshot).1,
        };
        self.inner
            .record
            .lock()
            .begin(server, incarnation, commands);
        let cluster = self.clone();
        let run = move || {
            for message in messages {
                if !cluster.inner.record.lock().is_current(server, incarnation) {
                    break; // a late message of an incarnation that is gone
                }
                cluster.take(server, message);
            }
        };
        Builder::new()
            .name(format!("applier of n{server}"))
            .spawn(run)
            .expect("a thread");
    }

    fn take(&self, server: usize, message: ApplyMsg) {
        match message {
            ApplyMsg::Command { index, command } => {
                trace::record(|| ClusterEvent::Apply {
                    server,
                    index,
                    command: show(&command).to_string(),
                });
                let applied = self.inner.record.lock().apply(server, index, &command);
                self.insist(applied);
                if self.inner.snapshots == Snapshots::On && (index + 1) % SNAPSHOT_INTERVAL == 0 {
                    self.make_snapshot(server, index);
                }
            }
            ApplyMsg::Snapshot {
                index, snapshot, ..
            } => {
                if self.inner.snapshots == Snapshots::Off {
                    self.fault(format!(
                        "server {server} applied a snapshot that nobody made"
                    ));
                }
                trace::record(|| ClusterEvent::Install { server, index });
                let (last, commands) = self.open_snapshot(server, &snapshot);
                if last != index {
                    self.fault(format!(
                        "server {server} applied a snapshot as up to index {index}; it is up to \
                         {last}"
                    ));
                }
                let installed = self.inner.record.lock().install(server, commands);
                self.insist(installed);
            }
        }
    }

    fn make_snapshot(&self, server: usize, index: u64) {
        trace::record(|| ClusterEvent::Snapshot { server, index });
        let contents = labcodec::encode(&(index, self.inner.record.lock().commands(server)));
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
