//! Five submissions graded at once: a whole lab, an empty one, one that stops at 3B, one that does
//! not compile, and one that ends its own process. Real files, real processes.

mod common;

use common::{copy, copy_reference, raftlab};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The reference's sources in `folder`, with words in its files replaced: file, words, by what.
fn variant(folder: &Path, changes: &[(&str, &str, &str)]) {
    let sources = folder.join("src");
    copy(&root().join("raft/src"), &sources);
    for (file, words, by) in changes {
        let file = sources.join(file);
        let text = fs::read_to_string(&file).expect("the file is there");
        assert!(text.contains(words), "{} has changed", file.display());
        fs::write(&file, text.replacen(words, by, 1)).expect("a file can be written");
    }
}

/// A lab whose author has finished 3B, and nothing after it. What is not written yet says so; and
/// it has only ever seen a network that is reliable: a vote that takes a millisecond to come counts
/// as lost.
fn stop_at_3b(folder: &Path) {
    let read = "persister.read_state().unwrap_or_default();";
    let save = "persister.save(&state.persistent, &state.snapshot);";
    let take = "if index <= self.log().base().index || index > self.commit_index {";
    let ask = "if let Some(reply) = peer.ends[other].call(\"Raft.RequestVote\", &asked) {";
    let revive = "match persister.read_state::<u64>() { None => Default::default(), \
                  Some(_) => todo!(\"3C: begin with what was saved\") };";
    let hurried = ask.replace(" {", " && began.elapsed().as_millis() < 1 {");
    variant(
        folder,
        &[
            ("peer.rs", read, revive),
            (
                "peer.rs",
                save,
                "persister.save(&state.term(), &state.snapshot);",
            ),
            (
                "snapshot.rs",
                take,
                &format!("todo!(\"3D: trim the log\"); {take}"),
            ),
            (
                "threads.rs",
                ask,
                &format!("let began = Instant::now(); {hurried}"),
            ),
        ],
    );
}

/// Grades all of them; the CSV file.
fn grade(at: &Path, options: &[&str], submissions: &[PathBuf]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_raftlab"))
        .current_dir(at)
        .args(["grade", "--link"])
        .arg(root())
        .args(options)
        .args(submissions)
        .output()
        .expect("it can be run");
    assert!(output.status.success(), "{output:?}");
    fs::read_to_string(at.join("grades/grades.csv")).expect("it is there")
}

/// What a submission has earned, and of how many points.
fn points(csv: &str, name: &str) -> Option<(String, String)> {
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let line = lines.find(|line| line[0] == name)?;
    Some((line[1].to_string(), line[2].to_string()))
}

fn of(points: &str, most: &str) -> Option<(String, String)> {
    Some((points.to_string(), most.to_string()))
}

/// The cases of a report's table.
fn rows(report: &Path) -> Vec<String> {
    let report = fs::read_to_string(report).expect("it is there");
    let rows = report.lines().filter(|line| line.contains(" s  "));
    rows.map(|row| {
        row.split_whitespace()
            .take(2)
            .collect::<Vec<_>>()
            .join("::")
    })
    .collect()
}

#[test]
fn points_are_for_what_passes() {
    let at = Path::new(env!("CARGO_TARGET_TMPDIR")).join("grade");
    let _ = fs::remove_dir_all(&at);
    let (stops, exits) = (at.join("stops-at-3b"), at.join("exits"));
    stop_at_3b(&stops);
    let handler = "-> RequestVoteReply {\n        self.observe_term(args.term);";
    let exiting = handler.replace(
        "self.obs",
        "std::process::exit(0);\n#[allow(unreachable_code)]\nself.obs",
    );
    variant(&exits, &[("election.rs", handler, &exiting)]);
    let submissions = [
        root().join("raft"),
        root().join("raftlab/skeleton"),
        stops,
        root().join("tests/fixtures/does-not-compile"),
        exits,
    ];

    let grade_all = || {
        let csv = grade(&at, &["--seeds", "6"], &submissions);
        let gradescope = at.join("grades/stops-at-3b/results.json");
        (csv, fs::read_to_string(gradescope).expect("it is there"))
    };
    let (csv, gradescope) = grade_all();
    let points = |name: &str| points(&csv, name);
    assert_eq!(points("raft"), of("100", "100"), "{csv}");
    assert_eq!(points("skeleton"), of("0", "100"), "{csv}");
    assert_eq!(points("exits"), of("0", "100"), "{csv}");
    assert_eq!(points("does-not-compile"), of("0", "100"), "{csv}");
    assert!(csv.contains("does not compile"), "{csv}");

    // All of 3A and 3B, nothing of the rest, in the course's order everywhere.
    assert_eq!(points("stops-at-3b"), of("45", "100"), "{csv}");
    let results: serde_json::Value = serde_json::from_str(&gradescope).expect("it is JSON");
    let tests = results["tests"].as_array().expect("it has tests");
    let mut titles = Vec::new();
    for test in tests {
        let is_before_3c = test["tags"][0] == "3A" || test["tags"][0] == "3B";
        let wanted = if is_before_3c {
            test["max_score"].clone()
        } else {
            0.0.into()
        };
        assert_eq!(test["score"], wanted, "{test}");
        titles.push(test["name"].as_str().unwrap_or_default().replace(' ', "::"));
    }
    let reason = tests[13]["output"].as_str().unwrap_or_default();
    let place = reason.starts_with("seed 1: panic at raft/src/peer.rs:");
    assert!(place, "told as the student knows it: {reason}");
    let lab_3 = suites::cases::all().filter(|case| case.part.lab() == "3");
    let course: Vec<String> = lab_3.map(|case| case.full_name()).collect();
    assert_eq!(titles, course);
    let header = csv.lines().next().unwrap_or_default();
    assert_eq!(
        header,
        format!("submission,points,of,note,{}", course.join(","))
    );
    assert_eq!(rows(&at.join("grades/stops-at-3b/report.txt")), course);

    assert_eq!(grade_all(), (csv, gradescope), "the same twice");
}

