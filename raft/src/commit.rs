//! What is committed (§5.3, §5.4.2).

use crate::log::Index;
use crate::state::{Role, State};

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
    use crate::testing;
    use bytes::Bytes;

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
