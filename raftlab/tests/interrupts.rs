//! Ctrl-C in `raftlab test` and `raftlab grade`, sent to all processes as a terminal does, and to
//! `raftlab` alone.

#[path = "../../tests/runner/tests/judging/group.rs"]
mod group;

use group::{End, Group};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn raftlab(at: &Path, words: &[&str]) -> Group {
    let mut command = Command::new(env!("CARGO_BIN_EXE_raftlab"));
    Group::start(command.current_dir(at).args(words))
}

/// It ended as a signal ends a program, and said so in one line.
#[track_caller]
fn ended_by_interrupt(end: &End, begins: &str, words: &str) {
    assert!(end.stdout.starts_with(begins), "{end:?}");
    assert_eq!((end.code, end.signal), (None, Some(2)), "{end:?}");
    assert!(
        end.stderr
            .lines()
            .last()
            .is_some_and(|line| line.starts_with(words)),
        "{end:?}"
    );
    assert_eq!(end.stderr.matches("interrupted").count(), 1, "{end:?}");
}

#[test]
fn test() {
    for everybody in [true, false] {
        let group = raftlab(&root(), &["test", "3", "--mode", "real", "--jobs", "2"]);
        group.await_runners(3);
        ended_by_interrupt(
            &group.interrupt(everybody),
            "Judging the reference",
            "interrupted after ",
        );
    }
}

/// What was graded to the end is there, whole; of the rest there is nothing.
#[test]
fn grade() {
    let at = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interrupts");
    for everybody in [true, false] {
        let _ = fs::remove_dir_all(&at);
        fs::create_dir_all(&at).expect("a folder can be made");
        let [bad, good] = ["tests/fixtures/does-not-compile", "raft"]
            .map(|folder| root().join(folder).display().to_string());
        let link = root().display().to_string();
        let words = ["grade", "--link", &link, &bad, &good, "--seeds", "1000000"];
        let group = raftlab(&at, &words);
        group.await_runners(4);
        let end = group.interrupt(everybody);
        ended_by_interrupt(
            &end,
            "The code of",
            "interrupted; 1 of 2 are graded: grades/grades.csv",
        );
        let csv = fs::read_to_string(at.join("grades/grades.csv")).expect("it is there");
        assert_eq!(csv.lines().count(), 2, "{csv}");
        assert!(at.join("grades/does-not-compile/results.json").is_file());
        assert!(!at.join("grades/raft/results.json").exists());
    }
}
