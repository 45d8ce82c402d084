//! What the cluster adds to the trace.

use labapi::State;
use labrpc::name;
use labrt::trace::Body;
use std::fmt;
use std::time::Duration;

/// What happened to a server, to the network, or in the case itself.
pub enum ClusterEvent {
    /// An incarnation of this server starts.
    Start(usize),
    /// This server crashes.
    Crash(usize),
    /// This server is told to end (`kill`).
    Stop(usize),
    /// The network is divided so, or whole again.
    Partition(Sides),
    /// This server is connected to the network.
    Connect(usize),
    /// This server is cut off from the network.
    Disconnect(usize),
    /// A server applied a command.
    Apply {
        /// Which one.
        server: usize,
        /// The command's index in the log.
        index: u64,
        /// The command, shown.
        command: String,
    },
    /// A service made a snapshot of all up to an index.
    Snapshot {
        /// Whose.
        server: usize,
        /// The last index that it includes.
        index: u64,
    },
    /// A service took over a snapshot that its Raft was sent.
    Install {
        /// Whose.
        server: usize,
        /// The last index that it includes.
        index: u64,
    },
    /// What a server says of itself; told when it is news.
    Says {
        /// Which one.
        server: usize,
        /// What its `state` answered.
        state: State,
    },
    /// A step of the case begins.
    Begin {
        /// The step, such as `check_one_leader`.
        what: String,
    },
    /// What is wrong happened then; it only shows now.
    Look(Duration),
}

/// The sides of a partition, as `n0 n1 | n2`.
#[derive(Clone, Debug, Default)]
pub struct Sides(Vec<Vec<usize>>);

impl Sides {
    pub(super) fn of(sides: &[&[usize]]) -> Sides {
        let sides = sides.iter().filter(|side| !side.is_empty());
        Sides(sides.map(|side| side.to_vec()).collect())
    }

    /// Whether there is more than one.
    pub fn is_split(&self) -> bool {
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
