//! What is committed (§5.3, §5.4.2).

use crate::log::Index;
use crate::state::{Role, State};
use std::collections::VecDeque;

/// How many followers hold each of a leader's entries, counted like votes, as they are
/// acknowledged. So a commit costs the same however many servers there are.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    /// A quorum holds everything up to here.
    quorum_at: Index,
    /// How many followers hold each entry behind that. Who holds an entry holds those before it, so
    /// the counts never increase.
    holders: VecDeque<usize>,
}

impl Tally {
    /// Counts from here on; what is committed needs no counting.
    pub(crate) fn behind(commit_index: Index) -> Tally {
        Tally {
            quorum_at: commit_index,
            holders: VecDeque::new(),
        }
    }

    /// One follower, which held everything up to `before`, now does up to `index`.
    fn count(&mut self, before: Index, index: Index) {
        let from = before.saturating_sub(self.quorum_at) as usize;
        let to = index.saturating_sub(self.quorum_at) as usize;
        if to > self.holders.len() {
            self.holders.resize(to, 0);
        }
        for holders in self.holders.range_mut(from.min(to)..to) {
            *holders += 1;
        }
    }

    /// Up to where `followers` of them hold everything, or to `last`, the log's end.
    fn advance(&mut self, followers: usize, last: Index) -> Index {
        while self.quorum_at < last && self.holders.front().copied().unwrap_or(0) >= followers {
            self.holders.pop_front();
            self.quorum_at += 1;
        }
        self.quorum_at
    }
}

impl State {
    /// A follower that held our log up to `before` holds it up to `index`.
    pub(crate) fn count_holder(&mut self, before: Index, index: Index) {
        if let Role::Leader { tally, .. } = &mut self.role {
            tally.count(before, index);
            self.commit_what_quorums_hold();
        }
    }

    /// Figure 2, "Leaders": an index that a majority holds is committed, if its entry is of the
    /// current term (§5.4.2: older entries are only committed along with one of those, or Figure
    /// 8 happens).
    pub(crate) fn commit_what_quorums_hold(&mut self) {
        let last = self.log().last().index;
        // The leader itself holds everything.
        let others = self.quorum() - 1;
        let Role::Leader { tally, .. } = &mut self.role else {
            return;
        };
        let index = tally.advance(others, last);
        if index > self.commit_index && self.log().term_at(index) == Some(self.term()) {
            self.commit_index = index;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use bytes::Bytes;

    /// Any order of acknowledgements commits what sorting the held indices would.
    #[test]
    fn a_quorum_is_counted_as_it_would_be_sorted() {
        let mut seed = 7u64;
        let mut draw = move |below: u64| {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1);
            (seed >> 33) % below
        };
        for followers in [2usize, 4, 6] {
            let mut tally = Tally::behind(5);
            let mut held = vec![0; followers];
            for _ in 0..1000 {
                let last = held.iter().max().map_or(20, |max| max + 20);
                let peer = draw(followers as u64) as usize;
                let index = draw(last);
                let before = held[peer];
                held[peer] = index.max(before);
                tally.count(before, index);
                let mut sorted = held.clone();
                sorted.sort_unstable();
                let expected = sorted[followers / 2].max(5);
                assert_eq!(tally.advance(followers / 2, last), expected, "{held:?}");
            }
        }
    }

    #[test]
    fn a_leader_alone_commits_at_once() {
        let mut leader = testing::peer(1, &[]);
        leader.stand_for_election();
        leader.start(Bytes::new());
        leader.start(Bytes::new());
        assert_eq!(leader.commit_index, 2);
    }

    #[test]
    fn only_entries_of_the_own_term_are_committed_by_counting() {
        // Figure 8, (c): an entry of an earlier term on a majority is not committed by that.
        let mut leader = testing::leader(3, &[1, 2]);
        leader.acknowledged(1, 2);
        assert_eq!(leader.commit_index, 0);
        leader.start(Bytes::new());
        leader.acknowledged(1, 3);
        assert_eq!(leader.commit_index, 3);
    }
}
