//! 2AB: what groups come to agree on.

use crate::cases::case::{Case, Part};
use crate::driven::{Place, StepLab, beat, hup, message, proposal, saved, stored};
use labapi::step::{Entry, Message, MessageType, Role};

pub(super) const CASES: &[Case] = &[
    Part::TinyAB
        .case("progress_leader", "TestProgressLeader2AB", 1)
        .about("a leader has what it appends")
        .step(progress_leader),
    Part::TinyAB
        .case(
            "leader_election_overwrite_newer_logs",
            "TestLeaderElectionOverwriteNewerLogs2AB",
            1,
        )
        .about("an entry that no majority has gives way to a newer leader's (§5.4.1, §5.3)")
        .servers(5)
        .step(leader_election_overwrite_newer_logs),
    Part::TinyAB
        .case("log_replication", "TestLogReplication2AB", 1)
        .about("what is proposed is committed everywhere, in order")
        .step(log_replication),
    Part::TinyAB
        .case("single_node_commit", "TestSingleNodeCommit2AB", 1)
        .about("a group of one commits at once")
        .servers(1)
        .step(single_node_commit),
    Part::TinyAB
        .case(
            "commit_without_new_term_entry",
            "TestCommitWithoutNewTermEntry2AB",
            1,
        )
        .about("a leader's first entry commits what earlier terms left (§5.4.2)")
        .servers(5)
        .step(commit_without_new_term_entry),
    Part::TinyAB
        .case("commit_with_heartbeat", "TestCommitWithHeartbeat2AB", 1)
        .about("a follower that was away catches up after a heartbeat")
        .servers(5)
        .step(commit_with_heartbeat),
    Part::TinyAB
        .case("dueling_candidates", "TestDuelingCandidates2AB", 1)
        .about("a candidate with a shorter log ends others' terms, and is not elected (§5.4.1)")
        .step(dueling_candidates),
    Part::TinyAB
        .case("candidate_concede", "TestCandidateConcede2AB", 1)
        .about("a candidate of the same term follows whoever was elected, and catches up")
        .step(candidate_concede),
    Part::TinyAB
        .case("old_messages", "TestOldMessages2AB", 1)
        .about("an Append of an earlier term changes nothing (§5.1)")
        .step(old_messages),
    Part::TinyAB
        .case("proposal", "TestProposal2AB", 1)
        .about("a proposal is committed where a majority hears, and nowhere else")
        .servers(5)
        .step(proposals),
];

fn progress_leader(lab: &StepLab) {
    let mut seat = lab.node_with(1, &[1, 2], (5, 1), stored(&[]));
    seat.lead();
    for count in 0..5 {
        let own = seat.progress().get(&1).map(|own| (own.matched, own.next));
        let what = format!("matched and next of n1 after {count} proposals");
        lab.same(&what, own, Some((count + 1, count + 2)));
        lab.same("a proposal", seat.step(proposal(1, "foo")), Ok(()));
    }
}

fn leader_election_overwrite_newer_logs(lab: &StepLab) {
    // n1 won the election of term 1 and reached n2 only. n3 won that of term 2 with the votes of n4
    // and n5, and failed before it reached anybody.
    let peers = [1, 2, 3, 4, 5];
    let mut net = lab.net(peers.map(|id| {
        let storage = match id {
            1 | 2 => saved(&[1], 1, 0),
            3 => saved(&[2], 2, 0),
            _ => saved(&[], 2, 3),
        };
        Place::Node(lab.node_with(id, &peers, (5, 1), storage))
    }));

    // n1 meets a newer term, and is refused.
    net.send([hup(1)]);
    lab.same(
        "n1 after the first try",
        net.seat(1).stand(),
        (Role::Follower, 2),
    );
    net.send([hup(1)]);
    lab.same(
        "n1 after the second",
        net.seat(1).stand(),
        (Role::Leader, 3),
    );
    for id in net.ids() {
        let terms = net
            .seat(id)
            .entries()
            .iter()
            .map(|entry| entry.term)
            .collect();
        lab.same(&format!("the terms in the log of n{id}"), terms, vec![1, 3]);
    }
}

/// The data of what each node is to apply, apart from what has none.
fn expect_applied(lab: &StepLab, net: &mut crate::driven::Net<'_>, expected: &[&str]) {
    for id in net.ids() {
        let next = net.seat_mut(id).next_entries_saved();
        let data = next
            .iter()
            .map(|entry| &*entry.data)
            .filter(|data| !data.is_empty());
        let data: Vec<_> = data.map(String::from_utf8_lossy).collect();
        lab.same(
            &format!("what n{id} is to apply"),
            data,
            expected.iter().map(|one| (*one).into()).collect(),
        );
    }
}

