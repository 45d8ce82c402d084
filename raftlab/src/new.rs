//! `raftlab new`: a repository to begin in, with all that is needed in it.

use crate::harness::{self, Files};
use crate::track::Track;
use crate::workspace::shell_path;
use crate::{git, pack};
use runner::{sayln, warnln};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Start a Raft of your own, and lab 4: a workspace with everything but what you are to write
///
/// It is a git repository with one commit, and holds the harness and the handout: whoever clones it
/// needs neither raftlab nor anything else of this machine.
#[derive(clap::Args)]
pub(crate) struct New {
    /// The folder to make; it must be empty, or not exist yet
    dir: PathBuf,
    /// Use the harness of the project's checkout at PATH where it is: for those who work on it
    #[arg(long, value_name = "PATH")]
    link: Option<PathBuf>,
    /// What to begin: the labs (Raft in threads), or TinyKV's track (Raft as a state machine)
    #[arg(long, value_enum, default_value_t = Track::Labs)]
    track: Track,
}

/// In a folder below the root, `make` is the root's.
const MAKE_BELOW: &str = "\
# As if typed in the workspace's root.
.DEFAULT_GOAL := help
%:
	@$(MAKE) --no-print-directory -C UP $@
Makefile: ;
";

impl New {
    pub(crate) fn run(self) -> Result<ExitCode, String> {
        let dir = &self.dir;
        refuse_content(dir)?;
        let files = match &self.link {
            Some(checkout) => linked(checkout, self.track)?,
            None => whole(self.track),
        };
        harness::lay(&files, dir)?;
        let what = match git::begin(dir, "Begin the labs") {
            Ok(()) => "a git repository with one commit",
            Err(reason) => {
                warnln!("warning: {} is no repository yet: {reason}", dir.display());
                "a folder with all that is needed"
            }
        };
        sayln!("{}: {what}. What comes next:\n", dir.display());
        sayln!("  cd {}", shell_path(dir));
        let first = format!("make test-{}", self.track.first());
        let width = first.len();
        sayln!("  {first}    fails, and says what is to be written first");
        sayln!(
            "  {:<width$}    what is done, and what to read next",
            "make status"
        );
        Ok(ExitCode::SUCCESS)
    }
}

/// A workspace with its harness.
pub(crate) fn whole(track: Track) -> Files {
    let mut files = skeleton(harness::FOLDER, track);
    let makefile = format!("{}include {}/labs.mk\n", track.variable(), harness::FOLDER);
    files.insert("Makefile".into(), makefile);
    let harness = harness::of_students(track).into_iter();
    files.extend(harness.map(|(path, text)| (format!("{}/{path}", harness::FOLDER), text)));
    files
}

/// A workspace on the harness of a checkout.
fn linked(checkout: &Path, track: Track) -> Result<Files, String> {
    let full = fs::canonicalize(checkout)
        .map_err(|error| format!("there is no checkout at {}: {error}", checkout.display()))?;
    if !full.join("tests/runner/Cargo.toml").is_file() {
        return Err(format!(
            "{} is no checkout of the project: it has no tests/runner",
            checkout.display()
        ));
    }
    let place = full.display().to_string();
    let place = place.replace('\\', "\\\\").replace('"', "\\\"");
    let mut files = skeleton(&place, track);
    let mut carried = pack::below("harness");
    let makefile = carried.find(|(path, _)| *path == "labs.mk");
    let (_, makefile) = makefile.ok_or("the skeleton has no Makefile")?;
    let book = format!("BOOK = {}/book", full.display());
    let near = format!("NEAR = {}/raftlab/skeleton/near.mk", full.display());
    let makefile = makefile.replace("BOOK = harness/book", &book);
    let makefile = makefile.replace("NEAR = harness/near.mk", &near);
    files.insert("Makefile".into(), track.variable().to_string() + &makefile);
    Ok(files)
}

