//! What a case is, and how one is written: `Part::B4.case(…)`, what it is about and what it needs,
//! and at the end its function.

use crate::Judged;
use crate::cluster::{Cluster, Faults, Snapshots, Usage};
use crate::driven::StepLab;
use crate::services::{AppendLab, KvLab, RsmLab};
use labrt::harness;
use std::fmt;

/// A part of the labs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Leader election.
    A3,
    /// The log.
    B3,
    /// Persistence.
    C3,
    /// Log compaction.
    D3,
    /// Faults that the course lacks; no part of the lab, and worth nothing.
    E3,
    /// The replicated state machine.
    A4,
    /// The key/value service.
    B4,
    /// The key/value service with snapshots.
    C4,
    /// Faults that the course lacks, under clients; no part of the lab, and worth nothing.
    E4,
    /// The older form of the key/value service (the course until 2024).
    B24,
    /// The older form with snapshots.
    C24,
    /// Scenes for `raftlab explore`: no part of the labs.
    Scene,
    /// Scenes of a lecture, for `raftlab scene`: no part of the labs.
    Lecture,
    /// A step-driven Raft (TinyKV's project 2): leader election.
    TinyAA,
    /// Its log.
    TinyAB,
    /// Its application's view.
    TinyAC,
    /// Its snapshots.
    TinyC,
    /// Its leadership and membership (TinyKV's project 3).
    TinyA3,
    /// What TinyKV's cases do not notice; worth nothing.
    TinyExtra,
}

impl Part {
    /// The lab that it belongs to.
    pub fn lab(self) -> &'static str {
        match self {
            Part::A3 | Part::B3 | Part::C3 | Part::D3 => "3",
            Part::E3 => "3E",
            Part::A4 | Part::B4 | Part::C4 => "4",
            Part::E4 => "4E",
            Part::B24 | Part::C24 => "2024",
            Part::Scene => "scene",
            Part::Lecture => "lecture",
            Part::TinyAA
            | Part::TinyAB
            | Part::TinyAC
            | Part::TinyC
            | Part::TinyA3
            | Part::TinyExtra => "tiny",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Part::A3 => "3A",
            Part::B3 => "3B",
            Part::C3 => "3C",
            Part::D3 => "3D",
            Part::E3 => "3E",
            Part::A4 => "4A",
            Part::B4 => "4B",
            Part::C4 => "4C",
            Part::E4 => "4E",
            Part::B24 => "4B24",
            Part::C24 => "4C24",
            Part::Scene => "scene",
            Part::Lecture => "lecture",
            Part::TinyAA => "tiny-2AA",
            Part::TinyAB => "tiny-2AB",
            Part::TinyAC => "tiny-2AC",
            Part::TinyC => "tiny-2C",
            Part::TinyA3 => "tiny-3A",
            Part::TinyExtra => "tiny-extra",
        })
    }
}

/// One case.
pub struct Case {
    /// The part that it belongs to.
    pub part: Part,
    /// Its name within the part.
    pub name: &'static str,
    /// The course's name for it; its own, if the course lacks it.
    pub alias: &'static str,
    /// What it is worth.
    pub points: u32,
    /// What it shows, in a line.
    pub about: &'static str,
    /// Number of servers.
    pub servers: usize,
    /// Whether the network keeps every message.
    pub reliable: bool,
    /// The case itself.
    pub body: Body,
}

/// What a case does, and with what. It fails by panicking, or by the cluster's `fault`.
#[derive(Clone, Copy)]
pub enum Body {
    /// With Rafts, whose services may make snapshots.
    Raft(Snapshots, fn(&Cluster)),
    /// With replicas of a counter, which make snapshots above so many bytes of Raft state.
    Rsm(Option<usize>, fn(&RsmLab)),
    /// With the key/value service.
    Kv(Option<usize>, fn(&KvLab)),
    /// With its older form.
    Append(Option<usize>, fn(&AppendLab)),
    /// With nodes of a step-driven Raft.
    Step(fn(&StepLab)),
}

/// Above so many bytes of Raft state a service makes a snapshot, in cases with snapshots.
pub(super) const MAX_RAFT_STATE: usize = 1000;

/// A case that lacks its function.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    part: Part,
    name: &'static str,
    alias: &'static str,
    points: u32,
    about: &'static str,
    servers: usize,
    reliable: bool,
    snapshots: Snapshots,
}

impl Part {
    /// A case of this part, with three servers on a reliable network and without snapshots. `name`
    /// is ours, `alias` the course's.
    pub(super) const fn case(self, name: &'static str, alias: &'static str, points: u32) -> Draft {
        Draft {
            part: self,
            name,
            alias,
            points,
            about: "",
            servers: 3,
            reliable: true,
            snapshots: Snapshots::Off,
        }
    }
}

impl Draft {
    /// A case that the course lacks, and so gives no points for.
    pub(super) const fn extra(part: Part, name: &'static str) -> Draft {
        part.case(name, name, 0)
    }

