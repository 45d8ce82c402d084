//! A member in virtual time: lets it run when something is due for it, and does what it did at the
//! time at which it did it.
//!
//! A member's clock never runs ahead of the case's by more than the *slack* of a grant: a moment in
//! which one burst of work ends. What arrives for it meanwhile arrives at the burst's end: later by
//! that much, as on a network that takes its time. No effect takes place before its cause, and
//! nothing is ever taken back: a crash drops what is not yet done, and so no other trace of it.

use super::effects::Effects;
use super::ends::{fail, lost};
use super::settings::Process;
use crate::frame::{Account, Arrival, FromMember, Grant, ToMember};
use crate::link;
use labapi::channel::{Receiver, RecvTimeoutError};
use labrt::rand::{self, RngExt};
use labrt::{part, thread};
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// How far a member may run ahead: nearly always enough for what one message leads to, and little
/// against every time limit of the labs.
const SLACK: Duration = Duration::from_micros(100);

/// The other slack, of one grant in four: what arrives then falls into the middle of a burst.
const SHORT: Duration = Duration::from_micros(2);

/// Drives one member.
pub(super) struct Conductor {
    socket: UnixStream,
    arrivals: Receiver<Arrival>,
    effects: Effects,
    number: u64,
    /// It was told to end.
    is_ending: bool,
    /// Ends with the thread that drives it.
    _process: Process,
}

impl Conductor {
    pub(super) fn new(
        process: Process,
        socket: UnixStream,
        arrivals: Receiver<Arrival>,
        effects: Effects,
    ) -> Conductor {
        Conductor {
            socket,
            arrivals,
            effects,
            number: 0,
            is_ending: false,
            _process: process,
        }
    }

    /// Until the member's threads have ended.
    pub(super) fn run(mut self) {
        // What it says unasked: that it is there.
        let mut account = self.receive();
        let mut due = Vec::new();
        loop {
            let (now, next) = (account.now, account.next);
            let is_over = self.is_ending && account.threads.is_empty();
            for effect in account.effects {
                wait_until(effect.at);
                self.effects.perform(effect.what);
            }
            if is_over {
                break;
            }
            wait_until(now);
            match self.arrival(next) {
                Some(first) => due.push(first),
                None if next.is_none() => break, // nobody is left who could send anything
                None => {}
            }
            while let Ok(arrival) = self.arrivals.try_recv() {
                due.push(arrival);
            }
            account = self.grant(std::mem::take(&mut due));
        }
        self.effects.open.close();
    }

    /// What arrives until the member has something to do by itself.
    fn arrival(&self, next: Option<u64>) -> Option<Arrival> {
        let Some(next) = next else {
            return self.arrivals.recv().ok();
        };
        let left = Duration::from_nanos(next).saturating_sub(part::local_now());
        if left.is_zero() {
            return self.arrivals.try_recv().ok();
        }
        match self.arrivals.recv_timeout(left) {
            Ok(arrival) => Some(arrival),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                wait_until(next);
                None
            }
        }
    }

    /// One exchange.
    fn grant(&mut self, arrivals: Vec<Arrival>) -> Account {
        self.is_ending |= arrivals.iter().any(Arrival::is_kill);
        self.number += 1;
        let slack = match rand::rng().random_range(0..4) {
            0 => SHORT,
            _ => SLACK,
        };
        let now = part::local_now();
        let grant = Grant {
            number: self.number,
            now: ns(now),
            until: ns(now + slack),
            arrivals,
        };
        let sent = part::outside(|| link::send(&self.socket, &ToMember::Grant(grant)));
        if let Err(error) = sent {
            // Its last words may still be there to be read.
            if error.kind() != std::io::ErrorKind::BrokenPipe {
                lost(&self.effects.name, &error);
            }
        }
        let account = self.receive();
        if let Err(why) = check(&account, self.number, (ns(now), ns(now + slack))) {
            self.effects.broke(why);
        }
        account
    }

    fn receive(&self) -> Account {
        let received = part::outside(|| link::receive(&self.socket));
        match received {
            Ok((FromMember::Account(account), bytes)) => {
                fold(&account, &bytes);
                account
            }
            Ok((FromMember::Fault(fault), _)) => fail(fault),
            Ok((FromMember::Effect(_), _)) => self.effects.broke("it speaks as in real time"),
            Err(error) => lost(&self.effects.name, &error),
        }
    }
}

/// A member's clock stops at the next point behind the end of its grant, or soon after.
const OVERSHOOT: u64 = 1_000_000;

/// What one account may tell of.
const MOST_EFFECTS: usize = 100_000;

/// Whether an account fits the grant of this number and span: nothing of it is believed before.
fn check(account: &Account, number: u64, (now, until): (u64, u64)) -> Result<(), &'static str> {
    if account.number != number {
        return Err("its account is of another grant");
    }
    if account.effects.len() > MOST_EFFECTS {
        return Err("it does more in a moment than any server can");
    }
    let mut last = now;
    for effect in &account.effects {
        if effect.at < last {
            return Err("its clock goes back");
        }
        last = effect.at;
    }
    if account.now < last || account.next.is_some_and(|next| next < account.now) {
        return Err("its clock goes back");
    }
    if account.now > until.saturating_add(OVERSHOOT) {
        return Err("its clock runs ahead");
    }
    Ok(())
}

/// What it did is a part of what happened in the run; what it only says is none.
fn fold(account: &Account, bytes: &[u8]) {
    if !account.effects.iter().any(|effect| effect.what.is_talk()) {
        return labrt::trace::fold(bytes);
    }
    let mut without = account.clone();
    without.effects.retain(|effect| !effect.what.is_talk());
    labrt::trace::fold(&labcodec::encode(&without).unwrap_or_default());
}

/// Until the clock of the member's node shows `at`, in ns.
fn wait_until(at: u64) {
    let left = Duration::from_nanos(at).saturating_sub(part::local_now());
    if !left.is_zero() {
        thread::sleep(left);
    }
}

fn ns(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Effect, What};

    fn account(now: u64, effects: &[u64]) -> Account {
        let effect = |at: &u64| Effect {
            at: *at,
            what: What::Counter(0),
        };
        Account {
            number: 7,
            now,
            next: None,
            threads: Vec::new(),
            effects: effects.iter().map(effect).collect(),
        }
    }

    #[test]
    fn an_account_must_fit_its_grant() {
        let of = |account: &Account| check(account, 7, (1_000, 2_000));
        assert_eq!(of(&account(2_000, &[1_000, 1_500, 1_500])), Ok(()));
        assert!(check(&account(2_000, &[]), 8, (1_000, 2_000)).is_err());
        for (now, effects) in [
            (999, &[][..]),                // before the grant
            (2_000, &[999]),               // an effect before it
            (2_000, &[1_500, 1_499]),      // effects out of order
            (1_400, &[1_500]),             // an effect that is yet to come
            (2_001 + OVERSHOOT, &[1_500]), // far beyond the end
        ] {
            assert!(of(&account(now, effects)).is_err(), "{now} {effects:?}");
        }
        let next = Account {
            next: Some(1_999),
            ..account(2_000, &[])
        };
        assert!(of(&next).is_err(), "it was idle before it ended");
    }
}
