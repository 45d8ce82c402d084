//! Every command that README.md, the handout and the skeleton's README tell somebody to type, typed
//! in that order, with its exit code. `sh,in=…,code=…` behind a fence says where, and which code:
//!
//! | mark | where |
//! | --- | --- |
//! | `in=checkout` | the project itself; README.md's default |
//! | `in=skeleton` | a new workspace, in which nothing is written yet |
//! | `in=workspace` | a workspace whose lab is finished; the default of all others |
//!
//! Typed as it stands, all this would take an hour. `shortened` and `is_dry` say what is changed.

#[allow(dead_code)] // its other half serves another test
#[path = "../../tests/runner/tests/book/chapter.rs"]
mod chapter;

mod common;

use chapter::Chapter;
use runner::files::copy_folder;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Seeds under which a command is run that asks for more.
const SEEDS: u64 = 3;

/// One thing to type.
struct Line {
    /// Chapter and line.
    source: String,
    place: String,
    code: i32,
    text: String,
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent()
        .expect("the package lies in the workspace")
        .into()
}

/// A folder of the test's own.
fn scratch() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("book")
}

/// All chapters in the order in which they are read, with the place where their commands are typed.
fn chapters() -> Vec<(Chapter, &'static str)> {
    let summary = Chapter::read(&root().join("book/src/SUMMARY.md"));
    let book = summary.links().into_iter();
    let book = book.map(|(_, link)| (format!("book/src/{link}"), "workspace"));
    let front = [("README.md".to_string(), "checkout")];
    let back = [
        ("raft/README.md".to_string(), "checkout"),
        ("kvraft/README.md".to_string(), "checkout"),
        ("tests/engines/tikv-raft/README.md".to_string(), "checkout"),
        ("raftlab/skeleton/README.md".to_string(), "workspace"),
    ];
    let all = front.into_iter().chain(book).chain(back);
    all.map(|(path, place)| (Chapter::read(&root().join(path)), place))
        .collect()
}

fn lines() -> Vec<Line> {
    let mut lines = Vec::new();
    for (chapter, default) in chapters() {
        let mark = |marks: &str, name: &str| {
            let mut values = marks.split(',').filter_map(|mark| mark.split_once('='));
            values
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.to_string())
        };
        let in_tables = chapter.commands_in_tables().into_iter();
        let in_tables = in_tables.map(|(line, text)| (line, "", text));
        let mut all: Vec<_> = chapter.blocks().into_iter().chain(in_tables).collect();
        all.sort();
        for (number, marks, text) in all {
            let text = text.split("  #").next().unwrap_or_default().trim();
            lines.push(Line {
                source: format!("{}:{number}", chapter.name),
                place: mark(marks, "in").unwrap_or_else(|| default.to_string()),
                code: mark(marks, "code").map_or(0, |code| code.parse().expect("a number")),
                text: text.to_string(),
            });
        }
    }
    lines
}

/// Fewer seeds; one case of real time, which passes as slowly here as anywhere; paths to the
/// workspaces of this test, and some case and seed where any is meant.
fn shortened(text: &str) -> String {
    let workspace = scratch().join("workspace/raft").display().to_string();
    let service = scratch().join("workspace/kvraft").display().to_string();
    let fresh = scratch().join("my-raft").display().to_string();
    let node = scratch().join("my-node").display().to_string();
    let class = scratch().join("my-class").display().to_string();
    let grades = scratch().join("grades").display().to_string();
    let text = text
        .replace("path/to/my-raft/kvraft", &service)
        .replace("path/to/my-raft/raft", &workspace)
        .replace("path/to/my-raft", &workspace)
        .replace("../my-raft", &fresh)
        .replace("../my-node", &node)
        .replace("../my-class", &class)
        .replace("../grades", &grades);
    let fewer = |number: &str| number.parse().map_or(SEEDS, |seeds: u64| seeds.min(SEEDS));
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let follows = words.last().is_some_and(|last| last == "--seeds");
        words.push(match (word, word.strip_prefix("SEEDS=")) {
            ("CASE", _) => "backup".into(),
            ("N", _) => "1".into(),
            (_, Some(seeds)) => format!("SEEDS={}", fewer(seeds)),
            (_, None) if follows && word.contains("..") => format!("1..{SEEDS}"),
            (_, None) if follows => fewer(word).to_string(),
            (_, None) => word.to_string(),
        });
    }
    if text == "raftlab mutants" {
        // All of them would be compiled: a run of its own does that.
        words.extend(["--sample".into(), "3".into()]);
    }
    if text.contains("MODE=real") && !text.contains("FILTER=") {
        words = vec!["make test-3A MODE=real FILTER=initial_election".into()];
    }
    words.join(" ")
}

