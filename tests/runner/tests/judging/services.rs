//! Key/value services that are wrong: each bug of `tests/mutants/kv-*.patch` fails the case that
//! its header names, and the report shows an operation that went wrong.

use crate::runner::{Answer, labs, root};
use ::runner::files::copy_folder;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Seeds within which a bug must show.
const SEEDS: &str = "20";

/// Copies the reference with a bug in it, as a crate of its own.
fn mutant(name: &str) -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("mutants")
        .join(name);
    let _ = fs::remove_dir_all(&home);
    copy_folder(&root().join("kvraft/src"), &home.join("kvraft/src"))
        .expect("sources can be copied");
    let patch = root().join(format!("tests/mutants/{name}.patch"));
    let applied = Command::new("git")
        .current_dir(&home)
        // What surrounds the folder may be a repository: the patch is not for that one.
        .env("GIT_CEILING_DIRECTORIES", &home)
        .arg("apply")
        .arg(&patch)
        .output()
        .expect("git can be started");
    assert!(
        applied.status.success(),
        "{} does not fit kvraft any more: {}",
        patch.display(),
        String::from_utf8_lossy(&applied.stderr)
    );
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [workspace]\n\n[dependencies]\nbytes = \"1\"\nlabapi = {{ path = {:?} }}\nlog = \"0.4\"\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\n",
        root().join("labapi")
    );
    fs::write(home.join("kvraft/Cargo.toml"), manifest).expect("a file can be written");
    home.join("kvraft")
}

/// Judges the bug by the case that its header names.
#[track_caller]
fn judge(name: &str) -> Answer {
    let patch = root().join(format!("tests/mutants/{name}.patch"));
    let header = fs::read_to_string(&patch).expect("there is such a bug");
    let case = header.lines().find_map(|line| line.strip_prefix("Fails: "));
    let case = case.expect("the header names a case");
    let path = mutant(name).display().to_string();
    let answer = labs(&[case, "--kv", &path, "--seeds", SEEDS]);
    let (part, case) = case.split_once("::").expect("a full name");
    answer.ends_with(1).has_line(&[part, case, "FAILED"]);
    assert!(
        answer.after("to see it again: ").contains(" KV="),
        "{answer}"
    );
    answer
}

#[track_caller]
fn tells(answer: &Answer, words: &[&str]) {
    let reason = answer.reason();
    for word in words {
        assert!(reason.contains(word), "no {word:?} in\n{reason}");
    }
}

#[test]
fn reads_without_raft() {
    let answer = judge("kv-reads-locally");
    tells(&answer, &["client ", "\"k\""]);
}

#[test]
fn a_retry_takes_effect_twice() {
    let answer = judge("kv-applies-duplicates");
    tells(&answer, &["append ", " of client ", "must be there once"]);
}

#[test]
fn a_snapshot_without_the_requests_that_took_effect() {
    let answer = judge("kv-snapshot-forgets");
    tells(&answer, &["is not linearizable", ": get(", ") -> \"x "]);
}

#[test]
fn an_answer_to_somebody_elses_command() {
    let answer = judge("kv-answers-overwritten");
    tells(&answer, &["cut off from any quorum, answered a Dec with "]);
}

/// Without a bug there is nothing to find: what fails above is the bug's doing.
#[test]
fn the_reference_itself() {
    let answer = labs(&["4A", "4B::unreliable", "4B24::unreliable_one_key"]);
    answer.ends_with(0).says(&["9 passed, 0 failed"]);
}
