//! Requests that cannot be carried out: one line says what is wrong and what to do; exit code 2.

use crate::runner::{Answer, fixture, labs, root, shell};
use std::fs;
use std::path::{Path, PathBuf};

/// Nothing was run, and standard error is one line that contains each of `words`.
#[track_caller]
fn refused(answer: &Answer, words: &[&str]) {
    answer.ends_with(2);
    assert_eq!(answer.stdout, "", "{answer}");
    assert_eq!(answer.stderr.lines().count(), 1, "{answer}");
    first_line(answer, words);
}

/// The first line that tells an error contains each of `words`.
#[track_caller]
fn first_line(answer: &Answer, words: &[&str]) {
    let mut lines = answer.stderr.lines();
    let line = lines.find(|line| line.starts_with("error: "));
    let line = line.unwrap_or_else(|| panic!("no error in\n{answer}"));
    for word in words {
        assert!(
            line.contains(word),
            "no {word:?} in the first line of\n{answer}"
        );
    }
}

/// Nothing was run; behind the line stands the compiler's first error, and no other.
#[track_caller]
fn refused_by_compiler(answer: &Answer, words: &[&str], error: &str) {
    answer.ends_with(2);
    assert_eq!(answer.stdout, "", "{answer}");
    first_line(answer, words);
    let rest = answer.stderr.lines().skip(1);
    let errors: Vec<&str> = rest.filter(|line| line.starts_with("error")).collect();
    assert_eq!(errors.len(), 1, "{answer}");
    assert!(errors[0].contains(error), "no {error:?} in\n{answer}");
}

/// A folder of the test's own, with these files in it.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("judging")
        .join(name);
    fs::create_dir_all(folder.join("src")).expect("a folder can be made");
    for (file, text) in files {
        fs::write(folder.join(file), text).expect("a file can be written");
    }
    folder
}

/// A crate that is what it should be but for its `lib.rs`.
fn submission(name: &str, lib: &str) -> PathBuf {
    let labapi = root().join("labapi");
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\nlabapi = {{ path = '{}' }}\n",
        labapi.display()
    );
    folder(name, &[("Cargo.toml", &manifest), ("src/lib.rs", lib)])
}

#[track_caller]
fn judge(path: &Path) -> Answer {
    labs(&["3A", "--raft", path.to_str().expect("the path is text")])
}

#[test]
fn unknown_words() {
    refused(
        &labs(&["--bogus"]),
        &["unknown flag `--bogus` (labs --help"],
    );
    refused(
        &labs(&["--seed=1", "--sedes=1"]),
        &["`--sedes`; did you mean `--seeds`? (labs --help; through make: ARGS=--help)"],
    );
    refused(
        &labs(&["3Z"]),
        &["no part or case \"3Z\"", "--list shows all"],
    );
    refused(
        &labs(&["3A", "bakcup"]),
        &["no part or case \"bakcup\"", "--list shows all"],
    );
    refused(
        &labs(&["--filter", "nowhere"]),
        &["matches \"nowhere\"", "--list shows all"],
    );
    refused(
        &labs(&["3A", "--filter", "backup"]),
        &["matches \"backup\"", "--list shows all"],
    );
}

#[test]
fn impossible_values() {
    refused(
        &labs(&["--seeds", "0"]),
        &["`--seeds` cannot be `0`: at least 1"],
    );
    refused(
        &labs(&["--seeds", "many"]),
        &["`--seeds`", "`many`: a whole number is needed"],
    );
    refused(&labs(&["--seeds"]), &["`--seeds` needs a value"]);
    refused(
        &labs(&["--mode", "foo"]),
        &["`--mode` cannot be `foo`: there are sim, isolated, process, real"],
    );
    refused(
        &labs(&["--strategy", "foo"]),
        &["`--strategy`", "`foo`", "random, pct, fifo"],
    );
    refused(
        &labs(&["--jobs", "0"]),
        &["`--jobs` cannot be `0`: 1 to 256 are possible"],
    );
    let last = u64::MAX.to_string();
    refused(&labs(&["--seed", &last]), &["seed", &last, "too large"]);
}

#[test]
fn no_crate() {
    let nowhere = Path::new(env!("CARGO_TARGET_TMPDIR")).join("judging/nowhere");
    refused(
        &judge(&nowhere),
        &["nothing at", "nowhere", "the folder of a crate"],
    );
    let empty = folder("empty", &[]);
    refused(
        &judge(&empty),
        &[
            "empty is no crate",
            "no Cargo.toml",
            "the folder of a crate",
        ],
    );
    let file = folder("file", &[("lib.rs", "")]).join("lib.rs");
    refused(
        &judge(&file),
        &["lib.rs is no crate", "the folder of a crate"],
    );
    let virtual_ = [("Cargo.toml", "[workspace]\nmembers = [\"raft\"]\n")];
    let virtual_ = folder("virtual", &virtual_);
    refused(
        &judge(&virtual_),
        &["is a workspace, not a crate", "one of its members"],
    );
    let blank = folder("blank", &[("Cargo.toml", "")]);
    refused(&judge(&blank), &["blank/Cargo.toml names no package"]);
}

