//! The search through the orders in which the operations of one key may have taken effect.
//!
//! It is the depth-first search of Wing and Gong ("Testing and Verifying Concurrent Objects", 1993)
//! with Lowe's two ideas ("Testing for Linearizability", 2017): configurations that have been
//! visited are remembered, and operations take effect just in time, that is, only where the
//! operation that returns next needs it or cannot do without. What is added here keeps every
//! verdict and cuts alternatives that cannot matter:
//!
//! - an operation that changes nothing, now and later, takes effect as soon as it is legal;
//! - of two open operations with the same input and output, the one that returns first goes first:
//!   in any order that has them the other way round they can change places;
//! - a pending operation that would change nothing is left pending;
//! - a configuration is left when an operation that must still come has become impossible: one of
//!   the open ones, or the next observer;
//! - a configuration is not entered if one was that had used fewer of the pending operations.

use crate::index::NONE;
use crate::limits::{Budget, Held, Limit};
use crate::mask::Mask;
use crate::model::{Kind, Model};
use crate::moves::{Moves, NEVER, NO, SAME};
use crate::timeline::Timeline;
use crate::trail::Trail;
use crate::visited::Visited;

/// Marks the number of a pending operation.
const PENDING: u32 = 1 << 31;

/// What asking the model costs, in units of the budget.
const UNITS_PER_ASK: u32 = 16;

/// How a walk went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It reached its goal; the order's end in [`Walk::trail`].
    Reached(u32),
    /// There is no way to the goal.
    Exhausted,
    /// Its share of work is used up. It can go on.
    Paused,
    /// A limit of the whole check.
    Over(Limit),
}

/// Where the search is: so many rounds are over, and of the open operations some are done.
#[derive(Clone)]
struct Config<F, U> {
    round: u32,
    state: u32,
    done: F,
    used: U,
    trail: u32,
}

/// A configuration with the choices that have not been tried yet: those from `choices_from` on.
struct Frame<F, U> {
    config: Config<F, U>,
    choices_from: usize,
    trail_from: usize,
}

/// An operation that is legal, and the state behind it.
#[derive(Clone, Copy)]
struct Choice {
    op: u32,
    to: u32,
}

/// One search.
pub(crate) struct Walk<F, U> {
    /// The search ends when all rounds before this one are over.
    goal: u32,
    stack: Vec<Frame<F, U>>,
    choices: Vec<Choice>,
    visited: Visited<F, U>,
    /// How many configurations were remembered and then forgotten.
    forgotten: usize,
    trail: Trail,
    /// The limit that was met in the midst of a step.
    over: Option<Limit>,
    /// Whether a configuration was left because of what must still come. Then others may
    /// get further than any order of this walk.
    pub(crate) has_looked_ahead: bool,
}

impl<F: Mask, U: Mask> Walk<F, U> {
    /// A search for an order in which all operations before `goal` have taken effect.
    pub(crate) fn new<M: Model>(timeline: &Timeline<'_, M>, goal: u32) -> Walk<F, U> {
        let start = Config {
            round: 0,
            state: 0,
            done: F::empty(timeline.slots),
            used: U::empty(timeline.pending.len()),
            trail: NONE,
        };
        let mut walk = Walk {
            goal,
            stack: Vec::new(),
            choices: Vec::new(),
            visited: Visited::new(),
            forgotten: 0,
            trail: Trail::default(),
            over: None,
            has_looked_ahead: false,
        };
        // A frame without a configuration of its own, whose only choice is to begin.
        walk.choices.push(Choice { op: NONE, to: 0 });
        walk.stack.push(Frame {
            config: start,
            choices_from: 0,
            trail_from: 0,
        });
        walk
    }

