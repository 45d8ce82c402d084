//! The orders that a search has tried, as a tree: each operation knows the one before it. An order
//! is named by its last operation, so that keeping one costs nothing while the search goes on.

use crate::index::NONE;

/// So many orders of the furthest ones are kept, each with another state at its end.
const KEPT: usize = 4;

/// The orders that a search has tried.
#[derive(Default)]
pub(crate) struct Trail {
    nodes: Vec<Node>,
    furthest: u32,
    ends: Vec<End>,
    /// Nodes before this one belong to `ends`.
    needed: usize,
}

struct Node {
    operation: u32,
    before: u32,
}

/// The end of an order that went as far as any.
#[derive(Clone, Copy)]
pub(crate) struct End {
    /// The number of the state that it leads to.
    pub(crate) state: u32,
    /// Its name.
    pub(crate) trail: u32,
}

impl Trail {
    /// The order `before` (or none: [`NONE`]) and then `operation`.
    pub(crate) fn push(&mut self, operation: u32, before: u32) -> u32 {
        self.nodes.push(Node { operation, before });
        self.nodes.len() as u32 - 1
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Forgets the nodes from there on, unless they are still needed.
    pub(crate) fn forget_from(&mut self, len: usize) {
        self.nodes.truncate(len.max(self.needed));
    }

    /// Notes that an order ended all rounds before `round`.
    pub(crate) fn note(&mut self, round: u32, state: u32, trail: u32) {
        if round < self.furthest {
            return;
        }
        if round > self.furthest {
            self.furthest = round;
            self.ends.clear();
            self.needed = 0;
        }
        if self.ends.len() < KEPT && self.ends.iter().all(|end| end.state != state) {
            self.ends.push(End { state, trail });
            self.needed = self.needed.max(trail.wrapping_add(1) as usize);
        }
    }

    /// How many rounds ended in the furthest orders.
    pub(crate) fn furthest(&self) -> u32 {
        self.furthest
    }

    /// The furthest orders.
    pub(crate) fn ends(&self) -> &[End] {
        &self.ends
    }

    /// The operations of an order, from the first on.
    pub(crate) fn order(&self, mut trail: u32) -> Vec<usize> {
        let mut order = Vec::new();
        while trail != NONE {
            let node = &self.nodes[trail as usize];
            order.push(node.operation as usize);
            trail = node.before;
        }
        order.reverse();
        order
    }

    /// Memory, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>()
    }
}