    /// What it shows, in a line.
    pub(super) const fn about(mut self, about: &'static str) -> Draft {
        self.about = about;
        self
    }

    /// Number of servers.
    pub(super) const fn servers(mut self, servers: usize) -> Draft {
        self.servers = servers;
        self
    }

    /// On a network that loses and delays messages.
    pub(super) const fn unreliable(mut self) -> Draft {
        self.reliable = false;
        self
    }

    /// Its services make snapshots.
    pub(super) const fn snapshots(mut self) -> Draft {
        self.snapshots = Snapshots::On;
        self
    }

    /// Its services make a snapshot after each entry.
    pub(super) const fn snapshots_at_each(mut self) -> Draft {
        self.snapshots = Snapshots::AtEach;
        self
    }

    /// On bare Rafts.
    pub(super) const fn raft(self, run: fn(&Cluster)) -> Case {
        self.of(Body::Raft(self.snapshots, run))
    }

    /// On replicas of a counter.
    pub(super) const fn rsm(self, run: fn(&RsmLab)) -> Case {
        self.of(Body::Rsm(self.max_raft_state(), run))
    }

    /// On the key/value service.
    pub(super) const fn kv(self, run: fn(&KvLab)) -> Case {
        self.of(Body::Kv(self.max_raft_state(), run))
    }

    /// On its older form.
    pub(super) const fn append(self, run: fn(&AppendLab)) -> Case {
        self.of(Body::Append(self.max_raft_state(), run))
    }

    /// On nodes of a step-driven Raft.
    pub(super) const fn step(self, run: fn(&StepLab)) -> Case {
        self.of(Body::Step(run))
    }

    const fn max_raft_state(self) -> Option<usize> {
        match self.snapshots {
            Snapshots::Off => None,
            Snapshots::On => Some(MAX_RAFT_STATE),
            // Whatever is saved is more than that.
            Snapshots::AtEach => Some(1),
        }
    }

    const fn of(self, body: Body) -> Case {
        let Draft {
            part,
            name,
            alias,
            points,
            about,
            servers,
            reliable,
            ..
        } = self;
        Case {
            part,
            name,
            alias,
            points,
            about,
            servers,
            reliable,
            body,
        }
    }
}

impl Case {
    /// Runs the case once, from the start of its servers to their end, with these faults beside its
    /// own; what it has used. A case that fails does not return: in a simulation it ends the run.
    pub fn run(&self, judged: &Judged, faults: Faults) -> Usage {
        let submission = &judged.submission;
        let &Case {
            servers, reliable, ..
        } = self;
        let play = |lab: &Cluster, run: &dyn Fn()| {
            lab.suffer(faults);
            if faults.is_none() && !matches!(self.part, Part::E3 | Part::E4 | Part::Scene) {
                lab.is_of_course();
            }
            run();
            let usage = lab.usage();
            lab.shut_down();
            usage
        };
        match self.body {
            Body::Raft(snapshots, run) => {
                let lab = Cluster::new(submission.raft, servers, reliable, snapshots);
                play(&lab, &|| run(&lab))
            }
            Body::Rsm(max, run) => {
                let lab = RsmLab::new(submission, servers, reliable, max);
                play(&lab, &|| run(&lab))
            }
            Body::Kv(max, run) => {
                let lab = KvLab::new(submission, servers, reliable, max);
                play(&lab, &|| {
                    run(&lab);
                    lab.check_linearizable();
                })
            }
            Body::Append(max, run) => {
                let Some(parts) = submission.lab4.append else {
                    harness::fail("the crate does not offer this form of the service".into())
                };
                let lab = AppendLab::new(submission, parts, servers, reliable, max);
                play(&lab, &|| {
                    run(&lab);
                    lab.check_linearizable();
                })
            }
            Body::Step(run) => {
                let Some(step) = judged.step else {
                    harness::fail("the crate offers no step-driven Raft".into())
                };
                let lab = StepLab::new(step);
                run(&lab);
                lab.usage()
            }
        }
    }

    /// `3B::backup`.
    pub fn full_name(&self) -> String {
        format!("{}::{}", self.part, self.name)
    }

    /// Whether a submission has what the case needs. The older form of the key/value service is
    /// nobody's duty, nor is a step-driven Raft.
    pub fn is_offered_by(&self, judged: &Judged) -> bool {
        match self.body {
            Body::Append(..) => judged.submission.lab4.append.is_some(),
            Body::Step(_) => judged.step.is_some(),
            Body::Raft(..) | Body::Rsm(..) | Body::Kv(..) => true,
        }
    }

    /// Whether `word` means this case: its part, its lab (`3`), its name, its full name or the
    /// course's name, in large letters or small ones.
    pub fn is_meant_by(&self, word: &str) -> bool {
        let (part, full) = (self.part.to_string(), self.full_name());
        let names = [&*part, self.part.lab(), self.name, &full, self.alias];
        names.iter().any(|name| name.eq_ignore_ascii_case(word))
    }
}
