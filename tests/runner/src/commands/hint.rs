//! Three hints for each case: the first says where to look, the last one almost what to write.

use super::Place;
use super::track::Track;
use crate::results::{self, Results};
use crate::sayln;
use crate::{choice, files};
use std::collections::BTreeMap;
use std::process::ExitCode;
use suites::cases::{self, Case};
use toml::Table;

/// Show a hint for a case: the first that was not shown yet, of three
#[derive(clap::Args)]
pub struct Hint {
    /// The case; the first one that fails, or was not run, if none is given
    case: Option<String>,
    /// Begin with the first hint again
    #[arg(long)]
    again: bool,
}

/// A case has so many.
const HINTS: usize = 3;

/// How many hints of each case were shown.
type Shown = BTreeMap<String, usize>;

impl Hint {
    /// A hint for this case.
    pub(super) fn of(case: Option<String>) -> Hint {
        Hint { case, again: false }
    }

    pub(super) fn run(self, place: &Place) -> Result<ExitCode, String> {
        let case = self.chosen(place)?;
        let name = case.full_name();
        let file = place.root.join("target/raftlab/hints.json");
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let mut shown: Shown = serde_json::from_str(&text).unwrap_or_default();
        let before = if self.again {
            0
        } else {
            shown.get(&name).copied().unwrap_or(0)
        };
        let number = (before + 1).min(HINTS);
        let hints = hints_for(case);
        sayln!("{name}: {}\n\nhint {number} of {HINTS}", case.about);
        sayln!("{}", hints.get(number - 1).map_or("", String::as_str));
        match number {
            HINTS => sayln!("\nThat was the last one. To see them again: hint {name} --again"),
            _ => sayln!("\nThe next one says more: the same again"),
        }
        shown.insert(name, number);
        let kept = serde_json::to_string(&shown).unwrap_or_default();
        // Where nothing can be kept, the first hint comes again.
        let _ = std::fs::create_dir_all(place.root.join("target/raftlab"));
        let _ = files::write_whole(&file, kept);
        Ok(ExitCode::SUCCESS)
    }

    fn chosen(&self, place: &Place) -> Result<&'static Case, String> {
        let Some(word) = &self.case else {
            let results = results::read(&place.results());
            return Ok(in_question(Track::of(&place.root), &results));
        };
        let meant = cases::all().filter(|case| case.is_meant_by(word));
        match meant.collect::<Vec<_>>()[..] {
            [] => Err(choice::unknown(word)),
            [case] => Ok(case),
            [first, ..] => Err(format!(
                "{word:?} means more than one case, {} among them; name one",
                first.full_name()
            )),
        }
    }
}

/// The first case that fails; if none does, the first that was not run.
fn in_question(track: &Track, results: &Results) -> &'static Case {
    let of = |case: &&Case| results.get(&case.full_name());
    let place_of = |case: &&Case| track.place_of(&case.part.to_string());
    let mut in_order: Vec<&Case> = cases::all().collect();
    in_order.sort_by_key(place_of);
    let mut all = in_order.iter().copied();
    let failing = all.find(|case| of(case).is_some_and(|result| !result.is_passed()));
    // All parts but the extras, which come last.
    let mut of_parts = in_order
        .iter()
        .copied()
        .take_while(|case| place_of(case) < track.parts.len());
    let open = failing.or_else(|| of_parts.find(|case| of(case).is_none()));
    open.or_else(|| in_order.first().copied())
        .expect("there are cases")
}

/// The hints for a case, each in lines of a screen's width.
fn hints_for(case: &Case) -> Vec<String> {
    let all: Table = include_str!("hints.toml")
        .parse()
        .expect("a test has read it");
    let mut name = case.full_name();
    // What is the same but for more clients has the same hints.
    while let Some(like) = all.get(&name).and_then(|hints| hints.as_str()) {
        name = like.to_string();
    }
    let hints = all.get(&name).and_then(|hints| hints.as_array());
    let hints = hints.map(Vec::as_slice).unwrap_or_default();
    let texts = hints.iter().filter_map(|hint| hint.as_str());
    texts.map(in_lines).collect()
}

fn in_lines(text: &str) -> String {
    let (mut lines, mut line) = (Vec::new(), String::from(" "));
    for word in text.split_whitespace() {
        if line.len() + word.len() > 78 {
            lines.push(std::mem::replace(&mut line, " ".into()));
        }
        line.push(' ');
        line.push_str(word);
    }
    lines.push(line);
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_case_has_three() {
        for case in cases::all() {
            let hints = hints_for(case);
            assert_eq!(hints.len(), HINTS, "of {}", case.full_name());
            let different: BTreeSet<&String> = hints.iter().collect();
            assert_eq!(different.len(), HINTS, "of {}", case.full_name());
            assert!(hints.iter().all(|hint| hint.len() > 40), "{hints:?}");
        }
        let all: Table = include_str!("hints.toml").parse().expect("it is TOML");
        for name in all.keys() {
            assert!(
                cases::all().any(|case| case.full_name() == *name),
                "no case {name}"
            );
        }
    }

    #[test]
    fn what_fails_is_in_question_before_what_was_not_run() {
        let labs = Track::of(std::path::Path::new("nowhere"));
        assert_eq!(
            in_question(labs, &Results::new()).full_name(),
            "3A::initial_election"
        );
        let result = |passed| results::CaseResult {
            part: "3B".into(),
            name: "backup".into(),
            points: 4,
            runs: 2,
            passed,
            seeds: Vec::new(),
            failure: None,
            built: 0,
        };
        let failing = Results::from([("3B::backup".into(), result(1))]);
        assert_eq!(in_question(labs, &failing).full_name(), "3B::backup");
        let passing = Results::from([("3A::initial_election".into(), result(2))]);
        assert_eq!(in_question(labs, &passing).full_name(), "3A::re_election");
    }
}
