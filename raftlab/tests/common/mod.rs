//! What several tests need.
#![allow(dead_code)] // not all of them need all of it

use std::fs::{self, FileTimes};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The project's root.
pub(crate) fn project() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("it lies in the project").into()
}

/// A folder of its own for a test, below the target folder, so that nothing is left elsewhere.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

/// A target folder that all tests share: the harness is built once. Not the project's own, in which
/// the reference lies: to cargo, a workspace's `raft` and the project's are one crate, and which of
/// them was built last would be judged.
pub(crate) fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("target")
}

/// Copies a folder and all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("the folder is there").flatten() {
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            // Not `fs::copy`, which keeps an age that cargo takes for an old one.
            false => {
                let text = fs::read(entry.path()).expect("a file can be read");
                fs::write(target, text).expect("a file can be written");
            }
        }
    }
}

/// Puts the reference's sources of a crate into a workspace.
pub(crate) fn copy_reference(name: &str, lab: &Path) {
    let sources = project().join(name).join("src");
    copy(&sources, &lab.join(name).join("src"));
}

/// Makes the harness in a workspace as old as the program that carries it. To cargo, the harnesses
/// of all workspaces are one in one target folder: it is built again when it is newer than what was
/// built, and that program is newer whenever some file in it has changed.
pub(crate) fn age_harness(lab: &Path) {
    let program = fs::metadata(env!("CARGO_BIN_EXE_raftlab")).expect("it was built");
    let modified = program.modified().expect("it has an age");
    age(
        &lab.join("harness"),
        FileTimes::new().set_modified(modified),
    );
}

fn age(folder: &Path, times: FileTimes) {
    for entry in fs::read_dir(folder).expect("the folder is there").flatten() {
        match entry.path().is_dir() {
            true => age(&entry.path(), times),
            false => {
                let file = fs::File::options().append(true).open(entry.path());
                let aged = file.and_then(|file| file.set_times(times));
                aged.expect("a file can be aged");
            }
        }
    }
}

pub(crate) fn raftlab(at: &Path, words: &[&str]) -> Output {
    in_one_target(Command::new(env!("CARGO_BIN_EXE_raftlab")), at, words)
}

pub(crate) fn make(at: &Path, words: &[&str]) -> Output {
    in_one_target(Command::new("make"), at, words)
}

/// Runs a command there, as a person at a terminal of their own would.
pub(crate) fn in_one_target(mut command: Command, at: &Path, words: &[&str]) -> Output {
    command
        .current_dir(at)
        .args(words)
        .env("CARGO_TARGET_DIR", target())
        .env("NO_COLOR", "1")
        .env_remove("RUST_LOG")
        .env_remove("MAKEFLAGS")
        .env_remove("MAKELEVEL")
        .output()
        .expect("it can be run")
}

pub(crate) fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The request was refused: exit code 2, and one line that contains `words`.
#[track_caller]
pub(crate) fn assert_refused(output: &Output, words: &str) {
    let told = err(output);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains(words), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
}

/// Asks git there.
pub(crate) fn git(at: &Path, words: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(at).args(words).output();
    let output = output.expect("git can be run");
    assert!(output.status.success(), "{words:?}: {output:?}");
    out(&output)
}
