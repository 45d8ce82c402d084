//! What is asked of git. A machine without it loses the repository, and nothing else.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

/// Who commits where git knows nobody.
const NOBODY: [(&str, &str); 4] = [
    ("GIT_AUTHOR_NAME", "raftlab"),
    ("GIT_AUTHOR_EMAIL", "raftlab@localhost"),
    ("GIT_COMMITTER_NAME", "raftlab"),
    ("GIT_COMMITTER_EMAIL", "raftlab@localhost"),
];

/// Runs git there; the first line that it said, or why it failed.
fn git(at: &Path, as_whom: &[(&str, &str)], words: &[&str]) -> Result<String, String> {
    let mut git = Command::new("git");
    // Whoever calls us from a hook of another repository does not mean that one.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        git.env_remove(variable);
    }
    let output = git
        .arg("-C")
        .arg(at)
        .args(words)
        .envs(as_whom.iter().copied())
        .stdin(Stdio::null())
        .output()
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => "there is no git".to_string(),
            _ => format!("git cannot be run: {error}"),
        })?;
    let first = |text: &[u8]| {
        let text = String::from_utf8_lossy(text);
        text.lines().next().unwrap_or_default().trim().to_string()
    };
    match output.status.success() {
        true => Ok(first(&output.stdout)),
        false => Err(format!("git {}: {}", words[0], first(&output.stderr))),
    }
}

/// Commits what these paths hold now, and nothing else.
pub(crate) fn commit(at: &Path, message: &str, paths: &[&str]) -> Result<(), String> {
    git(at, &[], &[&["add", "--all", "--"], paths].concat())?;
    let knows_us = git(at, &[], &["var", "GIT_COMMITTER_IDENT"]).is_ok();
    let whom = if knows_us { &[][..] } else { &NOBODY };
    let options = ["commit", "--quiet", "--no-verify", "--no-gpg-sign"];
    let words = [&options[..], &["-m", message, "--"], paths].concat();
    git(at, whom, &words).map(drop)
}

/// Makes the folder a repository with one commit of all that is in it; why not, if not.
pub(crate) fn begin(folder: &Path, message: &str) -> Result<(), String> {
    git(folder, &[], &["init", "--quiet"])?;
    commit(folder, message, &["."])
}

/// Whether git looks after what is there.
pub(crate) fn is_kept(folder: &Path) -> bool {
    git(folder, &[], &["rev-parse", "--is-inside-work-tree"]).is_ok_and(|told| told == "true")
}

/// Whether the last commit holds all that is in this folder.
pub(crate) fn is_committed(at: &Path, folder: &str) -> Result<bool, String> {
    let changed = git(at, &[], &["status", "--porcelain", "--", folder])?;
    Ok(changed.is_empty())
}
