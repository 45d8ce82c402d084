//! The student's path, walked: a new workspace, its first failure, a finished lab; and what the
//! command line says of requests that it cannot carry out. Real files, real processes.

mod common;

use common::{age_harness, assert_refused, copy_reference, folder, make, out, project, raftlab};
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

#[test]
fn from_an_empty_folder_to_a_finished_lab() {
    let lab = folder("path").join("my-raft");
    let made = raftlab(lab.parent().unwrap_or(&lab), &["new", "my-raft"]);
    assert!(made.status.success(), "{made:?}");
    age_harness(&lab);

    // The crate `log` goes by its name, also where the log of Raft has a module.
    let entrance = lab.join("raft/src/lib.rs");
    let text = fs::read_to_string(&entrance).expect("it is there");
    let made = text.replace(
        "    let peer = Arc::new(",
        "    log::info!(\"made\");\n    let peer = Arc::new(",
    );
    assert_ne!(made, text);
    fs::write(&entrance, made).expect("a file can be written");

    // It compiles without warnings, and fails with instructions.
    let first = make(&lab, &["test-3A"]);
    let (told, noise) = (out(&first), String::from_utf8_lossy(&first.stderr));
    assert_eq!(
        first.status.code(),
        Some(2),
        "make's own code for a failed command"
    );
    assert!(told.contains("to be written next\n  3A: "), "{told}");
    assert!(told.contains("raft/src/election.rs:"), "{told}");
    assert!(told.contains("0 passed, 3 failed"), "{told}");
    assert!(!noise.contains("warning"), "{noise}");
    the_program_answers(&lab);
    let all = make(&lab, &["test-3"]);
    assert!(out(&all).contains("0 passed, 28 failed"), "{}", out(&all));
    let status = raftlab(&lab, &["status"]);
    assert!(
        out(&status).contains("next: 3A. Read §5.1"),
        "{}",
        out(&status)
    );

    assert!(
        out(&status).contains("… 3A  leader election              0 of 3 cases pass"),
        "{}",
        out(&status)
    );

    a_save_is_watched(&lab);
    lab_3_is_written(&lab);
    lab_4_is_written(&lab);
    let status = raftlab(&lab.join("raft"), &["status"]);
    assert!(
        out(&status).contains("All parts are done.\nmore seeds: make test-3A SEEDS=1000\n"),
        "{}",
        out(&status)
    );
    replays_are_the_same(&lab);
}

/// What needs no run is asked of the program that is there, from any folder, in any letters.
fn the_program_answers(lab: &Path) {
    let below = lab.join("raft/src");
    let status = make(&below, &["status"]);
    assert!(out(&status).contains("next: 3A. Read §5.1"), "{status:?}");
    assert!(out(&status).contains("· 3E  an extra: faults             not tried yet"));
    assert_eq!(out(&status), out(&raftlab(&below, &["status"])));
    let points = make(lab, &["points"]);
    assert!(
        out(&points).contains("| 3A   |      0 |  15 |\n"),
        "{points:?}"
    );
    assert!(
        out(&points).contains("| all  |      0 | 200 |\n"),
        "{points:?}"
    );
    let same = make(&below, &["test-3a"]);
    assert!(out(&same).contains("0 passed, 3 failed"), "{same:?}");
    let none = make(&below, &["test-elction"]);
    let told = String::from_utf8_lossy(&none.stderr).into_owned();
    assert!(
        told.contains("\"elction\"; did you mean initial_election?"),
        "{told}"
    );
    let replay = make(lab, &["replay", "CASE=initial_election", "SEED=3"]);
    assert!(out(&replay).contains("starts"), "{replay:?}");
    let hints = ["hint 1 of 3", "hint 2 of 3", "hint 3 of 3", "hint 3 of 3"];
    for number in hints {
        let hint = make(&below, &["hint"]);
        assert!(out(&hint).starts_with("3A::initial_election: "), "{hint:?}");
        assert!(out(&hint).contains(number), "{hint:?}");
    }
    let other = raftlab(lab, &["hint", "Backup"]);
    assert!(out(&other).contains("hint 1 of 3"), "{other:?}");
    assert_refused(&raftlab(lab, &["hint", "bakup"]), "did you mean backup?");
    // One's own tests by name, as any crate has them.
    let mut cargo = Command::new(env!("CARGO"));
    cargo.arg("test");
    let own = common::in_one_target(cargo, lab, &["an_entry"]);
    assert!(own.status.success(), "{own:?}");
    assert!(out(&own).contains("1 passed"), "{own:?}");
    assert!(
        out(&own).contains("no case of the labs is called an_entry"),
        "{own:?}"
    );
}

