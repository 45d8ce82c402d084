//! What a case says to the cluster. Six verbs make most of every case: `one`, `wait`,
//! `n_committed`, `check_one_leader`, `check_terms`, `check_no_leader`.

use super::Cluster;
use super::show::show;
use crate::trace::{self, Text, What};
use bytes::Bytes;
use labapi::{Started, State};
use labrt::rand::{self, RngExt};
use labrt::thread;
use labrt::time::{Duration, Instant};

/// What the tester grants for an election, as the course does.
pub const ELECTION_TIMEOUT: Duration = Duration::from_secs(1);

/// How long `one` tries, and how long it waits for one attempt to be applied.
const AGREEMENT: Duration = Duration::from_secs(10);
const ATTEMPT: Duration = Duration::from_secs(2);

/// A command that reads as its number in traces and reports.
pub fn command(number: u64) -> Bytes {
    Bytes::from(number.to_string())
}

impl Cluster {
    /// Lets `duration` pass.
    #[track_caller]
    pub fn sleep(&self, duration: Duration) {
        thread::sleep(duration);
        self.check_fault();
    }

    /// What a server says of itself; `None` while it is down. Two leaders of one term fail the
    /// case, whenever they are seen.
    pub fn state(&self, server: usize) -> Option<State> {
        let state = self.ask(server, "state", |raft| raft.state())?;
        let before = self.inner.servers.lock()[server].said.replace(state);
        if before != Some(state) {
            trace::of_server(server, || What::Says(state.into()));
        }
        if state.is_leader {
            self.leads(server, state.term);
        }
        Some(state)
    }

    /// Starts a command on one server. A server that takes it says that it leads that term, as it
    /// may in [`Cluster::state`].
    pub fn start_command(&self, server: usize, command: Bytes) -> Option<Started> {
        if !self.takes_place(|| format!("n{server} is given {}", show(&command))) {
            return None;
        }
        let started = self.ask(server, "start", move |raft| raft.start(command))??;
        self.leads(server, started.term);
        Some(started)
    }

    /// A server has said that it leads `term`: nobody else may ever have.
    fn leads(&self, server: usize, term: u64) {
        if let Some(oracles) = &self.inner.oracles {
            oracles.claims(server, term);
        }
        let alone = self.inner.record.lock().leads(server, term);
        self.insist(alone);
    }

    /// The leader among the connected servers: the one of the highest term, once one says it
    /// leads. Looks up to ten times, twice a second; nobody by then fails the case.
    pub fn check_one_leader(&self) -> usize {
        self.note("check_one_leader");
        for _ in 0..10 {
            self.sleep(Duration::from_millis(rand::rng().random_range(450..550)));
            let connected = (0..self.len()).filter(|server| self.is_connected(*server));
            let states = connected.filter_map(|server| Some((self.state(server)?, server)));
            let leaders = states.filter(|(state, _)| state.is_leader);
            if let Some((_, leader)) = leaders.max_by_key(|(state, _)| state.term) {
                return leader;
            }
        }
        self.give_up("expected one leader among the connected servers, got none in 5 s".into())
    }

    /// All servers in two sides: a majority without `leader`, and a minority with it.
    pub fn around(&self, leader: usize) -> (Vec<usize>, Vec<usize>) {
        let mut others: Vec<usize> = (0..self.len()).filter(|other| *other != leader).collect();
        let mut minority = others.split_off(self.len() / 2 + 1);
        minority.push(leader);
        (others, minority)
    }

    /// The term that all connected servers are in.
    pub fn check_terms(&self) -> u64 {
        let mut agreed = None;
        for server in (0..self.len()).filter(|server| self.is_connected(*server)) {
            let Some(state) = self.state(server) else {
                continue;
            };
            match agreed {
                Some(term) if term != state.term => self.fault(format!(
                    "servers disagree on the term: server {server} is in {}, others in {term}",
                    state.term
                )),
                _ => agreed = Some(state.term),
            }
        }
        agreed.unwrap_or(0)
    }

