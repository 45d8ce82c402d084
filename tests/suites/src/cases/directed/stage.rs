//! One server among peers that the case plays, and how the case speaks in their names: by messages
//! made of those that the server's own kind has sent.

use super::props::{FIRST, PATIENCE, Props, Unplayable, id, in_time};
use crate::cluster::{Answer, Cluster, Heard, Request, command};
use crate::trace::{LogId, names};
use labcodec::value::Value;
use labrt::time::Duration;
use std::sync::Arc;

/// How a scene ends that finds no fault.
pub(super) type Scene = Result<(), Unplayable>;

/// Time between two messages of a scene: well below any election timeout.
pub(super) const STEP: Duration = Duration::from_millis(20);

/// Long enough for anything that is committed to be applied.
pub(super) const SOON: Duration = Duration::from_millis(200);

/// One server, alone.
pub(super) struct Stage<'a> {
    pub(super) lab: &'a Cluster,
    pub(super) server: usize,
    /// Whom the case plays, and what each has heard.
    pub(super) peers: Vec<(usize, Heard)>,
    /// The last entry that all hold.
    pub(super) first: LogId,
    props: Arc<Props>,
}

impl<'a> Stage<'a> {
    /// Has a bare majority elect a leader and agree on a command, and takes the place of all but
    /// one that does not lead.
    pub(super) fn open(lab: &'a Cluster) -> Result<Stage<'a>, Unplayable> {
        let majority = lab.len() / 2 + 1;
        let mut peers: Vec<(usize, Heard)> = (majority..lab.len())
            .map(|peer| (peer, lab.take_the_place_of(peer)))
            .collect();
        let leader = lab.check_one_leader();
        lab.one(command(FIRST), majority, true);
        let (props, first) = Props::of(lab, &peers[0].1)?;
        let server = (leader + 1) % majority;
        let others = (0..majority).filter(|other| *other != server);
        peers.extend(others.map(|other| (other, lab.take_the_place_of(other))));
        Stage::among(lab, server, peers, first, props)
    }

    /// With this server, which is alone and holds entries up to `first`.
    pub(super) fn among(
        lab: &'a Cluster,
        server: usize,
        peers: Vec<(usize, Heard)>,
        first: LogId,
        props: Props,
    ) -> Result<Stage<'a>, Unplayable> {
        let stage = Stage {
            lab,
            server,
            peers,
            first,
            props: Arc::new(props),
        };
        stage.rehearse()
    }

