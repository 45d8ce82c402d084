//! What a run is like, in figures: how long a command takes to be committed, how long nobody leads
//! though somebody could, how often servers stand for election while nothing goes wrong.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long nobody may lead where a majority can talk to each other over a good network: "elect a
/// new leader within five seconds of the failure of the old leader" (the course's text, 3A).
pub(super) const LIMIT: Duration = Duration::from_secs(5);

/// How long after the last change a run counts as calm: a server that comes back in a later term
/// has deposed the leader by then.
const SETTLED: Duration = Duration::from_secs(1);

/// What was measured in a run, or in several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Commands whose way was seen from the first save to the first server that applied them.
    pub commits: u64,
    /// How long they took, all together.
    pub commit_time: Duration,
    /// How long the slowest took.
    pub slowest: Duration,
    /// How long there was a leader, and nothing went wrong.
    pub calm: Duration,
    /// Terms in which somebody stood for election in that time.
    pub elections: u64,
    /// How long nobody led though a majority could talk to each other.
    pub leaderless: Duration,
    /// The longest such time.
    pub longest: Duration,
}

impl Figures {
    /// Takes in those of another run.
    pub fn add(&mut self, other: &Figures) {
        self.commits += other.commits;
        self.commit_time += other.commit_time;
        self.slowest = self.slowest.max(other.slowest);
        self.calm += other.calm;
        self.elections += other.elections;
        self.leaderless += other.leaderless;
        self.longest = self.longest.max(other.longest);
    }
}

/// Who can talk to whom.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    /// Of each server: on which side of a partition it runs and is connected, if it is.
    pub(crate) sides: Vec<Option<usize>>,
    /// Within a side every message comes, in both directions and soon.
    pub(crate) are_good: bool,
}

impl Links {
    /// The side of a majority.
    fn majority(&self) -> Option<usize> {
        let sides = self.sides.iter().flatten();
        sides
            .clone()
            .find(|side| sides.clone().filter(|other| other == side).count() > self.sides.len() / 2)
            .copied()
    }

    fn are_whole(&self) -> bool {
        let mut sides = self.sides.iter();
        self.are_good && sides.all(|side| side.is_some() && *side == self.sides[0])
    }
}

/// What is measured.
#[derive(Default)]
pub(super) struct Measures {
    figures: Figures,
    links: Links,
    /// When they changed last, or anything else went wrong.
    disturbed: Duration,
    /// Who was last heard of as a leader, and has not left office since.
    leader: Option<usize>,
    leaderless: Option<Duration>,
    /// Up to when a calm time was counted, if this is one; it may have yet to begin.
    calm: Option<Duration>,
    /// The latest term in which anybody stood.
    stood: u64,
    /// When each entry that is not applied yet was first saved, and of which term.
    saved: BTreeMap<u64, (u64, Duration)>,
    applied: u64,
}

impl Measures {
    /// Who can talk to whom has changed, or something else went wrong.
    pub(super) fn links(&mut self, links: Links, at: Duration) {
        self.look(at);
        (self.links, self.disturbed) = (links, at);
        self.calm = None;
        self.look(at);
    }

    /// A server leads the latest term.
    pub(super) fn leads(&mut self, server: usize, at: Duration) {
        self.leader = Some(server);
        self.look(at);
    }

    /// A server has left office, if it held one.
    pub(super) fn leaves(&mut self, server: usize, at: Duration) {
        if self.leader == Some(server) {
            self.leader = None;
            self.look(at);
        }
    }

    /// Somebody stands for election.
    pub(super) fn stands(&mut self, term: u64, at: Duration) {
        if term > self.stood {
            self.stood = term;
            let is_calm = self.calm.is_some_and(|from| from <= at);
            self.figures.elections += u64::from(is_calm);
        }
    }

    /// An entry is saved.
    pub(super) fn saves(&mut self, index: u64, term: u64, at: Duration) {
        if index > self.applied && self.saved.get(&index).is_none_or(|(old, _)| *old != term) {
            self.saved.insert(index, (term, at));
        }
    }

    /// An entry is applied, of that term.
    pub(super) fn applies(&mut self, index: u64, term: Option<u64>, at: Duration) {
        if index <= self.applied {
            return;
        }
        self.applied = index;
        let saved = self.saved.remove(&index);
        if let Some((_, first)) = saved.filter(|(of, _)| Some(*of) == term) {
            let took = at.saturating_sub(first);
            self.figures.commits += 1;
            self.figures.commit_time += took;
            self.figures.slowest = self.figures.slowest.max(took);
        }
    }

    /// How long nobody has led by now, though nothing has changed that would excuse it.
    pub(super) fn waits(&self, at: Duration) -> Option<Duration> {
        let since = self.leaderless?.max(self.disturbed);
        self.links.are_good.then(|| at.saturating_sub(since))
    }

