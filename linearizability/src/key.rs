//! The check of one key, which can be interrupted: a walk to the end of the history, and, if there
//! is no way, the question how far there is one.

use crate::history::Operation;
use crate::limits::{Budget, Limit};
use crate::mask::{Mask, Wide};
use crate::model::Model;
use crate::moves::Moves;
use crate::report::{Effort, Partial};
use crate::timeline::Timeline;
use crate::walk::{Progress, Walk};

/// Work, in the budget's units, that may go into finding further partial orders for the report.
const UNITS_FOR_REPORT: u64 = 1 << 16;

/// What is known of a key after some work.
pub(crate) enum Outcome {
    /// It is linearizable, in this order of the history's operations.
    Linearizable(Vec<usize>),
    /// It is not.
    Not(Misfit),
    /// More work is needed.
    Paused,
    /// A limit of the whole check was met.
    Over(Limit),
}

/// Why a key is not linearizable.
pub(crate) struct Misfit {
    /// The operation whose return no order gets past.
    pub(crate) operation: usize,
    /// Whether it is known to be the first such one.
    pub(crate) is_first: bool,
    /// The orders that get as far as that.
    pub(crate) partials: Vec<Partial>,
}

/// The check of one key.
pub(crate) trait KeyCheck {
    /// Goes on for about that much work.
    fn run(&mut self, budget: &mut Budget<'_>, units: u64) -> Outcome;
    /// How many of the key's returned operations have found a place in some order.
    fn furthest(&self) -> usize;
    /// Memory, in bytes.
    fn bytes(&self) -> usize;
    /// What it took so far.
    fn effort(&self) -> Effort;
}

/// A check of the operations of `history` whose places are `members`, all of one key.
pub(crate) fn key_check<'a, M: Model>(
    model: &'a M,
    history: &'a [Operation<M::Input, M::Output>],
    members: &[u32],
) -> Box<dyn KeyCheck + 'a> {
    let timeline = Timeline::new(model, history, members);
    match (timeline.slots, timeline.pending.len()) {
        (0..=64, 0) => Box::new(Search::<M, u64, ()>::new(model, timeline)),
        (0..=64, 1..=64) => Box::new(Search::<M, u64, u64>::new(model, timeline)),
        _ => Box::new(Search::<M, Wide, Wide>::new(model, timeline)),
    }
}

/// A check with sets that are as wide as the key needs.
struct Search<'a, M: Model, F, U> {
    model: &'a M,
    timeline: Timeline<'a, M>,
    moves: Moves<'a, M>,
    walk: Walk<F, U>,
}

impl<'a, M: Model, F: Mask, U: Mask> Search<'a, M, F, U> {
    fn new(model: &'a M, timeline: Timeline<'a, M>) -> Self {
        let moves = Moves::new(model, timeline.classes.clone());
        let walk = Walk::new(&timeline, timeline.rounds());
        Search {
            model,
            timeline,
            moves,
            walk,
        }
    }

    /// Another walk, to an earlier goal.
    fn walk_to(
        &mut self,
        goal: u32,
        budget: &mut Budget<'_>,
        units: u64,
    ) -> (Walk<F, U>, Progress) {
        let mut walk = Walk::new(&self.timeline, goal);
        let progress = walk.run(&self.timeline, &mut self.moves, budget, units);
        (walk, progress)
    }

    /// The last round that can be reached. The walk to the end knows, unless it looked ahead and
    /// left configurations early: then the answer is halved out of the rounds behind it. With a
    /// limit in the way, the best that is known, and `false`.
    fn last_round(&mut self, budget: &mut Budget<'_>) -> (u32, bool) {
        let mut reached = self.walk.trail().furthest();
        if !self.walk.has_looked_ahead {
            return (reached, true);
        }
        let mut unreachable = self.timeline.rounds();
        while reached + 1 < unreachable {
            let middle = reached + (unreachable - reached) / 2;
            match self.walk_to(middle, budget, u64::MAX).1 {
                Progress::Reached(_) => reached = middle,
                Progress::Exhausted => unreachable = middle,
                Progress::Paused | Progress::Over(_) => return (reached, false),
            }
        }
        (reached, true)
    }

    /// Explains why there is no way to the end.
    fn misfit(&mut self, budget: &mut Budget<'_>) -> Misfit {
        let (last, is_first) = self.last_round(budget);
        if last > self.walk.trail().furthest() {
            // Several orders tell more than one: go on for a while after the first.
            let until = budget.spent() + UNITS_FOR_REPORT;
            let (mut walk, mut progress) = self.walk_to(last, budget, u64::MAX);
            while let Progress::Reached(_) = progress {
                let left = until.saturating_sub(budget.spent());
                progress = walk.run(&self.timeline, &mut self.moves, budget, left);
            }
            if walk.trail().furthest() == last {
                self.walk = walk;
            }
        }
        let reached = self.walk.trail().furthest();
        Misfit {
            operation: self.timeline.returned[reached as usize].original as usize,
            is_first: is_first && reached == last,
            partials: self.partials(),
        }
    }

    fn partials(&self) -> Vec<Partial> {
        let trail = self.walk.trail();
        let partials = trail.ends().iter().map(|end| Partial {
            order: trail.order(end.trail),
            state: self.model.describe_state(self.moves.state(end.state)),
        });
        partials.collect()
    }
}

impl<M: Model, F: Mask, U: Mask> KeyCheck for Search<'_, M, F, U> {
    fn run(&mut self, budget: &mut Budget<'_>, units: u64) -> Outcome {
        match (self.walk).run(&self.timeline, &mut self.moves, budget, units) {
            Progress::Reached(trail) => Outcome::Linearizable(self.walk.trail().order(trail)),
            Progress::Exhausted => Outcome::Not(self.misfit(budget)),
            Progress::Paused => Outcome::Paused,
            Progress::Over(limit) => Outcome::Over(limit),
        }
    }

    fn furthest(&self) -> usize {
        self.walk.trail().furthest() as usize
    }

    fn bytes(&self) -> usize {
        self.timeline.bytes() + self.moves.bytes() + self.walk.bytes()
    }

    fn effort(&self) -> Effort {
        Effort {
            work: 0,
            configurations: self.walk.configurations(),
            states: self.moves.len(),
            bytes: self.bytes(),
        }
    }
}
