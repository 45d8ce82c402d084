//! Who can talk to whom: connected servers of one side of a partition.

use super::Cluster;
use crate::trace::{self, Sides, What};

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
    }
}