    /// What was measured by now.
    pub(super) fn read(&mut self, at: Duration) -> Figures {
        self.look(at);
        self.figures
    }

    /// Brings the times up to date.
    fn look(&mut self, at: Duration) {
        let majority = self.links.majority();
        let side = |server: usize| self.links.sides.get(server).copied().flatten();
        let leader = self.leader.and_then(side);
        let has_leader = majority.is_some() && leader == majority;
        if let Some(since) = self.leaderless {
            let time = at.saturating_sub(since);
            self.figures.longest = self.figures.longest.max(time);
            if has_leader || majority.is_none() {
                self.leaderless = None;
                self.figures.leaderless += time;
            }
        } else if majority.is_some() && !has_leader {
            self.leaderless = Some(at);
        }
        if let Some(from) = self.calm {
            self.figures.calm += at.saturating_sub(from);
            self.calm = Some(from.max(at));
        } else if has_leader && self.links.are_whole() {
            self.calm = Some(at.max(self.disturbed + SETTLED));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(time: u64) -> Duration {
        Duration::from_millis(time)
    }

    /// Three servers, of which these are connected.
    fn links(connected: [bool; 3]) -> Links {
        Links {
            sides: connected.map(|is| is.then_some(0)).to_vec(),
            are_good: true,
        }
    }

    fn measures() -> Measures {
        let mut measures = Measures::default();
        measures.links(links([true; 3]), ms(0));
        measures
    }

    #[test]
    fn nobody_leads_until_somebody_does() {
        let mut measures = measures();
        assert_eq!(measures.waits(ms(300)), Some(ms(300)));
        measures.leads(1, ms(400));
        assert_eq!(measures.waits(ms(500)), None);
        // The leader is cut off, and another one follows.
        measures.links(links([true, false, true]), ms(1000));
        assert_eq!(measures.waits(ms(1100)), Some(ms(100)));
        measures.leads(2, ms(1700));
        let Figures {
            leaderless,
            longest,
            ..
        } = measures.read(ms(9000));
        assert_eq!((leaderless, longest), (ms(1100), ms(700)));
    }

    #[test]
    fn without_a_majority_nobody_can_lead() {
        let mut measures = measures();
        measures.leads(1, ms(400));
        measures.links(links([true, false, false]), ms(1000));
        assert_eq!(measures.waits(ms(9000)), None);
        measures.links(links([true, true, false]), ms(9000));
        assert_eq!(measures.waits(ms(9100)), None, "1 leads still");
        measures.leaves(1, ms(9100));
        assert_eq!(measures.waits(ms(9200)), Some(ms(100)));
        assert_eq!(measures.read(ms(9200)).longest, ms(400));
        // Of two sides none is a majority.
        let split = Links {
            sides: vec![Some(0), Some(1), None],
            are_good: true,
        };
        measures.links(split, ms(9300));
        assert_eq!(measures.waits(ms(9900)), None);
    }

    #[test]
    fn what_has_just_changed_excuses() {
        let mut measures = measures();
        measures.links(links([true, true, false]), ms(4000));
        assert_eq!(measures.waits(ms(6000)), Some(ms(2000)));
        let bad = Links {
            are_good: false,
            ..links([true; 3])
        };
        measures.links(bad, ms(7000));
        assert_eq!(measures.waits(ms(20_000)), None, "on a bad network");
        assert_eq!(measures.read(ms(20_000)).longest, ms(20_000));
    }

    #[test]
    fn elections_count_when_all_is_calm() {
        let mut measures = measures();
        measures.stands(1, ms(300));
        measures.leads(0, ms(400));
        assert_eq!(measures.read(ms(3000)).calm, ms(2000), "a second to settle");
        measures.stands(2, ms(3000));
        measures.stands(2, ms(3001));
        measures.links(links([true, true, false]), ms(4000));
        measures.stands(3, ms(4500));
        let figures = measures.read(ms(9000));
        assert_eq!((figures.elections, figures.calm), (1, ms(3000)));
        // The leader stayed: a new calm needs no election.
        measures.links(links([true; 3]), ms(10_000));
        assert_eq!(measures.read(ms(12_000)).calm, ms(4000));
    }

    #[test]
    fn a_commit_takes_from_the_first_save_to_the_first_apply() {
        let mut measures = measures();
        measures.saves(1, 1, ms(10));
        measures.saves(1, 1, ms(12)); // a follower
        measures.saves(2, 1, ms(20));
        measures.saves(2, 3, ms(50)); // another leader's
        measures.applies(1, Some(1), ms(15));
        measures.applies(1, Some(1), ms(16));
        measures.applies(2, Some(3), ms(90));
        let figures = measures.read(ms(100));
        assert_eq!((figures.commits, figures.commit_time), (2, ms(45)));
        assert_eq!(figures.slowest, ms(40));
    }
}
