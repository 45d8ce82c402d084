//! Where things lie, and how they are written.

use super::interrupt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

/// The root of the workspace in which this program was called: the project's own, or a student's.
pub(crate) fn root() -> PathBuf {
    let is_root = |folder: &&Path| {
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml"));
        manifest.is_ok_and(|text| text.contains("[workspace]"))
    };
    let here = std::env::current_dir().unwrap_or_default();
    let root = here.ancestors().find(is_root).map(Path::to_path_buf);
    root.unwrap_or_else(harness)
}

/// Where traces and results are put.
pub(crate) fn notes() -> PathBuf {
    root().join("target/raftlab")
}

/// The checkout of the harness that this program was built from.
pub fn harness() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// Where the code lies that is nobody's mistake but ours.
pub(crate) fn own_sources() -> Vec<PathBuf> {
    let crates = [
        "labapi",
        "labcodec",
        "labrpc",
        "persister",
        "tests/suites",
        "tests/runner",
    ];
    let folder = |name: &&str| harness().join(name).join("src");
    crates.iter().map(folder).collect()
}

/// The cargo that runs us, or else the one that a shell finds.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Writes a file of which nobody at the same work, here or in another process, ever sees a half:
/// whoever reads sees the old file or the new one.
pub fn write_whole(path: &Path, text: impl AsRef<[u8]>) -> io::Result<()> {
    static DRAFTS: AtomicU64 = AtomicU64::new(0);
    let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
    let draft = path.with_extension(format!("{}-{number}.new", std::process::id()));
    let _whole = interrupt::whole();
    std::fs::write(&draft, text)?;
    std::fs::rename(draft, path)
}

/// The same, but leaves an equal file alone, so that nothing is built again for it.
pub(crate) fn write_if_new(path: &Path, text: &str) -> io::Result<()> {
    match std::fs::read_to_string(path) {
        Ok(present) if present == text => Ok(()),
        _ => write_whole(path, text),
    }
}
