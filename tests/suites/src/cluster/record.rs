//! What was applied where. The safety checks stand here; they hold for every case, and ask
//! nothing of the code under test but what it applies and what it says of itself.

use super::show::show;
use bytes::Bytes;
use labcodec::{Excerpt, Journal};
use std::collections::BTreeMap;

pub(super) struct Record {
    /// The command at each index from 1 on, as first applied by anyone. Survives every crash: what
    /// was committed once must never change. A journal, since every snapshot holds it all.
    agreed: Journal<Bytes>,
    /// Who first applied each.
    first: Vec<usize>,
    servers: Vec<Applied>,
    /// Who led each term, as far as anybody said.
    leaders: BTreeMap<u64, usize>,
}

/// What one server's present incarnation has applied.
#[derive(Clone, Default)]
struct Applied {
    incarnation: u64,
    /// The last index, applied itself or by a snapshot; what it applied up to there is `agreed`.
    /// `None` of a service that began with a snapshot and has not applied anything since: nobody
    /// but itself knows how far that goes.
    last: Option<u64>,
}

/// Where `index` stands in a vector that begins with index 1.
fn place(index: u64) -> usize {
    usize::try_from(index).map_or(usize::MAX, |index| index.wrapping_sub(1))
}

impl Record {
    pub(super) fn new(servers: usize) -> Record {
        Record {
            agreed: Journal::new(),
            first: Vec::new(),
            servers: vec![
                Applied {
                    incarnation: 0,
                    last: Some(0)
                };
                servers
            ],
            leaders: BTreeMap::new(),
        }
    }

    /// A server starts anew, with a service that holds everything up to `last`.
    pub(super) fn begin(&mut self, server: usize, incarnation: u64, last: Option<u64>) {
        self.servers[server] = Applied { incarnation, last };
    }

    /// Whether messages of this incarnation still count.
    pub(super) fn is_current(&self, server: usize, incarnation: u64) -> bool {
        self.servers[server].incarnation == incarnation
    }

    /// A server applied a command: in order, without gaps, and the same as everybody else.
    pub(super) fn apply(
        &mut self,
        server: usize,
        index: u64,
        command: &Bytes,
    ) -> Result<(), String> {
        let highest = self.highest();
        let last = &mut self.servers[server].last;
        let expected = match last {
            Some(last) => *last + 1,
            None => index.clamp(1, highest + 1),
        };
        if index != expected {
            return Err(format!(
                "server {server} applied index {index} out of order: expected {expected}"
            ));
        }
        *last = Some(index);
        let place = place(index);
        let Some(agreed) = self.agreed.get(place) else {
            self.agreed.push(command.clone());
            self.first.push(server);
            return Ok(());
        };
        if agreed != command {
            let first = self.first[place];
            return Err(format!(
                "servers applied different commands at index {index}: server {first} {}, \
                 server {server} {}",
                show(agreed),
                show(command)
            ));
        }
        Ok(())
    }

    /// A server's service was reset to a snapshot of everything up to `index`.
    pub(super) fn install(&mut self, server: usize, index: u64) -> Result<(), String> {
        let highest = self.highest();
        let applied = &mut self.servers[server];
        let last = applied.last.unwrap_or(0);
        if index < last {
            return Err(format!(
                "server {server} installed a snapshot up to {index}, which takes it back: it had \
                 applied everything up to {last}"
            ));
        }
        if index > highest {
            return Err(format!(
                "server {server} installed a snapshot up to {index}, but nobody applied more than \
                 {highest}"
            ));
        }
        applied.last = Some(index);
        Ok(())
    }

    /// A snapshot must hold what was applied.
    pub(super) fn check_contents(&self, server: usize, commands: &[Bytes]) -> Result<(), String> {
        for (at, command) in commands.iter().enumerate() {
            if self.agreed.get(at) != Some(command) {
                return Err(format!(
                    "the snapshot that server {server} installed holds {} at index {}, which \
                     nobody applied there",
                    show(command),
                    at + 1
                ));
            }
        }
        Ok(())
    }

