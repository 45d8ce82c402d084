//! Takes of a submission what it consists of: its Rust sources. Manifests, build scripts and
//! whatever else lies beside them stay where they are.

use std::fs;
use std::path::{Path, PathBuf};
use toml::{Table, Value, toml};

/// Whether the Raft that was handed in is step-driven: a workspace of that track, or its one crate.
pub(super) fn is_step_driven(from: &Path) -> bool {
    let manifest = fs::read_to_string(from.join("Cargo.toml")).unwrap_or_default();
    let manifest: Table = manifest.parse().unwrap_or_default();
    let package = manifest.get("package").and_then(|table| table.get("name"));
    let is_it = package.and_then(Value::as_str) == Some("rawraft");
    is_it || from.join("rawraft/src/lib.rs").is_file()
}

/// Copies the sources of the crate `name` (`raft`, `rawraft` or `kvraft`) in `from` to a crate of
/// that name in `folder`, under a manifest of our own, on the `harness`. What was handed in is a
/// workspace, or the one crate.
pub(super) fn collect(
    name: &str,
    from: &Path,
    folder: &Path,
    harness: &Path,
) -> Result<(), String> {
    let is_there = |sources: &PathBuf| sources.join("lib.rs").is_file();
    let is_workspace = ["raft", "rawraft", "kvraft"]
        .iter()
        .any(|name| is_there(&from.join(name).join("src")));
    let sources = match is_workspace {
        true => from.join(name).join("src"),
        false => from.join("src"),
    };
    if !is_there(&sources) {
        return Err(match is_workspace {
            true => format!("there is no {name}/src/lib.rs"),
            false => format!("there is neither {name}/src/lib.rs nor src/lib.rs"),
        });
    }
    let to = folder.join(name);
    let told = |error: std::io::Error| format!("its files cannot be taken: {error}");
    if to.exists() {
        fs::remove_dir_all(&to).map_err(told)?;
    }
    copy_sources(&sources, &to.join("src")).map_err(told)?;
    fs::write(to.join("Cargo.toml"), manifest(name, harness)).map_err(told)
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
fn manifest(name: &str, harness: &Path) -> String {
    let labapi = harness.join("labapi").display().to_string();
    let mut manifest = toml! {
        [package]
        name = ""
        version = "0.1.0"
        edition = "2024"
        publish = false

        [workspace]

        [dependencies]
        bytes = "1"
        labapi = { path = "" }
        log = "0.4"
        serde = { version = "1", features = ["derive"] }
    };
    manifest["package"]["name"] = name.into();
    manifest["dependencies"]["labapi"]["path"] = labapi.into();
    manifest.to_string()
}
