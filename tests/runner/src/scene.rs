//! What the events of a run tell of each server: whether it runs and is connected, its term and
//! role as far as it has shown them, what it applied, what it saved. Nobody asks the code under
//! test: at the moment of a failure it may be unable to answer.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use suites::trace::{
    Claim, Lane, Line, Message, Name, Role, Save, Sides, Step, Text, Trace, Vote, What,
};

/// How the servers of a run stand at a moment.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Standings {
    /// Each server, by its number.
    pub(super) servers: Vec<Standing>,
    /// What is wrong with all of them together.
    pub(super) remarks: Vec<Text>,
}

/// How one server stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Standing {
    number: usize,
    place: Place,
    term: Option<u64>,
    role: Option<Role>,
    applied: u64,
    /// What it saved last.
    saved: Option<Text>,
}

/// Where a server is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Place {
    #[default]
    Down,
    /// It runs, and was not connected yet.
    Starting,
    Connected,
    CutOff,
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match self.place {
            Place::Down => "down",
            Place::Starting => "starting",
            Place::Connected => "connected",
            Place::CutOff => "cut off",
        };
        let term = match self.term {
            Some(term) => format!("term {term}"),
            None => "term ?".into(),
        };
        let role = self.role.map_or("", Role::name);
        let applied = match self.place {
            Place::Down => String::new(),
            _ => format!("applied {}", self.applied),
        };
        let number = self.number;
        write!(
            f,
            "n{number}  {place:<9}  {term:<7}  {role:<9}  {applied:<12}  "
        )?;
        match &self.saved {
            Some(saved) => write!(f, "saved{saved}"),
            None => f.write_str("never saved anything"),
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Server {
    place: Place,
    /// The term that it last named, and what it was in it.
    term: Option<u64>,
    role: Option<Role>,
    applied: u64,
    saved: Option<Save>,
    saved_term: Option<u64>,
    /// It has crashed or was stopped, and has not started since.
    has_ended: bool,
}

impl Server {
    /// It has named `term`, and nothing proves what it is in it.
    fn is_in(&mut self, term: u64) {
        if self.term.is_none_or(|known| term > known) {
            self.term = Some(term);
            self.role = None;
        }
    }

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

impl Server {
    /// Who saves a new term with a vote for itself is a candidate in it.
    fn saves(&mut self, number: usize, save: &Save) {
        self.saved = Some(save.clone());
        let Some(term) = save.term else { return };
        self.saved_term = Some(term);
        if self.term.is_none_or(|known| term > known) {
            let is_own = save.voted_for == Some(Vote::Server(number as u64));
            self.shows(
                term,
                if is_own {
                    Role::Candidate
                } else {
                    Role::Follower
                },
            );
        }
    }
}

impl Place {
    /// The network of a server that is down may change too: it stays down.
    fn reached(self, place: Place) -> Place {
        match self {
            Place::Down => Place::Down,
            _ => place,
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
    vote_methods: BTreeSet<Name>,
    /// The term and candidate of each vote that has reached its candidate.
    votes: BTreeMap<(u64, usize), BTreeSet<usize>>,
    /// The sides of the last partition.
    split: Sides,
    /// Terms and leaders without a majority.
    usurpers: BTreeMap<(u64, usize), BTreeSet<usize>>,
}

/// Notes with each line of a log the standing that its server has shown by then; how the servers
/// stand at the moment to look at, mostly the end.
pub(super) fn follow(trace: &mut Trace) -> Standings {
    let before = trace.before();
    let mut scene = Scene::default();
    let mut standings = None;
    for (place, line) in trace.lines.iter_mut().enumerate() {
        if place == before {
            standings = Some(scene.standings());
        }
        scene.observe(line);
        if let (What::Log(log), Some(Lane::Server(server))) = (&mut line.what, line.lane)
            && let Some(server) = scene.servers.get(&server)
        {
            log.term = server.term;
            log.role = server.role.filter(|_| server.term.is_some());
        }
    }
    standings.unwrap_or_else(|| scene.standings())
}

impl Scene {
    fn observe(&mut self, line: &Line) {
        match (&line.what, line.lane) {
            (What::Message(message), _) => self.observe_message(message),
            (What::Partition(sides), _) => self.split = sides.clone(),
            (what, Some(Lane::Server(server))) => self.observe_server(server, what),
            _ => {}
        }
    }

    /// A server acts as the leader of `term`, or says that it is.
    fn leads(&mut self, number: usize, term: u64) {
        if self.server(number).has_ended {
            return; // the case speaks in its name
        }
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

    fn observe_server(&mut self, number: usize, what: &What) {
        let server = self.server(number);
        match what {
            What::Start => {
                server.place = Place::Starting;
                server.has_ended = false;
                (server.term, server.role) = (server.saved_term, None);
            }
            What::Crash | What::Stop => {
                server.place = Place::Down;
                server.has_ended = true;
                server.role = None;
                server.applied = 0;
            }
            What::Connect => server.place = server.place.reached(Place::Connected),
            What::Disconnect => server.place = server.place.reached(Place::CutOff),
            What::Apply { index, .. } | What::Install { index } => server.applied = *index,
            What::Says(Claim { term, leads: true }) => self.leads(number, *term),
            What::Says(Claim { term, leads: false }) => {
                if server.role == Some(Role::Leader) {
                    server.role = Some(Role::Follower);
                }
                if server.term != Some(*term) {
                    server.shows(*term, Role::Follower);
                }
            }
            What::Save(save) => server.saves(number, save),
            What::Message(_) | What::Partition(_) | What::Snapshot { .. } | What::Log(_) => {}
            What::Ask(_) | What::Answer(_) | What::Step(_) | What::Look(_) => {}
            What::Warning(_) | What::Caption(_) | What::Dropped(_) | What::Note(_) => {}
        }
    }

    /// Who asks for votes is a candidate, who sends entries a leader. Any request and reply names
    /// its sender's term, but not one that asks what an election would come to.
    fn observe_message(&mut self, message: &Message) {
        let content = &message.content;
        let (Some(term), Lane::Server(from)) = (content.term, message.from) else {
            return;
        };
        match message.step {
            Step::Returned => {
                let is_vote = self.vote_methods.contains(&message.method);
                if let (true, Some(true), Some(candidate)) = (is_vote, content.granted, message.to)
                    && let Lane::Server(candidate) = candidate
                {
                    self.votes
                        .entry((term, candidate))
                        .or_default()
                        .insert(from);
                }
            }
            Step::Replied => {
                let agrees = content.granted.or(content.success) == Some(true);
                let server = self.server(from);
                if agrees || server.term.is_none_or(|known| term > known) {
                    server.shows(term, Role::Follower);
                }
            }
            Step::Sent if content.pre_vote => {}
            Step::Sent if content.last.is_some() => {
                self.server(from).shows(term, Role::Candidate);
                self.vote_methods.insert(message.method.clone());
            }
            Step::Sent if content.prev.is_some() || content.upto.is_some() => {
                self.leads(from, term);
            }
            Step::Sent => self.server(from).is_in(term),
            Step::Arrived | Step::Lost(_) => {}
        }
    }

    fn standings(&self) -> Standings {
        let servers = self.servers.iter().map(|(number, server)| Standing {
            number: *number,
            place: server.place,
            term: server.term,
            role: server.role,
            applied: server.applied,
            saved: server.saved.as_ref().map(Text::new),
        });
        Standings {
            servers: servers.collect(),
            remarks: self.remarks().map(Text::new).collect(),
        }
    }

    /// What is wrong with all servers together.
    fn remarks(&self) -> impl Iterator<Item = String> {
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
        split.into_iter().chain(alarms)
    }
}

/// `n1 and n3`.
fn names_of(servers: &BTreeSet<usize>) -> String {
    let names: Vec<String> = servers.iter().map(|number| format!("n{number}")).collect();
    names.join(" and ")
}

#[cfg(test)]
mod tests;
