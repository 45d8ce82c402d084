//! The check of a whole history: its keys, turn by turn.
//!
//! Each key gets a share of work, then each that is not decided gets twice as much, and so on. A
//! key that cannot be decided in any time keeps nobody from finding that another one is illegal;
//! and the first illegal one ends the check. Which one that is depends on the amount of work alone,
//! never on the clock.

use crate::history::Operation;
use crate::key::{KeyCheck, Misfit, Outcome, key_check};
use crate::limits::{Budget, Held, Limit, Limits};
use crate::model::Model;
use crate::report::{Effort, Failure, Linearization, OpenKey, Report, Undecided, Verdict};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// The first share of work of each key, in the budget's units: some milliseconds.
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
    check_within(model, history, limits.memory_bytes, &limits.clock())
}

/// As [`check`], on another clock: `expired` says when time is out. It is asked many times a
/// millisecond, but not while a key's operations are laid out, which takes less than half a
/// microsecond for each.
///
/// # Panics
/// If an operation returns before it is called.
pub fn check_until<M: Model>(
    model: &M,
    history: &[Operation<M::Input, M::Output>],
    memory_bytes: usize,
    expired: &dyn Fn() -> bool,
) -> Report<M::Key> {
    check_within(model, history, memory_bytes, &|_| expired())
}

/// As [`check`]; `out_in` says whether time will be out after so much more of it.
fn check_within<M: Model>(
    model: &M,
    history: &[Operation<M::Input, M::Output>],
    memory_bytes: usize,
    out_in: &dyn Fn(Duration) -> bool,
) -> Report<M::Key> {
    let mut budget = Budget::new(out_in, memory_bytes);
    let mut turns = Turns {
        model,
        history,
        waiting: by_key(model, history),
        held: Held::default(),
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
) -> VecDeque<Waiting<'a, M::Key>> {
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
    waiting: VecDeque<Waiting<'a, M::Key>>,
    /// What those that are waiting hold.
    held: Held,
    done: Vec<Linearization<M::Key>>,
    effort: Effort,
}

impl<M: Model> Turns<'_, M> {
    fn take_all(&mut self, budget: &mut Budget<'_>) -> Verdict<M::Key> {
        let mut share = FIRST_SHARE;
        while !self.waiting.is_empty() {
            for _ in 0..self.waiting.len() {
                if let Some(verdict) = self.take_one(budget, share) {
                    return verdict;
                }
            }
            share = share.saturating_mul(2);
        }
        let mut done = std::mem::take(&mut self.done);
        done.sort_by(|a, b| a.key.cmp(&b.key));
        Verdict::Linearizable(done)
    }

    /// The next key's turn. A verdict if it ends the check.
    fn take_one(&mut self, budget: &mut Budget<'_>, share: u64) -> Option<Verdict<M::Key>> {
        let Waiting {
            key,
            members,
            check,
        } = self.waiting.pop_front()?;
        let mut check = match check {
            Some(check) => {
                self.held = self.held - check.held();
                check
            }
            None => key_check(self.model, self.history, &members),
        };
        budget.set_held(self.held);
        // Laying out a long history has taken time as well.
        let outcome = match budget.limit(check.held()) {
            Some(limit) => Outcome::Over(limit),
            None => check.run(budget, share),
        };
        self.held = self.held + check.held();
        let limit = match outcome {
            Outcome::Linearizable(order) => {
                self.held = self.held - check.held();
                self.effort.add(check.effort());
                self.done.push(Linearization { key, order });
                return None;
            }
            Outcome::Not(misfit) => {
                self.effort.add(check.effort());
                return Some(failure(key, misfit));
            }
            Outcome::Paused => None,
            Outcome::Over(limit) => Some(limit),
        };
        self.waiting.push_back(Waiting {
            key,
            members,
            check: Some(check),
        });
        limit.map(|limit| self.undecided(limit))
    }

    fn undecided(&self, limit: Limit) -> Verdict<M::Key> {
        let open = self.waiting.iter().map(|key| OpenKey {
            key: key.key.clone(),
            placed: key.check.as_ref().map_or(0, |check| check.furthest()),
            operations: key.members.len(),
        });
        let mut open: Vec<OpenKey<M::Key>> = open.collect();
        open.sort_by(|a, b| a.key.cmp(&b.key));
        Verdict::Undecided(Undecided {
            limit,
            linearizable_keys: self.done.len(),
            open,
        })
    }
}

fn failure<K>(key: K, misfit: Misfit) -> Verdict<K> {
    let Misfit {
        operation,
        is_first,
        partials,
    } = misfit;
    Verdict::NotLinearizable(Failure {
        key,
        operation,
        is_first,
        partials,
    })
}
