//! Five submissions graded at once: a whole lab, an empty one, one that stops at 3B, one that does
//! not compile, and one that ends its own process. Real files, real processes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The reference's sources in `folder`, with words in its files replaced: file, words, by what.
fn variant(folder: &Path, changes: &[(&str, &str, &str)]) {
    let sources = folder.join("src");
    fs::create_dir_all(&sources).expect("a folder can be made");
    for entry in fs::read_dir(root().join("raft/src"))
        .expect("the reference is there")
        .flatten()
    {
        fs::copy(entry.path(), sources.join(entry.file_name())).expect("a file can be copied");
    }
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

/// Grades all of them; the CSV file, and the Gradescope file of the one that stops at 3B.
fn grade(at: &Path, submissions: &[PathBuf]) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_raftlab"))
        .current_dir(at)
        .args(["grade", "--seeds", "6"])
        .args(submissions)
        .output()
        .expect("it can be run");
    assert!(output.status.success(), "{output:?}");
    let read = |file: &str| fs::read_to_string(at.join("grades").join(file)).expect("it is there");
    (read("grades.csv"), read("stops-at-3b/results.json"))
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

    let (csv, gradescope) = grade(&at, &submissions);
    let points = |name: &str| {
        let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let line = lines.find(|line| line[0] == name);
        line.map(|line| (line[1].to_string(), line[2].to_string()))
    };
    let of = |points: &str, most: &str| Some((points.to_string(), most.to_string()));
    assert_eq!(points("raft"), of("100", "100"), "{csv}");
    assert_eq!(points("skeleton"), of("0", "100"), "{csv}");
    assert_eq!(points("exits"), of("0", "100"), "{csv}");
    assert_eq!(points("does-not-compile"), of("0", "0"), "{csv}");
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
    let course: Vec<String> = tests::cases::all().map(|case| case.full_name()).collect();
    assert_eq!(titles, course);
    let header = csv.lines().next().unwrap_or_default();
    assert_eq!(
        header,
        format!("submission,points,of,note,{}", course.join(","))
    );
    assert_eq!(rows(&at.join("grades/stops-at-3b/report.txt")), course);

    assert_eq!(
        grade(&at, &submissions),
        (csv, gradescope),
        "the same twice"
    );
}
