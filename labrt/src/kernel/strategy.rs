//! Policy: who runs next, and for how long. The kernel is the mechanism, and knows no more of a
//! policy than the methods of [`Choices`].

use super::planned::Planned;
use crate::base::{Plan, Strategy, TaskId};
use rand::rngs::SmallRng;
use rand::{Rng, RngExt, SeedableRng};
use std::collections::{BinaryHeap, VecDeque};

/// The policy of a run, the chance it draws from, and what it is to do otherwise.
pub(super) struct Choices {
    policy: AnyPolicy,
    pub(super) chance: SmallRng,
    pub(super) planned: Option<Planned>,
}

/// A branch costs a switch less than a call through a pointer would.
enum AnyPolicy {
    Random(Random),
    Pct(Pct),
    Fifo(Fifo),
}

impl Choices {
    pub(super) fn new(strategy: Strategy, seed: u64, plan: Option<Plan>) -> Choices {
        let policy = match strategy {
            Strategy::Random { preempt } => AnyPolicy::Random(Random::new(preempt)),
            Strategy::Pct { depth, interval } => AnyPolicy::Pct(Pct::new(depth, interval)),
            Strategy::Fifo => AnyPolicy::Fifo(Fifo::default()),
        };
        let chance = SmallRng::seed_from_u64(seed);
        let planned = plan.map(Planned::new);
        Choices {
            policy,
            chance,
            planned,
        }
    }

    /// `task` could run.
    #[inline]
    pub(super) fn ready(&mut self, task: TaskId, why: Why) {
        match &mut self.policy {
            AnyPolicy::Random(policy) => policy.ready(task, why, &mut self.chance),
            AnyPolicy::Pct(policy) => policy.ready(task, why, &mut self.chance),
            AnyPolicy::Fifo(policy) => policy.ready(task, why, &mut self.chance),
        }
    }

    /// Draws who runs next.
    #[inline]
    pub(super) fn next(&mut self) -> Option<TaskId> {
        match &mut self.policy {
            AnyPolicy::Random(policy) => policy.next(&mut self.chance),
            AnyPolicy::Pct(policy) => policy.next(&mut self.chance),
            AnyPolicy::Fifo(policy) => policy.next(&mut self.chance),
        }
    }

    /// `task` has run for as long as it was given: draws who runs next, maybe the same, and for how
    /// many scheduling points.
    #[inline]
    pub(super) fn preempt(&mut self, task: TaskId) -> (TaskId, u32) {
        match &mut self.policy {
            AnyPolicy::Random(policy) => policy.preempt(task, &mut self.chance),
            AnyPolicy::Pct(policy) => policy.preempt(task, &mut self.chance),
            AnyPolicy::Fifo(policy) => policy.preempt(task, &mut self.chance),
        }
    }
}

/// Why a thread can run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    Spawned,
    Woken,
    Preempted,
}

/// Holds the threads that could run. An entry may be out of date by the time it is drawn (the
/// thread crashed meanwhile); the kernel checks.
trait Policy {
    /// `task` could run.
    fn ready(&mut self, task: TaskId, why: Why, rng: &mut SmallRng);
    /// Draws who runs next; the drawn one leaves the set.
    fn next(&mut self, rng: &mut SmallRng) -> Option<TaskId>;
    /// Scheduling points from now to the next preemption, at least 1.
    fn slice(&mut self, rng: &mut SmallRng) -> u32;
    /// Draws who runs next when `task` could go on, and its slice.
    fn preempt(&mut self, task: TaskId, rng: &mut SmallRng) -> (TaskId, u32) {
        let slice = self.slice(rng);
        self.ready(task, Why::Preempted, rng);
        (self.next(rng).unwrap_or(task), slice)
    }
}

/// A draw from 0 to `end` - 1 (Lemire's multiply; its bias of 2^-32 is nothing here).
#[inline]
fn below(rng: &mut SmallRng, end: u32) -> u32 {
    scaled(rng.next_u32(), end)
}

