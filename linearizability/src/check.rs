//! The check of a whole history: its keys, turn by turn.
//!
//! Each key gets a share of work, then each that is not decided gets twice as much, and so on. A
//! key that cannot be decided in any time keeps nobody from finding that another one is illegal;
//! and the first illegal one ends the check. Which one that is depends on the amount of work alone,
//! never on the clock.

use crate::history::Operation;
use crate::key::{KeyCheck, Misfit, Outcome, key_check};
use crate::limits::{Budget, Limit, Limits};
use crate::model::Model;
use crate::report::{Effort, Failure, Linearization, OpenKey, Report, Undecided, Verdict};
use std::collections::BTreeMap;

/// The first share of work of each key, in the budget's units: about a millisecond.
const FIRST_SHARE: u64 = 1 << 17;

/// Whether `history` is linearizable with respect to `model`. The order of its operations in the
/// slice does not matter, only their times do.
///
/// # Panics
/// If an operation returns before it is called.
pub fn check<M: Model>(
    model: &M,
    history: &[Operation<M::Input, M::Output>],
    limits: Limits,
) -> Report<M::Key> {
    check_until(model, history, limits.memory_bytes, &limits.clock())
}

/// As [`check`], on another clock: `expired` says when time is out. It is asked once in about ten
/// microseconds.
///
/// # Panics
/// If an operation returns before it is called.
pub fn check_until<M: Model>(
    model: &M,
    history: &[Operation<M::Input, M::Output>],
    memory_bytes: usize,
    expired: &dyn Fn() -> bool,
) -> Report<M::Key> {
    let mut budget = Budget::new(expired, memory_bytes);
    let mut turns = Turns {
        model,
        history,
        waiting: by_key(model, history),
        done: Vec::new(),
        effort: Effort::default(),
    };
    let verdict = turns.take_all(&mut budget);
    let mut effort = turns.effort;
    for key in &turns.waiting {
        effort.add(
            key.check
                .as_ref()
                .map_or(Effort::default(), |check| check.effort()),
        );
    }
    effort.work = budget.spent();
    Report { verdict, effort }
}

/// A key that is not decided.
struct Waiting<'a, K> {
    key: K,
    members: Vec<u32>,
    /// From its first turn on.
    check: Option<Box<dyn KeyCheck + 'a>>,
}

/// The history's operations by key, keys by their order.
fn by_key<'a, M: Model>(
    model: &M,
    history: &'a [Operation<M::Input, M::Output>],
) -> Vec<Waiting<'a, M::Key>> {
    let mut members: BTreeMap<M::Key, Vec<u32>> = BTreeMap::new();
    for (place, operation) in history.iter().enumerate() {
        if let Some(returned) = &operation.returned {
            assert!(
                operation.call <= returned.at,
                "operation {place} returns at {}, before its call at {}",
                returned.at,
                operation.call
            );
        }
        let key = model.key(&operation.input);
        members.entry(key).or_default().push(place as u32);
    }
    let waiting = members.into_iter().map(|(key, members)| Waiting {
        key,
        members,
        check: None,
    });
    waiting.collect()
}

/// The keys of a check.
struct Turns<'a, M: Model> {
    model: &'a M,
    history: &'a [Operation<M::Input, M::Output>],
    waiting: Vec<Waiting<'a, M::Key>>,
    done: Vec<Linearization<M::Key>>,
    effort: Effort,
}

impl<M: Model> Turns<'_, M> {
    fn take_all(&mut self, budget: &mut Budget<'_>) -> Verdict<M::Key> {
        let mut share = FIRST_SHARE;
        while !self.waiting.is_empty() {
            let mut at = 0;
            while at < self.waiting.len() {
                let held = self.waiting.iter().enumerate();
                let held = held.filter(|(other, _)| *other != at);
                let held = held
                    .filter_map(|(_, key)| key.check.as_ref())
                    .map(|c| c.bytes());
                budget.set_held(held.sum());
                match self.take_one(at, budget, share) {
                    Outcome::Linearizable(order) => {
                        let key = self.waiting.remove(at).key;
                        self.done.push(Linearization { key, order });
                    }
                    Outcome::Not(misfit) => return self.failure(at, misfit),
                    Outcome::Paused => at += 1,
                    Outcome::Over(limit) => return self.undecided(limit),
                }
            }
            share = share.saturating_mul(2);
        }
        let mut done = std::mem::take(&mut self.done);
        done.sort_by(|a, b| a.key.cmp(&b.key));
        Verdict::Linearizable(done)
    }

    fn take_one(&mut self, at: usize, budget: &mut Budget<'_>, share: u64) -> Outcome {
        let Waiting { members, check, .. } = &mut self.waiting[at];
        let (model, history) = (self.model, self.history);
        let check = check.get_or_insert_with(|| key_check(model, history, members));
        if let Some(limit) = budget.limit(check.bytes()) {
            return Outcome::Over(limit); // laying out a long history takes time as well
        }
        let outcome = check.run(budget, share);
        if let Outcome::Linearizable(_) = outcome {
            self.effort.add(check.effort());
        }
        outcome
    }

    fn failure(&self, at: usize, misfit: Misfit) -> Verdict<M::Key> {
        let Misfit {
            operation,
            is_first,
            partials,
        } = misfit;
        Verdict::NotLinearizable(Failure {
            key: self.waiting[at].key.clone(),
            operation,
            is_first,
            partials,
        })
    }

    fn undecided(&self, limit: Limit) -> Verdict<M::Key> {
        let open = self.waiting.iter().map(|key| OpenKey {
            key: key.key.clone(),
            placed: key.check.as_ref().map_or(0, |check| check.furthest()),
            operations: key.members.len(),
        });
        Verdict::Undecided(Undecided {
            limit,
            linearizable_keys: self.done.len(),
            open: open.collect(),
        })
    }
}
