//! What is fine while one works, and not afterwards; and what every file begins with.

use crate::source::{Finding, Source, line_at, words};

/// Macros that mark unfinished work.
const MACROS: &[&str] = &["dbg", "todo", "unimplemented"];

/// Notes to oneself.
const NOTES: &[&str] = &["FIXME", "XXX", "TODO", "HACK"];

/// Folders of somebody's machine.
const MACHINE: &[&str] = &["/home/", "/root/", "/Users/", "/work/"];

/// These rules' own samples.
const EXEMPT: &str = "tests/runner/tests/tidy/";

/// No unfinished macro and no note to oneself.
pub(crate) fn check_code(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources
        .iter()
        .filter(|source| !source.path.starts_with(EXEMPT))
    {
        // A student's rooms are empty on purpose.
        let macros = if source.path.starts_with("raftlab/skeleton") {
            &[]
        } else {
            MACROS
        };
        for name in macros {
            let calls = words(&source.code, name)
                .filter(|at| source.code[at + name.len()..].starts_with('!'));
            findings.extend(calls.map(|at| {
                let advice = format!("`{name}!` is a leftover: finish it, or take it out");
                source.finding(line_at(&source.code, at), advice)
            }));
        }
        for note in NOTES {
            findings.extend(words(&source.comments, note).map(|at| {
                let advice = format!("`{note}` is a leftover: do it, or write down why not");
                source.finding(line_at(&source.comments, at), advice)
            }));
        }
    }
    findings
}

/// No path of the machine that a file was written on, in any kind of file.
pub(crate) fn check_paths(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources
        .iter()
        .filter(|source| !source.path.starts_with(EXEMPT))
    {
        for folder in MACHINE {
            let begins = |at: &usize| {
                let before = source.text[..*at].chars().next_back();
                before.is_none_or(|c| !c.is_alphanumeric() && !"._-~/}".contains(c))
            };
            let found = source
                .text
                .match_indices(folder)
                .map(|(at, _)| at)
                .filter(begins);
            findings.extend(found.map(|at| {
                let advice = format!("`{folder}…` exists on one machine only");
                source.finding(line_at(&source.text, at), advice)
            }));
        }
    }
    findings
}

/// Every Rust file begins by saying what it is.
pub(crate) fn check_essays(sources: &[Source]) -> Vec<Finding> {
    let silent = sources
        .iter()
        .filter(|source| !source.text.trim_start().starts_with("//!"));
    let silent = silent.filter(|source| !source.path.ends_with("/mod.rs") || !is_list(source));
    let advice = "begin with `//! …`: a sentence that says what this file is";
    silent.map(|source| source.finding(1, advice)).collect()
}

/// A `mod.rs` that does nothing but list its files needs no essay.
fn is_list(source: &Source) -> bool {
    let mut lines = source.code.lines().map(str::trim);
    lines.all(|line| line.is_empty() || line.starts_with("mod ") || line.starts_with("pub mod "))
}

/// The suites and the cluster know no Raft: only the entry points of the runner may name one.
pub(crate) fn check_reference(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let rooms = ["tests/suites/src/", "tests/runner/src/"];
    let is_room = |source: &&Source| rooms.iter().any(|room| source.path.starts_with(room));
    for source in sources.iter().filter(is_room) {
        let named = words(&source.code, "raft").filter(|at| {
            let is_path = source.code[at + "raft".len()..].starts_with("::");
            is_path && !source.code[..*at].ends_with("::")
        });
        findings.extend(named.map(|at| {
            let advice = "the suites know no Raft but the one they are given: `labapi::MakeRaft`";
            source.finding(line_at(&source.code, at), advice)
        }));
    }
    findings
}

mod tests {
    use super::*;

    fn lines(findings: Vec<Finding>) -> Vec<usize> {
        findings.into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn leftovers_are_found() {
        let found = |text| lines(check_code(&[Source::new("raft/src/x.rs", text)]));
        assert_eq!(found("f();\ndbg!(x);"), [2]);
        assert_eq!(found("todo!()"), [1]);
        assert_eq!(found("// FIXME: later\n/* XXX */"), [1, 2]);
        assert_eq!(
            found("let todo = 1; // the todo!() of a student\nlet s = \"FIXME\";"),
            []
        );
    }

    #[test]
    fn paths_of_a_machine_are_found() {
        let found = |text| lines(check_paths(&[Source::new("README.md", text)]));
        assert_eq!(found("cd\n/home/jo/x"), [2]);
        assert_eq!(found("see `/Users/jo`"), [1]);
        assert_eq!(
            found("https://example.org/home/ and ~/work/x and a/work/b"),
            []
        );
    }

    #[test]
    fn a_file_without_an_essay_is_found() {
        let found = |path, text| lines(check_essays(&[Source::new(path, text)]));
        assert_eq!(found("raft/src/x.rs", "use y;"), [1]);
        assert_eq!(found("raft/src/x.rs", "//! An x.\nuse y;"), []);
    }

    #[test]
    fn a_suite_that_names_the_reference_is_found() {
        let found = |path, text| lines(check_reference(&[Source::new(path, text)]));
        assert_eq!(found("tests/suites/src/x.rs", "\nuse raft::make;"), [2]);
        assert_eq!(
            found("tests/suites/src/x.rs", "use crate::raft::x; my_raft::y();"),
            []
        );
        assert_eq!(found("tests/labs/src/main.rs", "raft::make"), []);
    }
}
