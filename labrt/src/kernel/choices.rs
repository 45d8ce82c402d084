//! Choices that the harness has named: a message that may be lost, a crash after a save. They go
//! as chance or the test has it, unless the run has a plan.

use super::scheduler::Kernel;
use crate::base::Choice;
use std::time::Duration;

impl Kernel {
    /// The way that a choice goes; see `harness::choose`.
    #[inline]
    pub(crate) fn decide(&self, ways: u32, natural: u32, what: impl FnOnce(u32) -> String) -> u32 {
        match self.is_planned {
            true => self.decide_by_plan(ways, natural, what),
            false => natural,
        }
    }

    #[cold]
    fn decide_by_plan(&self, ways: u32, natural: u32, what: impl FnOnce(u32) -> String) -> u32 {
        let way = {
            let mut choices = self.choices.borrow_mut();
            let Some(planned) = choices.planned.as_mut().filter(|planned| !planned.is_held) else {
                return natural;
            };
            let number = planned.met.len() as u64 + 1;
            let way = planned.plan.way(number, natural);
            // A plan may be of another program's choices.
            match way <= ways || way == natural {
                true => way,
                false => natural,
            }
        };
        let what = match way {
            0 => String::new(),
            way => what(way),
        };
        let choice = Choice {
            at: Duration::from_nanos(self.true_now()),
            ways,
            way,
            what,
        };
        if let Some(planned) = &mut self.choices.borrow_mut().planned {
            planned.met.push(choice);
        }
        way
    }

    /// From now on choices count, or do not.
    pub(crate) fn hold_choices(&self, on: bool) {
        if let Some(planned) = &mut self.choices.borrow_mut().planned {
            planned.is_held = on;
        }
    }

    /// All choices that were met.
    pub(crate) fn take_choices(&self) -> Vec<Choice> {
        let planned = &mut self.choices.borrow_mut().planned;
        planned
            .as_mut()
            .map(|planned| std::mem::take(&mut planned.met))
            .unwrap_or_default()
    }
}
