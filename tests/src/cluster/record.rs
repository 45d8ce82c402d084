//! What was applied where. The safety checks stand here; they hold for every case, and ask
//! nothing of the code under test but what it applies and what it says of itself.

use crate::cases::show;
use bytes::Bytes;
use std::collections::BTreeMap;

pub(super) struct Record {
    /// The command at each index, as first applied by anyone. Survives every crash: what was
    /// committed once must never change.
    agreed: BTreeMap<u64, (Bytes, usize)>,
    servers: Vec<Applied>,
    /// Who led each term, as far as anybody said.
    leaders: BTreeMap<u64, usize>,
}

/// What one server's present incarnation has applied.
#[derive(Clone, Default)]
struct Applied {
    incarnation: u64,
    /// Everything up to here, itself or by a snapshot.
    last: u64,
    commands: BTreeMap<u64, Bytes>,
}

impl Record {
    pub(super) fn new(servers: usize) -> Record {
        Record {
            agreed: BTreeMap::new(),
            servers: vec![Applied::default(); servers],
            leaders: BTreeMap::new(),
        }
    }

    /// A server starts anew, with a service that holds everything up to `last`.
    pub(super) fn begin(&mut self, server: usize, incarnation: u64, last: u64, log: &[Bytes]) {
        let commands = (1..).zip(log.iter().cloned()).collect();
        self.servers[server] = Applied {
            incarnation,
            last,
            commands,
        };
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
        let applied = &mut self.servers[server];
        if index != applied.last + 1 {
            return Err(format!(
                "server {server} applied index {index} out of order: expected {}",
                applied.last + 1
            ));
        }
        applied.last = index;
        applied.commands.insert(index, command.clone());
        let (agreed, first) = self
            .agreed
            .entry(index)
            .or_insert_with(|| (command.clone(), server));
        if agreed != command {
            return Err(format!(
                "servers applied different commands at index {index}: server {first} {}, \
                 server {server} {}",
                show(agreed),
                show(command)
            ));
        }
        Ok(())
    }

    /// A server's service was reset to a snapshot, which says what it holds.
    pub(super) fn install(
        &mut self,
        server: usize,
        index: u64,
        commands: &[Bytes],
    ) -> Result<(), String> {
        let applied = &mut self.servers[server];
        if index < applied.last {
            return Err(format!(
                "server {server} installed a snapshot up to {index}, which takes it back: it had \
                 applied everything up to {}",
                applied.last
            ));
        }
        for (at, command) in (1..).zip(commands) {
            match self.agreed.get(&at) {
                Some((agreed, _)) if agreed == command => {}
                _ => {
                    return Err(format!(
                        "the snapshot that server {server} installed holds {} at index {at}, \
                         which nobody applied there",
                        show(command)
                    ));
                }
            }
        }
        self.begin(server, self.servers[server].incarnation, index, commands);
        Ok(())
    }

    /// Everything that a server has applied, for its snapshot.
    pub(super) fn commands(&self, server: usize) -> Vec<Bytes> {
        self.servers[server].commands.values().cloned().collect()
    }

    /// How many servers have applied `index`, and what.
    pub(super) fn committed(&self, index: u64) -> (usize, Option<Bytes>) {
        let held = self
            .servers
            .iter()
            .filter(|server| server.commands.contains_key(&index));
        let count = held.count();
        let command = self.agreed.get(&index).map(|(command, _)| command.clone());
        (count, command.filter(|_| count > 0))
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
        self.agreed.keys().next_back().copied().unwrap_or(0)
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
        record.begin(0, 2, 0, &[]);
        assert!(record.apply(0, 1, &bytes("b")).is_err());
    }

    #[test]
    fn a_snapshot_must_not_take_a_server_back() {
        let mut record = Record::new(1);
        assert_eq!(record.apply(0, 1, &bytes("a")), Ok(()));
        assert_eq!(record.apply(0, 2, &bytes("b")), Ok(()));
        assert!(record.install(0, 1, &[bytes("a")]).is_err());
        assert!(
            record.install(0, 2, &[bytes("a"), bytes("x")]).is_err(),
            "other contents"
        );
        assert_eq!(record.install(0, 2, &[bytes("a"), bytes("b")]), Ok(()));
    }

    #[test]
    fn a_term_has_one_leader() {
        let mut record = Record::new(2);
        assert_eq!(record.leads(0, 3), Ok(()));
        assert_eq!(record.leads(0, 3), Ok(()));
        assert!(record.leads(1, 3).is_err());
    }
}
