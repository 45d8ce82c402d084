//! Log compaction (§7, Figure 13).

use crate::log::{Index, LogId, Term};
use crate::messages::{InstallSnapshotArgs, InstallSnapshotReply};
use crate::state::State;
use bytes::Bytes;

impl State {
    /// The service holds everything up to `index` in `snapshot`: the entries may go. A snapshot
    /// that is older than ours, or runs ahead of what was committed, is none of the service's.
    pub(crate) fn take_snapshot(&mut self, index: Index, snapshot: Bytes) {
        if index <= self.log().base().index || index > self.commit_index {
            return;
        }
        let Some(term) = self.log().term_at(index) else {
            return;
        };
        self.persistent.log.compact(LogId { term, index });
        self.snapshot = snapshot;
        self.dirty = true;
    }

    /// InstallSnapshot RPC, receiver side (Figure 13). It comes in one piece, so that steps 2 to 4
    /// have nothing to do.
    pub(crate) fn handle_install_snapshot(
        &mut self,
        args: InstallSnapshotArgs,
    ) -> InstallSnapshotReply {
        self.observe_term(args.term);

        // 1. Reply immediately if term < currentTerm.
        if args.term < self.term() {
            return InstallSnapshotReply { term: self.term() };
        }
        self.follow();

        // 5. Discard any snapshot with a smaller index; this one, if it is not news: the service
        //    must never be taken back.
        let last = LogId {
            term: args.last_included_term,
            index: args.last_included_index,
        };
        if last.index > self.commit_index {
            // 6, 7. Keep the entries that follow it, or discard the log.
            self.persistent.log.compact(last);
            self.snapshot = args.data;
            self.dirty = true;
            // 8. Reset the service with it; `apply` does.
            self.commit_index = last.index;
            self.snapshot_pending = true;
        }
        InstallSnapshotReply { term: self.term() }
    }

    /// InstallSnapshot RPC, sender side: `peer` answered what we sent in term `term`, a snapshot
    /// up to `last`.
    pub(crate) fn handle_install_reply(
        &mut self,
        peer: usize,
        (term, last): (Term, Index),
        reply: &InstallSnapshotReply,
    ) {
        self.observe_term(reply.term);
        if term == self.term() {
            self.acknowledged(peer, last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    /// In term 1, with so many entries of it.
    fn peer(entries: usize) -> State {
        testing::peer(3, &vec![1; entries])
    }

    fn install(term: Term, index: Index) -> InstallSnapshotArgs {
        InstallSnapshotArgs {
            term,
            leader_id: 1,
            last_included_index: index,
            last_included_term: term,
            data: Bytes::from_static(b"theirs"),
        }
    }

    #[test]
    fn a_snapshot_trims_the_log() {
        let mut peer = peer(5);
        peer.commit_index = 4;
        peer.take_snapshot(3, Bytes::from_static(b"ours"));
        assert_eq!((peer.log().base().index, peer.log().last().index), (3, 5));
        peer.take_snapshot(2, Bytes::from_static(b"older"));
        assert_eq!(peer.snapshot, "ours");
    }

    #[test]
    fn an_old_snapshot_takes_nothing_back() {
        let mut peer = peer(5);
        peer.commit_index = 4;
        peer.handle_install_snapshot(install(1, 3));
        assert_eq!((peer.log().base().index, peer.snapshot_pending), (0, false));
    }

    #[test]
    fn entries_behind_an_installed_snapshot_stay() {
        let mut peer = peer(5);
        peer.handle_install_snapshot(install(1, 3));
        assert_eq!((peer.log().base().index, peer.log().last().index), (3, 5));
        assert!(peer.snapshot_pending);
        assert_eq!(peer.commit_index, 3);
    }

    #[test]
    fn a_snapshot_that_the_log_contradicts_replaces_it() {
        let mut peer = peer(5);
        peer.handle_install_snapshot(install(2, 3));
        assert_eq!(peer.log().last(), LogId { term: 2, index: 3 });
    }
}
