//! Log replication (§5.3).

use crate::log::{Entry, Index, Term};
use crate::messages::{AppendEntriesArgs, AppendEntriesReply, Conflict, InstallSnapshotArgs};
use crate::state::{Pace, State};
use crate::tuning;
use bytes::Bytes;
use labapi::time::Instant;

/// What a leader sends to a follower next.
pub(crate) enum Outgoing {
    Append(AppendEntriesArgs),
    /// The follower needs entries that the snapshot has swallowed.
    Install(InstallSnapshotArgs),
}

impl State {
    /// A client's command (§5.3): the entry's index and term, if we lead.
    pub(crate) fn start(&mut self, command: Bytes) -> Option<(Index, Term)> {
        if !self.is_leader() || self.killed {
            return None;
        }
        let term = self.term();
        let index = self.persistent.log.append(Entry { term, command });
        self.dirty = true;
        self.commit_what_quorums_hold();
        self.call_replicators();
        Some((index, term))
    }

    /// What to send to `peer`.
    pub(crate) fn replicate(&mut self, peer: usize) -> Option<Outgoing> {
        let last = self.log().last().index;
        let base = self.log().base();
        let (prev_log_index, most) = self.with_follower(peer, |follower| {
            follower.under_way += 1;
            if !std::mem::take(&mut follower.heartbeat_due) {
                // News is as good as a heartbeat.
                follower.heartbeat_at = Instant::now() + tuning::HEARTBEAT;
            }
            let prev = follower.next_index - 1;
            if prev < base.index {
                follower.pace = Pace::Probe;
            }
            match follower.pace {
                Pace::Stream => follower.next_index = last + 1,
                Pace::Probe => return (prev, tuning::PROBE_ENTRIES),
            }
            (prev, usize::MAX)
        })?;
        if prev_log_index < base.index {
            return Some(Outgoing::Install(InstallSnapshotArgs {
                term: self.term(),
                leader_id: self.me,
                last_included_index: base.index,
                last_included_term: base.term,
                data: self.snapshot.clone(),
            }));
        }
        let prev_log_term = self.log().term_at(prev_log_index)?;
        Some(Outgoing::Append(AppendEntriesArgs {
            term: self.term(),
            leader_id: self.me,
            prev_log_index,
            prev_log_term,
            entries: self.log().after(prev_log_index, most),
            leader_commit: self.commit_index,
        }))
    }

    /// AppendEntries RPC, receiver side (Figure 2; §5.3).
    pub(crate) fn handle_append_entries(&mut self, args: AppendEntriesArgs) -> AppendEntriesReply {
        self.observe_term(args.term);

        // 1. Reply false if term < currentTerm.
        if args.term < self.term() {
            return self.refuse_entries(None);
        }
        self.follow();

        // 2. Reply false if the log lacks an entry at prevLogIndex whose term is prevLogTerm. What
        //    the snapshot covers is committed, and so is the same in the leader's log.
        let covered = args.prev_log_index < self.log().base().index;
        let held = self.log().term_at(args.prev_log_index);
        if !covered && held != Some(args.prev_log_term) {
            return self.refuse_entries(Some(self.conflict_at(args.prev_log_index)));
        }

        // 3, 4. Drop our entries from the first conflict on; append the new ones.
        let entries = args.entries.into_vec();
        let last_new_index = args.prev_log_index + entries.len() as Index;
        self.dirty |= self.persistent.log.merge(args.prev_log_index, entries);

        // 5. commitIndex = min(leaderCommit, index of last new entry). Not our own last index:
        //    beyond the last new one our log is unchecked.
        let known = args.leader_commit.min(last_new_index);
        self.commit_index = self.commit_index.max(known);
        AppendEntriesReply {
            term: self.term(),
            success: true,
            conflict: None,
        }
    }

    fn refuse_entries(&self, conflict: Option<Conflict>) -> AppendEntriesReply {
        AppendEntriesReply {
            term: self.term(),
            success: false,
            conflict,
        }
    }

    /// Where the leader should look next for a place at which the logs agree.
    fn conflict_at(&self, index: Index) -> Conflict {
        match self.log().term_at(index) {
            Some(term) => Conflict {
                term: Some(term),
                first_index: self.log().first_of_term_at(index),
            },
            None => Conflict {
                term: None,
                first_index: self.log().last().index + 1,
            },
        }
    }

    /// AppendEntries RPC, sender side: `peer` answered what we sent in term `term`, with entries
    /// from `prev` + 1 to `last`.
    pub(crate) fn handle_append_reply(
        &mut self,
        peer: usize,
        (term, prev, last): (Term, Index, Index),
        reply: &AppendEntriesReply,
    ) {
        self.observe_term(reply.term);
        // Look around: do we still lead in the term in which we asked?
        if term != self.term() || !self.is_leader() {
            return;
        }
        if reply.success {
            return self.acknowledged(peer, last);
        }
        let Some(conflict) = &reply.conflict else {
            return;
        };
        let next = self.after_conflict(conflict);
        self.with_follower(peer, |follower| {
            // An old answer may tell of a conflict that has long been mended, or is being mended.
            let latest = follower.pace == Pace::Stream || prev + 1 == follower.next_index;
            if latest && prev > follower.match_index {
                follower.next_index = next.min(prev).max(follower.match_index + 1);
                follower.pace = Pace::Probe;
                follower.heartbeat(Instant::now());
            }
        });
    }

    /// `peer` holds our log up to `index`.
    pub(crate) fn acknowledged(&mut self, peer: usize, index: Index) {
        let held = self.with_follower(peer, |follower| {
            if index + 1 >= follower.next_index {
                follower.next_index = index + 1;
                follower.pace = Pace::Stream;
            }
            let held = follower.match_index;
            follower.match_index = held.max(index);
            held
        });
        if let Some(held) = held {
            self.count_holder(held, index);
        }
    }

