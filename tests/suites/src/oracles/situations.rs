//! Situations of the protocol: what a run has met on its way. Beside each rule that must always
//! hold stand situations that must come about sometimes, or the rule was never put to the test.

use crate::cases::Part;
use serde::{Deserialize, Serialize};

/// A situation of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Situation {
    /// A server is first heard of as the leader of a term.
    ElectionWon,
    /// A candidate's term is won by another.
    ElectionLost,
    /// Two servers or more stood in a term that nobody won.
    VoteSplit,
    /// A server stands again, in the term behind one in which it stood and nobody won.
    CandidateAgain,
    /// Who led a term goes on to a later one.
    LeaderDeposed,
    /// Who led a term still speaks in it when a later one has its leader.
    StaleLeader,
    /// A request arrives at a server of a later term.
    OldRequest,
    /// A reply returns to a server that has gone on to a later term.
    OldReply,
    /// A request arrives a second time.
    RequestTwice,
    /// A vote is refused to a log that is older than the voter's.
    OlderLogRefused,
    /// A vote is refused because another candidate has it.
    VoteTaken,
    /// A follower refuses entries: it lacks the one before them.
    MismatchRefused,
    /// A server drops entries for others.
    ConflictTruncated,
    /// A majority holds an entry of an earlier term, and its leader waits for one of its own.
    CommitHeldBack,
    /// Entries of earlier terms are committed with one of the leader's own.
    EarlierTermsCommitted,
    /// A server makes a snapshot, or takes one over.
    LogTrimmed,
    /// A snapshot arrives at a server whose log goes further.
    SnapshotOverLongerLog,
    /// A snapshot arrives at a server that holds as much in its own.
    OldSnapshot,
    /// Entries arrive that begin within the follower's snapshot.
    AppendIntoSnapshot,
    /// A server starts again with a log.
    RestartedWithLog,
    /// A server starts again with a vote in its term.
    RestartedWithVote,
}

use Situation::*;

/// All of them, by name.
const NAMES: [(Situation, &str); 21] = [
    (ElectionWon, "election won"),
    (ElectionLost, "election lost"),
    (VoteSplit, "vote split"),
    (CandidateAgain, "candidate once more"),
    (LeaderDeposed, "leader deposed"),
    (StaleLeader, "stale leader speaks"),
    (OldRequest, "request of an older term"),
    (OldReply, "reply to an older term"),
    (RequestTwice, "request arrives twice"),
    (OlderLogRefused, "vote refused: older log"),
    (VoteTaken, "vote refused: given away"),
    (MismatchRefused, "entries refused: log lacks the one before"),
    (ConflictTruncated, "conflict truncated"),
    (CommitHeldBack, "commit of an earlier term held back"),
    (
        EarlierTermsCommitted,
        "earlier terms committed with an own entry",
    ),
    (LogTrimmed, "log trimmed to a snapshot"),
    (SnapshotOverLongerLog, "snapshot over a longer log"),
    (OldSnapshot, "snapshot older than the own"),
    (AppendIntoSnapshot, "entries that begin within the snapshot"),
    (RestartedWithLog, "restart with a log"),
    (RestartedWithVote, "restart with a vote"),
];

impl Situation {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Situation> {
        NAMES.into_iter().map(|(situation, _)| situation)
    }

    /// How reports call it.
    pub fn name(self) -> &'static str {
        NAMES[self as usize].1
    }

    /// What a suite is for: situations that its cases, taken together, must bring about under a
    /// hundred seeds. A suite that does not has lost what it was written for.
    pub fn of_suite(part: Part) -> &'static [Situation] {
        match part {
            Part::A3 => &[
                ElectionWon,
                ElectionLost,
                CandidateAgain,
                VoteTaken,
                LeaderDeposed,
            ],
            Part::B3 => &[
                LeaderDeposed,
                OlderLogRefused,
                MismatchRefused,
                ConflictTruncated,
                CommitHeldBack,
                EarlierTermsCommitted,
            ],
            Part::C3 => &[
                VoteSplit,
                StaleLeader,
                OldRequest,
                OldReply,
                ConflictTruncated,
                CommitHeldBack,
                RestartedWithLog,
                RestartedWithVote,
            ],
            Part::D3 => &[
                LogTrimmed,
                OldSnapshot,
                AppendIntoSnapshot,
                RestartedWithLog,
            ],
            Part::E3 => &[RequestTwice, OldRequest, SnapshotOverLongerLog, OldSnapshot],
            Part::A4 | Part::B4 | Part::C4 | Part::E4 | Part::B24 | Part::C24 => {
                &[ElectionWon, LeaderDeposed, RestartedWithLog]
            }
            // No oracle looks on.
            Part::TinyAA
            | Part::TinyAB
            | Part::TinyAC
            | Part::TinyC
            | Part::TinyA3
            | Part::TinyExtra
            | Part::Scene
            | Part::Lecture => &[],
        }
    }
}

/// How often a run met each situation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Situations([u32; NAMES.len()]);

impl Situations {
    /// How often it came about.
    pub fn count(&self, situation: Situation) -> u32 {
        self.0[situation as usize]
    }

    /// Those that came about, and how often each did.
    pub fn met(&self) -> impl Iterator<Item = (Situation, u32)> + '_ {
        Situation::all()
            .map(|situation| (situation, self.count(situation)))
            .filter(|(_, count)| *count > 0)
    }

    pub(super) fn meet(&mut self, situation: Situation) {
        let count = &mut self.0[situation as usize];
        *count = count.saturating_add(1);
    }

    pub(super) fn meet_if(&mut self, comes_about: bool, situation: Situation) {
        if comes_about {
            self.meet(situation);
        }
    }
}

impl FromIterator<(Situation, u32)> for Situations {
    fn from_iter<T: IntoIterator<Item = (Situation, u32)>>(counts: T) -> Situations {
        let mut situations = Situations::default();
        for (situation, count) in counts {
            situations.0[situation as usize] = count;
        }
        situations
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_where_their_situations_do() {
        for (place, (situation, name)) in NAMES.into_iter().enumerate() {
            assert_eq!((situation as usize, situation.name()), (place, name));
        }
    }
}
