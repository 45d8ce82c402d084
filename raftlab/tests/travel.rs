//! A workspace travels: it is cloned to another path, and built there by another user, without the
//! project and without a network.

mod common;
#[path = "common/confined.rs"]
mod confined;

use common::{age_harness, copy, copy_reference, err, git, out, raftlab};
use confined::{Elsewhere, typed};
use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn a_clone_needs_neither_project_nor_network() {
    let made = common::folder("travel");
    let new = raftlab(&made, &["new", "my-raft"]);
    assert!(new.status.success(), "{new:?}");
    assert!(
        out(&new).contains("a git repository with one commit"),
        "{new:?}"
    );

    let elsewhere = Elsewhere::new("travel");
    let lab = elsewhere.0.join("a clone");
    let from = made.join("my-raft").display().to_string();
    git(&elsewhere.0, &["clone", "--quiet", &from, "a clone"]);
    fs::remove_dir_all(&made).expect("it is there");
    age_harness(&lab);

    let first = typed(&elsewhere, &lab, "make test-3A");
    let (told, noise) = (out(&first), err(&first));
    assert_eq!(first.status.code(), Some(2), "{told}{noise}");
    assert!(told.contains("to be written next\n  3A: "), "{told}");
    assert!(told.contains("raft/src/election.rs:"), "{told}");
    assert!(told.contains("0 passed, 3 failed"), "{told}");
    assert!(!noise.contains("warning"), "{noise}");
    // What was laid out is what cargo wants: nothing to commit but one's own work.
    assert_eq!(
        git(&lab, &["-c", "safe.directory=*", "status", "--short"]),
        ""
    );

    copy_reference("raft", &lab);
    copy_reference("kvraft", &lab);
    let last = typed(&elsewhere, &lab, "make test");
    let told = out(&last);
    assert!(last.status.success(), "{told}{}", err(&last));
    assert!(told.contains("200 of 200 points"), "{told}");
}

/// Changes the harness of a workspace into an older one, which was laid out as it is.
fn make_older(lab: &Path) {
    let harness = lab.join("harness");
    fs::write(harness.join("labrt/src/old.rs"), "// old\n").expect("a file can be written");
    let readme = fs::read_to_string(harness.join("README.md")).expect("it is there");
    fs::write(harness.join("README.md"), format!("Old. {readme}")).expect("it is there");
    fs::remove_file(harness.join("labs.mk")).expect("it is there");
    let sums = Command::new("sh")
        .current_dir(&harness)
        .args([
            "-c",
            "find . -type f ! -name CHECKSUMS | sed 's|^./||' | xargs sha256sum",
        ])
        .output()
        .expect("a shell can be run");
    fs::write(harness.join("CHECKSUMS"), sums.stdout).expect("a file can be written");
    git(lab, &["commit", "--quiet", "--all", "-m", "Older"]);
}

#[test]
fn an_update_replaces_the_harness_and_nothing_else() {
    let lab = common::folder("update").join("lab");
    assert!(
        raftlab(lab.parent().unwrap(), &["new", "lab"])
            .status
            .success()
    );
    let newest = raftlab(&lab, &["update"]);
    assert!(out(&newest).contains("is the newest"), "{newest:?}");
    make_older(&lab);
    fs::write(lab.join("raft/src/raft_log.rs"), "// mine\n").expect("a file can be written");
    fs::write(lab.join("Cargo.lock"), "# mine\n").expect("a file can be written");
    fs::write(lab.join("notes"), "mine\n").expect("a file can be written");
    git(&lab, &["add", "-A"]);
    git(&lab, &["commit", "--quiet", "-m", "Mine"]);

    let update = raftlab(&lab.join("raft/src"), &["update"]);
    let told = out(&update);
    assert!(update.status.success(), "{update:?}");
    assert!(told.contains("  changed  harness/README.md\n"), "{told}");
    assert!(told.contains("  new      harness/labs.mk\n"), "{told}");
    assert!(
        told.contains("  gone     harness/labrt/src/old.rs\n"),
        "{told}"
    );
    assert!(told.contains("Cargo.lock has changed since"), "{told}");
    let touched = git(&lab, &["status", "--short"]);
    let mut touched = touched
        .lines()
        .map(|line| line.trim().split_once(' ').unwrap().1);
    assert!(
        touched.all(|path| path.trim().starts_with("harness/")),
        "{touched:?}"
    );
    assert!(out(&raftlab(&lab, &["update"])).contains("is the newest"));
}

#[test]
fn what_was_edited_in_a_harness_is_not_lost() {
    let lab = common::folder("edited").join("lab");
    assert!(
        raftlab(lab.parent().unwrap(), &["new", "lab"])
            .status
            .success()
    );
    let file = lab.join("harness/labrt/src/lib.rs");
    let text = fs::read_to_string(&file).expect("it is there");
    let edited = format!("{text}// mine\n");
    fs::write(&file, &edited).expect("a file can be written");
    let refused = raftlab(&lab, &["update"]);
    common::assert_refused(
        &refused,
        "harness/labrt/src/lib.rs was edited here; undo that",
    );
    assert_eq!(fs::read_to_string(&file).ok(), Some(edited.clone()));

    let forced = raftlab(&lab, &["update", "--force"]);
    assert!(forced.status.success(), "{forced:?}");
    assert_eq!(fs::read_to_string(&file).ok(), Some(text));
    assert_eq!(
        git(&lab, &["show", "HEAD:harness/labrt/src/lib.rs"]),
        edited
    );

    // What no repository keeps, nobody replaces.
    let bare = common::folder("bare").join("lab");
    copy(&lab, &bare);
    fs::remove_dir_all(bare.join(".git")).expect("it is there");
    fs::write(bare.join("harness/notes"), "mine").expect("a file can be written");
    let refused = Command::new(env!("CARGO_BIN_EXE_raftlab"))
        .args(["update", "--force"])
        .current_dir(&bare)
        .env("GIT_CEILING_DIRECTORIES", bare.parent().unwrap())
        .output()
        .expect("it can be run");
    common::assert_refused(&refused, "this is no git repository");
    assert!(bare.join("harness/notes").is_file());
}
