//! Which cases are meant; and where a word means none, which one was perhaps meant.

use super::options::{Options, Selection};
use clap::CommandFactory;
use std::collections::BTreeSet;
use suites::Judged;
use suites::cases::{self, Body, Case};

/// The cases that the command line means, with their places among all.
pub(super) fn choose(
    judged: Judged,
    options: &Selection,
) -> Result<Vec<(usize, &'static Case)>, String> {
    for word in &options.select {
        if !is_known(word) {
            return Err(format!("{}; --list shows all", unknown(word)));
        }
    }
    let selected = |case: &Case| {
        let named = options.select.iter().any(|word| case.is_meant_by(word));
        let offered = case.is_offered_by(&judged);
        options.select.is_empty() && offered || named
    };
    let all = cases::all().enumerate().filter(|(_, case)| selected(case));
    // A scene is no part of everything: it has to be named.
    let is_named = |case: &Case| options.select.iter().any(|word| case.is_meant_by(word));
    let scenes = cases::lectures().filter(|(_, case)| is_named(case));
    let all: Vec<_> = all.chain(scenes).collect();
    // A case's whole name means that case, though others' names contain it: a report's command is
    // to repeat the one that failed.
    let filter = options.filter.to_ascii_lowercase();
    let is_whole = |case: &Case| {
        let names = [case.name, case.alias, &case.full_name()];
        names.iter().any(|name| name.eq_ignore_ascii_case(&filter))
    };
    let has_whole = all.iter().any(|(_, case)| is_whole(case));
    let wanted = |case: &Case| match has_whole {
        true => is_whole(case),
        false => {
            let names = [case.full_name(), case.alias.to_string()];
            names
                .iter()
                .any(|name| name.to_ascii_lowercase().contains(&filter))
        }
    };
    let chosen: Vec<_> = all.into_iter().filter(|(_, case)| wanted(case)).collect();
    if chosen.is_empty() {
        return Err(format!(
            "no case that was asked for matches {:?}{}; --list shows all",
            options.filter,
            meant(&options.filter)
        ));
    }
    if options.seed.checked_add(options.seeds).is_none() {
        return Err(format!(
            "seed {} is too large for that many seeds",
            options.seed
        ));
    }
    Ok(chosen)
}

/// Refuses cases of which none can be run, for want of a step-driven Raft. Not before it is known
/// that no other program is to run them.
pub(super) fn check_offered(
    judged: Judged,
    chosen: &[(usize, &'static Case)],
) -> Result<(), String> {
    let needs_step = |case: &Case| matches!(case.body, Body::Step(_));
    match judged.step.is_none() && chosen.iter().all(|(_, case)| needs_step(case)) {
        true => Err(format!(
            "{} has no step-driven Raft (labapi::step): in the project, TINY= names one",
            judged.submission.name
        )),
        false => Ok(()),
    }
}

/// Whether the word means a part, a lab or a case.
pub(super) fn is_known(word: &str) -> bool {
    let lectures = cases::lectures().map(|(_, case)| case);
    cases::all()
        .chain(lectures)
        .any(|case| case.is_meant_by(word))
}

/// Says that a word means no part or case, and what was perhaps meant.
pub fn unknown(word: &str) -> String {
    format!("there is no part or case {word:?}{}", meant(word))
}

fn meant(word: &str) -> String {
    // A variable of make's, typed to the program.
    if let Some((name, value)) = word.split_once('=') {
        let name = name.to_lowercase();
        let command = Options::command();
        let mut options = command
            .get_arguments()
            .filter_map(|option| option.get_long());
        if options.any(|option| option == name) {
            return format!("; did you mean --{name} {value}?");
        }
    }
    match nearest(word) {
        Some(name) => format!("; did you mean {name}?"),
        None => String::new(),
    }
}

/// The name that a word is a misspelling of: as a whole, or of one word in it.
fn nearest(word: &str) -> Option<String> {
    let plain = |text: &str| text.to_ascii_lowercase().replace(['-', ' '], "_");
    let typed = plain(word);
    let parts: BTreeSet<String> = cases::all().map(|case| case.part.to_string()).collect();
    let labs: BTreeSet<&str> = cases::all().map(|case| case.part.lab()).collect();
    let labs = labs.into_iter().map(str::to_string);
    let parts = parts.into_iter().chain(labs);
    let parts = parts.map(|part| (part.clone(), part));
    let names = cases::all().flat_map(|case| {
        let (name, full, alias) = (case.name, case.full_name(), case.alias);
        let whole = [name, &full, alias].map(|name| (name.to_string(), name.to_string()));
        let words = name
            .split('_')
            .map(|word| (word.to_string(), name.to_string()));
        whole.into_iter().chain(words).collect::<Vec<_>>()
    });
    let far = |(spelled, name): (String, String)| {
        let distance = strsim::damerau_levenshtein(&typed, &plain(&spelled));
        // One letter in three: two wrong ones in a word of five make it another word.
        let is_near = distance * 3 <= spelled.len().max(3);
        is_near.then_some((distance, name))
    };
    let near = parts.chain(names).filter_map(far);
    near.min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_almost_a_name_is_told() {
        let told = |word: &str| {
            unknown(word)
                .split_once("; ")
                .map(|(_, told)| told.to_string())
        };
        let meant = |name: &str| Some(format!("did you mean {name}?"));
        assert_eq!(told("elction"), meant("initial_election"));
        assert_eq!(told("bakup"), meant("backup"));
        assert_eq!(told("3B::bakup"), meant("3B::backup"));
        assert_eq!(told("basic-agre"), meant("basic_agree"));
        assert_eq!(told("TestBackUp3b2"), meant("TestBackup3B"));
        assert_eq!(told("3F"), meant("3A"));
        assert_eq!(told("tny"), meant("tiny"));
        assert_eq!(told("SEEDS=10"), meant("--seeds 10"));
        assert_eq!(told("my_unit_test"), None);
    }

    #[test]
    fn large_letters_and_small_ones_are_the_same() {
        for word in ["3a", "Backup", "3b::BACKUP", "testbackup3b", "4C"] {
            assert!(is_known(word), "{word}");
        }
        assert!(!is_known(""));
    }

    /// A program without a step-driven Raft may be told where one is, as `raftlab grade` tells its.
    #[test]
    fn what_only_another_program_can_run_is_chosen() {
        let judged = Judged::from(suites::Submission {
            name: "nobody's",
            raft: |_, _, _, _| unreachable!(),
            lab4: labapi::kv::Lab4 {
                rsm: |_, _| unreachable!(),
                server: |_| unreachable!(),
                clerk: |_| unreachable!(),
                append: None,
            },
        });
        let selection = Selection {
            select: vec!["tiny".into()],
            ..Selection::default()
        };
        let chosen = choose(judged, &selection).expect("they are cases");
        let refused = check_offered(judged, &chosen).unwrap_err();
        assert!(refused.contains("has no step-driven Raft"), "{refused}");
    }
}