    /// Entries from `first` on, sent to `peer` in term `term`, were lost, or the answer was.
    pub(crate) fn unanswered(&mut self, peer: usize, term: Term, first: Index) {
        if term != self.term() {
            return;
        }
        self.with_follower(peer, |follower| {
            if first < follower.next_index {
                follower.next_index = first.max(follower.match_index + 1);
                if follower.pace == Pace::Stream {
                    follower.pace = Pace::Probe;
                    follower.heartbeat(Instant::now());
                }
            }
        });
    }

    /// The next index to try after a conflict (end of §5.3): behind our last entry of the
    /// follower's term, or else before that term altogether.
    fn after_conflict(&self, conflict: &Conflict) -> Index {
        let shared = conflict.term.and_then(|term| self.log().last_of_term(term));
        shared.map_or(conflict.first_index, |last| last + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::Turn;
    use crate::testing;
    use bytes::Bytes;

    /// One of three.
    fn peer(terms: &[Term]) -> State {
        testing::peer(3, terms)
    }

    fn leader(terms: &[Term]) -> State {
        testing::leader(3, terms)
    }

    fn append(term: Term, prev: (Index, Term), terms: &[Term], commit: Index) -> AppendEntriesArgs {
        let entries = terms.iter().map(|term| Entry {
            term: *term,
            command: Bytes::new(),
        });
        AppendEntriesArgs {
            term,
            leader_id: 1,
            prev_log_index: prev.0,
            prev_log_term: prev.1,
            entries: entries.collect::<Vec<_>>().into(),
            leader_commit: commit,
        }
    }

    fn accepted() -> AppendEntriesReply {
        AppendEntriesReply {
            term: 0,
            success: true,
            conflict: None,
        }
    }

    #[test]
    fn commit_stops_at_the_last_new_entry() {
        let mut peer = peer(&[1, 1, 1]);
        assert!(
            peer.handle_append_entries(append(2, (1, 1), &[], 3))
                .success
        );
        assert_eq!(peer.commit_index, 1, "entries 2 and 3 are unchecked");
    }

    #[test]
    fn a_late_message_takes_nothing_away() {
        let mut peer = peer(&[]);
        peer.handle_append_entries(append(1, (0, 0), &[1, 1, 1], 3));
        peer.handle_append_entries(append(1, (0, 0), &[1], 1));
        assert_eq!((peer.log().last().index, peer.commit_index), (3, 3));
    }

    #[test]
    fn an_older_leader_is_refused() {
        let mut peer = peer(&[3]);
        let reply = peer.handle_append_entries(append(2, (0, 0), &[2], 1));
        assert_eq!((reply.success, reply.term), (false, 3));
        assert_eq!(peer.log().term_at(1), Some(3));
    }

    #[test]
    fn a_conflict_names_its_term_and_where_that_begins() {
        let mut peer = peer(&[1, 4, 4, 4]);
        let reply = peer.handle_append_entries(append(6, (4, 6), &[], 0));
        assert_eq!(
            reply.conflict,
            Some(Conflict {
                term: Some(4),
                first_index: 2
            })
        );
        let reply = peer.handle_append_entries(append(6, (9, 6), &[], 0));
        assert_eq!(
            reply.conflict,
            Some(Conflict {
                term: None,
                first_index: 5
            })
        );
    }

    #[test]
    fn a_leader_backs_up_by_a_term_at_a_time() {
        let mut leader = leader(&[1, 1, 2, 2, 3]);
        let conflict = Conflict {
            term: Some(2),
            first_index: 3,
        };
        assert_eq!(
            leader.after_conflict(&conflict),
            5,
            "behind our last entry of term 2"
        );
        let conflict = Some(Conflict {
            term: Some(9),
            first_index: 2,
        });
        let reply = AppendEntriesReply {
            term: 0,
            success: false,
            conflict,
        };
        let term = leader.term();
        leader.handle_append_reply(1, (term, 5, 5), &reply);
        assert_eq!(
            leader.with_follower(1, |follower| follower.next_index),
            Some(2)
        );
    }

    #[test]
    fn answers_of_earlier_terms_do_not_count() {
        let mut leader = leader(&[]);
        leader.start(Bytes::new());
        let old = leader.term() - 1;
        leader.handle_append_reply(1, (old, 0, 1), &accepted());
        assert_eq!(leader.commit_index, 0);
    }

    #[test]
    fn nothing_is_streamed_to_a_peer_that_has_not_answered() {
        let mut leader = leader(&[]);
        let Some(Outgoing::Append(first)) = leader.replicate(1) else {
            panic!("a heartbeat")
        };
        assert_eq!(first.entries.len(), 0);
        leader.start(Bytes::new());
        assert_eq!(leader.turn(1, None), Turn::Wait);
        leader.acknowledged(1, 0);
        assert_eq!(leader.turn(1, None), Turn::Send);
    }

    #[test]
    fn what_is_under_way_is_not_sent_twice() {
        let mut leader = leader(&[]);
        leader.acknowledged(1, 0);
        leader.start(Bytes::new());
        let Some(Outgoing::Append(first)) = leader.replicate(1) else {
            panic!("entries")
        };
        assert_eq!(first.entries.len(), 1);
        let Some(Outgoing::Append(second)) = leader.replicate(1) else {
            panic!("a heartbeat")
        };
        assert_eq!((second.entries.len(), second.prev_log_index), (0, 1));
        let term = leader.term();
        leader.unanswered(1, term, 1);
        let Some(Outgoing::Append(again)) = leader.replicate(1) else {
            panic!("entries")
        };
        assert_eq!(again.entries.len(), 1);
    }
}
