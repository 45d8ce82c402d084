//! The check of one key, which can be interrupted: a walk to the end of the history, and, if there
//! is no way, the question how far there is one.

use crate::history::Operation;
use crate::limits::{Budget, Held, Limit};
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
    /// Memory.
    fn held(&self) -> Held;
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
        (0..=256, 0..=256) => Box::new(Search::<M, [u64; 4], [u64; 4]>::new(model, timeline)),
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
        self.walk.forget_visited(); // the other walks need the memory
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

    fn held(&self) -> Held {
        self.timeline.held() + self.moves.held() + self.walk.held()
    }

    fn effort(&self) -> Effort {
        Effort {
            work: 0,
            configurations: self.walk.configurations(),
            states: self.moves.len(),
            bytes: self.held().bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::{Register, RegisterInput, RegisterOutput};

    type History = Vec<Operation<RegisterInput, RegisterOutput>>;

    /// Overlapping writes, some of which never return, and reads that see some of them.
    fn history(last_read: u64) -> History {
        let mut history = Vec::new();
        for n in 0..20 {
            let write = RegisterInput::Write(n);
            history.push(match n % 3 {
                0 => Operation::pending(n, 10 * n, write),
                _ => Operation::new(n, 10 * n, write, 10 * n + 45, RegisterOutput::Written),
            });
            let output = RegisterOutput::Value(Some(n - n % 2));
            let at = 10 * n + 20;
            history.push(Operation::new(
                100 + n,
                at,
                RegisterInput::Read,
                at + 15,
                output,
            ));
        }
        let output = RegisterOutput::Value(Some(last_read));
        history.push(Operation::new(200, 300, RegisterInput::Read, 310, output));
        history
    }

    /// The verdict, its evidence, and the work.
    fn outcome<F: Mask, U: Mask>(history: &History) -> (bool, Vec<usize>, u64) {
        let members: Vec<u32> = (0..history.len() as u32).collect();
        let timeline = Timeline::new(&Register, history, &members);
        let mut budget = Budget::new(&|_| false, usize::MAX);
        let mut search = Search::<_, F, U>::new(&Register, timeline);
        match search.run(&mut budget, u64::MAX) {
            Outcome::Linearizable(order) => (true, order, budget.spent()),
            Outcome::Not(misfit) => (false, vec![misfit.operation], budget.spent()),
            Outcome::Paused | Outcome::Over(_) => panic!("there is no limit"),
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "tens of thousands of steps")]
    fn the_width_of_the_sets_changes_nothing() {
        for (last_read, is_linearizable) in [(18, true), (19, true), (3, true), (77, false)] {
            let history = history(last_read);
            let narrow = outcome::<u64, u64>(&history);
            assert_eq!(narrow.0, is_linearizable, "a last read of {last_read}");
            assert_eq!(outcome::<[u64; 4], [u64; 4]>(&history), narrow);
            assert_eq!(outcome::<Wide, Wide>(&history), narrow);
        }
    }

    /// In turns of whatever length, the walk is the same.
    #[test]
    fn pauses_change_nothing() {
        let history = history(77);
        let members: Vec<u32> = (0..history.len() as u32).collect();
        let mut budget = Budget::new(&|_| false, usize::MAX);
        let mut check = key_check(&Register, &history, &members);
        let mut turns = 0;
        let misfit = loop {
            turns += 1;
            match check.run(&mut budget, 10) {
                Outcome::Paused => {}
                Outcome::Not(misfit) => break misfit,
                Outcome::Linearizable(_) | Outcome::Over(_) => panic!("it is not linearizable"),
            }
        };
        assert!(turns > 3, "there was no pause");
        let whole = outcome::<u64, u64>(&history);
        assert_eq!((vec![misfit.operation], budget.spent()), (whole.1, whole.2));
    }
}