fn log_replication(lab: &StepLab) {
    let mut net = lab.fresh(3);
    net.send([hup(1)]);
    net.send([proposal(1, "somedata")]);
    for id in net.ids() {
        lab.same(
            &format!("committed on n{id}"),
            net.seat(id).status().committed,
            2,
        );
    }
    expect_applied(lab, &mut net, &["somedata"]);

    let mut net = lab.fresh(3);
    net.send([hup(1)]);
    net.send([proposal(1, "somedata")]);
    net.send([hup(2)]);
    net.send([proposal(2, "otherdata")]);
    for id in net.ids() {
        lab.same(
            &format!("committed on n{id}"),
            net.seat(id).status().committed,
            4,
        );
    }
    expect_applied(lab, &mut net, &["somedata", "otherdata"]);
}

fn single_node_commit(lab: &StepLab) {
    let mut net = lab.fresh(1);
    net.send([hup(1)]);
    net.send([proposal(1, "some data")]);
    net.send([proposal(1, "some data")]);
    lab.same("committed", net.seat(1).status().committed, 3);
}

fn commit_without_new_term_entry(lab: &StepLab) {
    let mut net = lab.fresh(5);
    net.send([hup(1)]);
    for id in [3, 4, 5] {
        net.cut(1, id);
    }
    net.send([proposal(1, "some data")]);
    net.send([proposal(1, "some data")]);
    lab.same(
        "committed on n1, which reaches n2 only",
        net.seat(1).status().committed,
        1,
    );
    net.recover();
    net.send([hup(2)]);
    lab.same(
        "committed on n1, once n2 leads",
        net.seat(1).status().committed,
        4,
    );
}

fn commit_with_heartbeat(lab: &StepLab) {
    let mut net = lab.fresh(5);
    net.send([hup(1)]);
    net.isolate(5);
    net.send([proposal(1, "some data")]);
    net.send([proposal(1, "some data")]);
    lab.same(
        "committed on n5, which is cut off",
        net.seat(5).status().committed,
        1,
    );
    net.recover();
    net.send([beat(1)]);
    lab.same(
        "committed on n5 after a heartbeat",
        net.seat(5).status().committed,
        3,
    );
}

fn dueling_candidates(lab: &StepLab) {
    let mut net = lab.fresh(3);
    net.cut(1, 3);
    net.send([hup(1)]);
    net.send([hup(3)]);
    lab.same("n1, elected by n2", net.seat(1).status().role, Role::Leader);
    lab.same(
        "n3, which n2 refused",
        net.seat(3).status().role,
        Role::Candidate,
    );

    // n3 has a newer term, but not the entry that a majority has.
    net.recover();
    net.send([hup(3)]);
    for id in net.ids() {
        let seat = net.seat(id);
        lab.same(&format!("n{id}"), seat.stand(), (Role::Follower, 2));
        let expected: &[u64] = match id {
            3 => &[],
            _ => &[1],
        };
        lab.same_entries(
            &format!("the log of n{id}"),
            &seat.entries(),
            &crate::driven::log(expected),
        );
        let status = seat.status();
        let seen = (status.committed, status.applied);
        lab.same(
            &format!("committed and applied on n{id}"),
            seen,
            (expected.len() as u64, 0),
        );
    }
}

fn candidate_concede(lab: &StepLab) {
    let mut net = lab.fresh(3);
    net.isolate(1);
    net.send([hup(1)]);
    net.send([hup(3)]);
    net.recover();
    net.send([beat(3)]);
    net.send([proposal(3, "force follower")]);
    net.send([beat(3)]);
    lab.same("n1", net.seat(1).stand(), (Role::Follower, 1));
    let log = [Entry::new(1, 1, ""), Entry::new(2, 1, "force follower")];
    net.expect_same_logs(&log, 2, 0);
}

fn old_messages(lab: &StepLab) {
    let mut net = lab.fresh(3);
    net.send([hup(1)]);
    net.send([hup(2)]);
    net.send([hup(1)]);
    let old = Message {
        entries: vec![Entry::new(3, 2, "")],
        ..message(MessageType::Append, 2, 1, 2)
    };
    net.send([old]);
    net.send([proposal(1, "somedata")]);
    let mut log = crate::driven::log(&[1, 2, 3]);
    log.push(Entry::new(4, 3, "somedata"));
    net.expect_same_logs(&log, 4, 0);
}

fn proposals(lab: &StepLab) {
    for (places, commits) in [
        ("ooo", true),
        ("oox", true),
        ("oxx", false),
        ("oxxo", false),
        ("oxxoo", true),
    ] {
        let mut net = lab.drawn(places);
        net.send([hup(1)]);
        net.send([proposal(1, "somedata")]);
        match commits {
            true => {
                let log = [Entry::new(1, 1, ""), Entry::new(2, 1, "somedata")];
                net.expect_same_logs(&log, 2, 0);
            }
            false => net.expect_same_logs(&[], 0, 0),
        }
        lab.same(
            &format!("the term of n1 among {places}"),
            net.seat(1).status().term,
            1,
        );
    }
}
