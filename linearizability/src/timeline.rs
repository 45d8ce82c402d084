//! The operations of one key, in the order in which they returned.
//!
//! The search walks along the returns: *round* k ends when operation k, counted by returns, has
//! taken effect. All operations before k have, so that a configuration is described by k, by which
//! of the few operations open in round k have, and by the state. An operation is *open* from its
//! call to its return; it gets a *slot*, a small number that no other operation has meanwhile.
//! There are never more slots than clients, whatever the history's length: a set of open
//! operations fits into a machine word.
//!
//! Operations that never returned stand apart. They stay open to the end, need not take effect, and
//! each has a slot of its own, numbered by their calls.

use crate::hash::hash_of;
use crate::history::Operation;
use crate::index::{Index, NONE};
use crate::limits::Held;
use crate::model::{Kind, Model};

/// An operation as the search sees it.
#[derive(Clone, Copy)]
pub(crate) struct Op {
    /// Its place in the history that the caller gave.
    pub(crate) original: u32,
    /// Operations with the same input and output are of the same class.
    pub(crate) class: u32,
    /// The first round in which it is open: so many operations returned before its call.
    pub(crate) opens: u32,
    /// Its bit in a set of open operations.
    pub(crate) slot: u32,
    /// The operation before it (by return; of the pending ones by call) of the same class.
    pub(crate) twin: u32,
    /// What the model knows of it.
    pub(crate) kind: Kind,
}

/// An input and what it was answered; `None` if nothing was.
pub(crate) type Class<'a, M> = (&'a <M as Model>::Input, Option<&'a <M as Model>::Output>);

/// The operations of one key.
pub(crate) struct Timeline<'a, M: Model> {
    /// Those that returned, by their return: an operation's place is also the round it ends.
    pub(crate) returned: Vec<Op>,
    /// Those that did not, by their call; without those that cannot change anything.
    pub(crate) pending: Vec<Op>,
    /// What each class stands for.
    pub(crate) classes: Vec<Class<'a, M>>,
    /// How many slots the returned operations need.
    pub(crate) slots: usize,
    /// For each round, the open operations among `returned`, in order: a range of `open`.
    open_from: Vec<usize>,
    open: Vec<u32>,
    /// For each round, how many of `pending` have been called.
    pending_until: Vec<u32>,
    /// For each round, the first operation from there on that only observes.
    next_observer: Vec<u32>,
    /// For each round, the first later round in which an operation that resets opens.
    next_reset: Vec<u32>,
}

impl<'a, M: Model> Timeline<'a, M> {
    /// Of the operations of `history` whose places are `members`.
    pub(crate) fn new(
        model: &M,
        history: &'a [Operation<M::Input, M::Output>],
        members: &[u32],
    ) -> Timeline<'a, M> {
        let mut classes: Classes<'a, M> = Classes::with_capacity(members.len());
        let mut returned = Vec::with_capacity(members.len());
        let mut pending = Vec::new();
        for &original in members {
            let operation = &history[original as usize];
            let class = (&operation.input, operation.output());
            let kind = model.kind(class.0, class.1);
            let end = operation.returned.as_ref().map(|returned| returned.at);
            if end.is_none() && kind == Kind::Observes {
                continue; // whether it takes effect makes no difference to anybody
            }
            let op = Op {
                original,
                class: classes.of(class),
                opens: 0,
                slot: 0,
                twin: NONE,
                kind,
            };
            match end {
                Some(end) => returned.push((end, operation.call, operation.client, op)),
                None => pending.push((operation.call, operation.client, op)),
            }
        }
        // Ties are broken by what is known of the operations, never by their place: the order in
        // which the caller lists them must not matter.
        returned.sort_by_key(|&(end, call, client, op)| (end, call, client, op.original));
        pending.sort_by_key(|&(call, client, op)| (call, client, op.original));
        let opens = |call: u64| returned.partition_point(|&(end, ..)| end < call) as u32;