/// What is laid out for a student to fill, on the harness in `place`.
fn skeleton(place: &str, track: Track) -> Files {
    let mut files: Files = pack::skeleton(track)
        .into_iter()
        .map(|(path, text)| (path.to_string(), text.to_string()))
        .collect();
    if let Some(root) = files.get_mut("Cargo.toml") {
        *root = root.replace("\"../../", &format!("\"{place}/"));
    }
    let folders: BTreeSet<String> = files
        .keys()
        .flat_map(|path| Path::new(path).ancestors().skip(1))
        .map(|folder| folder.display().to_string())
        .filter(|folder| !folder.is_empty() && !folder.starts_with('.'))
        .collect();
    for folder in folders {
        let up = vec![".."; folder.split('/').count()].join("/");
        files.insert(format!("{folder}/Makefile"), MAKE_BELOW.replace("UP", &up));
    }
    files
}

pub(crate) fn refuse_content(dir: &Path) -> Result<(), String> {
    if !dir.exists() {
        return Ok(());
    }
    let mut entries =
        fs::read_dir(dir).map_err(|error| format!("{} cannot be used: {error}", dir.display()))?;
    match entries.next() {
        None => Ok(()),
        Some(_) => Err(format!(
            "{} is not empty, and nothing in it will be overwritten; name another folder",
            dir.display()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a build in the skeleton leaves there.
    const BUILT: &str = "target";

    /// Where a file of the skeleton goes, if not to a place of the same name.
    const ELSEWHERE: [(&str, &str); 4] = [
        ("gitignore", ".gitignore"),
        ("ci.yml", ".github/workflows/labs.yml"),
        ("Makefile", "harness/labs.mk"),
        ("near.mk", "harness/near.mk"),
    ];

    fn files(folder: &Path, below: &str, found: &mut Files) {
        for entry in fs::read_dir(folder).expect("a folder can be read") {
            let path = entry.expect("its entries can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let name = format!("{below}{name}");
            match path.is_dir() {
                _ if name == BUILT => {}
                true => files(&path, &format!("{name}/"), found),
                false => {
                    let moved = ELSEWHERE.iter().find(|(from, _)| *from == name);
                    let to = moved.map_or(name, |(_, to)| to.to_string());
                    found.insert(to, fs::read_to_string(path).expect("it is text"));
                }
            }
        }
    }

    /// A file that is added to the skeleton and not linked in `pack` reaches nobody.
    #[test]
    fn the_whole_skeleton_is_laid_out() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let tracks = [
            (Track::Labs, "skeleton"),
            (Track::Tinykv, "skeleton-tinykv"),
        ];
        for (track, folder) in tracks {
            let mut found = Files::new();
            files(&here.join(folder), "", &mut found);
            assert!(found.len() > 14, "{:?}", found.keys());
            let laid = whole(track);
            for (path, text) in found.iter().filter(|(path, _)| *path != "Cargo.toml") {
                assert!(laid.get(path) == Some(text), "{path} is not laid out");
            }
        }
    }

    /// What is cloned elsewhere finds nothing where this was.
    #[test]
    fn paths_are_relative() {
        let home = env!("CARGO_MANIFEST_DIR");
        let project = home.strip_suffix("/raftlab").expect("its place");
        let files = whole(Track::Labs);
        for (path, text) in &files {
            assert!(!text.contains(project), "{path} names {project}");
        }
        let root = &files["Cargo.toml"];
        assert!(root.contains("\"harness/labapi\""), "{root}");
        assert!(!root.contains("../"), "{root}");
    }

    /// A first build needs what the project's own did, and no more; so does one without a network.
    #[test]
    fn the_lock_file_is_the_projects() {
        let lock = |text: &str| -> BTreeSet<String> {
            let table: toml::Table = text.parse().expect("cargo wrote it");
            let packages = table["package"].as_array().expect("it lists packages");
            let outside = packages
                .iter()
                .filter(|found| found.get("source").is_some());
            outside
                .map(|found| format!("{} {}", found["name"], found["version"]))
                .collect()
        };
        let ours = lock(include_str!("../../Cargo.lock"));
        for track in [Track::Labs, Track::Tinykv] {
            let theirs = lock(&whole(track)["Cargo.lock"]);
            let strangers: Vec<_> = theirs.difference(&ours).collect();
            assert!(strangers.is_empty(), "not in the project's: {strangers:?}");
        }
    }
}
