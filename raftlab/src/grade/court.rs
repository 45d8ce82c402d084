//! Where submissions are judged: a workspace with the harness that this program carries, laid out
//! once for each harness below the user's cache, and built there; or a checkout of the project.

use crate::harness::{self, CHECKSUMS, FOLDER};
use crate::pack;
use crate::workspace::Workspace;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// A workspace that judges, and the harness that submissions are built on.
pub(super) struct Court {
    pub(super) workspace: Workspace,
    pub(super) harness: PathBuf,
}

impl Court {
    /// The one at a checkout, or our own.
    pub(super) fn open(link: Option<&Path>) -> Result<Court, String> {
        if let Some(checkout) = link {
            let full = fs::canonicalize(checkout).map_err(|error| {
                format!("there is no checkout at {}: {error}", checkout.display())
            })?;
            return Ok(Court {
                workspace: Workspace::at(&full)?,
                harness: full,
            });
        }
        let harness = harness::of_graders();
        let root = cache()?.join(format!("harness-{}", harness::number(&harness[CHECKSUMS])));
        if !root.exists() {
            lay(&harness, &root)?;
        }
        Ok(Court {
            workspace: Workspace::at(&root)?,
            harness: root.join(FOLDER),
        })
    }
}

/// Where this user's programs keep what they can make again.
fn cache() -> Result<PathBuf, String> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    let cache = set("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(Path::new(&set("HOME")?).join(".cache")));
    let cache =
        cache.ok_or("there is no place for the harness: neither XDG_CACHE_HOME nor HOME")?;
    Ok(cache.join("raftlab"))
}

/// Lays out a workspace; whoever looks meanwhile sees none of it.
fn lay(harness: &harness::Files, root: &Path) -> Result<(), String> {
    let draft = root.with_extension(format!("{}-new", std::process::id()));
    let court = pack::below("court");
    let court = court.map(|(path, text)| (path.to_string(), text.to_string()));
    harness::lay(&court.collect(), &draft)?;
    harness::lay(harness, &draft.join(FOLDER))?;
    match fs::rename(&draft, root) {
        // Somebody else was faster.
        Err(_) if root.exists() => fs::remove_dir_all(&draft),
        renamed => renamed,
    }
    .map_err(|error| format!("cannot make {}: {error}", root.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    /// What the program carries is a workspace in which cargo finds all that judging needs.
    #[test]
    fn the_carried_harness_is_whole() {
        let folder = env::temp_dir().join(format!("raftlab-court-{}", std::process::id()));
        let root = folder.join("court");
        let laid = lay(&harness::of_graders(), &root);
        let metadata = Command::new(env!("CARGO"))
            .current_dir(&root)
            .args(["metadata", "--offline", "--format-version", "1"])
            .output();
        let is_found = Workspace::at(&root).is_ok();
        let _ = fs::remove_dir_all(&folder);
        assert_eq!(laid, Ok(()));
        assert!(is_found);
        let metadata = metadata.expect("cargo can be run");
        assert!(metadata.status.success(), "{metadata:?}");
        let told = String::from_utf8_lossy(&metadata.stdout);
        for name in ["raftlab-runner", "kvraft", "raft", "court"] {
            assert!(told.contains(&format!("\"name\":\"{name}\"")), "{name}");
        }
    }
}
