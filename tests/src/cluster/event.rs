//! What the cluster adds to the trace.

use labrpc::name;
use labrt::trace::Body;
use std::fmt;

pub(super) enum ClusterEvent {
    Start(usize),
    Crash(usize),
    Stop(usize),
    Partition(String),
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
    Begin {
        what: String,
    },
}

impl ClusterEvent {
    pub(super) fn partition(sides: &[&[usize]]) -> ClusterEvent {
        let side = |servers: &&[usize]| {
            let names: Vec<String> = servers.iter().map(|server| name(*server)).collect();
            names.join(" ")
        };
        let sides: Vec<String> = sides.iter().map(side).collect();
        ClusterEvent::Partition(sides.join(" | "))
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
            ClusterEvent::Begin { .. } => "test",
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
            ClusterEvent::Begin { what } => write!(f, "test: {what}"),
        }
    }
}
