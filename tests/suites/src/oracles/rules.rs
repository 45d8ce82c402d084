//! The invariants: the name of each, its sentence, where the paper has it, what mostly breaks it.

/// One invariant of Raft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What reports call it.
    pub name: &'static str,
    /// What must hold.
    pub sentence: &'static str,
    /// Where the paper has it.
    pub section: &'static str,
    /// What it mostly comes from.
    pub hint: &'static str,
}

impl Rule {
    /// Whether data is in danger where it is broken, and not only time.
    pub fn is_of_safety(&self) -> bool {
        self.name != LEADER_IN_TIME.name
    }
}

macro_rules! rules {
    ($($constant:ident = $name:literal, $section:literal, $sentence:literal, $hint:literal;)*) => {
        $(pub(super) const $constant: Rule = Rule {
            name: $name,
            sentence: $sentence,
            section: $section,
            hint: $hint,
        };)*

        /// All of them.
        pub const RULES: &[Rule] = &[$($constant),*];
    };
}

rules! {
    ELECTION_SAFETY = "ElectionSafety", "Figure 3; §5.2",
        "at most one server leads a term",
        "a server votes twice in a term, or counts too few votes as a majority";
    LEADER_IN_TIME = "LeaderInTime", "§5.2; §5.6; the text of 3A",
        "where a majority can talk to each other over a good network, one of them leads within \
         five seconds",
        "election timeouts are too long or too much alike, who cannot win keeps the others from \
         standing, or a lock is held while a thread waits for an answer";
    LEADER_HAS_QUORUM = "LeaderHasQuorum", "§5.2",
        "who leads a term has been granted votes in that term by a majority of all servers, itself \
         included",
        "a late reply to an earlier election is counted, the count is not begun anew with each \
         election, or the majority is wrong (n / 2 + 1 of n)";
    ONE_VOTE = "OneVotePerTerm", "§5.2; Figure 2, RequestVote 2",
        "a server gives one vote in a term, to itself when it stands, and does not forget it \
         within the term, not in a crash either",
        "voted_for is cleared without a new term, not compared, or not saved";
    UP_TO_DATE = "UpToDate", "§5.4.1",
        "a vote is granted only if the candidate's last term, then its last index, are at least \
         the voter's",
        "only lengths are compared, or the index before the term";
    STALE_CANDIDATE = "StaleCandidate", "§5.1; Figure 2, RequestVote 1",
        "no vote is granted in a term that is over for the voter",
        "the request's term is not compared, or after the vote was given";
    VOTE_DURABLE = "VoteDurable", "Figure 2, persistent state; §5.2",
        "term and vote are saved before a vote leaves",
        "voted_for is no part of what is saved, or is saved after the reply is on its way";
    CANDIDATE_DURABLE = "CandidateDurable", "Figure 2, persistent state; §5.2",
        "a candidate has saved its new term and its vote for itself before it asks for votes",
        "the state is not saved when an election begins";
    TERM_DURABLE = "TermDurable", "Figure 2, persistent state; §5.1",
        "no reply tells of a term that is not saved",
        "the term is adopted from a message, and not saved before the reply";
    TERM_ADOPTED = "TermAdopted", "§5.1; Figure 2, all servers",
        "a reply's term is at least that of the request: a higher term is adopted first",
        "the term is adopted after the answer was made, or only by some of the handlers";
    REPLY_TERM_ADOPTED = "ReplyTermAdopted", "§5.1; Figure 2, all servers",
        "who reads a higher term in a reply adopts it, and sends nothing in the old one",
        "replies' terms are not looked at";
    TERM_MONOTONIC = "TermMonotonic", "§5.1; Figure 2",
        "a server's saved term never decreases",
        "a term is taken from a message without being compared, or begins at 0 after a restart";
    STALE_LEADER = "StaleLeader", "Figure 2, AppendEntries 1; Figure 13, 1",
        "nothing is taken from a leader whose term is over",
        "the request's term is not compared with the own one";
    ACK_MATCHES = "AckMatches", "Figure 2, AppendEntries 2; §5.3",
        "success means that the entry at prevLogIndex is there, with prevLogTerm",
        "the check is passed over for heartbeats, or looks at the index alone";
    ACK_DURABLE = "AckDurable", "Figure 2, AppendEntries 3 and 4, persistent state; §5.3",
        "success means that all entries of the message are saved",
        "the log is saved too late or not at all, or entries are compared by their number alone";
    ACK_RETAINED = "AckRetained", "Figure 2, AppendEntries 3; Figure 13, 6; §5.3",
        "what was acknowledged to the leader of a term stays while that term lasts",
        "an old or shorter message, or a snapshot, cuts the log off although nothing conflicts";
    LEADER_DURABLE = "LeaderDurable", "Figure 2, persistent state; §5.3",
        "a leader sends only entries that it has saved",
        "start() appends without saving";
    LOG_SHAPE = "LogShape", "Figure 3; §5.3",
        "terms never decrease along a log, and none is later than its server's or its leader's",
        "entries are written over one by one, and what followed a conflict is kept";
    LOG_MATCHING = "LogMatching", "Figure 3; §5.3",
        "entries of one index and term are the same on all servers, and so is what precedes them",
        "entries land at another index than the leader's, or a conflict is not cut off";
    COMMIT_OWN_TERM = "CommitOwnTerm", "§5.4.2; Figure 8",
        "a leader commits an entry of an earlier term only along with one of its own",
        "the entry's term is not compared with the current one before replicas are counted";
    COMMIT_QUORUM = "CommitQuorum", "§5.3; Figure 2, leaders",
        "what a leader calls committed is saved on a majority of all servers",
        "the quorum is too small, or matchIndex is more than the follower has";
    COMMIT_ACKED = "CommitAcked", "§5.3; Figure 2, leaders",
        "what a leader calls committed was acknowledged to it in that term by a majority, itself \
         included",
        "matchIndex is set when entries are sent, or to the leader's own last index";
    APPLIED_QUORUM = "AppliedQuorum", "§5.3; Figure 2, all servers",
        "what is applied is saved on a majority of all servers",
        "leaderCommit is believed although the entries before it do not match";
    APPLIED_LOGGED = "AppliedLogged", "Figure 2, all servers; §5.3",
        "what is applied is the entry that the server's own log has there",
        "an index is off by one, or the log is not what was saved";
    APPLIED_LEARNT = "AppliedLearnt", "Figure 2, AppendEntries 5",
        "a follower applies no more than min(leaderCommit, index of the last new entry) of some \
         message",
        "commitIndex is bounded by the log's own end, not by that of the message";
    COMMITTED_KEPT = "CommittedKept", "Figure 3; §5.4",
        "a server that holds a committed entry never drops it, unless a snapshot covers it",
        "the log is cut off although nothing conflicts, or an old snapshot replaces it";
    LEADER_COMPLETENESS = "LeaderCompleteness", "Figure 3; §5.4",
        "the leader of a later term holds every committed entry",
        "a vote went to a candidate whose log lacks entries, or a commit was too early";
    SNAPSHOT_TERM = "SnapshotTerm", "Figure 13; §7",
        "lastIncludedTerm is the term of the entry at lastIncludedIndex",
        "the term is not kept when the log is cut off, or lost in a restart";
    SNAPSHOT_KEPT = "SnapshotKept", "§7; Figure 13",
        "a log that begins behind its first entry is saved along with the snapshot of what is \
         missing",
        "save() is given an empty snapshot, or an old one";
    SNAPSHOT_EMPTY = "SnapshotEmpty", "Figure 13; §7",
        "a leader sends the snapshot itself, not nothing",
        "the snapshot is not read back after a restart";
    SNAPSHOT_DURABLE = "SnapshotDurable", "Figure 13, 5 to 7; §7",
        "a snapshot that was accepted is saved before the reply",
        "the installed snapshot, or the log's new beginning, is not saved";
    SNAPSHOT_FORWARD = "SnapshotForward", "Figure 13; §7",
        "a server's snapshot never moves back",
        "an old InstallSnapshot is taken for news";
}