    /// No connected server may believe that it leads.
    pub fn check_no_leader(&self) {
        self.note("check_no_leader");
        for server in (0..self.len()).filter(|server| self.is_connected(*server)) {
            if self.state(server).is_some_and(|state| state.is_leader) {
                self.fault(format!(
                    "expected no leader among the connected servers, but server {server} claims \
                     to be the leader"
                ));
            }
        }
    }

    /// How many servers have applied `index`, and what.
    pub fn n_committed(&self, index: u64) -> (usize, Option<Bytes>) {
        self.check_fault();
        self.inner.record.lock().committed(index)
    }

    /// Nobody may have applied `index`.
    pub fn check_nobody_applied(&self, index: u64) {
        let (count, command) = self.n_committed(index);
        if let Some(command) = command {
            self.fault(format!(
                "{count} servers applied index {index} ({}) without a majority",
                show(&command)
            ));
        }
    }

    /// One complete agreement: offers `command` until a leader takes it and at least `expected`
    /// servers have applied it. Its index. With `retry`, offers it again when an attempt is not
    /// applied within two seconds; without, that fails the case. So do ten seconds in all.
    pub fn one(&self, command: Bytes, expected: usize, retry: bool) -> u64 {
        self.note(format_args!(
            "one({}) by {expected} servers",
            show(&command)
        ));
        let begin = Instant::now();
        let mut first = 0;
        while begin.elapsed() < AGREEMENT {
            let Some(index) = self.offer(&command, &mut first) else {
                self.sleep(Duration::from_millis(50));
                continue;
            };
            if self.applied_in_time(index, &command, expected) {
                return index;
            }
            if !retry {
                self.give_up(format!(
                    "one({}) did not reach agreement: a leader took it at index {index}, but \
                     within {ATTEMPT:?} only {} of {expected} servers applied it",
                    show(&command),
                    self.n_committed(index).0
                ));
            }
        }
        self.give_up(format!(
            "one({}) did not reach agreement by {expected} servers within {AGREEMENT:?}",
            show(&command)
        ))
    }

    /// Offers a command to each connected server once, beginning at `first`; the index at which
    /// one took it.
    fn offer(&self, command: &Bytes, first: &mut usize) -> Option<u64> {
        for _ in 0..self.len() {
            let server = *first;
            *first = (server + 1) % self.len();
            if self.is_connected(server)
                && let Some(started) = self.start_command(server, command.clone())
            {
                return Some(started.index);
            }
        }
        None
    }

    fn applied_in_time(&self, index: u64, command: &Bytes, expected: usize) -> bool {
        let begin = Instant::now();
        while begin.elapsed() < ATTEMPT {
            let (count, applied) = self.n_committed(index);
            if count > 0 && count >= expected && applied.as_ref() == Some(command) {
                return true;
            }
            self.sleep(Duration::from_millis(20));
        }
        false
    }

    /// Waits until at least `count` servers have applied `index`: what they applied, or `None`
    /// once some server is in a later term than `term`.
    pub fn wait(&self, index: u64, count: usize, term: Option<u64>) -> Option<Bytes> {
        let mut pause = Duration::from_millis(10);
        for _ in 0..30 {
            if self.n_committed(index).0 >= count {
                break;
            }
            self.sleep(pause);
            pause = (pause * 2).min(Duration::from_secs(1));
            if let Some(term) = term {
                let mut states = (0..self.len()).filter_map(|server| self.state(server));
                if states.any(|state| state.term > term) {
                    return None; // somebody moved on; nobody can promise this index any more
                }
            }
        }
        let (applied, command) = self.n_committed(index);
        if applied < count {
            self.give_up(format!(
                "only {applied} servers applied index {index}, expected at least {count}"
            ));
        }
        command
    }

    /// Notes that what is about to fail the case came about then, so that the report shows what was
    /// before that.
    pub(crate) fn look_at(&self, at: Duration) {
        trace::of_case(|| What::Look(at));
    }

    /// Adds a line of the case's own to the trace.
    pub fn note(&self, what: impl ToString) {
        trace::of_case(|| What::Step(Text::new(what.to_string())));
    }
}
