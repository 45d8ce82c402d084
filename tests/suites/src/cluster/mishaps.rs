//! What befalls a server while it works: crashes at a save or at any point of its code, a slow
//! disk, a clock that is off. And disks that are replaced by empty ones.

use super::record::Record;
use super::{Cluster, Inner};
use bytes::Bytes;
use labrt::harness::{self, Mutex};
use labrt::rand::{self, RngExt};
use persister::harness::{Disk, Moment};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

impl Cluster {
    /// Crashes a server before or after the `count`-th save of its present incarnation from now on.
    pub(crate) fn crash_at_save(&self, server: usize, count: u64, moment: Moment) {
        let (left, cluster) = (AtomicU64::new(count), Arc::downgrade(&self.inner));
        let disk = self.inner.servers.lock()[server].disk.clone();
        disk.on_save(Arc::new(move |save| {
            let Some(inner) = cluster.upgrade() else {
                return;
            };
            if save.moment == moment && left.fetch_sub(1, Ordering::Relaxed) == 1 {
                Cluster { inner }.crash_from_within(server);
            }
        }));
    }

    /// Crashes a server at the `count`-th scheduling point of its threads from now on, wherever
    /// that is in its code. Not on real threads, which cannot be stopped.
    pub(crate) fn crash_at_point(&self, server: usize, count: u64) {
        let cluster = self.clone();
        let running = self.inner.servers.lock()[server].running.clone();
        if let Some(running) = running {
            let act = Box::new(move || cluster.crash_from_within(server));
            harness::after_points(&running.node, count, act);
        }
    }

    /// Crashes a server on a thread of its own.
    fn crash_from_within(&self, server: usize) {
        if harness::is_simulated() {
            return self.crash_now(server); // and does not come back
        }
        // The thread may hold the lock that `kill` needs.
        if let Some(running) = self.go_down(server) {
            running.node.crash();
            labrt::thread::spawn(move || running.kill());
        }
    }

    /// From now on each save of a server's present incarnation takes that long.
    pub(crate) fn slow_disk(&self, server: usize, least: Duration, most: Duration) {
        self.hinder();
        let disk = self.inner.servers.lock()[server].disk.clone();
        disk.on_save(Arc::new(move |save| {
            if save.moment == Moment::Before {
                harness::stall(rand::rng().random_range(least..=most));
            }
        }));
    }

    /// Counts the snapshots that a server's present incarnation saves from now on.
    pub(crate) fn count_snapshots(&self, server: usize) -> Arc<AtomicU64> {
        let (count, last) = (Arc::<AtomicU64>::default(), Mutex::new(Bytes::new()));
        let (disk, counting) = (
            self.inner.servers.lock()[server].disk.clone(),
            count.clone(),
        );
        disk.on_save(Arc::new(move |save| {
            if save.moment == Moment::After && *save.snapshot != *last.lock() {
                *last.lock() = save.snapshot.clone();
                counting.fetch_add(1, Ordering::Relaxed);
            }
        }));
        count
    }

    /// From now on a server's clock runs so many times as fast.
    pub(crate) fn set_clock_rate(&self, server: usize, rate: f64) {
        let entry = &mut self.inner.servers.lock()[server];
        entry.clock_rate = rate;
        if let Some(running) = &entry.running {
            running.node.set_clock_rate(rate);
        }
    }

    /// Crashes every server and gives each an empty disk, as if none of them had ever run. They
    /// are down then.
    pub(crate) fn wipe(&self) {
        self.note("every server crashes, and gets an empty disk");
        (0..self.len()).for_each(|server| self.crash(server));
        let Inner {
            servers,
            record,
            oracles,
            ..
        } = &*self.inner;
        for (server, entry) in servers.lock().iter_mut().enumerate() {
            entry.disk = Arc::new(Disk::owned_by(&labrpc::name(server)));
        }
        *record.lock() = Record::new(self.len());
        if let Some(oracles) = oracles {
            oracles.begin_anew(self.len());
        }
    }
}
