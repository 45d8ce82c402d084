//! `raftlab new`: lays the skeleton into an empty folder.

use runner::files::harness;
use runner::terminal::shell_word;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Start a Raft of your own, and lab 4: a workspace with everything but what you are to write
#[derive(clap::Args)]
pub(crate) struct New {
    /// The folder to make; it must be empty, or not exist yet
    dir: PathBuf,
    /// Depend on the harness in this git repository, not on the one that raftlab was built from
    #[arg(long, value_name = "URL")]
    git: Option<String>,
}

/// What the skeleton consists of: where each file goes, and what it says.
const FILES: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("../skeleton/Cargo.toml")),
    ("Makefile", include_str!("../skeleton/Makefile")),
    ("README.md", include_str!("../skeleton/README.md")),
    ("clippy.toml", include_str!("../skeleton/clippy.toml")),
    (".gitignore", include_str!("../skeleton/gitignore")),
    (
        ".github/workflows/labs.yml",
        include_str!("../skeleton/ci.yml"),
    ),
    (
        "raft/Cargo.toml",
        include_str!("../skeleton/raft/Cargo.toml"),
    ),
    (
        "raft/src/apply.rs",
        include_str!("../skeleton/raft/src/apply.rs"),
    ),
    (
        "raft/src/election.rs",
        include_str!("../skeleton/raft/src/election.rs"),
    ),
    (
        "raft/src/lib.rs",
        include_str!("../skeleton/raft/src/lib.rs"),
    ),
    (
        "raft/src/log.rs",
        include_str!("../skeleton/raft/src/log.rs"),
    ),
    (
        "raft/src/messages.rs",
        include_str!("../skeleton/raft/src/messages.rs"),
    ),
    (
        "raft/src/peer.rs",
        include_str!("../skeleton/raft/src/peer.rs"),
    ),
    (
        "raft/src/replication.rs",
        include_str!("../skeleton/raft/src/replication.rs"),
    ),
    (
        "raft/src/snapshot.rs",
        include_str!("../skeleton/raft/src/snapshot.rs"),
    ),
    (
        "raft/src/state.rs",
        include_str!("../skeleton/raft/src/state.rs"),
    ),
    (
        "raft/src/threads.rs",
        include_str!("../skeleton/raft/src/threads.rs"),
    ),
    (
        "kvraft/Cargo.toml",
        include_str!("../skeleton/kvraft/Cargo.toml"),
    ),
    (
        "kvraft/src/clerk.rs",
        include_str!("../skeleton/kvraft/src/clerk.rs"),
    ),
    (
        "kvraft/src/lib.rs",
        include_str!("../skeleton/kvraft/src/lib.rs"),
    ),
    (
        "kvraft/src/rsm.rs",
        include_str!("../skeleton/kvraft/src/rsm.rs"),
    ),
    (
        "kvraft/src/server.rs",
        include_str!("../skeleton/kvraft/src/server.rs"),
    ),
    (
        "kvraft/src/store.rs",
        include_str!("../skeleton/kvraft/src/store.rs"),
    ),
    (
        "raft/examples/labs.rs",
        include_str!("../skeleton/raft/examples/labs.rs"),
    ),
    (
        "raft/tests/labs.rs",
        include_str!("../skeleton/raft/tests/labs.rs"),
    ),
];

impl New {
    pub(crate) fn run(self) -> Result<ExitCode, String> {
        let dir = &self.dir;
        refuse_content(dir)?;
        let root = self.root_manifest()?;
        for (path, text) in FILES {
            let text = if *path == "Cargo.toml" { &root } else { *text };
            let file = dir.join(path);
            let folder = file.parent().unwrap_or(dir);
            fs::create_dir_all(folder)
                .and_then(|()| fs::write(&file, text))
                .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
        }
        // The harness's own, so that a first build needs what the harness's did, and no more.
        let _ = fs::copy(harness().join("Cargo.lock"), dir.join("Cargo.lock"));
        println!("{} is ready. What comes next:\n", dir.display());
        println!("  cd {}", shell_word(&dir.display().to_string()));
        println!("  make test-3A        fails, and says what is to be written first");
        if !is_installed() {
            let package = harness().join("raftlab");
            println!(
                "  cargo install --locked --path {}",
                shell_word(&package.display().to_string())
            );
        }
        println!("  raftlab status      what is done, and what to read next");
        Ok(ExitCode::SUCCESS)
    }

    /// The skeleton's manifest, with the harness where it is.
    fn root_manifest(&self) -> Result<String, String> {
        let (_, template) = FILES[0];
        if let Some(url) = &self.git {
            let git = format!("git = {url:?}");
            let lines = template
                .lines()
                .map(|line| match line.split_once("{ path = ") {
                    Some((before, _)) => format!("{before}{{ {git} }}\n"),
                    None => format!("{line}\n"),
                });
            return Ok(lines.collect());
        }
        let harness = harness();
        if !harness.join("labapi/Cargo.toml").is_file() {
            return Err(format!(
                "the harness that raftlab was built from is no longer at {}; name one with --git",
                harness.display()
            ));
        }
        let place = harness.display().to_string();
        let place = place.replace('\\', "\\\\").replace('"', "\\\"");
        Ok(template.replace("\"../../", &format!("\"{place}/")))
    }
}

/// Whether a shell finds `raftlab`. `make skeleton` runs it from where it was built.
fn is_installed() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join("raftlab").is_file())
}

fn refuse_content(dir: &Path) -> Result<(), String> {
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
    use std::collections::BTreeMap;

    /// Where a file of the skeleton goes, if not to a place of the same name.
    const ELSEWHERE: [(&str, &str); 2] = [
        ("gitignore", ".gitignore"),
        ("ci.yml", ".github/workflows/labs.yml"),
    ];

    /// What a build in the skeleton leaves there.
    const BUILT: [&str; 2] = ["Cargo.lock", "target"];

    fn files(folder: &Path, below: &str, found: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).expect("a folder can be read") {
            let path = entry.expect("its entries can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let name = format!("{below}{name}");
            match path.is_dir() {
                _ if BUILT.contains(&name.as_str()) => {}
                true => files(&path, &format!("{name}/"), found),
                false => {
                    let moved = ELSEWHERE.iter().find(|(from, _)| *from == name);
                    let to = moved.map_or(name, |(_, to)| to.to_string());
                    found.insert(to, fs::read_to_string(path).expect("it is text"));
                }
            }
        }
    }

    /// A file that is added to the skeleton and not to the list reaches nobody.
    #[test]
    fn the_whole_skeleton_is_laid_out() {
        let mut found = BTreeMap::new();
        files(&harness().join("raftlab/skeleton"), "", &mut found);
        let laid_out = FILES
            .iter()
            .map(|(to, text)| (to.to_string(), text.to_string()));
        let laid_out: BTreeMap<String, String> = laid_out.collect();
        let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&laid_out), names(&found));
        assert!(laid_out == found, "a file's text is not that of its place");
    }
}
