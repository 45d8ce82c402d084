//! Takes of a submission what it consists of: its Rust sources. Manifests, build scripts and
//! whatever else lies beside them stay where they are.

use crate::new::harness;
use std::fs;
use std::path::Path;

/// Copies the sources of the Raft in `from` to the crate `to`, under a manifest of our own.
pub(super) fn collect(from: &Path, to: &Path) -> Result<(), String> {
    let inner = from.join("raft");
    let sources = [inner.join("src"), from.join("src")]
        .into_iter()
        .find(|sources| sources.join("lib.rs").is_file())
        .ok_or("there is neither raft/src/lib.rs nor src/lib.rs")?;
    let told = |error: std::io::Error| format!("its files cannot be taken: {error}");
    if to.exists() {
        fs::remove_dir_all(to).map_err(told)?;
    }
    copy_sources(&sources, &to.join("src")).map_err(told)?;
    fs::write(to.join("Cargo.toml"), manifest()).map_err(told)
}

/// Rust files and folders of them; no links, which might lead anywhere.
fn copy_sources(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            copy_sources(&entry.path(), &target)?;
        } else if kind.is_file() && target.extension().is_some_and(|end| end == "rs") {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// What every submission may use, and no more.
fn manifest() -> String {
    let labapi = harness().join("labapi").display().to_string();
    let labapi = labapi.replace('\\', "\\\\").replace('"', "\\\"");
    format!(
        "[package]\nname = \"raft\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n\
         [workspace]\n\n[dependencies]\nbytes = \"1\"\nlabapi = {{ path = \"{labapi}\" }}\n\
         log = \"0.4\"\nserde = {{ version = \"1\", features = [\"derive\"] }}\n"
    )
}