        let place = |op: Op, call: u64| Op {
            opens: opens(call),
            ..op
        };
        let mut pending: Vec<Op> = pending.iter().map(|p| place(p.2, p.0)).collect();
        let mut returned: Vec<Op> = returned.iter().map(|r| place(r.3, r.1)).collect();
        for (slot, op) in pending.iter_mut().enumerate() {
            op.slot = slot as u32;
        }
        link_twins(&mut returned, classes.list.len());
        link_twins(&mut pending, classes.list.len());
        let mut timeline = Timeline {
            returned,
            pending,
            classes: classes.list,
            slots: 0,
            open_from: vec![0],
            open: Vec::new(),
            pending_until: Vec::new(),
            next_observer: Vec::new(),
            next_reset: Vec::new(),
        };
        timeline.lay_out_rounds();
        timeline.look_ahead();
        timeline
    }

    /// Finds out what is open when, and gives out the slots.
    fn lay_out_rounds(&mut self) {
        let rounds = self.returned.len();
        let mut calls: Vec<u32> = (0..rounds as u32).collect();
        calls.sort_by_key(|&op| (self.returned[op as usize].opens, op));
        let mut calls = calls.into_iter().peekable();
        let mut open: Vec<u32> = Vec::new();
        let mut free: Vec<u32> = Vec::new();
        let mut pending = 0;
        for round in 0..rounds as u32 {
            while let Some(op) = calls.next_if(|&op| self.returned[op as usize].opens == round) {
                let slot = free.pop().unwrap_or_else(|| {
                    self.slots += 1;
                    self.slots as u32 - 1
                });
                self.returned[op as usize].slot = slot;
                let at = open.partition_point(|&other| other < op);
                open.insert(at, op);
            }
            self.open.extend_from_slice(&open);
            self.open_from.push(self.open.len());
            while pending < self.pending.len() && self.pending[pending].opens <= round {
                pending += 1;
            }
            self.pending_until.push(pending as u32);
            let returns = open.remove(0);
            assert_eq!(
                returns, round,
                "the first of the open operations returns first"
            );
            free.push(self.returned[returns as usize].slot);
        }
    }

    /// Finds, for each round, what comes after it.
    fn look_ahead(&mut self) {
        let rounds = self.returned.len();
        self.next_observer = vec![NONE; rounds + 1];
        for round in (0..rounds).rev() {
            let observes = self.returned[round].kind == Kind::Observes;
            self.next_observer[round] = match observes {
                true => round as u32,
                false => self.next_observer[round + 1],
            };
        }
        let mut opens = vec![false; rounds + 1];
        for op in self.returned.iter().chain(&self.pending) {
            opens[op.opens as usize] |= op.kind == Kind::Resets;
        }
        self.next_reset = vec![NONE; rounds + 1];
        for round in (0..rounds).rev() {
            self.next_reset[round] = match opens[round + 1] {
                true => round as u32 + 1,
                false => self.next_reset[round + 1],
            };
        }
    }

    /// How many operations returned, and so how many rounds there are.
    pub(crate) fn rounds(&self) -> u32 {
        self.returned.len() as u32
    }

    /// The operations that are open in `round` and return, by their return.
    #[inline]
    pub(crate) fn open(&self, round: u32) -> &[u32] {
        &self.open[self.open_from[round as usize]..self.open_from[round as usize + 1]]
    }

    /// The operations that were called by `round` and never return.
    #[inline]
    pub(crate) fn pending(&self, round: u32) -> &[Op] {
        &self.pending[..self.pending_until[round as usize] as usize]
    }

    /// The first operation that returns in `round` or later and only observes.
    #[inline]
    pub(crate) fn next_observer(&self, round: u32) -> u32 {
        self.next_observer[round as usize]
    }

    /// Whether an operation that resets is called after `round`, but not after `until`.
    #[inline]
    pub(crate) fn resets_between(&self, round: u32, until: u32) -> bool {
        self.next_reset[round as usize] <= until
    }

    /// Memory.
    pub(crate) fn held(&self) -> Held {
        Held {
            bytes: (self.returned.len() + self.pending.len()) * (size_of::<Op>() + 32)
                + self.open.len() * size_of::<u32>(),
            allocations: 0,
        }
    }
}

/// Tells each operation which one before it is of the same class.
fn link_twins(ops: &mut [Op], classes: usize) {
    let mut last = vec![NONE; classes];
    for (at, op) in ops.iter_mut().enumerate() {
        op.twin = std::mem::replace(&mut last[op.class as usize], at as u32);
    }
}

/// Gives equal inputs with equal outputs the same small number.
struct Classes<'a, M: Model> {
    list: Vec<Class<'a, M>>,
    index: Index,
}

impl<'a, M: Model> Classes<'a, M> {
    fn with_capacity(classes: usize) -> Self {
        Classes {
            list: Vec::with_capacity(classes),
            index: Index::with_capacity(classes),
        }
    }

    fn of(&mut self, class: Class<'a, M>) -> u32 {
        let hash = hash_of(class);
        let known = (self.index).find(hash, |at| self.list[at as usize] == class);
        known.unwrap_or_else(|| {
            self.list.push(class);
            self.index.push(hash)
        })
    }
}
