//! The handout's page "The first hour", as a new student types it: the program is installed from a
//! checkout, which is then removed; each command gives its exit code, and prints what the page
//! shows, but for numbers. What else the installed program does, it does without a checkout, too.

mod common;

use common::{copy_reference, err, git, out, project, target};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A fenced block of the page.
struct Block {
    /// What stands behind the fence: `sh,in=skeleton,code=2`.
    marks: String,
    lines: Vec<String>,
}

fn blocks() -> Vec<Block> {
    let page = fs::read_to_string(project().join("book/src/first-hour.md"));
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_inside = false;
    for line in page.expect("the page is there").lines() {
        if let Some(marks) = line.strip_prefix("```") {
            if !is_inside {
                let (marks, lines) = (marks.into(), Vec::new());
                blocks.push(Block { marks, lines });
            }
            is_inside = !is_inside;
        } else if let (true, Some(block)) = (is_inside, blocks.last_mut()) {
            block.lines.push(line.into());
        }
    }
    blocks
}

impl Block {
    fn is(&self, kind: &str) -> bool {
        self.marks.split(',').next() == Some(kind)
    }

    fn mark(&self, name: &str) -> Option<&str> {
        let mut marks = self
            .marks
            .split(',')
            .filter_map(|mark| mark.split_once('='));
        marks.find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

/// Without what differs between machines: numbers, and how wide they are.
fn masked(text: &str) -> Vec<String> {
    let line = |line: &str| {
        let mut masked = String::new();
        for letter in line.trim().chars() {
            let is_number = letter.is_ascii_digit();
            let follows = masked.ends_with('#') && (is_number || letter == '.');
            let is_wide = letter == ' ' && masked.ends_with(' ');
            match is_number {
                _ if follows || is_wide => {}
                true => masked.push('#'),
                false => masked.push(letter),
            }
        }
        masked.replace("# ms", "# s")
    };
    text.trim().lines().map(line).collect()
}

/// Where all of it happens.
struct Desk {
    folder: PathBuf,
}

impl Desk {
    fn lab(&self) -> PathBuf {
        self.folder.join("my-raft")
    }

    /// Types a line there, with the installed program among the others.
    fn types(&self, at: &Path, line: &str) -> Output {
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}/installed/bin:{path}", self.folder.display());
        let mut shell = Command::new("sh");
        for name in ["MAKEFLAGS", "MFLAGS", "MAKELEVEL", "RUST_LOG"] {
            shell.env_remove(name);
        }
        for name in ["GIT_AUTHOR", "GIT_COMMITTER"] {
            shell.env(format!("{name}_NAME"), "A Student");
            shell.env(format!("{name}_EMAIL"), "student@example.org");
        }
        shell
            .current_dir(at)
            .args(["-c", line])
            .env("PATH", path)
            .env("XDG_CACHE_HOME", self.folder.join("cache"))
            .env("CARGO_TARGET_DIR", target())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output()
            .expect("a shell can be started")
    }
}

/// Copies the checkout as git knows it, links as links.
fn check_out(to: &Path) {
    let listed = git(
        &project(),
        &[
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ],
    );
    for file in listed.split('\0').filter(|file| !file.is_empty()) {
        let (from, to) = (project().join(file), to.join(file));
        fs::create_dir_all(to.parent().expect("it lies in the checkout")).expect("a folder");
        match fs::read_link(&from) {
            Ok(link) => std::os::unix::fs::symlink(link, &to).expect("a link can be made"),
            Err(_) if from.exists() => drop(fs::copy(&from, &to).expect("it can be copied")),
            Err(_) => {} // removed, and not yet committed
        }
    }
}

/// What is typed, without what takes an hour.
fn shortened(line: &str) -> String {
    line.replace(
        "cargo install --locked --path raftlab",
        "cargo install -q --locked --offline --debug --path raftlab --root ../installed",
    )
    .replace("SEEDS=100", "SEEDS=3")
}

#[test]
fn the_page_can_be_typed_and_nothing_else_is_needed() {
    let desk = Desk {
        folder: common::folder("first-hour"),
    };
    let checkout = desk.folder.join("checkout");
    check_out(&checkout);
    let (mut is_written, mut last) = (false, String::new());
    for block in blocks() {
        if block.is("rust") {
            put(
                &desk.lab().join("raft/src/election.rs"),
                &block.lines.join("\n"),
            );
        } else if block.is("text") {
            assert_eq!(masked(&last), masked(&block.lines.join("\n")), "{last}");
        } else if block.is("sh") {
            let at = match block.mark("in") {
                Some("checkout") => checkout.clone(),
                place => {
                    let _ = fs::remove_dir_all(&checkout);
                    // The student writes what the page leaves to them.
                    if place.is_none() && !std::mem::replace(&mut is_written, true) {
                        copy_reference("raft", &desk.lab());
                    }
                    desk.lab()
                }
            };
            let code = block
                .mark("code")
                .map_or(0, |code| code.parse().expect("a number"));
            for line in &block.lines {
                let typed = desk.types(&at, &shortened(line));
                let told = err(&typed);
                assert_eq!(
                    typed.status.code(),
                    Some(code),
                    "{line}: {}{told}",
                    out(&typed)
                );
                last = out(&typed);
            }
        }
    }
    assert!(is_written, "the page ends before anything is green");
    the_program_needs_no_checkout(&desk);
}

/// Replaces the first `todo!` of a file.
fn put(file: &Path, code: &str) {
    let text = fs::read_to_string(file).expect("it is there");
    let begin = text.find("todo!").expect("something is to be done");
    let end = begin + text[begin..].find(";\n").expect("it ends") + 1;
    let text = format!("{}{code}{}", &text[..begin], &text[end..]);
    fs::write(file, text).expect("it can be written");
}

fn the_program_needs_no_checkout(desk: &Desk) {
    let says = |line: &str, words: &str| {
        let typed = desk.types(&desk.lab(), line);
        assert!(
            typed.status.success(),
            "{line}: {}{}",
            out(&typed),
            err(&typed)
        );
        assert!(out(&typed).contains(words), "{line}: {}", out(&typed));
    };
    says("raftlab test 3A", "15 of 15 points");
    says("raftlab status", "✓ 3A");
    says("raftlab replay re_election --seed 2", "n0 starts");
    says("echo q | raftlab watch 3A", "watching 3A: h hint");
    says("raftlab hint backup", "hint 1 of 3");
    says("raftlab new ../second", "a git repository with one commit");
    let grade = "raftlab grade . --parts 3A --seeds 1 --out ../grades";
    says(grade, "15 of 15 points");
    assert!(desk.folder.join("grades/grades.csv").is_file());
}

#[test]
fn numbers_are_masked() {
    assert_eq!(
        masked("3A  x  5.5 s   12 ms  1/1"),
        masked("3A x 61.75 s 9.1 s 3/3")
    );
    assert_ne!(masked("passed"), masked("FAILED"));
}
