//! Small scenes, of which every run is made that differs from the first by a few choices: which
//! message comes next, is lost or comes twice, whose timers go off early, who crashes after a save.
//! They are no part of the labs.
//!
//! A scene has a time in which choices count. Before it, its servers are brought to where it
//! begins; behind it comes all that was late, and then they must agree on a command once more.

use super::case::Draft;
use super::{Case, Part};
use crate::cluster::{Cluster, command};
use labrpc::harness::Latency;
use labrt::harness;
use labrt::time::{Duration, Instant};

pub(super) const SCENES: &[Case] = &[
    Draft::extra(Part::Scene, "election")
        .about("three servers elect their first leader")
        .raft(election),
    Draft::extra(Part::Scene, "replication")
        .about("two commands, one after the other, and a crash after any save")
        .raft(replication),
    Draft::extra(Part::Scene, "snapshot")
        .snapshots()
        .about("a server that was away gets a snapshot while commands and late messages come")
        .raft(snapshot),
];

/// What each message takes: all the same, so that the first run has one order.
const LATENCY: Duration = Duration::from_millis(1);
/// How often the scene looks whether it is over, or somebody has crashed.
const LOOK: Duration = Duration::from_millis(5);
/// How long a server that crashed is away: less than any election takes.
const DOWNTIME: Duration = Duration::from_millis(50);
/// How long choices count, at most: enough for a second election after one that failed.
const LONGEST: Duration = Duration::from_secs(2);
/// When the latest message has come.
const ALL_LATE: Duration = Duration::from_millis(1500);

/// The time in which choices count.
struct Scene<'a> {
    lab: &'a Cluster,
    /// Who is away, since when.
    away: Vec<(usize, Instant)>,
}

/// Prepares the network. Choices do not count yet.
fn prepare(lab: &Cluster) {
    harness::hold_choices(true);
    lab.keep_to_the_script();
    lab.net().set_long_delays(false);
    lab.net().set_base_latency(Some(Latency::Fixed(LATENCY)));
}

impl Scene<'_> {
    /// From now on choices count, a crash among them.
    fn begin(lab: &Cluster) -> Scene<'_> {
        lab.note("the scene begins");
        lab.allow_crashes(1);
        harness::hold_choices(false);
        Scene {
            lab,
            away: Vec::new(),
        }
    }

    /// Goes on until that is so; or long enough.
    fn until(&mut self, is_over: impl Fn() -> bool) {
        let begin = Instant::now();
        while begin.elapsed() < LONGEST && !is_over() {
            self.lab.sleep(LOOK);
            self.attend();
        }
    }

    /// Takes down who has crashed, and starts who was away long enough.
    fn attend(&mut self) {
        let crashed = self.lab.bury().into_iter();
        self.away
            .extend(crashed.map(|server| (server, Instant::now())));
        let is_due = |(_, since): &mut (usize, Instant)| since.elapsed() >= DOWNTIME;
        for (server, _) in self.away.extract_if(.., is_due) {
            self.lab.restart(server);
        }
    }

    /// Choices count no more: whatever is late comes, and then the servers must agree.
    fn end(mut self) {
        self.lab.note("the scene ends");
        harness::hold_choices(true);
        self.lab.allow_crashes(0);
        let begin = Instant::now();
        while begin.elapsed() < ALL_LATE {
            self.lab.sleep(LOOK);
            self.attend();
        }
        self.lab.one(command(99), self.lab.len(), true);
    }
}

/// Whether all servers are in one term, which one of them leads.
fn has_leader(lab: &Cluster) -> bool {
    let states: Vec<_> = (0..lab.len())
        .filter_map(|server| lab.state(server))
        .collect();
    let is_one_term = states.windows(2).all(|two| two[0].term == two[1].term);
    states.len() == lab.len() && is_one_term && states.iter().any(|state| state.is_leader)
}

/// "A candidate wins an election if it receives votes from a majority of the servers in the full
/// cluster for the same term" (§5.2).
fn election(lab: &Cluster) {
    prepare(lab);
    let mut scene = Scene::begin(lab);
    scene.until(|| has_leader(lab));
    scene.end();
}

/// Gives a command to whoever takes it; where it stands then.
fn give(lab: &Cluster, number: u64) -> Option<u64> {
    let mut servers = 0..lab.len();
    servers
        .find_map(|server| lab.start_command(server, command(number)))
        .map(|started| started.index)
}

/// Two commands, the second one when the first is applied somewhere, or in time.
fn give_two(lab: &Cluster, scene: &mut Scene<'_>, numbers: [u64; 2]) {
    let mut last = 0;
    for number in numbers {
        let given = std::cell::Cell::new(None);
        scene.until(|| {
            if given.get().is_none() {
                given.set(give(lab, number));
            }
            given
                .get()
                .is_some_and(|index| lab.n_committed(index).0 > 0)
        });
        last = given.get().unwrap_or(last);
    }
    scene.until(|| last > 0 && lab.n_committed(last).0 == lab.len());
}

/// "The leader ... must force the followers' logs to duplicate its own" (§5.3), and commits what a
/// majority holds of its own term (§5.4.2).
fn replication(lab: &Cluster) {
    prepare(lab);
    lab.check_one_leader();
    let mut scene = Scene::begin(lab);
    give_two(lab, &mut scene, [1, 2]);
    scene.end();
}

/// "If instead the follower receives a snapshot that describes a prefix of its log ..., then log
/// entries covered by the snapshot are deleted but entries following the snapshot are still valid
/// and must be retained" (§7).
fn snapshot(lab: &Cluster) {
    prepare(lab);
    let leader = lab.check_one_leader();
    let away = (leader + 1) % lab.len();
    lab.disconnect(away);
    for number in 1..=12 {
        lab.one(command(number), lab.len() - 1, true);
    }
    let mut scene = Scene::begin(lab);
    lab.connect(away);
    give_two(lab, &mut scene, [13, 14]);
    scene.end();
}
