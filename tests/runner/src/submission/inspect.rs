//! A crate that was handed in: whether it is one, what it is called, and whether it was written for
//! this harness.

use crate::files::{cargo, harness, root};
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The crate's full path, its package's name, and what cargo is to build: the crate itself, or its
/// sources on this harness, if it lies in a workspace with a harness of its own.
pub(super) fn crate_at(path: &Path, variable: &str) -> Result<(PathBuf, String, PathBuf), String> {
    // cargo test runs this in the package's folder; paths are meant from the project's root.
    let from_root = root().join(path);
    let path = [path, &from_root]
        .into_iter()
        .find(|path| path.exists())
        .ok_or_else(|| {
            format!(
                "there is nothing at {}: {variable}= takes the folder of a crate",
                path.display()
            )
        })?;
    let manifest = path.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).map_err(|_| {
        format!(
            "{} is no crate, it has no Cargo.toml: {variable}= takes the folder of a crate",
            path.display()
        )
    })?;
    let table = text.parse::<Table>();
    let table = table.map_err(|error| {
        let first = error.message().lines().next().unwrap_or_default();
        format!("{} is no manifest: {first}", manifest.display())
    })?;
    let package = table.get("package").and_then(|package| package.get("name"));
    let Some(name) = package.and_then(Value::as_str) else {
        return Err(match table.contains_key("workspace") {
            true => format!(
                "{} is a workspace, not a crate: {variable}= takes the folder of one of its \
                 members",
                path.display()
            ),
            false => format!("{} names no package", manifest.display()),
        });
    };
    let full = path
        .canonicalize()
        .map_err(|error| format!("{}: {error}", path.display()))?;
    let built = match has_own_harness(path, &full)? {
        true => super::program::adopt(&full, name)
            .map_err(|error| format!("{} cannot be built here: {error}", path.display()))?,
        false => full.clone(),
    };
    Ok((full, name.to_string(), built))
}

/// What `cargo metadata` tells of a package.
#[derive(Deserialize)]
struct Package {
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// Where it lies, if it comes from no registry and no repository.
    path: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// The crates that a submission may name, and must have in common with the suites.
const SHARED: [&str; 2] = ["labapi", "labrt"];

/// A submission for another checkout of the harness has other types: cargo says something of
/// collisions, or the compiler of two versions of one trait. It is refused, unless it is one of the
/// copies that workspaces hold (whether it is).
fn has_own_harness(typed: &Path, folder: &Path) -> Result<bool, String> {
    let output = cargo()
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .arg("--manifest-path")
        .arg(folder.join("Cargo.toml"))
        .output();
    // What cargo does not understand it will say itself when it is to build it.
    let metadata = output
        .ok()
        .and_then(|output| serde_json::from_slice::<Metadata>(&output.stdout).ok());
    let packages = metadata.map_or(Vec::new(), |metadata| metadata.packages);
    let manifest = folder.join("Cargo.toml");
    let dependencies = packages
        .into_iter()
        .filter(|package| package.manifest_path == manifest)
        .flat_map(|package| package.dependencies);
    for dependency in dependencies.filter(|found| SHARED.contains(&found.name.as_str())) {
        let ours = harness().join(&dependency.name);
        let ours = ours.canonicalize().unwrap_or(ours);
        let theirs = dependency.path.as_deref().map(Path::canonicalize);
        let place = match theirs {
            Some(Ok(theirs)) if theirs == ours => continue,
            Some(Ok(theirs)) if theirs.with_file_name("CHECKSUMS").is_file() => return Ok(true),
            // Cargo says best what is missing.
            Some(Err(_)) => continue,
            Some(Ok(theirs)) => theirs.display().to_string(),
            None => "elsewhere".into(),
        };
        return Err(format!(
            "{} takes {} from {place}, which is not this harness's: point it here ({} = {{ path = \
             {} }})",
            typed.display(),
            dependency.name,
            dependency.name,
            super::program::written(&ours)
        ));
    }
    Ok(false)
}
