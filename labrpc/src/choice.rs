//! Where a message could fare otherwise: the choices of a run with a plan. By themselves they go
//! as the network's conditions have drawn.

use crate::faults::{ReplyFate, RequestFate};
use labrt::harness;
use labrt::thread;
use std::time::Duration;

/// What has been overtaken comes so much later than it would have: a few messages come before it.
const OVERTAKEN: Duration = Duration::from_millis(5);
/// What is late comes so much later: an election may have come before it.
const LATE: Duration = Duration::from_millis(1200);
/// So far leaps the clock of a server whose timers go off early: further than any waits that is to
/// pass the labs.
const LEAP: Duration = Duration::from_secs(1);
/// What the timers have set going comes before the message by so much.
const HEAD_START: Duration = Duration::from_micros(200);

/// The ways of a message other than the plain one.
const OVERTAKES: u32 = 1;
const COMES_LATE: u32 = 2;
const IS_LOST: u32 = 3;
const COMES_TWICE: u32 = 4;

fn told(way: u32) -> &'static str {
    match way {
        OVERTAKES => "is overtaken",
        COMES_LATE => "comes late",
        IS_LOST => "is lost",
        _ => "comes a second time, late",
    }
}

/// What becomes of a request for which that fate was drawn.
pub(crate) fn request(drawn: RequestFate, name: impl FnOnce() -> String) -> RequestFate {
    let natural = match (drawn.lost, drawn.copy) {
        (true, _) => IS_LOST,
        (false, Some(_)) => COMES_TWICE,
        (false, None) => 0,
    };
    let way = harness::choose(COMES_TWICE, natural, |way| {
        format!("{} {}", name(), told(way))
    });
    if way == natural {
        return drawn;
    }
    let after = drawn.after;
    RequestFate {
        after: after + delay(way),
        lost: way == IS_LOST,
        copy: (way == COMES_TWICE).then_some(after + LATE),
    }
}

/// The same of a reply.
pub(crate) fn reply(drawn: ReplyFate, name: impl FnOnce() -> String) -> ReplyFate {
    let natural = match drawn {
        ReplyFate::Lost => IS_LOST,
        ReplyFate::Arrives(after) if after > Duration::ZERO => COMES_LATE,
        ReplyFate::Arrives(_) => 0,
    };
    let told = |way| format!("the reply to {} {}", name(), told(way));
    match harness::choose(IS_LOST, natural, told) {
        way if way == natural => drawn,
        IS_LOST => ReplyFate::Lost,
        way => ReplyFate::Arrives(delay(way)),
    }
}

fn delay(way: u32) -> Duration {
    match way {
        OVERTAKES => OVERTAKEN,
        COMES_LATE => LATE,
        _ => Duration::ZERO,
    }
}

/// A message is about to be taken by the calling thread's server, whose timers may go off before
/// that. What other servers do meanwhile changes nothing for this one until the next message comes:
/// so there is no need to ask at any other moment.
pub(crate) fn timers_first(name: impl FnOnce() -> String) {
    let told = |_| format!("timers go off early, before {} is taken", name());
    if harness::choose(1, 0, told) == 1 {
        harness::leap(LEAP);
        thread::sleep(HEAD_START);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use labrt::{Plan, Simulation};

    const LOST: RequestFate = RequestFate {
        after: Duration::from_millis(3),
        lost: true,
        copy: None,
    };

    fn fate(plan: &str) -> RequestFate {
        let plan: Plan = plan.parse().expect("a plan");
        let run = Simulation::new(1).plan(plan);
        let report = run.run(|| request(LOST, || "a message".into()));
        report.outcome.expect("nothing fails")
    }

    #[test]
    fn a_plan_takes_a_loss_away_and_makes_others() {
        assert_eq!(fate(""), LOST);
        let kept = RequestFate {
            lost: false,
            ..LOST
        };
        assert_eq!(fate("none"), kept);
        let after = LOST.after + LATE;
        assert_eq!(fate("1=2"), RequestFate { after, ..kept });
        let copy = Some(after);
        assert_eq!(fate("1=4"), RequestFate { copy, ..kept });
        assert_eq!(fate("1=9"), LOST, "there is no such way");
    }
}