    /// Searches until there is something to say, but no longer than about `units` of work.
    pub(crate) fn run<M: Model>(
        &mut self,
        timeline: &Timeline<'_, M>,
        moves: &mut Moves<'_, M>,
        budget: &mut Budget<'_>,
        units: u64,
    ) -> Progress {
        let pause_at = budget.spent().saturating_add(units);
        while let Some(frame) = self.stack.last() {
            if budget.spent() >= pause_at {
                return Progress::Paused;
            }
            if self.choices.len() == frame.choices_from {
                self.trail.forget_from(frame.trail_from);
                self.stack.pop();
                continue;
            }
            let choice = self.choices.pop().expect("the frame has one");
            let mut config = frame.config.clone();
            let trail_from = self.trail.len();
            if choice.op != NONE {
                self.take(timeline, &mut config, choice);
            }
            let reached = self.enter(timeline, moves, budget, config, trail_from);
            if let Some(limit) = self.over {
                return Progress::Over(limit);
            }
            if let Some(trail) = reached {
                return Progress::Reached(trail);
            }
        }
        Progress::Exhausted
    }

    /// Lets the chosen operation take effect.
    fn take<M: Model>(
        &mut self,
        timeline: &Timeline<'_, M>,
        config: &mut Config<F, U>,
        choice: Choice,
    ) {
        let Choice { op, to } = choice;
        config.state = to;
        if op & PENDING != 0 {
            let op = timeline.pending[(op & !PENDING) as usize];
            config.used.set(op.slot);
            config.trail = self.trail.push(op.original, config.trail);
        } else {
            let op = timeline.returned[op as usize];
            config.done.set(op.slot);
            config.trail = self.trail.push(op.original, config.trail);
            advance(timeline, config, self.goal);
        }
    }

    /// Makes a frame of a configuration, unless nothing new can come of it. The end of the order if
    /// it is at the goal.
    fn enter<M: Model>(
        &mut self,
        timeline: &Timeline<'_, M>,
        moves: &mut Moves<'_, M>,
        budget: &mut Budget<'_>,
        mut config: Config<F, U>,
        trail_from: usize,
    ) -> Option<u32> {
        let choices_from = self.choices.len();
        let is_alive = self.settle(timeline, moves, budget, &mut config);
        self.trail.note(config.round, config.state, config.trail);
        if config.round == self.goal {
            self.choices.truncate(choices_from);
            return Some(config.trail);
        }
        let is_new = is_alive
            && (self.visited).enter(config.round, config.state, &config.done, &config.used);
        if !is_new {
            self.choices.truncate(choices_from);
            self.trail.forget_from(trail_from);
            return None;
        }
        self.sort_choices(timeline, moves, budget, &config, choices_from);
        self.stack.push(Frame {
            config,
            choices_from,
            trail_from,
        });
        None
    }

    /// Lets everything take effect that may at once, and collects the choices for the rest. `false`
    /// if an operation that must come is impossible by now.
    fn settle<M: Model>(
        &mut self,
        timeline: &Timeline<'_, M>,
        moves: &mut Moves<'_, M>,
        budget: &mut Budget<'_>,
        config: &mut Config<F, U>,
    ) -> bool {
        let mut opened_from = 0; // what was open before has been looked at
        while config.round < self.goal {
            if !self.can_observe(timeline, moves, budget, config) {
                return false;
            }
            // Observers first: they may show that the others need not be asked.
            for observers in [true, false] {
                for &op in timeline.open(config.round) {
                    let it = &timeline.returned[op as usize];
                    let is_turn = (it.kind == Kind::Observes) == observers;
                    if !is_turn || it.opens < opened_from || config.done.has(it.slot) {
                        continue;
                    }
                    match self.step(moves, budget, config.state, it.class) {
                        SAME => {
                            config.done.set(it.slot);
                            config.trail = self.trail.push(it.original, config.trail);
                        }
                        NO => {}
                        NEVER if self.is_final(timeline, config, op) => {
                            self.has_looked_ahead |= op > config.round;
                            return false;
                        }
                        NEVER => {}
                        to => self.choices.push(Choice { op, to }),
                    }
                }
            }
            if self.over.is_some() {
                return false;
            }
            opened_from = config.round + 1;
            if !advance(timeline, config, self.goal) {
                return true;
            }
        }
        true
    }

    fn step<M: Model>(
        &mut self,
        moves: &mut Moves<'_, M>,
        budget: &mut Budget<'_>,
        state: u32,
        class: u32,
    ) -> u32 {
        let (to, asked) = moves.step(state, class);
        if budget.spend(if asked { UNITS_PER_ASK } else { 1 }) {
            self.over = self.over.or(budget.limit(self.held() + moves.held()));
        }
        to
    }