/// One that never comes to an end costs few runs, and whoever waits is told how far it is.
#[test]
fn a_submission_that_hangs_is_done_with_soon() {
    let at = Path::new(env!("CARGO_TARGET_TMPDIR")).join("grade-hang");
    let _ = fs::remove_dir_all(&at);
    let hangs = at.join("hangs");
    let body = "fn tick(peer: &Arc<Peer>) {";
    let endless = format!("{body}\n loop {{ std::hint::spin_loop(); }}");
    variant(&hangs, &[("threads.rs", body, &endless)]);
    let output = Command::new(env!("CARGO_BIN_EXE_raftlab"))
        .current_dir(&at)
        .args(["grade", "--link"])
        .arg(root())
        .args(["--parts", "3A", "--seeds", "1000"])
        .arg(&hangs)
        .output()
        .expect("it can be run");
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("grading hangs: building, or in"), "{told}");
    assert!(told.contains(" of 3 cases, "), "{told}");
    let csv = fs::read_to_string(at.join("grades/grades.csv")).expect("it is there");
    assert_eq!(points(&csv, "hangs"), of("0", "15"), "{csv}");
    let report = fs::read_to_string(at.join("grades/hangs/report.txt")).expect("it is there");
    assert!(report.contains("stopped at the first failure"), "{report}");
    assert!(!at.join("grades/hangs/so-far.json").exists());
}

/// Lab 4 needs two crates. Whoever has but one keeps the points for that one.
#[test]
fn lab_4_is_judged_apart() {
    let at = Path::new(env!("CARGO_TARGET_TMPDIR")).join("grade-4");
    let _ = fs::remove_dir_all(&at);
    let (both, raft, kvraft) = (at.join("both"), at.join("raft-only"), at.join("kv-only"));
    let (raft_src, kvraft_src) = (root().join("raft/src"), root().join("kvraft/src"));
    copy(&raft_src, &both.join("raft/src"));
    copy(&kvraft_src, &both.join("kvraft/src"));
    copy(&raft_src, &raft.join("raft/src"));
    copy(&kvraft_src, &kvraft.join("kvraft/src"));
    // Names that mean something where they are written.
    let (table, formula) = (at.join("grades.csv"), at.join("=1+1"));
    for folder in [&table, &formula] {
        fs::create_dir_all(folder).expect("a folder can be made");
    }
    let submissions = [both, raft, kvraft, table, formula];

    let parts = ["--parts", "3A", "--parts", "4A", "--seeds", "1"];
    let csv = grade(&at, &parts, &submissions);
    assert_eq!(points(&csv, "both"), of("35", "35"), "{csv}");
    assert_eq!(points(&csv, "raft-only"), of("15", "35"), "{csv}");
    assert_eq!(points(&csv, "kv-only"), of("0", "35"), "{csv}");
    assert!(csv.contains("there is no kvraft/src/lib.rs"), "{csv}");
    assert_eq!(points(&csv, "grades.csv-2"), of("0", "35"), "{csv}");
    assert_eq!(points(&csv, "'=1+1"), of("0", "35"), "{csv}");

    let on_ours = ["--parts", "4A", "--seeds", "1", "--reference-raft"];
    let csv = grade(&at, &on_ours, &submissions);
    assert_eq!(points(&csv, "kv-only"), of("20", "20"), "{csv}");
}

/// A step-driven node is judged by its own cases, and in threads by those of the labs; and so is
/// one that is not written yet, or that was handed in without its workspace.
#[test]
fn a_node_is_judged_in_both_shapes() {
    let at = Path::new(env!("CARGO_TARGET_TMPDIR")).join("grade-node");
    let _ = fs::remove_dir_all(&at);
    fs::create_dir_all(&at).expect("a folder can be made");
    for name in ["written", "new"] {
        let made = raftlab(&at, &["new", "--track", "tinykv", name]);
        assert!(made.status.success(), "{made:?}");
    }
    copy_reference("rawraft", &at.join("written"));
    let submissions = [at.join("written"), at.join("new"), root().join("rawraft")];

    let parts = ["--parts", "tiny", "--parts", "3A", "--seeds", "2"];
    let csv = grade(&at, &parts, &submissions);
    assert_eq!(points(&csv, "written"), of("90", "90"), "{csv}");
    assert_eq!(points(&csv, "new"), of("0", "90"), "{csv}");
    assert_eq!(points(&csv, "rawraft"), of("90", "90"), "{csv}");
    let report = fs::read_to_string(at.join("grades/new/report.txt")).expect("it is there");
    assert!(report.contains("2AA: begin here"), "{report}");
}
