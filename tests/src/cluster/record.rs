//! What was applied where. The safety checks stand here; they hold for every case, and ask
//! nothing of the code under test but what it applies and what it says of itself.

use crate::cases::show;
use bytes::Bytes;
use std::collections::BTreeMap;

pub(super) struct Record {
    /// The command at each index from 1 on, as first applied by anyone, and by whom. Survives
    /// every crash: what was committed once must never change.
    agreed: Vec<(Bytes, usize)>,
    servers: Vec<Applied>,
    /// Who led each term, as far as anybody said.
    leaders: BTreeMap<u64, usize>,
}

/// What one server's present incarnation has applied.
#[derive(Clone, Default)]
struct Applied {
    incarnation: u64,
    /// The command at each index from 1 on, itself or by a snapshot.
    commands: Vec<Bytes>,
}

/// Where `index` stands in a vector that begins with index 1.
fn place(index: u64) -> usize {
    usize::try_from(index).map_or(usize::MAX, |index| index.wrapping_sub(1))
}

impl Record {
    pub(super) fn new(servers: usize) -> Record {
        Record {
            agreed: Vec::new(),
            servers: vec![Applied::default(); servers],
            leaders: BTreeMap::new(),
        }
    }

    /// A server starts anew, with a service that holds the commands of `log`.
    pub(super) fn begin(&mut self, server: usize, incarnation: u64, log: Vec<Bytes>) {
        self.servers[server] = Applied {
            incarnation,
            commands: log,
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
        let expected = applied.commands.len() as u64 + 1;
        if index != expected {
            return Err(format!(
                "server {server} applied index {index} out of order: expected {expected}"
            ));
        }
        applied.commands.push(command.clone());
        let Some((agreed, first)) = self.agreed.get(place(index)) else {
            self.agreed.push((command.clone(), server));
            return Ok(());
        };
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
    pub(super) fn install(&mut self, server: usize, commands: Vec<Bytes>) -> Result<(), String> {
        let applied = &mut self.servers[server];
        if commands.len() < applied.commands.len() {
            return Err(format!(
                "server {server} installed a snapshot up to {}, which takes it back: it had \
                 applied everything up to {}",
                commands.len(),
                applied.commands.len()
            ));
        }
        for (at, command) in commands.iter().enumerate() {
            if self
                .agreed
                .get(at)
                .is_none_or(|(agreed, _)| agreed != command)
            {
                return Err(format!(
                    "the snapshot that server {server} installed holds {} at index {}, which \
                     nobody applied there",
                    show(command),
                    at + 1
                ));
            }
        }
        applied.commands = commands;
        Ok(())
    }

    /// Everything that a server has applied, for its snapshot.
    pub(super) fn commands(&self, server: usize) -> &[Bytes] {
        &self.servers[server].commands
    }

    /// How many servers have applied `index`, and what.
    pub(super) fn committed(&self, index: u64) -> (usize, Option<Bytes>) {
        let place = place(index);
        let holds = |server: &&Applied| place < server.commands.len();
        match self.servers.iter().filter(holds).count() {
            0 => (0, None),
            count => (
                count,
                self.agreed.get(place).map(|(command, _)| command.clone()),
            ),
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
        record.begin(0, 2, Vec::new());
        assert!(record.apply(0, 1, &bytes("b")).is_err());
    }

    #[test]
    fn a_snapshot_must_not_take_a_server_back() {
        let mut record = Record::new(1);
        assert_eq!(record.apply(0, 1, &bytes("a")), Ok(()));
        assert_eq!(record.apply(0, 2, &bytes("b")), Ok(()));
        assert!(record.install(0, vec![bytes("a")]).is_err());
        assert!(
            record.install(0, vec![bytes("a"), bytes("x")]).is_err(),
            "other contents"
        );
        assert_eq!(record.install(0, vec![bytes("a"), bytes("b")]), Ok(()));
    }

    #[test]
    fn a_term_has_one_leader() {
        let mut record = Record::new(2);
        assert_eq!(record.leads(0, 3), Ok(()));
        assert_eq!(record.leads(0, 3), Ok(()));
        assert!(record.leads(1, 3).is_err());
    }
}
