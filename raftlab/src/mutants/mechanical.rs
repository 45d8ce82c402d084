//! Bugs that nobody thought of: the mechanical mutants of the references, as cargo-mutants makes
//! them (a condition turned round, a function that returns nothing). Whatever survives the cases is
//! argued in a kept file, or it is a hole in them.

use super::build::checksum;
use super::patch::{ANY, Patch};
use runner::files::{cargo, write_if_new};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Stdio;

/// The survivors that do no harm, and why: rows of a table that begin with a mutant's name.
const SURVIVORS: &str = "tests/mutants/survivors.md";

/// What cargo-mutants says of a mutant.
#[derive(Deserialize)]
struct Mutant {
    file: String,
    /// `raft/src/log.rs:60:9: replace … with … in …`
    name: String,
    diff: String,
}

/// All of them, as patches in this folder.
pub(super) fn list(root: &Path, folder: &Path) -> Result<Vec<Patch>, String> {
    let output = cargo()
        .args(["mutants", "--list", "--json", "--diff"])
        .args(["--package", "raft", "--package", "kvraft"])
        .current_dir(root)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    let error = String::from_utf8_lossy(&output.stderr);
    if error.contains("no such command") {
        return Err("there is no cargo-mutants: cargo install cargo-mutants --locked".into());
    }
    let mutants: Vec<Mutant> = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("cargo mutants --list: {}", error.trim()))?;
    fs::create_dir_all(folder)
        .map_err(|error| format!("cannot write to {}: {error}", folder.display()))?;
    let harmless = argued(&fs::read_to_string(root.join(SURVIVORS)).unwrap_or_default());
    let mut names = BTreeMap::new();
    let mut patches = Vec::new();
    for mutant in mutants {
        // The assertions are taken out of what is measured.
        if mutant.file.ends_with("invariants.rs") {
            continue;
        }
        let patch = mutant.patch(folder, &mut names, &harmless);
        write_if_new(&patch.path, &patch.text)
            .map_err(|error| format!("cannot write to {}: {error}", folder.display()))?;
        patches.push(patch);
    }
    Ok(patches)
}

/// The names that the table of survivors has.
fn argued(table: &str) -> BTreeSet<String> {
    let rows = table.lines().filter_map(|line| line.strip_prefix("| "));
    let names = rows.filter_map(|row| row.split_once(" |"));
    names
        .filter(|(name, _)| name.contains("-auto-"))
        .map(|(name, _)| name.to_string())
        .collect()
}

impl Mutant {
    /// Its name says what is changed and where, in words that no other edit of the file changes.
    fn patch(
        &self,
        folder: &Path,
        names: &mut BTreeMap<String, u32>,
        harmless: &BTreeSet<String>,
    ) -> Patch {
        let reference = match self.file.starts_with("kvraft/") {
            true => "kv",
            false => "raft",
        };
        let rest = self.diff.lines().skip(2);
        let changed: Vec<&str> = rest
            .clone()
            .filter(|line| line.starts_with(['-', '+']))
            .collect();
        let what = format!("{}\n{}", self.file, changed.join("\n"));
        let number = checksum(&what) as u32;
        let same = names.entry(format!("{number:08x}")).or_default();
        *same += 1;
        let again = match *same {
            1 => String::new(),
            more => format!("-{more}"),
        };
        let name = format!("{reference}-auto-{number:08x}{again}");
        let body: Vec<&str> = rest.collect();
        let file = &self.file;
        let text = format!("--- a/{file}\n+++ b/{file}\n{}\n", body.join("\n"));
        let is_harmless = harmless.contains(&name);
        Patch {
            path: folder.join(format!("{name}.patch")),
            about: self.name.clone(),
            fails: if is_harmless { "nothing" } else { ANY }.to_string(),
            is_missed_by_course: false,
            is_mechanical: true,
            name,
            text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutant(line: u32) -> Mutant {
        Mutant {
            file: "kvraft/src/rsm.rs".into(),
            name: format!("kvraft/src/rsm.rs:{line}:9: replace a with b"),
            diff: format!("--- kvraft/src/rsm.rs\n+++ replace a\n@@ -{line} +{line} @@\n-a\n+b\n"),
        }
    }

    #[test]
    fn a_mutant_keeps_its_name_when_lines_move() {
        let harmless = BTreeSet::new();
        let named = |line| {
            let mut names = BTreeMap::new();
            let patch = mutant(line).patch(Path::new(""), &mut names, &harmless);
            (patch.name, patch.text, names)
        };
        let (name, text, mut names) = named(3);
        assert!(name.starts_with("kv-auto-"), "{name}");
        assert_eq!(
            text,
            "--- a/kvraft/src/rsm.rs\n+++ b/kvraft/src/rsm.rs\n@@ -3 +3 @@\n-a\n+b\n"
        );
        assert_eq!(named(7).0, name);
        let twin = mutant(9).patch(Path::new(""), &mut names, &harmless);
        assert_eq!(twin.name, format!("{name}-2"));
    }

    #[test]
    fn who_is_argued_is_harmless() {
        let table = "| mutant | why |\n| --- | --- |\n| raft-auto-12ab34cd | it costs time |\n";
        let harmless = argued(table);
        assert_eq!(harmless.len(), 1);
        assert!(harmless.contains("raft-auto-12ab34cd"));
    }
}
