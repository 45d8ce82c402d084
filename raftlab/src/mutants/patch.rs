//! A known bug: a patch, and what its header says.

use std::fs;
use std::path::{Path, PathBuf};

/// A known bug.
#[derive(Clone, Debug)]
pub(super) struct Patch {
    /// `raft-e02`.
    pub(super) name: String,
    pub(super) path: PathBuf,
    /// The bug, in a sentence.
    pub(super) about: String,
    /// What is meant to catch it; `nothing` of a harmless one, `not yet` if nothing does.
    pub(super) fails: String,
    /// Whether the course's suite misses it.
    pub(super) is_missed_by_course: bool,
    /// A machine made it.
    pub(super) is_mechanical: bool,
    /// All of it.
    pub(super) text: String,
}

/// Of what a machine made, nobody has thought what will catch it.
pub(super) const ANY: &str = "any case";

/// The reference without what would catch a bug by itself.
pub(super) const BASE: &str = "raft-base";

/// The bugs of a folder, by name.
pub(super) fn read(folder: &Path) -> Result<Vec<Patch>, String> {
    let fails = |error| format!("cannot read {}: {error}", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(fails)? {
        let path = entry.map_err(fails)?.path();
        if path.extension().is_some_and(|end| end == "patch") {
            paths.push(path);
        }
    }
    paths.sort();
    let patches = paths.into_iter().map(|path| {
        let text = fs::read_to_string(&path).map_err(fails)?;
        Patch::new(path, text)
    });
    let patches: Vec<Patch> = patches.collect::<Result<_, _>>()?;
    Ok(patches.into_iter().filter(|one| one.name != BASE).collect())
}

impl Patch {
    fn new(path: PathBuf, text: String) -> Result<Patch, String> {
        let name = path.file_stem().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        let header = text.split("\n\n").next().unwrap_or_default();
        let line = |key: &str| header.lines().find_map(|line| line.strip_prefix(key));
        let fails = line("Fails: ").or((name == BASE).then_some(""));
        let fails = fails
            .ok_or_else(|| format!("the header of {} has no line \"Fails: …\"", path.display()))?;
        let about = header.lines().take_while(|line| {
            !["Paper: ", "Fails: "]
                .iter()
                .any(|key| line.starts_with(key))
        });
        Ok(Patch {
            about: about.collect::<Vec<_>>().join(" "),
            fails: fails.to_string(),
            is_missed_by_course: line("Course: ") == Some("misses it"),
            is_mechanical: false,
            name,
            path,
            text,
        })
    }

    /// The reference that it is a patch of.
    pub(super) fn reference(&self) -> &'static str {
        match self.name.split_once('-') {
            Some(("kv", _)) => "kvraft",
            Some(("tiny", _)) => "rawraft",
            _ => "raft",
        }
    }

    /// The parts in which somebody would make this mistake.
    pub(super) fn cases(&self) -> &'static [&'static str] {
        match self.reference() {
            "raft" => &["3A", "3B", "3C", "3D", "3E"],
            "rawraft" => &["tiny"],
            _ => &["4A", "4B", "4C", "4E", "2024"],
        }
    }

    /// The cases that are meant to catch it; none where an oracle is meant.
    pub(super) fn meant_cases(&self) -> Vec<&str> {
        let names = self.fails.split(", ");
        names.filter(|name| name.contains("::")).collect()
    }

    /// Whether it is known that nothing catches it.
    pub(super) fn is_open(&self) -> bool {
        self.fails == "not yet"
    }

    /// Whether it does no harm, so that no invariant may say that it does.
    pub(super) fn is_harmless(&self) -> bool {
        self.fails == "nothing"
    }
}
