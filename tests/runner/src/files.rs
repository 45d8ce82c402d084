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
    root.unwrap_or_else(built_in)
}

/// Where traces and results are put.
pub(crate) fn notes() -> PathBuf {
    root().join("target/raftlab")
}

/// Where cargo builds what belongs to this workspace.
pub(crate) fn target() -> PathBuf {
    let set = std::env::var_os("CARGO_TARGET_DIR").filter(|folder| !folder.is_empty());
    root().join(set.unwrap_or_else(|| "target".into()))
}

/// The harness that this program was built with: the project's checkout, or a workspace's folder,
/// which may have been moved since.
pub(crate) fn harness() -> PathBuf {
    let near = root().join(as_compiled());
    match near.join("tests/runner").is_dir() {
        true => near,
        false => built_in(),
    }
}

/// The harness's folder as the compiler named it: from the root of the workspace that it was
/// compiled in, or in full if it lay elsewhere. Panics name their places so.
fn as_compiled() -> &'static Path {
    let here = Path::new(file!());
    here.ancestors().nth(4).unwrap_or(here)
}

/// Where the harness lay when this program was built.
fn built_in() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// Where the code lies that is nobody's mistake but ours, as the compiler names it.
pub(crate) fn own_sources() -> Vec<PathBuf> {
    let crates = [
        "labapi",
        "labcodec",
        "labrpc",
        "persister",
        "tests/suites",
        "tests/host",
        "tests/runner",
        "tests/bridge",
    ];
    let folder = |name: &&str| as_compiled().join(name).join("src");
    crates.iter().map(folder).collect()
}

/// Where the cases lie, as the compiler names it.
pub(crate) fn cases() -> PathBuf {
    as_compiled().join("tests/suites/src/cases")
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

/// Copies what is in a folder, and in those within, over what is in another. The copies are of now:
/// cargo takes a file that kept its age for one that it knows.
pub fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy_folder(&entry.path(), &target)?,
            false => std::fs::write(target, std::fs::read(entry.path())?)?,
        }
    }
    Ok(())
}

/// The same, but leaves an equal file alone, so that nothing is built again for it.
pub fn write_if_new(path: &Path, text: &str) -> io::Result<()> {
    match std::fs::read_to_string(path) {
        Ok(present) if present == text => Ok(()),
        _ => write_whole(path, text),
    }
}
