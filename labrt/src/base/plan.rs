//! What a run does otherwise than it would by itself, at the choices that its harness has named.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A choice that a run has met: something that could have gone in several ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Virtual time since the run began.
    pub at: Duration,
    /// The ways that a plan can ask for are 1 to this number; 0 is the plain one.
    pub ways: u32,
    /// The way that it went.
    pub way: u32,
    /// What that means; empty of the plain way.
    pub what: String,
}

/// What a run does otherwise than it would by itself.
///
/// As text: the choices with another way, by number (the first is 1), such as `7=2,12=1`. A number
/// alone is a choice that keeps the way that chance or the test gave it; where there are such, or
/// the word `none`, all other choices go the plain way.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Plan {
    /// Choices that go another way, ascending.
    deviations: Vec<(u64, u32)>,
    /// If set, only these keep their own way; ascending.
    kept: Option<Vec<u64>>,
}

impl Plan {
    /// Only these choices keep the way that they have by themselves; all others go the plain way.
    pub fn keeping(choices: impl IntoIterator<Item = u64>) -> Plan {
        let mut kept: Vec<u64> = choices.into_iter().collect();
        kept.sort_unstable();
        Plan {
            deviations: Vec::new(),
            kept: Some(kept),
        }
    }

    /// The same, but that choice, which comes behind all others that the plan names, goes that way.
    pub fn and(&self, choice: u64, way: u32) -> Plan {
        let mut plan = self.clone();
        plan.deviations.push((choice, way));
        plan
    }

    /// The last choice that goes another way; 0 if none does.
    pub fn last(&self) -> u64 {
        self.deviations.last().map_or(0, |(choice, _)| *choice)
    }

    /// How many choices go another way.
    pub fn deviations(&self) -> usize {
        self.deviations.len()
    }

    /// The way that a choice goes which would go `natural` by itself.
    pub(crate) fn way(&self, choice: u64, natural: u32) -> u32 {
        let found = self.deviations.binary_search_by_key(&choice, |(at, _)| *at);
        if let Ok(place) = found {
            return self.deviations[place].1;
        }
        match &self.kept {
            Some(kept) if kept.binary_search(&choice).is_err() => 0,
            _ => natural,
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ways = self.deviations.iter();
        let mut words: Vec<(u64, String)> = ways
            .map(|(choice, way)| (*choice, format!("{choice}={way}")))
            .collect();
        let kept = self.kept.iter().flatten();
        words.extend(kept.map(|choice| (*choice, choice.to_string())));
        words.sort();
        let is_bare = self.kept.as_ref().is_some_and(Vec::is_empty);
        let words: Vec<String> = is_bare
            .then(|| "none".to_string())
            .into_iter()
            .chain(words.into_iter().map(|(_, word)| word))
            .collect();
        f.write_str(&words.join(","))
    }
}

impl FromStr for Plan {
    type Err = String;

    fn from_str(text: &str) -> Result<Plan, String> {
        let mut plan = Plan::default();
        for word in text.split(',').filter(|word| !word.is_empty()) {
            let number = |text: &str| match text.parse::<u64>() {
                Ok(number) if number > 0 => Ok(number),
                _ => Err(format!(
                    "{word:?} is none of 7=2 (choice 7 goes its second way), 7 (keeps its own) and \
                     none"
                )),
            };
            match word.split_once('=') {
                Some((choice, "0")) => plan.deviations.push((number(choice)?, 0)),
                Some((choice, way)) => {
                    let way = u32::try_from(number(way)?).unwrap_or(u32::MAX);
                    plan.deviations.push((number(choice)?, way));
                }
                None if word == "none" => drop(plan.kept.get_or_insert_default()),
                None => plan.kept.get_or_insert_default().push(number(word)?),
            }
        }
        plan.deviations.sort_unstable();
        if let Some(kept) = &mut plan.kept {
            kept.sort_unstable();
        }
        Ok(plan)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_its_text() {
        for text in ["", "none", "7=2", "3,7=2,9", "none,4=1", "1,2,3"] {
            let plan: Plan = text.parse().expect(text);
            assert_eq!(plan.to_string(), text);
        }
        for wrong in ["x", "0", "7=", "=2", "7=2=1", "-1"] {
            assert!(wrong.parse::<Plan>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_a_plan_does_not_name_is_left_to_itself_or_plain() {
        let plan = Plan::default().and(2, 3);
        assert_eq!([1, 2, 3].map(|choice| plan.way(choice, 1)), [1, 3, 1]);
        let plan = Plan::keeping([3]).and(2, 3);
        assert_eq!([1, 2, 3].map(|choice| plan.way(choice, 1)), [0, 3, 1]);
    }
}