/// What is drawn below `end` by these bits.
#[inline]
fn scaled(bits: u32, end: u32) -> u32 {
    ((u64::from(bits) * u64::from(end)) >> 32) as u32
}

/// A thread that never blocks must let the others run some time.
const LONGEST_SLICE: u32 = 1_000;

struct Random {
    ready: Vec<TaskId>,
    /// The longest slice. Slices are drawn evenly from 1 to here: nearly as good a mix as
    /// independent draws at each point, for one draw a preemption.
    longest: u32,
}

impl Random {
    fn new(preempt: f64) -> Random {
        // `max` passes over what is not a number.
        let mean = (1.0 / preempt.max(1e-6).clamp(1e-6, 1.0)) as u32;
        Random {
            ready: Vec::new(),
            longest: (2 * mean - 1).min(LONGEST_SLICE),
        }
    }
}

impl Policy for Random {
    fn ready(&mut self, task: TaskId, _why: Why, _rng: &mut SmallRng) {
        self.ready.push(task);
    }

    #[inline]
    fn next(&mut self, rng: &mut SmallRng) -> Option<TaskId> {
        match self.ready.len() {
            0 => None,
            1 => self.ready.pop(),
            len => Some(self.ready.swap_remove(below(rng, len as u32) as usize)),
        }
    }

    fn slice(&mut self, rng: &mut SmallRng) -> u32 {
        1 + below(rng, self.longest)
    }

    /// One word of chance is enough for both draws, and who goes on anyway is not put in line.
    #[inline]
    fn preempt(&mut self, task: TaskId, rng: &mut SmallRng) -> (TaskId, u32) {
        let bits = rng.next_u64();
        let slice = 1 + scaled((bits >> 32) as u32, self.longest);
        let drawn = scaled(bits as u32, self.ready.len() as u32 + 1);
        let next = match self.ready.get_mut(drawn as usize) {
            Some(other) => std::mem::replace(other, task),
            None => task,
        };
        (next, slice)
    }
}

struct Pct {
    /// Highest priority first.
    ready: BinaryHeap<(i64, TaskId)>,
    priority: Vec<i64>,
    /// The lowest priority handed out so far: each demotion goes below it.
    floor: i64,
    depth: u32,
    interval: u32,
}

impl Pct {
    fn new(depth: u32, interval: u32) -> Pct {
        Pct {
            ready: BinaryHeap::new(),
            priority: Vec::new(),
            floor: 0,
            depth,
            interval,
        }
    }
}

impl Policy for Pct {
    fn ready(&mut self, task: TaskId, why: Why, rng: &mut SmallRng) {
        let slot = task as usize;
        if self.priority.len() <= slot {
            self.priority.resize(slot + 1, 0);
        }
        match why {
            Why::Spawned => self.priority[slot] = rng.random_range(1..i64::MAX),
            Why::Preempted => {
                self.floor -= 1;
                self.priority[slot] = self.floor;
            }
            Why::Woken => {}
        }
        self.ready.push((self.priority[slot], task));
    }

    fn next(&mut self, _rng: &mut SmallRng) -> Option<TaskId> {
        self.ready.pop().map(|(_, task)| task)
    }

    fn slice(&mut self, rng: &mut SmallRng) -> u32 {
        let mean = self.interval / self.depth.saturating_sub(1).max(1);
        rng.random_range(1..=mean.max(1).saturating_mul(2))
    }
}

#[derive(Default)]
struct Fifo {
    ready: VecDeque<TaskId>,
}

impl Policy for Fifo {
    fn ready(&mut self, task: TaskId, _why: Why, _rng: &mut SmallRng) {
        self.ready.push_back(task);
    }

    fn next(&mut self, _rng: &mut SmallRng) -> Option<TaskId> {
        self.ready.pop_front()
    }

    fn slice(&mut self, _rng: &mut SmallRng) -> u32 {
        LONGEST_SLICE
    }
}
