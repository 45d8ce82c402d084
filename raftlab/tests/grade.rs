//! Five submissions graded at once: a whole lab, an empty one, one that stops at 3B, one that does
//! not compile, and one that ends its own process. Real files, real processes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The reference's sources in `folder`, with `words` in `file` replaced.
fn variant(folder: &Path, file: &str, words: &str, by: &str) {
    let sources = folder.join("src");
    fs::create_dir_all(&sources).expect("a folder can be made");
    for entry in fs::read_dir(root().join("raft/src"))
        .expect("the reference is there")
        .flatten()
    {
        fs::copy(entry.path(), sources.join(entry.file_name())).expect("a file can be copied");
    }
    let file = sources.join(file);
    let text = fs::read_to_string(&file).expect("the file is there");
    assert!(text.contains(words), "{} has changed", file.display());
    fs::write(&file, text.replacen(words, by, 1)).expect("a file can be written");
}

/// Grades all of them; the CSV file, and the Gradescope file of the one that stops at 3B.
fn grade(at: &Path, submissions: &[PathBuf]) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_raftlab"))
        .current_dir(at)
        .args(["grade", "--seeds", "3"])
        .args(submissions)
        .output()
        .expect("it can be run");
    assert!(output.status.success(), "{output:?}");
    let read = |file: &str| fs::read_to_string(at.join("grades").join(file)).expect("it is there");
    (read("grades.csv"), read("stops-at-3b/results.json"))
}

#[test]
fn points_are_for_what_passes() {
    let at = Path::new(env!("CARGO_TARGET_TMPDIR")).join("grade");
    let _ = fs::remove_dir_all(&at);
    let (stops, exits) = (at.join("stops-at-3b"), at.join("exits"));
    // Without a disk, and with a log too short for anything but 3B.
    variant(
        &stops,
        "peer.rs",
        "self.persister.save(&state.persistent, &state.snapshot);",
        "assert!(state.log().last().index < 170 && state.log().base().index == 0);",
    );
    let handler = "-> RequestVoteReply {\n        self.observe_term(args.term);";
    variant(
        &exits,
        "election.rs",
        handler,
        &handler.replace(
            "self.obs",
            "std::process::exit(0);\n#[allow(unreachable_code)]\nself.obs",
        ),
    );
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

    // All of 3A and 3B.
    let results: serde_json::Value = serde_json::from_str(&gradescope).expect("it is JSON");
    let tests = results["tests"].as_array().expect("it has tests");
    assert_eq!(tests.len(), 28);
    for test in tests {
        let part = test["tags"][0].as_str().unwrap_or_default();
        if part == "3A" || part == "3B" {
            assert_eq!(test["score"], test["max_score"], "{test}");
        }
        if part == "3D" {
            assert_eq!(test["score"], 0.0, "{test}");
        }
    }

    assert_eq!(
        grade(&at, &submissions),
        (csv, gradescope),
        "the same twice"
    );
}
