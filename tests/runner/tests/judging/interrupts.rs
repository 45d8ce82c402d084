//! Ctrl-C, sent to all of the runner's processes as a terminal does, and to the runner alone.

use crate::group::{End, Group, pause};
use crate::runner::{fixture, root, runner};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// It ended as a signal ends a program, with one line that says so.
#[track_caller]
fn ended_by_interrupt(end: &End) {
    assert_eq!(end.signal, Some(2), "{end:?}");
    assert_eq!(end.stderr.lines().count(), 1, "{end:?}");
    assert!(end.stderr.starts_with("interrupted after "), "{end:?}");
    assert!(
        end.stderr.ends_with("; no case has a result yet\n"),
        "{end:?}"
    );
    assert!(!end.stdout.contains("crashed"), "{end:?}");
}

/// A file of results from an earlier day.
fn results(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("interrupts")
        .join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder can be made");
    let file = folder.join("results.json");
    fs::write(&file, "{}\n").expect("a file can be written");
    file
}

/// On real threads, so that the runs last for minutes on any machine.
fn labs(results: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(runner());
    command.current_dir(root());
    command.args(["3", "--mode", "real", "--jobs", "2", "--results"]);
    command.arg(results).args(more);
    command
}

#[test]
fn judge_of_the_reference() {
    for everybody in [true, false] {
        let file = results("runner");
        let group = Group::start(&mut labs(&file, &[]));
        group.await_runners(3);
        ended_by_interrupt(&group.interrupt(everybody));
        // As it was, and nothing half-written beside it.
        assert_eq!(fs::read_to_string(&file).ok(), Some("{}\n".into()));
        let folder = file.parent().expect("it lies in a folder");
        let files = fs::read_dir(folder).expect("the folder is there").count();
        assert_eq!(files, 1);
    }
}

/// The program that judges somebody's crate is a process of its own, with its own workers.
#[test]
fn judge_of_a_crate() {
    for everybody in [true, false] {
        let file = results("judge");
        let path = fixture("never-elects");
        let group = Group::start(&mut labs(&file, &["--raft", &path]));
        group.await_runners(4);
        ended_by_interrupt(&group.interrupt(everybody));
    }
}

/// Whoever ends a long run sees what it has found, and so does `raftlab status`: the first failure
/// of each case that has one.
#[test]
fn results_so_far() {
    let path = fixture("never-elects");
    // A seed that no other test uses: its trace shows that the run has failed.
    for (signal, number, seed) in [
        ("INT", 2, 7_700_000),
        ("TERM", 15, 7_800_000),
        ("HUP", 1, 7_900_000),
    ] {
        let file = results(&format!("so-far-{signal}"));
        forget_traces(seed);
        let mut command = Command::new(runner());
        command.current_dir(root());
        command.args(["3A", "--seeds", "1000000000", "--jobs", "1"]);
        command.args(["--seed", &seed.to_string(), "--raft", &path, "--results"]);
        let group = Group::start(command.arg(&file));
        // One job has 25 runs. When the second job's first run is told, the first's are counted.
        await_trace(seed + 25);
        let end = group.end(signal, false);
        assert_eq!(end.signal, Some(number), "{end:?}");
        let story = format!("failed under seed {seed} (first of ");
        for words in [
            "3A    initial_election             FAILED ",
            &story,
            "expected one leader among the connected servers, got none in 5 s",
            " of 3000000000 runs were not made\n",
            "0 passed, 1 failed, 2 not finished\n",
        ] {
            assert!(end.stdout.contains(words), "no {words:?} in {end:?}");
        }
        assert_eq!(end.stderr.lines().count(), 1, "{end:?}");
        assert!(end.stderr.starts_with("interrupted after "), "{end:?}");
        assert!(
            end.stderr.ends_with("; the results so far are kept\n"),
            "{end:?}"
        );
        let kept = fs::read_to_string(&file).expect("results are kept");
        assert!(kept.contains("\"3A::initial_election\""), "{kept}");
        assert!(kept.contains(&seed.to_string()), "{kept}");
        assert!(!kept.contains("re_election"), "{kept}");
    }
}

/// Who has asked not to be disturbed by a closed terminal is not.
#[test]
fn nohup() {
    let path = fixture("never-elects");
    let seed = 8_000_000;
    forget_traces(seed);
    let file = results("nohup");
    let mut command = Command::new("sh");
    let words = "trap '' HUP; exec \"$@\"";
    command.current_dir(root()).args(["-c", words, "sh"]);
    command.arg(runner()).args(["3A", "--seeds", "1000000000"]);
    command.args(["--jobs", "1", "--seed", &seed.to_string()]);
    command.args(["--raft", &path, "--results"]).arg(&file);
    let group = Group::start(&mut command);
    await_trace(seed);
    group.signal("HUP", true);
    // Another job has begun since.
    forget_traces(seed);
    await_trace(seed + 25);
    let end = group.end("TERM", false);
    assert_eq!(end.signal, Some(15), "{end:?}");
}

/// The traces of seeds from this one on.
fn traces(seed: u64) -> impl Iterator<Item = PathBuf> {
    let folder = root().join("target/raftlab/traces");
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_of = move |path: &PathBuf| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let number = stem.rsplit('-').next().and_then(|end| end.parse().ok());
        number.is_some_and(|number: u64| (seed..seed + 10_000).contains(&number))
    };
    files.map(|entry| entry.path()).filter(is_of)
}

fn forget_traces(seed: u64) {
    traces(seed).for_each(|trace| fs::remove_file(trace).expect("a trace can be removed"));
}

fn await_trace(seed: u64) {
    for _ in 0..6000 {
        if traces(seed).next().is_some() {
            return;
        }
        pause();
    }
    panic!("no trace of seed {seed} or a later one");
}

/// What a shell that goes on is told.
#[test]
fn code_in_a_shell() {
    let file = results("shell");
    let labs = labs(&file, &[]);
    let words: Vec<String> = std::iter::once(labs.get_program())
        .chain(labs.get_args())
        .map(|word| format!("'{}'", word.to_string_lossy()))
        .collect();
    let mut shell = Command::new("sh");
    let line = format!("trap : INT; {}; echo code $?", words.join(" "));
    let group = Group::start(shell.current_dir(root()).args(["-c", &line]));
    group.await_runners(3);
    let end = group.interrupt(true);
    assert!(end.stdout.ends_with("\ncode 130\n"), "{end:?}");
}

#[test]
fn through_make() {
    let mut make = Command::new("make");
    make.current_dir(root())
        .args(["test-3", "MODE=real", "JOBS=2"]);
    let group = Group::start(&mut make);
    group.await_runners(3);
    let end = group.interrupt(true);
    assert!(end.code == Some(2) || end.signal == Some(2), "{end:?}");
    assert!(end.stderr.contains("interrupted after "), "{end:?}");
}
