//! Scenes of a lecture: played on who is right, and on known bugs that they are about.

use crate::runner::{fixture, labs, labs_where};

#[test]
fn who_is_right_plays_them_all() {
    let told = labs(&["lecture", "--seeds", "100"]);
    told.ends_with(0).says(&[" passed, 0 failed"]);
    // Another Raft than the one that they were written with, which makes no mistake here.
    let path = fixture("mistakes");
    let told = labs(&["lecture", "--seeds", "20", "--raft", &path]);
    told.ends_with(0).says(&[" passed, 0 failed"]);
}

#[test]
fn a_scene_fails_on_what_it_warns_of() {
    let path = fixture("mistakes");
    for (mistake, scene) in [
        ("votes-not-reset", "split_vote"),
        ("no-step-down", "grown_term"),
        ("cuts-always", "comes_twice"),
        ("no-persist", "figure_8"),
        ("off-by-one", "catch_up"),
        ("timer-on-every-rpc", "log_check"),
    ] {
        let case = format!("lecture::{scene}");
        let words = [&*case, "--seeds", "20", "--enough", "--raft", &path];
        let told = labs_where(&words, ("RAFTLAB_MISTAKE", mistake));
        assert_eq!(told.code, Some(1), "{scene} passes with {mistake}");
    }
}

#[test]
fn scenes_are_listed_and_shown() {
    let listed = labs(&["scene"]);
    listed.ends_with(0).has_line(&["figure_8", "5 servers"]);
    let page = std::env::temp_dir().join(format!("raftlab-scene-{}.html", std::process::id()));
    let file = page.display().to_string();
    labs(&["scene", "figure_8", "-o", &file])
        .ends_with(0)
        .says(&["1 passed, 0 failed", "the page: "]);
    let one = std::fs::read(&page).expect("it was written");
    labs(&["scene", "figure-8", "-o", &file]).ends_with(0);
    assert!(
        one == std::fs::read(&page).expect("it was written"),
        "two pages of a scene differ"
    );
    let _ = std::fs::remove_file(&page);
    for (words, told) in [
        (
            &["scene", "nope"][..],
            "error: there is no scene \"nope\"; there are first_election, ",
        ),
        (
            &["scene", "figure_8", "x"],
            "error: one word too many: \"x\"; RAFT=path names",
        ),
    ] {
        let answer = labs(words);
        answer.ends_with(2);
        assert!(answer.stderr.contains(told), "{}", answer.stderr);
    }
}
