//! The harness as it lies in a workspace, in the folder `harness`: the crates that judge, made
//! ready to be depended on and not to be worked on, the handout, and what all of it was when it was
//! laid there.

use crate::pack;
use crate::track::Track;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use toml::{Table, Value};

/// Files by their paths, with `/`, from wherever they go.
pub(crate) type Files = BTreeMap<String, String>;

/// Where a workspace has its harness.
pub(crate) const FOLDER: &str = "harness";

/// The list of a harness's files, in the form that `sha256sum -c` checks.
pub(crate) const CHECKSUMS: &str = "CHECKSUMS";

/// What a workspace's Cargo.lock was when it was laid out.
pub(crate) const LOCK: &str = "workspace.lock";

/// What a manifest says for those who work on the crate itself.
const OF_DEVELOPERS: [&str; 4] = ["dev-dependencies", "test", "bench", "example"];

/// A harness that judges what students write.
pub(crate) fn of_students(track: Track) -> Files {
    assemble(pack::below("harness"), track)
}

/// A harness with the references, which stand in for what a submission has not.
pub(crate) fn of_graders() -> Files {
    let carried = pack::below("harness").chain(pack::below("references"));
    assemble(carried, Track::Labs)
}

/// Only the lock file of the workspace around it tells the tracks' harnesses apart.
fn assemble<'a>(carried: impl Iterator<Item = (&'a str, &'a str)>, track: Track) -> Files {
    let carried = carried.map(|(path, text)| (path.to_string(), text.to_string()));
    let mut files: Files = carried.collect();
    let folders = files
        .keys()
        .filter_map(|path| path.strip_suffix("/Cargo.toml"));
    let crates: Vec<String> = folders.map(str::to_string).collect();
    for folder in &crates {
        let manifest = files.get_mut(&format!("{folder}/Cargo.toml"));
        let manifest = manifest.expect("the folder was found by it");
        *manifest = for_use(manifest);
    }
    if let Some(root) = files.get_mut("Cargo.toml") {
        *root = root_of(root, &crates);
    }
    files.insert(LOCK.into(), pack::lock(track).into());
    let sums = checksums(&files);
    files.insert(CHECKSUMS.into(), sums);
    files
}

/// The manifest of a crate that nobody tests here: a dependency for tests would have to be there
/// for cargo all the same.
fn for_use(manifest: &str) -> String {
    let mut manifest = read(manifest);
    for table in OF_DEVELOPERS {
        manifest.remove(table);
    }
    written(&manifest)
}

/// The manifest of a workspace of these crates alone.
fn root_of(manifest: &str, crates: &[String]) -> String {
    let mut manifest = read(manifest);
    if let Some(workspace) = manifest.get_mut("workspace").and_then(Value::as_table_mut) {
        let members = crates.iter().map(|folder| folder.as_str().into()).collect();
        workspace.insert("members".into(), Value::Array(members));
        workspace.remove("exclude");
        let dependencies = workspace.get_mut("dependencies");
        if let Some(dependencies) = dependencies.and_then(Value::as_table_mut) {
            dependencies.retain(|_, dependency| {
                let path = dependency.get("path").and_then(Value::as_str);
                path.is_none_or(|path| crates.iter().any(|folder| folder == path))
            });
        }
    }
    written(&manifest)
}

fn read(manifest: &str) -> Table {
    manifest.parse().expect("cargo has read it")
}

fn written(manifest: &Table) -> String {
    format!("# Written by raftlab, from the project's own.\n{manifest}")
}

fn checksums(files: &Files) -> String {
    let line = |(path, text): (&String, &String)| format!("{}  {path}\n", sum(text.as_bytes()));
    files.iter().map(line).collect()
}

fn sum(bytes: &[u8]) -> String {
    let sum = Sha256::digest(bytes);
    sum.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What tells one harness from another.
pub(crate) fn number(checksums: &str) -> String {
    sum(checksums.as_bytes())[..8].to_string()
}

/// How two sets of files differ, path by path.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) new: Vec<String>,
    pub(crate) changed: Vec<String>,
    pub(crate) gone: Vec<String>,
}

impl Difference {
    pub(crate) fn is_none(&self) -> bool {
        self.paths().next().is_none()
    }

    /// All paths, those of changed files first.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &String> {
        self.changed.iter().chain(&self.new).chain(&self.gone)
    }
}

