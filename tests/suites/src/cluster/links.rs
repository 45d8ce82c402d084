//! Who can talk to whom: connected servers of one side of a partition.

use super::Cluster;
use crate::oracles::Links;
use crate::trace::{self, Sides, What};
use std::collections::BTreeSet;

/// What stands in the way of messages besides.
#[derive(Default)]
pub(super) struct Hindrances {
    /// From whom to whom none comes.
    blocked: BTreeSet<(usize, usize)>,
    /// Something that the case, or whoever asked for it, does not take back.
    for_good: bool,
}

impl Cluster {
    /// Connects a server to every other connected one, in both directions.
    pub fn connect(&self, server: usize) {
        trace::of_server(server, || What::Connect);
        self.inner.servers.lock()[server].connected = true;
        self.rewire(server);
    }

    /// Cuts a server off.
    pub fn disconnect(&self, server: usize) {
        if self.takes_place(|| format!("n{server} is cut off")) {
            self.disconnect_now(server);
        }
    }

    pub(super) fn disconnect_now(&self, server: usize) {
        let was = std::mem::replace(&mut self.inner.servers.lock()[server].connected, false);
        if was {
            trace::of_server(server, || What::Disconnect);
        }
        self.rewire(server);
    }

    /// Lets only the servers of one side talk to each other.
    pub fn partition(&self, sides: &[&[usize]]) {
        let is_split = sides.len() > 1;
        if is_split && !self.takes_place(|| format!("a partition into {sides:?}")) {
            return;
        }
        trace::of_case(|| What::Partition(Sides::of(sides)));
        for (side, members) in sides.iter().enumerate() {
            let mut servers = self.inner.servers.lock();
            members
                .iter()
                .for_each(|server| servers[*server].side = side);
        }
        (0..self.len()).for_each(|server| self.rewire(server));
    }

    /// Ends a partition, and connects every server.
    pub fn connect_all(&self) {
        let all: Vec<usize> = (0..self.len()).collect();
        all.iter().for_each(|server| self.connect(*server));
        self.partition(&[&all]);
    }

    /// Enables exactly the ends from and to `server` that two connected servers of one side share.
    fn rewire(&self, server: usize) {
        let servers = self.inner.servers.lock();
        let own = &servers[server];
        for (other, entry) in servers.iter().enumerate() {
            let both = entry.connected && own.connected && entry.side == own.side;
            if let Some(running) = &own.running {
                self.net().enable(running.ends[other].id(), both);
            }
            if let Some(running) = &entry.running {
                self.net().enable(running.ends[server].id(), both);
            }
        }
        drop(servers);
        self.tell_links();
    }

    /// Lets nothing pass from one server to another, or lets it pass again.
    pub(crate) fn block(&self, from: usize, to: usize, on: bool) {
        self.net().block(from, to, on);
        let mut hindrances = self.inner.hindrances.lock();
        match on {
            true => hindrances.blocked.insert((from, to)),
            false => hindrances.blocked.remove(&(from, to)),
        };
        drop(hindrances);
        self.tell_links();
    }

    /// Makes the network a good one, or a bad one.
    pub(crate) fn set_reliable(&self, is_reliable: bool) {
        self.net().set_reliable(is_reliable);
        self.tell_links();
    }

    /// From now on something may go wrong that no link shows.
    pub(crate) fn hinder(&self) {
        self.inner.hindrances.lock().for_good = true;
        self.tell_links();
    }

    /// Tells the oracles who can talk to whom.
    pub(super) fn tell_links(&self) {
        let Some(oracles) = &self.inner.oracles else {
            return;
        };
        let servers = self.inner.servers.lock();
        let sides = servers.iter().map(|server| {
            let is_there = server.connected && server.running.is_some();
            is_there.then_some(server.side)
        });
        let sides = sides.collect();
        drop(servers);
        let hindrances = self.inner.hindrances.lock();
        let are_good = self.is_reliable() && hindrances.blocked.is_empty() && !hindrances.for_good;
        drop(hindrances);
        oracles.links(Links { sides, are_good });
    }
}
