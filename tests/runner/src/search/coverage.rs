//! Which situations of the protocol came about in the runs of each part: beside what must always
//! hold, what must sometimes come about.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use suites::cases::Part;
use suites::oracles::{Situation, Situations};

/// From so many seeds on, a suite must have met its own situations.
pub(super) const ENOUGH: u64 = 100;

/// What the runs of each part met.
#[derive(Default)]
pub(super) struct Coverage {
    parts: BTreeMap<Part, Met>,
}

#[derive(Default)]
struct Met {
    runs: u64,
    /// For each situation, in how many runs it came about, and how often in all.
    counts: BTreeMap<Situation, (u64, u64)>,
}

impl Coverage {
    pub(super) fn add(&mut self, part: Part, met: &Situations) {
        let of_part = self.parts.entry(part).or_default();
        of_part.runs += 1;
        for (situation, count) in met.met() {
            let (runs, times) = of_part.counts.entry(situation).or_default();
            *runs += 1;
            *times += u64::from(count);
        }
    }

    /// The situations that a part is for, and that none of its runs met.
    pub(super) fn missing(&self, part: Part) -> Vec<Situation> {
        let met = self.parts.get(&part);
        let is_met =
            |situation: &Situation| met.is_some_and(|met| met.counts.contains_key(situation));
        let own = Situation::of_suite(part).iter().copied();
        own.filter(|situation| !is_met(situation)).collect()
    }

    /// The share of each part's runs in which each situation came about, `-` where it never did.
    /// What a part is for has a star.
    pub(super) fn table(&self) -> String {
        let width = Situation::all()
            .map(|situation| situation.name().len())
            .max()
            .unwrap_or(0);
        let mut text = format!("{:<width$}", "in % of the runs of");
        for part in self.parts.keys() {
            let _ = write!(text, " {part:>6}");
        }
        for situation in Situation::all() {
            let _ = write!(text, "\n{:<width$}", situation.name());
            for (part, met) in &self.parts {
                let share = match met.counts.get(&situation) {
                    Some((runs, _)) => share(*runs, met.runs),
                    None => "-".to_string(),
                };
                let is_own = Situation::of_suite(*part).contains(&situation);
                let star = if is_own { "*" } else { " " };
                let _ = write!(text, " {share:>5}{star}");
            }
        }
        text
    }
}

/// A share in percent, in four letters at most.
fn share(runs: u64, all: u64) -> String {
    let percent = 100.0 * runs as f64 / all.max(1) as f64;
    match percent {
        0.0..0.01 => "<.01".to_string(),
        0.01..9.995 => format!("{percent:.2}"),
        _ => format!("{percent:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suite_that_never_meets_its_own_is_told() {
        let mut coverage = Coverage::default();
        let own = Situation::of_suite(Part::A3);
        assert_eq!(coverage.missing(Part::A3), own);
        for missed in own {
            let met = own.iter().filter(|one| *one != missed);
            coverage = Coverage::default();
            coverage.add(Part::A3, &met.map(|one| (*one, 1)).collect());
            assert_eq!(coverage.missing(Part::A3), [*missed]);
        }
        coverage.add(Part::A3, &own.iter().map(|one| (*one, 2)).collect());
        assert!(coverage.missing(Part::A3).is_empty());
    }

    #[test]
    fn shares_are_four_letters_long() {
        assert_eq!(share(1, 3), "33");
        assert_eq!(share(1, 300), "0.33");
        assert_eq!(share(1, 1_000_000), "<.01");
        assert_eq!(share(7, 7), "100");
    }
}
