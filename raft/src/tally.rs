//! A leader's count of who holds what (§5.3).

use crate::log::Index;
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
    pub(crate) fn count(&mut self, before: Index, index: Index) {
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
    pub(crate) fn advance(&mut self, followers: usize, last: Index) -> Index {
        while self.quorum_at < last && self.holders.front().copied().unwrap_or(0) >= followers {
            self.holders.pop_front();
            self.quorum_at += 1;
        }
        self.quorum_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