/// What was done to the harness in this folder since it was laid there.
pub(crate) fn edits(folder: &Path) -> io::Result<Difference> {
    let laid = fs::read_to_string(folder.join(CHECKSUMS))?;
    let mut present = BTreeMap::new();
    sums_below(folder, "", &mut present)?;
    present.remove(CHECKSUMS);
    Ok(difference(&by_path(&laid), &present))
}

/// How this list of files differs from a later one.
pub(crate) fn between(laid: &str, later: &str) -> Difference {
    difference(&by_path(laid), &by_path(later))
}

fn by_path(checksums: &str) -> BTreeMap<String, String> {
    let lines = checksums.lines().filter_map(|line| line.split_once("  "));
    lines
        .map(|(sum, path)| (path.to_string(), sum.to_string()))
        .collect()
}

fn difference(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> Difference {
    let only = |here: &BTreeMap<String, String>, there: &BTreeMap<String, String>| {
        let paths = here.keys().filter(|path| !there.contains_key(*path));
        paths.cloned().collect()
    };
    let changed = one.iter().filter(|(path, sum)| {
        let there = other.get(*path);
        there.is_some_and(|there| there != *sum)
    });
    Difference {
        new: only(other, one),
        gone: only(one, other),
        changed: changed.map(|(path, _)| path.clone()).collect(),
    }
}

/// What cargo and editors leave in a folder is nobody's edit.
const LEFT_BEHIND: [&str; 3] = ["target", "Cargo.lock", ".DS_Store"];

fn sums_below(folder: &Path, path: &str, sums: &mut BTreeMap<String, String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if LEFT_BEHIND.contains(&&*name) {
            continue;
        }
        let here = format!("{path}{name}");
        match entry.file_type()?.is_dir() {
            true => sums_below(&entry.path(), &format!("{here}/"), sums)?,
            false => drop(sums.insert(here, sum(&fs::read(entry.path())?))),
        }
    }
    Ok(())
}

/// The files in this folder.
pub(crate) fn paths(folder: &Path) -> io::Result<Vec<String>> {
    let mut sums = BTreeMap::new();
    sums_below(folder, "", &mut sums)?;
    Ok(sums.into_keys().collect())
}

/// Writes files below a folder.
pub(crate) fn lay(files: &Files, folder: &Path) -> Result<(), String> {
    for (path, text) in files {
        let file = folder.join(path);
        file.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&file, text))
            .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_students_harness_holds_neither_references_nor_ways_out() {
        let files = of_students(Track::Labs);
        assert!(!files.keys().any(|path| path.starts_with("raft/")));
        assert!(files.contains_key("labrt/src/lib.rs"), "{:?}", files.keys());
        assert!(files.contains_key("book/src/SUMMARY.md"));
        let root = read(&files["Cargo.toml"]);
        let workspace = &root["workspace"];
        assert_eq!(workspace["members"].as_array().map(Vec::len), Some(10));
        assert!(workspace["dependencies"].get("raft").is_none());
        assert!(workspace["dependencies"].get("labrt").is_some());
        for (path, text) in files
            .iter()
            .filter(|(path, _)| path.ends_with("/Cargo.toml"))
        {
            let manifest = read(text);
            for table in OF_DEVELOPERS {
                assert!(!manifest.contains_key(table), "{path} has {table}");
            }
        }
        assert!(of_graders().contains_key("kvraft/src/lib.rs"));
    }

    #[test]
    fn an_edit_is_told_from_what_was_laid() {
        let folder = std::env::temp_dir().join(format!("raftlab-edits-{}", std::process::id()));
        let mut files = Files::from([
            ("a.rs".into(), "1".into()),
            ("b/c.rs".into(), "2".into()),
            ("d.rs".into(), "3".into()),
        ]);
        files.insert(CHECKSUMS.into(), checksums(&files));
        lay(&files, &folder).expect("files can be written");
        let found = || edits(&folder).expect("the folder can be read");
        assert!(found().is_none());
        let written = |path: &str, text: &str| {
            lay(&Files::from([(path.into(), text.into())]), &folder)
                .expect("a file can be written");
        };
        written("b/c.rs", "4");
        written("b/e.rs", "5");
        written("target/debug/labs", "6");
        fs::remove_file(folder.join("d.rs")).expect("it is there");
        let edits = found();
        fs::remove_dir_all(&folder).expect("it is there");
        assert_eq!(edits.changed, ["b/c.rs"]);
        assert_eq!(edits.new, ["b/e.rs"]);
        assert_eq!(edits.gone, ["d.rs"]);
    }
}