/// What `make` is only asked about: this test is a part of `make test`, figures take minutes, and
/// not everybody has mdBook.
fn is_dry(line: &Line) -> bool {
    if line.text == "make book" {
        return !typed("mdbook --version", &root()).status.success();
    }
    // Another commit would have to be built, and a clone of no depth has none.
    let is_long = ["make test", "make bench", "make check"].contains(&line.text.as_str())
        || line.text.starts_with("make bench-against");
    line.place == "checkout" && is_long
}

/// What is not typed: what the test has already built, and a change of folder, which its places
/// stand for.
fn is_done(line: &Line) -> bool {
    line.text
        .starts_with("cargo install --locked --path raftlab")
        || line.text.starts_with("cd ")
}

/// Puts the sources of the skeleton or of the finished labs into the workspace. Two workspaces
/// would be built twice: to cargo, all that have a member `raft` look alike in one target folder.
fn furnish(workspace: &Path, place: &str) {
    let from = match place {
        "skeleton" => root().join("raftlab/skeleton"),
        _ => root(),
    };
    for room in ["raft/src", "kvraft/src"] {
        let copied = copy_folder(&from.join(room), &workspace.join(room));
        copied.expect("a folder can be copied");
    }
}

/// Types a line in a shell whose `raftlab` is the one just built.
fn typed(text: &str, at: &Path) -> Output {
    let built = Path::new(env!("CARGO_BIN_EXE_raftlab"));
    let mut folders = vec![built.parent().expect("it lies in a folder").to_path_buf()];
    folders.extend(std::env::split_paths(
        &std::env::var_os("PATH").unwrap_or_default(),
    ));
    let path = std::env::join_paths(folders).expect("folders can be joined");
    let mut shell = Command::new("sh");
    shell
        .args(["-c", text])
        .current_dir(at)
        .env("PATH", path)
        .env("XDG_CACHE_HOME", scratch().join("cache"))
        .env("NO_COLOR", "1");
    // Workspaces share what other tests have built for theirs.
    if at != root() {
        shell.env("CARGO_TARGET_DIR", common::target());
    }
    for option in [
        "MAKEFLAGS",
        "MAKELEVEL",
        "SEEDS",
        "SEED",
        "FILTER",
        "MODE",
        "JOBS",
        "ARGS",
    ] {
        shell.env_remove(option);
    }
    shell
        .env_remove("RAFT")
        .env_remove("KV")
        .env_remove("DIR")
        .env_remove("RUST_LOG");
    shell.output().expect("a shell can be run")
}

/// What lies in this folder. A command that is typed with a word like `DIR` still in it makes a
/// folder of that name, and succeeds the first time.
fn names_in(folder: &Path) -> BTreeSet<OsString> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let names = entries.map(|entry| entry.expect("an entry can be read").file_name());
    names.filter(|name| name != "target").collect()
}

#[test]
fn commands_do_what_is_said() {
    let _ = fs::remove_dir_all(scratch());
    let workspace = scratch().join("workspace");
    let new = format!("raftlab new {}", workspace.display());
    assert!(typed(&new, &root()).status.success());
    common::age_harness(&workspace);
    let before = names_in(&root());
    let mut furnished = "skeleton";
    let mut known = BTreeSet::new();
    let mut findings = Vec::new();
    for line in lines().iter().filter(|line| !is_done(line)) {
        let at = match line.place.as_str() {
            "checkout" => &root(),
            "skeleton" | "workspace" => &workspace,
            other => panic!("{}: there is no place {other:?}", line.source),
        };
        let mut text = shortened(&line.text);
        if is_dry(line) {
            text = text.replacen("make", "make -n", 1);
        }
        if !known.insert((line.place.clone(), text.clone())) {
            continue;
        }
        let wanted = if line.place == "skeleton" {
            "skeleton"
        } else {
            "workspace"
        };
        if furnished != wanted {
            furnish(&workspace, wanted);
            furnished = wanted;
        }
        // Each can be made there once.
        for made in ["my-raft", "my-class", "grades"] {
            let _ = fs::remove_dir_all(scratch().join(made));
        }
        let output = typed(&text, at);
        if output.status.code() != Some(line.code) {
            let told = String::from_utf8_lossy(&output.stdout);
            let noise = String::from_utf8_lossy(&output.stderr);
            let (source, code) = (&line.source, line.code);
            findings.push(format!(
                "{source}: {text}: not {code}\n{output:?}\n{told}{noise}"
            ));
        }
    }
    let left: Vec<_> = names_in(&root()).difference(&before).cloned().collect();
    assert!(left.is_empty(), "commands left {left:?} in the checkout");
    assert!(known.len() > 30, "only {} commands were found", known.len());
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}
