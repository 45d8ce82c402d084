//! What the events of a run tell of each server: whether it runs and is connected, its term and
//! role as far as it has shown them, what it applied, what it saved. Nobody asks the code under
//! test: at the moment of a failure it may be unable to answer.

use super::logs;
use labcodec::names;
use labcodec::value::Value;
use labrpc::harness::{MessageEvent, Step};
use labrt::trace::Event;
use persister::harness::SaveEvent;
use serde::{Deserialize, Serialize};
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use suites::cluster::{ClusterEvent, Sides};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Follower,
    Candidate,
    Leader,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Role::Follower => "follower",
            Role::Candidate => "candidate",
            Role::Leader => "leader",
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Server {
    running: bool,
    connected: bool,
    /// The term that it last named, and what it was in it.
    term: Option<u64>,
    role: Option<Role>,
    applied: u64,
    saved: Option<String>,
    saved_term: Option<u64>,
}

impl Server {
    /// It has shown itself in `term`. Old messages may leave late: they tell nothing new.
    fn shows(&mut self, term: u64, role: Role) {
        let is_news = match self.term {
            None => true,
            Some(known) if term == known => match (self.role, role) {
                (Some(Role::Leader), Role::Candidate) => false,
                // Only its own word ends a leader's term.
                (Some(Role::Leader), Role::Follower) => false,
                _ => true,
            },
            Some(known) => term > known,
        };
        if is_news {
            self.term = Some(term);
            self.role = Some(role);
        }
    }
}

/// Each server as the events so far leave it.
#[derive(Default)]
struct Scene {
    servers: BTreeMap<usize, Server>,
    /// Who has shown itself as leader of a term. More than one is the worst that can happen.
    leaders: BTreeMap<u64, BTreeSet<usize>>,
    /// The methods by which votes are asked for.
    vote_methods: BTreeSet<String>,
    /// The term and candidate of each vote that has reached its candidate.
    votes: BTreeMap<(u64, usize), BTreeSet<usize>>,
    /// The sides of the last partition.
    split: Sides,
    /// Terms and leaders without a majority.
    usurpers: BTreeMap<(u64, usize), BTreeSet<usize>>,
}

/// What the events of a run tell.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Chronicle {
    /// All of them, as lines.
    pub(super) lines: Vec<String>,
    /// How many came before the moment to look at: mostly all.
    pub(super) before: usize,
    /// How those leave the servers, a line each.
    pub(super) servers: Vec<String>,
}

pub(super) fn chronicle(events: &[Event]) -> Chronicle {
    let moment = events.iter().rev().find_map(|event| {
        let body: &dyn Any = &*event.body;
        match body.downcast_ref::<ClusterEvent>() {
            Some(ClusterEvent::Look(at)) => Some(*at),
            _ => None,
        }
    });
    let before = match moment {
        Some(at) => events.partition_point(|event| event.at <= at),
        None => events.len(),
    };
    let mut scene = Scene::default();
    let mut servers = None;
    let lines = events.iter().enumerate().map(|(place, event)| {
        if place == before {
            servers = Some(scene.lines());
        }
        scene.observe(event);
        let body: &dyn Any = &*event.body;
        match body.downcast_ref::<logs::Line>() {
            Some(line) => logs::show(event.at, line, &scene.standing(line)),
            None => event.to_string(),
        }
    });
    let lines = lines.collect();
    Chronicle {
        lines,
        before,
        servers: servers.unwrap_or_else(|| scene.lines()),
    }
}

impl Scene {
    fn observe(&mut self, event: &Event) {
        let body: &dyn Any = &*event.body;
        if let Some(event) = body.downcast_ref::<ClusterEvent>() {
            self.observe_cluster(event);
        } else if let Some(message) = body.downcast_ref::<MessageEvent>() {
            self.observe_message(message);
        } else if let Some(save) = body.downcast_ref::<SaveEvent>() {
            self.observe_save(save);
        }
    }

    /// A server acts as the leader of `term`, or says that it is.
    fn leads(&mut self, number: usize, term: u64) {
        self.server(number).shows(term, Role::Leader);
        let leaders = self.leaders.entry(term).or_default();
        // Votes of which none was ever recognised cannot be counted.
        if leaders.insert(number) && !self.votes.is_empty() {
            let mut voters = self.votes.get(&(term, number)).cloned().unwrap_or_default();
            voters.insert(number);
            if voters.len() <= self.servers.len() / 2 {
                self.usurpers.insert((term, number), voters);
            }
        }
    }

    fn server(&mut self, number: usize) -> &mut Server {
        self.servers.entry(number).or_default()
    }

    fn observe_cluster(&mut self, event: &ClusterEvent) {
        match event {
            ClusterEvent::Start(server) => {
                let server = self.server(*server);
                server.running = true;
                (server.term, server.role) = (server.saved_term, None);
            }
            ClusterEvent::Crash(server) | ClusterEvent::Stop(server) => {
                let server = self.server(*server);
                server.running = false;
                server.role = None;
                server.applied = 0;
            }
            ClusterEvent::Connect(server) => self.server(*server).connected = true,
            ClusterEvent::Disconnect(server) => self.server(*server).connected = false,
            ClusterEvent::Apply { server, index, .. } | ClusterEvent::Install { server, index } => {
                self.server(*server).applied = *index;
            }
            ClusterEvent::Says { server, state } => {
                if state.is_leader {
                    self.leads(*server, state.term);
                } else {
                    let server = self.server(*server);
                    if server.role == Some(Role::Leader) {
                        server.role = Some(Role::Follower);
                    }
                    if server.term != Some(state.term) {
                        server.shows(state.term, Role::Follower);
                    }
                }
            }
            ClusterEvent::Partition(sides) => self.split = sides.clone(),
            ClusterEvent::Snapshot { .. } | ClusterEvent::Begin { .. } | ClusterEvent::Look(_) => {}
        }
    }

