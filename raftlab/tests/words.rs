//! What is typed almost right in a workspace, to `make` in any of its folders: told in a line, with
//! what was perhaps meant, before anything is built.

mod common;

use common::{err, folder, out, project, raftlab};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A new workspace, in which `cargo` only tells what it was asked for, and fails.
fn workspace(name: &str) -> PathBuf {
    let at = folder(name);
    assert!(raftlab(&at, &["new", "lab"]).status.success());
    let cargo = at.join("cargo");
    fs::write(&cargo, "#!/bin/sh\necho cargo \"$@\"\nexit 1\n").expect("a file can be written");
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("it is there");
    at.join("lab")
}

/// Types `make` there; exit code, what was told, what was complained of.
fn typed(at: &Path, stub: &Path, words: &str) -> (Option<i32>, String, String) {
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-c", &format!("make {words}")])
        .current_dir(at)
        .env("PATH", format!("{}:{path}", stub.display()))
        .env_remove("MAKEFLAGS")
        .env_remove("MAKELEVEL")
        .env_remove("CARGO_TARGET_DIR")
        .output()
        .expect("a shell can be run");
    (output.status.code(), out(&output), err(&output))
}

#[test]
fn near_misses_are_told() {
    let lab = workspace("words");
    let stub = lab.parent().expect("it lies in a folder");
    for folder in ["", "raft", "raft/src", "kvraft/src"] {
        for (words, told) in [
            ("test3A", "no target test3A; did you mean make test-3A?"),
            ("tset", "no target tset; did you mean make test?"),
            ("stauts", "no target stauts; did you mean make status?"),
            ("xyzzy", "no target xyzzy (make shows all)"),
            ("test-3A seeds=10", "no seeds=; did you mean SEEDS="),
            ("test-3A Mode=real", "no Mode=; did you mean MODE="),
            ("test-3A SEDS=10", "no SEDS=; did you mean SEEDS="),
            (
                "test-3A --trace",
                "make takes --trace for itself: ARGS=--trace",
            ),
            ("replay", "which run? make replay CASE=backup SEED=17"),
            ("view CASE=a", "which run? make view CASE=a SEED=17"),
        ] {
            let (code, out, err) = typed(&lab.join(folder), stub, words);
            assert_eq!(code, Some(2), "{folder}: {words}: {err}");
            assert!(err.contains(told), "{folder}: {words}: {err}");
            assert!(!out.contains("cargo"), "{words} built something: {out}");
        }
    }
}

/// The project's own Makefile tells the same.
#[test]
fn near_misses_are_told_in_the_checkout() {
    let stub = folder("near");
    let cargo = stub.join("cargo");
    fs::write(&cargo, "#!/bin/sh\necho cargo\nexit 1\n").expect("a file can be written");
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("it is there");
    for (words, told) in [
        ("bok", "no target bok; did you mean make book?"),
        ("test3A", "no target test3A; did you mean make test-3A?"),
        ("benhc", "no target benhc; did you mean make bench?"),
        ("xyzzy", "no target xyzzy (make shows all)"),
        ("test-3A seeds=10", "no seeds=; did you mean SEEDS="),
        ("test-3A RATF=x", "no RATF=; did you mean RAFT="),
        (
            "test-3A --trace",
            "make takes --trace for itself: ARGS=--trace",
        ),
    ] {
        let (code, out, err) = typed(&project(), &stub, words);
        assert_eq!(code, Some(2), "{words}: {err}");
        assert!(err.contains(told), "{words}: {err}");
        assert!(!out.contains("cargo"), "{words} built something: {out}");
    }
}

/// Whoever reads the output has gone, as behind `| head`: that is no fault to tell of.
#[test]
fn a_reader_that_has_gone_is_no_fault() {
    let lab = workspace("pipes");
    for words in [
        "status",
        "hint backup",
        "points",
        "completions bash",
        "test --help",
        "update",
        "--version",
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe can be made");
        drop(reader);
        let asked = Command::new(env!("CARGO_BIN_EXE_raftlab"))
            .args(words.split(' '))
            .current_dir(&lab)
            .stdout(writer)
            .output()
            .expect("it can be run");
        assert_eq!(err(&asked), "", "{words}: {asked:?}");
        assert_ne!(asked.status.code(), Some(101), "{words}: {asked:?}");
    }
}

/// Parts and cases are the runner's to understand: it gets them as they are.
#[test]
fn parts_and_cases_are_passed_on() {
    let lab = workspace("passed-on");
    let stub = lab.parent().expect("it lies in a folder");
    for (words, asked) in [
        ("-n test-3a SEED=4", "--example labs -- '3a' --seed '4'"),
        ("-n test-backup", "--example labs -- 'backup'"),
        ("-n test-3A SEEDS=7", "--example labs -- 3A --seeds '7'"),
    ] {
        let (code, out, err) = typed(&lab.join("raft/src"), stub, words);
        assert_eq!(code, Some(0), "{words}: {err}");
        assert!(out.contains(asked), "{words}: {out}");
    }
}

#[test]
fn all_checks_are_made_before_the_verdict() {
    let lab = workspace("checks");
    let stub = lab.parent().expect("it lies in a folder");
    let (code, out, err) = typed(&lab, stub, "check");
    assert_eq!(code, Some(2), "{err}");
    assert!(out.contains("cargo fmt"), "{out}");
    assert!(out.contains("cargo clippy"), "{out}");
    assert!(
        err.contains("check: not well: format (cargo fmt mends it), lints"),
        "{err}"
    );
}

/// A build that takes a while says that it is one.
#[test]
fn a_build_is_told() {
    let lab = workspace("told");
    let stub = lab.parent().expect("it lies in a folder");
    let slow = "#!/bin/sh\nsleep 3\nexit 1\n";
    fs::write(stub.join("cargo"), slow).expect("a file can be written");
    fs::create_dir_all(lab.join("target/debug/deps")).expect("a folder can be made");
    let (code, _, err) = typed(&lab, stub, "test-3A");
    assert_eq!(code, Some(2), "{err}");
    assert!(err.starts_with("building …\n"), "{err}");
    let path = std::env::var("PATH").unwrap_or_default();
    let asked = Command::new(env!("CARGO_BIN_EXE_raftlab"))
        .args(["test", "3A"])
        .current_dir(&lab)
        .env("PATH", format!("{}:{path}", stub.display()))
        .env("CARGO", stub.join("cargo"))
        .output()
        .expect("it can be run");
    let told = common::err(&asked);
    assert!(told.starts_with("building …\n"), "{told}");
}