/// Reads what a program prints until some words come; all of it.
fn read_until(words: &str, lines: &mut impl Iterator<Item = io::Result<String>>) -> String {
    let mut told = String::new();
    while !told.contains(words) {
        let line = lines.next();
        let line = line.unwrap_or_else(|| panic!("it ended without {words:?}: {told}"));
        told.push_str(&line.expect("it can be read"));
        told.push('\n');
    }
    told
}

/// What fails is run again when something is saved, and then more and more seeds.
fn a_save_is_watched(lab: &Path) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_raftlab"))
        .current_dir(lab)
        .arg("watch")
        .env("CARGO_TARGET_DIR", common::target())
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it can be run");
    let stdout = child.stdout.take().expect("it is ours");
    let mut lines = BufReader::new(stdout).lines();
    let first = read_until("something fails; waiting for a change", &mut lines);
    assert!(first.starts_with("watching 3A: "), "{first}");
    assert!(first.contains("to be written next"), "{first}");
    copy_reference("raft", lab);
    let next = read_until("Judging your Raft (simulated, seeds 1 to 20)", &mut lines);
    assert!(next.contains("3 passed, 0 failed"), "{next}");
    let mut keys = child.stdin.take().expect("it is ours");
    keys.write_all(b"q\n").expect("it listens");
    assert!(child.wait().expect("it was started").success());
}

/// With the reference in its place, everything passes.
fn lab_3_is_written(lab: &Path) {
    copy_reference("raft", lab);
    let last = make(lab, &["test-3"]);
    assert!(last.status.success(), "{}", out(&last));
    assert!(out(&last).contains("100 of 100 points"), "{}", out(&last));
}

/// Lab 4 begins the same way, and ends the same way.
fn lab_4_is_written(lab: &Path) {
    let status = raftlab(lab, &["status"]);
    assert!(out(&status).contains("next: 4A. Read"), "{}", out(&status));
    let first = make(lab, &["test-4"]);
    let told = out(&first);
    assert!(told.contains("to be written next\n  4A: "), "{told}");
    assert!(told.contains("kvraft/src/rsm.rs:"), "{told}");
    assert!(told.contains("0 passed, 30 failed"), "{told}");
    copy_reference("kvraft", lab);
    let last = make(lab, &["test-4"]);
    assert!(last.status.success(), "{}", out(&last));
    assert!(out(&last).contains("100 of 100 points"), "{}", out(&last));
}

fn replays_are_the_same(lab: &Path) {
    let replay = [
        "replay",
        "3B::backup",
        "--seed",
        "17",
        "--from",
        "2",
        "--node",
        "n1",
    ];
    let (one, other) = (raftlab(lab, &replay), raftlab(lab, &replay));
    assert!(one.status.success(), "{one:?}");
    assert!(out(&one).contains("AppendEntries"), "{}", out(&one));
    assert_eq!(out(&one), out(&other));
    // It is one list for a file or pipe, and has columns when asked for them.
    assert!(!out(&one).contains('│'), "{}", out(&one));
    let columns = raftlab(lab, &[&replay[..], &["--columns"]].concat());
    let shown = out(&columns);
    assert!(shown.contains("   seconds  n0 "), "{shown}");
    assert!(shown.contains("  │ "), "{shown}");
    assert_refused_by_runner(&raftlab(lab, &["replay", "3B::bakup", "--seed", "17"]));
}

/// The runner refused: exit code 2, and a line that says so (cargo adds its own).
#[track_caller]
fn assert_refused_by_runner(output: &Output) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(
        told.contains("there is no part or case \"3B::bakup\""),
        "{told}"
    );
}

#[test]
fn nothing_is_overwritten() {
    let full = folder("full");
    fs::write(full.join("notes"), "mine").expect("a file can be written");
    assert_refused(&raftlab(&full, &["new", "."]), "is not empty");
    assert_eq!(
        fs::read_to_string(full.join("notes")).ok(),
        Some("mine".into())
    );
    assert_refused(&raftlab(&full, &["new", "notes"]), "notes");
}

/// `make skeleton` in a checkout is `raftlab new`, for whoever has not installed it.
#[test]
fn make_lays_out_a_skeleton() {
    let at = folder("make skeleton");
    let checkout = project();
    let dir = format!("DIR={}", at.join("my raft").display());
    // Where cargo has just built this test, and the program with it.
    let make = |at: &Path, words: &[&str]| {
        let mut make = Command::new("make");
        make.current_dir(at).args(words).env_remove("MAKEFLAGS");
        make.env_remove("DIR").output().expect("it can be run")
    };
    let made = make(&checkout, &["skeleton", &dir]);
    assert!(made.status.success(), "{made:?}");
    assert!(at.join("my raft/raft/src/lib.rs").is_file());
    assert!(out(&made).contains("my raft'\n"), "{}", out(&made));
    let again = make(&checkout, &["skeleton", &dir]);
    assert_eq!(again.status.code(), Some(2), "{again:?}");
    assert_refused(&make(&checkout, &["skeleton"]), "make skeleton DIR=");
}

