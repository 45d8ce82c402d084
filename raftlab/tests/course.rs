//! A course's repository, cloned to another path, where another user runs the steps of its workflow
//! as they stand.

mod common;
#[path = "common/confined.rs"]
mod confined;

use common::{age_harness, assert_refused, copy_reference, err, folder, git, out, raftlab};
use confined::{Elsewhere, typed};
use saphyr::{LoadableYamlNode, Yaml};
use std::fs;
use std::path::Path;

fn yaml(text: &str) -> Yaml<'_> {
    let mut documents = Yaml::load_from_str(text).expect("it is YAML");
    documents.pop().expect("there is a document")
}

/// What a step of a workflow types: by itself, or as the command of a grader.
fn command(step: &Yaml<'_>) -> Option<String> {
    let run = step.as_mapping_get("run");
    let run = run.or_else(|| step.as_mapping_get("with")?.as_mapping_get("command"));
    run?.as_str().map(str::to_string)
}

const COURSE: &str = r#"
title = "Distributed Systems: autumn"
parts = ["3a"]
seeds = 2

[[links]]
name = "The course's page"
url = "https://example.org/raft"
"#;

fn course(at: &Path) {
    fs::write(at.join("course.toml"), COURSE).expect("a file can be written");
    let made = raftlab(at, &["course", "class", "--config", "course.toml"]);
    assert!(made.status.success(), "{made:?}");
    assert!(out(&made).contains("15 points"), "{made:?}");
}

#[test]
fn a_clone_runs_its_workflow() {
    let at = folder("course");
    course(&at);
    let elsewhere = Elsewhere::new("course");
    let from = at.join("class").display().to_string();
    git(&elsewhere.0, &["clone", "--quiet", &from, "a clone"]);
    let lab = elsewhere.0.join("a clone");
    age_harness(&lab);

    let text = fs::read_to_string(lab.join(".github/workflows/classroom.yml"));
    let text = text.expect("it is there");
    let workflow = yaml(&text);
    let steps = workflow["jobs"]["labs"]["steps"]
        .as_vec()
        .expect("it has steps");
    let graders = steps.iter().filter_map(|step| step.as_mapping_get("with"));
    let scores = graders.filter_map(|with| with.as_mapping_get("max-score")?.as_integer());
    assert_eq!(scores.collect::<Vec<_>>(), [15]);
    let report = steps.last().expect("there are steps");
    assert_eq!(report["with"]["runners"].as_str(), Some("part-3a"));
    let result = "${{ steps.part-3a.outputs.result }}";
    assert_eq!(report["env"]["PART-3A_RESULTS"].as_str(), Some(result));

    let lines: Vec<String> = steps.iter().filter_map(command).collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    for line in &lines {
        let output = typed(&elsewhere, &lab, line);
        let is_test = line.starts_with("make test-3A SEEDS=2");
        assert_eq!(output.status.success(), !is_test, "{line}: {output:?}");
        if line.starts_with("make points") {
            assert!(
                out(&output).contains("| 3A   |      0 |  15 |"),
                "{output:?}"
            );
        }
    }
    copy_reference("raft", &lab);
    let mut told = String::new();
    for line in &lines {
        let output = typed(&elsewhere, &lab, line);
        assert!(
            output.status.success(),
            "{line}: {}{}",
            out(&output),
            err(&output)
        );
        told.push_str(&out(&output));
    }
    assert!(
        told.contains("| 3A   |     15 |  15 |\n| all  |     15 |  15 |"),
        "{told}"
    );
}

#[test]
fn a_course_is_what_its_file_says() {
    let at = folder("course-laid");
    course(&at);
    let class = at.join("class");
    let text = |path: &str| fs::read_to_string(class.join(path)).expect("it is there");
    let readme = text("README.md");
    assert!(
        readme.starts_with("# Distributed Systems: autumn\n"),
        "{readme}"
    );
    assert!(
        readme.contains("[The course's page](https://example.org/raft)"),
        "{readme}"
    );
    assert!(readme.contains("| 3A | leader election"), "{readme}");
    assert!(!readme.contains("| 3B |"), "{readme}");
    assert!(text("NOTICE.md").contains("keep your solution"));
    let container: serde_json::Value =
        serde_json::from_str(&text(".devcontainer/devcontainer.json")).expect("it is JSON");
    assert!(container["image"].is_string(), "{container}");
    let pipeline = text(".gitlab-ci.yml");
    let job = &yaml(&pipeline)["3A (15 points)"]["script"][0];
    assert_eq!(job.as_str(), Some("make test-3A SEEDS=2"));
    assert!(!class.join(".github/workflows/labs.yml").exists());
    assert_eq!(git(&class, &["status", "--short"]), "");
    // A copy of it gets a newer harness as any workspace does.
    assert!(out(&raftlab(&class, &["update"])).contains("is the newest"));
}

#[test]
fn a_course_that_cannot_be_is_refused() {
    let at = folder("course-refused");
    let refused = |text: &str, told: &str| {
        fs::write(at.join("c.toml"), text).expect("a file can be written");
        assert_refused(&raftlab(&at, &["course", "x", "--config", "c.toml"]), told);
        assert!(!at.join("x").exists(), "nothing was begun");
    };
    refused("parts = [\"3F\"]", "there is no part \"3F\"");
    refused("parts = []", "at least one part");
    refused("seeds = 0", "at least 1 is needed");
    refused(
        "title = \"x\"\ncolour = 1\n",
        "c.toml:2: unknown field `colour`",
    );
    refused("title = ", "c.toml:1: ");
    assert_refused(
        &raftlab(&at, &["course", "x", "--config", "no.toml"]),
        "cannot read no.toml",
    );
    // An extra: it can be a part, and is worth nothing.
    fs::write(at.join("c.toml"), "parts = [\"3A\", \"3e\"]").expect("a file can be written");
    let made = raftlab(&at, &["course", "extra", "--config", "c.toml"]);
    assert!(out(&made).contains("15 points"), "{made:?}");
    let readme = fs::read_to_string(at.join("extra/README.md")).expect("it is there");
    assert!(readme.contains("3A (15 points), 3E (an extra)"), "{readme}");
    assert_refused(&raftlab(&at, &["course", "."]), "is not empty");
}