    /// Everything that a server has applied, for its snapshot.
    pub(super) fn commands(&self, server: usize) -> Excerpt<Bytes> {
        self.commands_up_to(self.last(server))
    }

    /// Everything up to `index`.
    pub(super) fn commands_up_to(&self, index: u64) -> Excerpt<Bytes> {
        self.agreed.excerpt(0..index as usize)
    }

    /// The last index that a server has applied or installed, as far as anybody knows.
    pub(super) fn last(&self, server: usize) -> u64 {
        self.servers[server].last.unwrap_or(0)
    }

    /// How many servers have applied `index`, and what.
    pub(super) fn committed(&self, index: u64) -> (usize, Option<Bytes>) {
        let place = place(index);
        let holds = |server: &&Applied| server.last.is_some_and(|last| index <= last);
        match self.servers.iter().filter(holds).count() {
            0 => (0, None),
            count => (count, self.agreed.get(place).cloned()),
        }
    }

    /// A server says that it leads `term`. Nobody else may ever have (election safety, Figure 3).
    pub(super) fn leads(&mut self, server: usize, term: u64) -> Result<(), String> {
        match *self.leaders.entry(term).or_insert(server) {
            first if first == server => Ok(()),
            first => Err(format!(
                "term {term} has two leaders: servers {first} and {server}"
            )),
        }
    }

    /// The highest index that anybody applied.
    pub(super) fn highest(&self) -> u64 {
        self.agreed.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &'static str) -> Bytes {
        Bytes::from_static(text.as_bytes())
    }

    #[test]
    fn gaps_repeats_and_differences_are_seen() {
        let mut record = Record::new(2);
        assert_eq!(record.apply(0, 1, &bytes("a")), Ok(()));
        assert!(record.apply(0, 3, &bytes("c")).is_err(), "a gap");
        assert!(record.apply(0, 1, &bytes("a")).is_err(), "a repeat");
        assert!(record.apply(1, 1, &bytes("b")).is_err(), "another command");
    }

    #[test]
    fn what_was_committed_outlives_every_crash() {
        let mut record = Record::new(1);
        assert_eq!(record.apply(0, 1, &bytes("a")), Ok(()));
        record.begin(0, 2, Some(0));
        assert!(record.apply(0, 1, &bytes("b")).is_err());
    }

    #[test]
    fn a_snapshot_must_not_take_a_server_back() {
        let mut record = Record::new(1);
        assert_eq!(record.apply(0, 1, &bytes("a")), Ok(()));
        assert_eq!(record.apply(0, 2, &bytes("b")), Ok(()));
        assert!(record.install(0, 1).is_err());
        assert!(record.install(0, 3).is_err(), "nobody was there");
        assert_eq!(record.install(0, 2), Ok(()));
        assert!(record.check_contents(0, &[bytes("a"), bytes("x")]).is_err());
        assert_eq!(record.check_contents(0, &[bytes("a"), bytes("b")]), Ok(()));
    }

    #[test]
    fn a_service_that_began_with_its_own_snapshot_goes_on_where_it_likes_once() {
        let mut record = Record::new(2);
        for index in 1..=3 {
            assert_eq!(record.apply(0, index, &bytes("a")), Ok(()));
        }
        record.begin(1, 2, None);
        assert!(record.apply(1, 5, &bytes("a")).is_err(), "beyond all");
        record.begin(1, 2, None);
        assert_eq!(record.committed(1).0, 1);
        assert_eq!(record.apply(1, 3, &bytes("a")), Ok(()));
        assert_eq!(record.committed(1).0, 2);
        assert!(record.apply(1, 5, &bytes("a")).is_err(), "a gap");
    }

    #[test]
    fn a_term_has_one_leader() {
        let mut record = Record::new(2);
        assert_eq!(record.leads(0, 3), Ok(()));
        assert_eq!(record.leads(0, 3), Ok(()));
        assert!(record.leads(1, 3).is_err());
    }
}
