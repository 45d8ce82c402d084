//! `raftlab update`: the harness that this program carries, in place of a workspace's own.

use crate::harness::{self, CHECKSUMS, Difference, FOLDER};
use crate::track::Track;
use crate::workspace::Workspace;
use crate::{git, pack};
use runner::sayln;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// Replace the harness of this workspace by the one that raftlab carries
///
/// Changes nothing outside of the folder `harness`, except for Cargo.lock where that is as it was
/// laid out; refuses where something in the folder was edited.
#[derive(clap::Args)]
pub(crate) struct Update {
    /// Even if something in the folder was edited: what it holds is committed first
    #[arg(long)]
    force: bool,
}

/// Paths of a kind that are shown.
const SHOWN: usize = 8;

impl Update {
    pub(crate) fn run(self) -> Result<ExitCode, String> {
        let root = Workspace::find()?.root;
        let folder = root.join(FOLDER);
        let laid = fs::read_to_string(folder.join(CHECKSUMS)).map_err(|_| {
            format!(
                "{} has no harness of its own ({FOLDER}/{CHECKSUMS}) that could be replaced",
                root.display()
            )
        })?;
        let edits = harness::edits(&folder)
            .map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
        let newer = harness::of_students(Track::of(&root));
        let (old, next) = (harness::number(&laid), harness::number(&newer[CHECKSUMS]));
        if edits.is_none() && old == next {
            sayln!("The harness is the newest that raftlab carries ({next}).");
            return Ok(ExitCode::SUCCESS);
        }
        if !edits.is_none() {
            self.keep(&root, &edits)?;
        }
        let changes = harness::between(&laid, &newer[CHECKSUMS]);
        let lock = fs::read_to_string(folder.join(harness::LOCK)).unwrap_or_default();
        replace(&folder, &newer)?;
        sayln!("The harness is {next} now; it was {old}.");
        tell(&changes);
        renew_lock(&root, &lock)?;
        sayln!("\nWhat is new: {FOLDER}/CHANGELOG.md. To keep it:");
        sayln!("  git add -A && git commit -m 'Update the harness'");
        Ok(ExitCode::SUCCESS)
    }

    /// Sees to it that what was edited is not lost, or refuses.
    fn keep(&self, root: &Path, edits: &Difference) -> Result<(), String> {
        let mut paths = edits.paths();
        let first = paths.next().map_or("", String::as_str);
        let more = match paths.count() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let what = format!("{FOLDER}/{first}{more} was edited here");
        if !self.force {
            return Err(format!(
                "{what}; undo that (git checkout {FOLDER}), or keep it in a commit and replace it: \
                 raftlab update --force"
            ));
        }
        if !git::is_kept(root) {
            return Err(format!(
                "{what}, and this is no git repository that would keep it: copy it, and undo it"
            ));
        }
        if git::is_committed(root, FOLDER)? {
            sayln!("{what}: git has it.");
        } else {
            git::commit(root, "Keep what was edited in the harness", &[FOLDER])?;
            sayln!("{what}: it is in the last commit (git show).");
        }
        Ok(())
    }
}

/// The lock file that goes with the newer harness, where the old one is as it was laid out. What a
/// student has added to it, cargo reconciles.
fn renew_lock(root: &Path, old: &str) -> Result<(), String> {
    let file = root.join("Cargo.lock");
    let present = fs::read_to_string(&file).unwrap_or_default();
    let newer = pack::lock(Track::of(root));
    if present == newer {
        return Ok(());
    }
    if present != old {
        sayln!("  Cargo.lock has changed since it was laid out, and stays as it is.");
        return Ok(());
    }
    sayln!("  changed  Cargo.lock");
    fs::write(&file, newer).map_err(|error| format!("cannot write {}: {error}", file.display()))
}

/// Puts the new files there, and takes away what is no longer one. Built things stay.
fn replace(folder: &Path, newer: &harness::Files) -> Result<(), String> {
    let told = |error: std::io::Error| format!("cannot replace {}: {error}", folder.display());
    let present = harness::paths(folder).map_err(told)?;
    for path in present.iter().filter(|path| !newer.contains_key(*path)) {
        fs::remove_file(folder.join(path)).map_err(told)?;
    }
    harness::lay(newer, folder)
}

fn tell(changes: &Difference) {
    let kinds = [
        ("changed", &changes.changed),
        ("new", &changes.new),
        ("gone", &changes.gone),
    ];
    for (kind, paths) in kinds {
        for path in paths.iter().take(SHOWN) {
            sayln!("  {kind:<8} {FOLDER}/{path}");
        }
        if paths.len() > SHOWN {
            sayln!("  {kind:<8} … and {} more", paths.len() - SHOWN);
        }
    }
}