#[test]
fn a_crate_that_does_not_compile() {
    let answer = labs(&["3A", "--raft", &fixture("does-not-compile")]);
    let error = "error[E0308]: mismatched types";
    refused_by_compiler(&answer, &["does-not-compile does not compile"], error);
    assert!(answer.stderr.contains("src/lib.rs:15:21"), "{answer}");
}

#[test]
fn a_crate_without_make() {
    let expected = [
        "offers no `pub fn make(Vec<ClientEnd>, usize, Arc<Persister>, ",
        "MakeRaft",
    ];
    let without = submission("without-make", "fn make() {}\n");
    refused_by_compiler(&judge(&without), &expected, "function `make` is private");
    let other = submission(
        "other-make",
        "pub fn make(me: usize) -> usize {\n    me\n}\n",
    );
    refused_by_compiler(&judge(&other), &expected, "error[E0308]: mismatched types");
}

#[test]
fn a_crate_without_lab4() {
    let path = submission("without-lab4", "pub fn make() {}\n");
    let path = path.to_str().expect("the path is text");
    let answer = labs(&["4A", "--kv", path]);
    let expected = ["offers no `pub fn lab4<M: StateMachine>() -> Lab4<M>`"];
    refused_by_compiler(&answer, &expected, "cannot find function `lab4`");
    let nowhere = labs(&["4A", "--kv", "nowhere"]);
    refused(&nowhere, &["nothing at nowhere", "KV= takes the folder"]);
}

#[test]
fn a_crate_without_a_step_driven_raft() {
    let path = submission("without-tiny", "pub fn make() {}\n");
    let path = path.to_str().expect("the path is text");
    let answer = labs(&["tiny-2AA", "--tiny", path]);
    let expected = ["offers no `pub struct Tiny`, a `labapi::step::Track`"];
    refused_by_compiler(&answer, &expected, "cannot find type `Tiny`");
    let other = labs(&["tiny", "--raft", &fixture("never-elects")]);
    refused(&other, &["has no step-driven Raft", "TINY= names one"]);
    let nowhere = labs(&["tiny-2AA", "--tiny", "nowhere"]);
    refused(&nowhere, &["nothing at nowhere", "TINY= takes the folder"]);
}

/// Cargo's own error, with its cause, which it tells last.
#[test]
fn a_crate_that_lacks_something() {
    let manifest = "[package]\nname = \"lacking\"\nedition = \"2024\"\n\n[workspace]\n\n\
                    [dependencies]\nlabapi = { path = \"not-here\" }\n";
    let lacking = folder("lacking", &[("Cargo.toml", manifest), ("src/lib.rs", "")]);
    let answer = judge(&lacking);
    refused_by_compiler(
        &answer,
        &["lacking cannot be built"],
        "failed to get `labapi`",
    );
    assert!(answer.stderr.contains("lacking/not-here"), "{answer}");
}

/// Its types are others, though their names are the same: cargo and the compiler say so at length.
#[test]
fn a_crate_for_another_harness() {
    let manifest = "[package]\nname = \"labapi\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                    [workspace]\n";
    let files = [("Cargo.toml", manifest), ("src/lib.rs", "")];
    let elsewhere = folder("another-checkout/labapi", &files);
    let manifest = format!(
        "[package]\nname = \"elsewhere\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\nlabapi = {{ path = '{}' }}\n",
        elsewhere.display()
    );
    let other = folder(
        "elsewhere",
        &[("Cargo.toml", &manifest), ("src/lib.rs", "")],
    );
    let ours = root().join("labapi");
    let ours = ours.canonicalize().expect("labapi is there");
    let here = format!(
        "point it here (labapi = {{ path = \"{}\" }})",
        ours.display()
    );
    refused(
        &judge(&other),
        &[
            "elsewhere takes labapi from ",
            "another-checkout/labapi, ",
            &here,
        ],
    );
}

#[test]
fn no_manifest() {
    let broken = folder("broken", &[("Cargo.toml", "[package\nname = 3\n")]);
    refused(&judge(&broken), &["broken/Cargo.toml is no manifest: "]);
}

#[test]
fn through_make() {
    let answer = shell("make test-3A SEEDS=0", "");
    answer.ends_with(2);
    first_line(&answer, &["`--seeds`", "at least 1", "ARGS=--help"]);
    let answer = shell("make test-3A RAFT=tests/fixtures/nowhere", "");
    answer.ends_with(2);
    first_line(&answer, &["nothing at", "tests/fixtures/nowhere"]);
    let answer = shell("make test-3A RAFT=tests/fixtures/never-elects", "");
    answer
        .ends_with(2)
        .says(&["0 passed, 3 failed", "expected one leader"]);
}