    /// Who asks for votes is a candidate, who sends entries a leader; a reply names its sender's
    /// term.
    fn observe_message(&mut self, message: &MessageEvent) {
        if !matches!(message.step, Step::Sent | Step::Replied | Step::Returned) {
            return;
        }
        let Some(value) = message.value() else { return };
        let field = |names: &[&str]| names.iter().find_map(|name| value.field(name));
        let Some(term) = field(names::TERM).and_then(Value::as_u64) else {
            return;
        };
        if message.step == Step::Returned {
            let is_vote = self.vote_methods.contains(&message.method);
            let granted = field(names::VOTE_GRANTED).and_then(Value::as_bool);
            if let (true, Some(true), Some(candidate)) = (is_vote, granted, message.to) {
                let votes = self.votes.entry((term, candidate)).or_default();
                votes.insert(message.from);
            }
            return;
        }
        let server = self.server(message.from);
        if message.is_reply() {
            let agrees = field(names::VOTE_GRANTED).or(field(names::SUCCESS));
            let agrees = agrees.and_then(Value::as_bool) == Some(true);
            if agrees || server.term.is_none_or(|known| term > known) {
                server.shows(term, Role::Follower);
            }
        } else if field(names::LAST_LOG_INDEX).is_some() {
            server.shows(term, Role::Candidate);
            self.vote_methods.insert(message.method.clone());
        } else if field(names::PREV_LOG_INDEX)
            .or(field(names::LAST_INCLUDED_INDEX))
            .is_some()
        {
            self.leads(message.from, term);
        }
    }

    /// Who saves a new term with a vote for itself is a candidate in it.
    fn observe_save(&mut self, save: &SaveEvent) {
        let Some(number) = save.owner.strip_prefix('n') else {
            return;
        };
        let Ok(number) = number.parse::<usize>() else {
            return;
        };
        let server = self.server(number);
        let line = save.to_string();
        let what = line.split_once("save ").map_or("", |(_, what)| what);
        server.saved = Some(what.to_string());
        let Some(term) = save.state.find(names::TERM).and_then(Value::as_u64) else {
            return;
        };
        server.saved_term = Some(term);
        if server.term.is_none_or(|known| term > known) {
            let vote = save.state.find(names::VOTED_FOR).and_then(Value::as_u64);
            let is_own = vote == Some(number as u64);
            server.shows(
                term,
                if is_own {
                    Role::Candidate
                } else {
                    Role::Follower
                },
            );
        }
    }

    /// `n1@2 leader`, as far as it is known, of the server whose log the line is.
    fn standing(&self, line: &logs::Line) -> String {
        let name = &line.node;
        let number = name
            .strip_prefix('n')
            .and_then(|number| number.parse().ok());
        let known = number.and_then(|number: usize| self.servers.get(&number));
        match known.map(|server| (server.term, server.role)) {
            Some((Some(term), Some(role))) => format!("{name}@{term} {}", role.name()),
            Some((Some(term), None)) => format!("{name}@{term}"),
            _ => name.clone(),
        }
    }

    fn lines(&self) -> Vec<String> {
        let tell = |(number, server): (&usize, &Server)| {
            let place = match (server.running, server.connected) {
                (false, _) => "down",
                (true, true) => "connected",
                (true, false) => "cut off",
            };
            let term = server
                .term
                .map_or("term ?".into(), |term| format!("term {term}"));
            let role = server.role.map_or("", Role::name);
            let applied = match server.running {
                true => format!("applied {}", server.applied),
                false => String::new(),
            };
            let saved = match &server.saved {
                Some(saved) => format!("saved {saved}"),
                None => "never saved anything".into(),
            };
            format!("n{number}  {place:<9}  {term:<7}  {role:<9}  {applied:<12}  {saved}")
        };
        let rivals = self.leaders.iter().filter(|(_, leaders)| leaders.len() > 1);
        let rivals = rivals.map(|(term, leaders)| {
            let names = names_of(leaders);
            format!("{names} have acted as the leader of term {term}: only one may (§5.2)")
        });
        let usurpers = self.usurpers.iter().map(|((term, leader), voters)| {
            format!(
                "n{leader} acted as the leader of term {term} with the votes of {} only, {} of {} \
                 (§5.2)",
                names_of(voters),
                voters.len(),
                self.servers.len()
            )
        });
        // The first is the one to look into; others mostly follow from it.
        let alarms = usurpers.take(1).chain(rivals.take(1));
        let split = self.split.is_split().then(|| {
            let sides = &self.split;
            format!("the network is split: {sides}")
        });
        let servers = self.servers.iter().map(tell);
        servers.chain(split).chain(alarms).collect()
    }
}

/// `n1 and n3`.
fn names_of(servers: &BTreeSet<usize>) -> String {
    let names: Vec<String> = servers.iter().map(|number| format!("n{number}")).collect();
    names.join(" and ")
}

#[cfg(test)]
mod tests;