    /// Whether the next observer that is not yet open can still see what it saw.
    fn can_observe<M: Model>(
        &mut self,
        timeline: &Timeline<'_, M>,
        moves: &mut Moves<'_, M>,
        budget: &mut Budget<'_>,
        config: &Config<F, U>,
    ) -> bool {
        let mut op = timeline.next_observer(config.round);
        while op < self.goal && timeline.returned[op as usize].opens <= config.round {
            op = timeline.next_observer(op + 1);
        }
        if op >= self.goal || !self.is_final(timeline, config, op) {
            return true;
        }
        let class = timeline.returned[op as usize].class;
        let is_possible = self.step(moves, budget, config.state, class) != NEVER;
        self.has_looked_ahead |= !is_possible;
        is_possible
    }

    /// Whether an operation that is impossible here stays so until it returns, since nothing that
    /// resets can come before.
    fn is_final<M: Model>(
        &self,
        timeline: &Timeline<'_, M>,
        config: &Config<F, U>,
        op: u32,
    ) -> bool {
        if op >= self.goal || timeline.resets_between(config.round, op) {
            return false;
        }
        let resets = |other: &u32| {
            let it = &timeline.returned[*other as usize];
            it.kind == Kind::Resets && *other != op && !config.done.has(it.slot)
        };
        let pending = timeline.pending(config.round).iter();
        let mut pending = pending.filter(|it| it.kind == Kind::Resets);
        !timeline.open(config.round).iter().any(resets)
            && !pending.any(|it| !config.used.has(it.slot))
    }

    /// Adds the pending operations to the choices of `config`, drops those that another one can
    /// stand for, and puts the best to the end: first what returns first, pending ones last.
    fn sort_choices<M: Model>(
        &mut self,
        timeline: &Timeline<'_, M>,
        moves: &mut Moves<'_, M>,
        budget: &mut Budget<'_>,
        config: &Config<F, U>,
        choices_from: usize,
    ) {
        let mut kept = choices_from;
        for at in choices_from..self.choices.len() {
            let twin = timeline.returned[self.choices[at].op as usize].twin;
            let is_second = twin != NONE && twin >= config.round && {
                let twin = &timeline.returned[twin as usize];
                twin.opens <= config.round && !config.done.has(twin.slot)
            };
            if !is_second {
                self.choices[kept] = self.choices[at];
                kept += 1;
            }
        }
        self.choices.truncate(kept);
        for (at, it) in timeline.pending(config.round).iter().enumerate() {
            let is_second = it.twin != NONE && !config.used.has(it.twin);
            if config.used.has(it.slot) || is_second {
                continue;
            }
            match self.step(moves, budget, config.state, it.class) {
                SAME | NO | NEVER => {}
                to if to == config.state => {}
                to => self.choices.push(Choice {
                    op: at as u32 | PENDING,
                    to,
                }),
            }
        }
        self.choices[choices_from..].sort_unstable_by_key(|choice| std::cmp::Reverse(choice.op));
    }

    /// The orders that were found.
    pub(crate) fn trail(&self) -> &Trail {
        &self.trail
    }

    /// Keeps the orders that were found, and forgets what only serves going on.
    pub(crate) fn forget_visited(&mut self) {
        self.forgotten += self.visited.len();
        self.visited = Visited::new();
    }

    /// How many configurations were remembered.
    pub(crate) fn configurations(&self) -> usize {
        self.forgotten + self.visited.len()
    }

    /// Memory.
    pub(crate) fn held(&self) -> Held {
        let own = Held {
            bytes: self.trail.bytes()
                + self.stack.capacity() * size_of::<Frame<F, U>>()
                + self.choices.capacity() * size_of::<Choice>(),
            allocations: 0, // a stack is short
        };
        own + self.visited.held()
    }
}

/// Ends all rounds whose operation is done. Whether there was one.
fn advance<M: Model, F: Mask, U: Mask>(
    timeline: &Timeline<'_, M>,
    config: &mut Config<F, U>,
    goal: u32,
) -> bool {
    let before = config.round;
    while config.round < goal {
        let slot = timeline.returned[config.round as usize].slot;
        if !config.done.has(slot) {
            break;
        }
        config.done.clear(slot);
        config.round += 1;
    }
    config.round > before
}
