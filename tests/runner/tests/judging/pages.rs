//! Runs as pages for a browser: where they are left, and that they are the same each time.

use crate::runner::{fixture, labs};
use std::fs;
use std::path::{Path, PathBuf};

/// A file that is this test's own.
fn file(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("raftlab-pages-{}-{name}", std::process::id()))
}

#[test]
fn a_page_is_always_the_same_and_a_tenth_of_its_trace() {
    let (one, other) = (file("one.html"), file("other.html"));
    for page in [&one, &other] {
        let page = page.display().to_string();
        let words = ["view", "3C::figure8_unreliable", "--seed", "3", "-o", &page];
        labs(&words).ends_with(0).says(&["the page: "]);
    }
    let trace = file("trace.jsonl");
    let path = trace.display().to_string();
    labs(&["3C::figure8_unreliable", "--seed", "3", "--trace-to", &path]).ends_with(0);
    labs(&["view", &path]).ends_with(0);
    let beside = trace.with_extension("html");
    let read = |path: &Path| fs::read_to_string(path).expect("it was written");
    let (page, again, of_trace) = (read(&one), read(&other), read(&beside));
    let size = fs::metadata(&trace).expect("it was written").len() as usize;
    for path in [one, other, trace, beside] {
        let _ = fs::remove_file(path);
    }
    assert!(page == again, "two pages of one run differ");
    assert!(page.len() * 10 <= size, "{} of {size} bytes", page.len());
    // All but the command that makes the run again.
    let start = |page: &str| page[..page.find("id=\"data\"").expect("it has data")].to_string();
    assert_eq!(start(&page), start(&of_trace));
}

#[test]
fn who_fails_leaves_a_page_unless_nobody_wants_one() {
    let path = fixture("never-elects");
    let judge = |viz: &str| {
        let words = [
            "3A::initial_election",
            "--raft",
            &path,
            "--jobs",
            "1",
            "--viz",
            viz,
        ];
        labs(&words)
    };
    let told = judge("failure");
    let page = Path::new(told.ends_with(1).after("to look at it: "));
    let text = fs::read_to_string(page).expect("it says where the page is");
    assert!(text.starts_with("<!DOCTYPE html>"), "{text:.40}");
    let without = judge("never");
    without.ends_with(1);
    assert!(
        !without.stdout.contains("to look at it"),
        "{}",
        without.stdout
    );
}

#[test]
fn who_passes_leaves_one_when_all_are_wanted() {
    let told = labs(&["3A::initial_election", "--seeds", "2", "--viz", "always"]);
    let folder = Path::new(told.ends_with(0).after("Pages are left in "));
    for seed in [1, 2] {
        let page = folder.join(format!("3A-initial_election-{seed}.html"));
        assert!(page.is_file(), "{}", page.display());
    }
}

#[test]
fn what_cannot_be_shown_is_told_in_a_line() {
    for (words, told) in [
        (
            &["view", "3B::backup"][..],
            "error: view 3B::backup needs --seed N",
        ),
        (
            &["view", "basic", "--seed", "1"],
            "error: \"basic\" means 3 cases",
        ),
        (
            &["view", "nowhere.jsonl"],
            "error: there is no file nowhere.jsonl",
        ),
        (
            &["view", "/dev/null"],
            "error: cannot read /dev/null: it is no trace",
        ),
    ] {
        let answer = labs(words);
        answer.ends_with(2);
        assert!(answer.stderr.contains(told), "{}", answer.stderr);
    }
}
