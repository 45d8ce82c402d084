//! What the cluster adds to the trace.

use labapi::State;
use labrpc::name;
use labrt::trace::Body;
use std::fmt;
use std::time::Duration;

pub(crate) enum ClusterEvent {
    Start(usize),
    Crash(usize),
    Stop(usize),
    Partition(Sides),
    Connect(usize),
    Disconnect(usize),
    Apply {
        server: usize,
        index: u64,
        command: String,
    },
    Snapshot {
        server: usize,
        index: u64,
    },
    Install {
        server: usize,
        index: u64,
    },
    /// What a server says of itself; told when it is news.
    Says {
        server: usize,
        state: State,
    },
    Begin {
        what: String,
    },
    /// What is wrong happened then; it only shows now.
    Look(Duration),
}

/// The sides of a partition, as `n0 n1 | n2`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sides(Vec<Vec<usize>>);

impl Sides {
    pub(super) fn of(sides: &[&[usize]]) -> Sides {
        let sides = sides.iter().filter(|side| !side.is_empty());
        Sides(sides.map(|side| side.to_vec()).collect())
    }

    /// Whether there is more than one.
    pub(crate) fn is_split(&self) -> bool {
        self.0.len() > 1
    }
}

impl fmt::Display for Sides {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |servers: &Vec<usize>| {
            let names: Vec<String> = servers.iter().map(|server| name(*server)).collect();
            names.join(" ")
        };
        let sides: Vec<String> = self.0.iter().map(side).collect();
        f.write_str(&sides.join(" | "))
    }
}

impl Body for ClusterEvent {
    fn kind(&self) -> &'static str {
        match self {
            ClusterEvent::Start(_) => "start",
            ClusterEvent::Crash(_) => "crash",
            ClusterEvent::Stop(_) => "stop",
            ClusterEvent::Partition(_) => "partition",
            ClusterEvent::Connect(_) => "connect",
            ClusterEvent::Disconnect(_) => "disconnect",
            ClusterEvent::Apply { .. } => "apply",
            ClusterEvent::Snapshot { .. } => "snapshot",
            ClusterEvent::Install { .. } => "install",
            ClusterEvent::Says { .. } => "state",
            ClusterEvent::Begin { .. } => "test",
            ClusterEvent::Look(_) => "look",
        }
    }
}

impl fmt::Display for ClusterEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClusterEvent::Start(server) => write!(f, "{} starts", name(*server)),
            ClusterEvent::Crash(server) => write!(f, "{} crashes", name(*server)),
            ClusterEvent::Stop(server) => write!(f, "{} is shut down", name(*server)),
            ClusterEvent::Partition(sides) => write!(f, "network: {sides}"),
            ClusterEvent::Connect(server) => write!(f, "{} is connected", name(*server)),
            ClusterEvent::Disconnect(server) => write!(f, "{} is cut off", name(*server)),
            ClusterEvent::Apply {
                server,
                index,
                command,
            } => {
                write!(f, "{} applies {index}: {command}", name(*server))
            }
            ClusterEvent::Snapshot { server, index } => {
                write!(f, "{} takes a snapshot up to {index}", name(*server))
            }
            ClusterEvent::Install { server, index } => {
                write!(f, "{} installs a snapshot up to {index}", name(*server))
            }
            ClusterEvent::Says { server, state } => {
                let claim = if state.is_leader {
                    "it leads"
                } else {
                    "it does not lead"
                };
                write!(f, "{} says: {claim}, term {}", name(*server), state.term)
            }
            ClusterEvent::Begin { what } => write!(f, "test: {what}"),
            ClusterEvent::Look(at) => write!(f, "test: look at {:.6}", at.as_secs_f64()),
        }
    }
}