#[test]
fn outside_a_workspace_there_is_nothing_to_test() {
    let nowhere = std::env::temp_dir();
    for words in [
        &["test"][..],
        &["status"],
        &["list"],
        &["replay", "backup", "--seed", "1"],
    ] {
        assert_refused(&raftlab(&nowhere, words), "raftlab new DIR");
    }
}

#[test]
fn bad_words_are_told_in_a_line() {
    let here = folder("words");
    let refused = |words: &str, told: &str| {
        let words: Vec<&str> = words.split(' ').collect();
        assert_refused(&raftlab(&here, &words), told);
    };
    refused(
        "tset",
        "error: unknown command `tset`; did you mean `test`? (raftlab --help)",
    );
    refused(
        "test --sed 1",
        "`--sed`; did you mean `--seed`? (raftlab test --help)",
    );
    refused("-x", "error: unknown flag `-x` (raftlab --help)");
    refused(
        "status 3A",
        "error: one word too many: `3A` (raftlab status --help)",
    );
    refused(
        "replay basic --seed 1",
        "error: \"basic\" means 3 cases, 4A::basic and 4B::basic among them; name one",
    );
    refused(
        "test --seeds 0",
        "error: `--seeds` cannot be `0`: at least 1 is needed (",
    );
    refused(
        "test --seeds",
        "error: `--seeds` needs a value (raftlab test --help)",
    );
    refused(
        "test --jobs 0",
        "error: `--jobs` cannot be `0`: 1 to 256 are possible (",
    );
    refused("test --shrink=1", "error: `--shrink` takes no value (");
    refused("test --seed 1 --seed 2", "error: `--seed` is given twice (");
    refused(
        "replay",
        "error: missing: <CASE or FILE> (raftlab replay --help)",
    );
    refused(
        "replay 3B::backup",
        "error: replay 3B::backup needs --seed N: which of its runs? (raftlab replay --help)",
    );
    refused(
        "replay nowhere/3B-backup-1.jsonl",
        "error: there is no file nowhere/3B-backup-1.jsonl",
    );
    refused(
        "replay /dev/null",
        "error: cannot read /dev/null: it is no trace: its first line does not say",
    );
    refused(
        "replay backup --seed x",
        "error: `--seed` cannot be `x`: a whole number is needed (",
    );
    refused("new", "error: missing: <DIR> (raftlab new --help)");
    refused(
        "completions bsh",
        "`bsh`: there are bash, elvish, fish, powershell, zsh; did you",
    );
}

/// Words that are none of the harness's: nothing is begun with them.
#[test]
fn unknown_words_are_told_in_a_line() {
    let here = folder("unknown words");
    let refused = |words: &str, told: &str| {
        let words: Vec<&str> = words.split(' ').collect();
        assert_refused(&raftlab(&here, &words), told);
    };
    refused(
        "grade nowhere",
        "error: there is no folder nowhere to grade",
    );
    refused(
        "grade . --parts 9Z",
        "error: there is no part or case \"9Z\"; raftlab list shows all",
    );
    refused(
        "replay backup --seed 1 --node x",
        "error: there is no server or client \"x\"",
    );
    refused(
        "list --bogus",
        "error: unknown flag `--bogus` (raftlab list --help)",
    );
    assert!(!here.join("grades").exists(), "nothing was begun");
}

/// Whoever types nothing, or asks, gets the whole.
#[test]
fn help_is_rich() {
    let here = folder("help");
    let nothing = raftlab(&here, &[]);
    assert_eq!(nothing.status.code(), Some(2));
    let asked = raftlab(&here, &["test", "--help"]);
    assert_eq!(asked.status.code(), Some(0));
    assert!(out(&asked).contains("--fail-fast"), "{}", out(&asked));
}

/// What `new` lays out is built as the harness is, wherever that lies.
#[test]
fn a_workspace_is_built_as_the_harness_is() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let lab = folder("whole").join("lab");
    assert!(
        raftlab(here, &["new", &lab.display().to_string()])
            .status
            .success()
    );
    let profile = |manifest: &Path| {
        let text = fs::read_to_string(manifest).expect("the manifest is there");
        let lines = text
            .lines()
            .skip_while(|line| !line.starts_with("[profile.dev]"));
        let lines = lines.take_while(|line| !line.starts_with("[profile.bench]"));
        lines
            .filter(|line| !line.is_empty())
            .map(str::to_string)
            .collect::<Vec<_>>()
    };
    let harness = here.join("../Cargo.toml");
    assert_eq!(profile(&lab.join("Cargo.toml")), profile(&harness));
    let tinykv = here.join("skeleton-tinykv/Cargo.toml");
    assert_eq!(profile(&tinykv), profile(&harness));
    // Where submissions are graded.
    let court = here.join("pack/court/manifest.toml");
    assert_eq!(profile(&court), profile(&harness));
}