    /// Learns what replies look like.
    fn rehearse(mut self) -> Result<Stage<'a>, Unplayable> {
        let (one, term) = (self.peer(0), self.term());
        let reply = |request| self.lab.send_as(one, self.server, &request);
        let silent = Unplayable("a request that the case made was not answered");
        let Some(vote_reply) = reply(self.props.vote_request(one, term, id(0, 0))?) else {
            return Err(silent);
        };
        let refused = reply(self.props.append_request(
            one,
            term + 1,
            id(self.first.index + 3, term),
            &[],
            0,
        )?);
        let taken = reply(
            self.props
                .append_request(one, term + 1, self.first, &[], 0)?,
        );
        let (Some(refusal), Some(success)) = (refused, taken) else {
            return Err(silent);
        };
        let lacks = |value: &Value, names| value.find(names).and_then(Value::as_bool).is_none();
        if lacks(&vote_reply, names::VOTE_GRANTED)
            || lacks(&refusal, names::SUCCESS)
            || lacks(&success, names::SUCCESS)
        {
            return Err(Unplayable("replies have not the paper's fields"));
        }
        let props = Arc::get_mut(&mut self.props);
        let props = props.ok_or(Unplayable("the stage is not its own"))?;
        (props.vote_reply, props.refusal, props.success) = (vote_reply, refusal, success);
        Ok(self)
    }

    /// A server whose place the case has taken.
    pub(super) fn peer(&self, place: usize) -> usize {
        self.peers[place].0
    }

    /// The term in which the server is, as it says itself.
    pub(super) fn term(&self) -> u64 {
        self.lab.state(self.server).map_or(0, |state| state.term)
    }

    pub(super) fn leads(&self) -> bool {
        let state = self.lab.state(self.server);
        state.is_some_and(|state| state.is_leader)
    }

    pub(super) fn props(&self) -> Arc<Props> {
        self.props.clone()
    }

    /// Sends a request in the name of `from`; the truth value of the reply that is called so.
    fn ask(&self, from: usize, request: &Request, answer: &[&str]) -> Result<bool, Unplayable> {
        let reply = self.lab.send_as(from, self.server, request);
        let said = reply.and_then(|reply| reply.find(answer)?.as_bool());
        said.ok_or(Unplayable(
            "a request that the case made was not answered as in the paper",
        ))
    }

    /// What it answers to an InstallSnapshot of a term that is over.
    pub(super) fn install_reply(&self, install: &Request) -> Result<Value, Unplayable> {
        let old = install.clone().with(names::TERM, 0u64);
        let reply = old.and_then(|old| self.lab.send_as(self.peer(0), self.server, &old));
        let reply = reply.filter(|reply| reply.find(names::TERM).is_some());
        reply.ok_or(Unplayable(
            "an InstallSnapshot was not answered with a term",
        ))
    }

    /// Starts a command on the server, which leads; its index.
    pub(super) fn starts(&self, number: u64) -> u64 {
        match self.lab.start_command(self.server, command(number)) {
            Some(started) => started.index,
            None => self.fault("leads, and does not take a command"),
        }
    }

    /// Asks for a vote, for a log that ends so; whether it is granted.
    pub(super) fn asks(&self, from: usize, term: u64, last: LogId) -> Result<bool, Unplayable> {
        let request = self.props.vote_request(from, term, last)?;
        self.ask(from, &request, names::VOTE_GRANTED)
    }

    /// Sends entries, each of a term and with the command of a number; whether they are taken.
    pub(super) fn appends(
        &self,
        from: usize,
        term: u64,
        prev: LogId,
        entries: &[(u64, u64)],
        commit: u64,
    ) -> Result<bool, Unplayable> {
        let request = self
            .props
            .append_request(from, term, prev, entries, commit)?;
        self.ask(from, &request, names::SUCCESS)
    }

    /// Speaks as the leader of a term.
    pub(super) fn heartbeat(&self, from: usize, term: u64) -> Result<bool, Unplayable> {
        self.appends(from, term, self.first, &[], 0)
    }

    /// Whether the server's log holds an entry, as it says itself to the leader of a term.
    pub(super) fn holds(&self, from: usize, term: u64, entry: LogId) -> Result<bool, Unplayable> {
        self.appends(from, term, entry, &[], 0)
    }

    /// The server must have applied so much soon.
    pub(super) fn expect_applied(&self, index: u64, why: &str) {
        let applied = || (self.lab.applied_by(self.server) >= index).then_some(());
        if in_time(self.lab, PATIENCE, applied).is_none() {
            self.fault(&format!(
                "has applied no more than {}: {why}",
                self.lab.applied_by(self.server)
            ));
        }
    }

    /// The server must not have applied more than that.
    pub(super) fn expect_not_applied(&self, beyond: u64, why: &str) {
        self.lab.sleep(SOON);
        let applied = self.lab.applied_by(self.server);
        if applied > beyond {
            self.fault(&format!("has applied {applied}: {why}"));
        }
    }

    /// Fails the case: what the server did, and what it should have.
    pub(super) fn fault(&self, what: &str) -> ! {
        self.lab.fault(format!("server {} {what}", self.server))
    }

    /// From now on all peers answer so.
    pub(super) fn answers(
        &self,
        script: impl Fn(&Props, &Request) -> Answer + Clone + Send + Sync + 'static,
    ) {
        for (peer, heard) in &self.peers {
            self.lab.plays(*peer);
            let (script, props) = (script.clone(), self.props());
            heard.answers(move |request| script(&props, request));
        }
    }

    /// Waits until the server leads, by the votes that the script gives; the term.
    pub(super) fn elected(&self) -> u64 {
        match in_time(self.lab, PATIENCE, || self.leads().then(|| self.term())) {
            Some(term) => term,
            None => self.fault(&format!(
                "does not lead after {PATIENCE:?}, though a majority grants its votes: \"If votes \
                 received from majority of servers: become leader\""
            )),
        }
    }
}
