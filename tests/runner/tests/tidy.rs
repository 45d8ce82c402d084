//! The house rules, as a test. Each rule is a function over files, and is tested itself with a
//! sample that breaks it. Whoever disagrees with a rule changes it here, where everybody sees it.
//!
//! | rules | file |
//! | --- | --- |
//! | which crate depends on which | `edges` |
//! | which file of a crate needs which | `floors` |
//! | unsafe code in `labrt` only, with its reason | `unsafety` |
//! | small files, functions and lines | `lengths` |
//! | no threads, locks and clocks but `labrt`'s | `names` |
//! | nothing left over; an essay at each file's head | `leftovers` |

#[path = "tidy/edges.rs"]
mod edges;
#[path = "tidy/floors.rs"]
mod floors;
#[path = "tidy/leftovers.rs"]
mod leftovers;
#[path = "tidy/lengths.rs"]
mod lengths;
#[path = "tidy/names.rs"]
mod names;
#[path = "tidy/source.rs"]
mod source;
#[path = "tidy/unsafety.rs"]
mod unsafety;

use source::{Finding, Source};
use std::path::Path;

type Rule = fn(&[Source]) -> Vec<Finding>;

/// The project's files whose names `wanted` takes.
fn files(wanted: fn(&str) -> bool) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let files = source::read_all(&root, wanted);
    assert!(
        !files.is_empty(),
        "no files to look at below {}",
        root.display()
    );
    files
}

fn is_rust(path: &str) -> bool {
    path.ends_with(".rs")
}

/// The manifests of the workspace's members: `labrt/Cargo.toml`, but no fixture's, nor that of
/// the fuzz targets, which are a workspace of their own.
fn is_member_manifest(path: &str) -> bool {
    let folder = path.strip_suffix("/Cargo.toml");
    folder.is_some_and(|folder| {
        let is_in_tests = ["tests/suites", "tests/runner", "tests/bridge"].contains(&folder);
        is_in_tests || !folder.contains('/') && folder != "fuzz"
    })
}

fn is_text(path: &str) -> bool {
    let endings = [
        ".rs", ".toml", ".md", ".sh", ".yml", "Makefile", ".ci/run", ".ci/deny", ".ci/fuzz",
        ".ci/miri", ".ci/tsan",
    ];
    endings.iter().any(|ending| path.ends_with(ending))
}

#[track_caller]
fn expect(rule: Rule, files: &[Source]) {
    let findings = rule(files);
    let lines: Vec<String> = findings
        .iter()
        .map(|Finding { path, line, advice }| format!("{path}:{line}: {advice}"))
        .collect();
    assert!(
        lines.is_empty(),
        "the house rules are broken:\n{}\n",
        lines.join("\n")
    );
}

#[test]
fn dependencies_point_downwards() {
    expect(edges::check, &files(is_member_manifest));
}

#[test]
fn files_need_each_other_in_no_circle() {
    expect(floors::check_circles, &files(is_rust));
}

#[test]
fn files_know_no_higher_floor() {
    expect(floors::check_floors, &files(is_rust));
}

#[test]
fn suites_know_no_raft() {
    expect(leftovers::check_reference, &files(is_rust));
}

#[test]
fn unsafe_code_stands_in_labrt_only() {
    expect(unsafety::check_elsewhere, &files(is_rust));
}

#[test]
fn unsafe_code_says_why_it_is_sound() {
    expect(unsafety::check_reasons, &files(is_rust));
}

#[test]
fn files_are_short() {
    expect(lengths::check_files, &files(is_rust));
}

#[test]
fn functions_are_short() {
    expect(lengths::check_functions, &files(is_rust));
}

#[test]
fn lines_are_narrow() {
    expect(lengths::check_lines, &files(is_rust));
}

#[test]
fn threads_locks_and_clocks_are_labrts() {
    expect(names::check, &files(is_rust));
}

#[test]
fn nothing_is_left_over() {
    expect(leftovers::check_code, &files(is_rust));
}

#[test]
fn no_path_of_this_machine() {
    expect(leftovers::check_paths, &files(is_text));
}

#[test]
fn every_file_says_what_it_is() {
    expect(leftovers::check_essays, &files(is_rust));
}
