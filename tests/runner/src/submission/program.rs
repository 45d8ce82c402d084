//! The program of ten lines around the crates, and its manifest.

use super::{Crates, Part};
use crate::files::{harness, root, write_if_new, write_whole};
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// Writes the program around the crates; its folder.
pub(super) fn write(crates: &Crates, program: &str) -> std::io::Result<PathBuf> {
    let root = root();
    let home = root.join("target/raftlab/submissions").join(program);
    fs::create_dir_all(home.join("src"))?;
    let ours: Table = fs::read_to_string(root.join("Cargo.toml"))?
        .parse()
        .map_err(std::io::Error::other)?;
    let manifest = manifest(crates, program, &ours);
    write_if_new(&home.join("Cargo.toml"), &manifest.to_string())?;
    write_if_new(&home.join("src/main.rs"), &main_of(crates))?;
    // Cargo adds the submission to the copy. When the original has changed since, the copy would
    // send cargo out to look for what it lacks.
    let (ours, copy) = (root.join("Cargo.lock"), home.join("Cargo.lock"));
    if is_older(&copy, &ours) {
        write_whole(&copy, &fs::read_to_string(&ours)?)?;
    }
    Ok(home)
}

/// The ten lines.
fn main_of(crates: &Crates) -> String {
    let tiny = crates
        .tiny
        .as_ref()
        .map(|tiny| format!("{}::Tiny", tiny.alias));
    let raft = match (&crates.raft, &tiny) {
        (Some(raft), _) => format!("{}::make", raft.alias),
        (None, tiny) => format!("bridge::make::<{}>", tiny.as_deref().unwrap_or_default()),
    };
    let step = match tiny {
        Some(tiny) => format!("Some(labapi::step::StepDriven::of::<{tiny}>())"),
        None => "None".to_string(),
    };
    let lab4 = match &crates.raft {
        Some(raft) if is_one(raft, &crates.kv) => raft.alias,
        _ => crates.kv.alias,
    };
    let title = crates.title();
    format!(
        "use runner::{{Judged, Submission}};\nuse std::process::ExitCode;\n\n\
         fn main() -> ExitCode {{\n    let submission = Submission {{\n        \
         name: {title:?},\n        raft: {raft},\n        lab4: {lab4}::lab4(),\n    }};\n    \
         runner::main(Judged {{ submission, step: {step} }})\n}}\n"
    )
}

/// Writes a crate of these sources on this harness, with what every submission may use; its folder.
pub(super) fn adopt(folder: &Path, name: &str) -> std::io::Result<PathBuf> {
    let mut manifest = toml::toml! {
        [package]
        version = "0.1.0"
        edition = "2024"
        publish = false

        [workspace]

        [lib]

        [dependencies]
        bytes = "1"
        labapi = {}
        log = "0.4"
        serde = { version = "1", features = ["derive"] }
    };
    entry(&mut manifest, &["package"]).insert("name".into(), name.into());
    let entrance = written(&folder.join("src/lib.rs"));
    entry(&mut manifest, &["lib"]).insert("path".into(), entrance);
    let labapi = written(&harness().join("labapi"));
    entry(&mut manifest, &["dependencies", "labapi"]).insert("path".into(), labapi);
    let mut hasher = DefaultHasher::new();
    folder.hash(&mut hasher);
    let home = format!(
        "target/raftlab/submissions/adopted-{:016x}",
        hasher.finish()
    );
    let home = root().join(home);
    fs::create_dir_all(&home)?;
    write_if_new(&home.join("Cargo.toml"), &manifest.to_string())?;
    Ok(home)
}

/// One crate may be both; a package depends on it but once.
fn is_one(raft: &Part, kv: &Part) -> bool {
    raft.path == kv.path
}

/// The manifest of the program around the crates; `ours` is that of the project.
fn manifest(crates: &Crates, program: &str, ours: &Table) -> Table {
    let mut manifest = toml::toml! {
        [package]
        version = "0.0.0"
        edition = "2024"
        publish = false

        [workspace]

        [dependencies.labapi]
        [dependencies.runner]

        [profile.dev.package]
    };
    entry(&mut manifest, &["package"]).insert("name".into(), program.into());
    for (name, package, folder) in [
        ("labapi", "labapi", "labapi"),
        ("runner", "raftlab-runner", "tests/runner"),
        ("bridge", "raftlab-bridge", "tests/bridge"),
    ] {
        if name == "bridge" && crates.tiny.is_none() {
            continue;
        }
        let dependency = entry(&mut manifest, &["dependencies", name]);
        dependency.insert("package".into(), package.into());
        dependency.insert("path".into(), written(&harness().join(folder)));
    }
    let dependencies = entry(&mut manifest, &["dependencies"]);
    for part in crates.all() {
        // The second of a pair that is one.
        let is_there = part.alias == crates.kv.alias
            && crates.raft.as_ref().is_some_and(|raft| is_one(raft, part));
        if !is_there {
            dependencies.insert(part.alias.into(), dependency(part));
        }
    }
    if let Some(profiles) = ours.get("profile") {
        manifest.insert("profile".into(), profiles.clone());
    }
    // Not members here, but what is under test and edited: built and checked as members are.
    for part in crates.all() {
        let checks = entry(&mut manifest, &["profile", "dev", "package", &part.name]);
        for check in ["incremental", "debug-assertions", "overflow-checks"] {
            checks.insert(check.into(), true.into());
        }
    }
    manifest
}

/// The table at this path, made if there is none.
fn entry<'a>(table: &'a mut Table, path: &[&str]) -> &'a mut Table {
    let Some((first, rest)) = path.split_first() else {
        return table;
    };
    let inner = table.entry(*first).or_insert_with(|| Table::new().into());
    let inner = inner.as_table_mut();
    entry(inner.expect("a manifest has tables there"), rest)
}

/// Whether `one` was written before `other`, or never.
fn is_older(one: &Path, other: &Path) -> bool {
    let written = |path| fs::metadata(path).and_then(|data| data.modified()).ok();
    written(one) < written(other)
}

/// What a table of dependencies says of a crate.
fn dependency(part: &Part) -> Value {
    Value::Table(Table::from_iter([
        ("package".into(), part.name.as_str().into()),
        ("path".into(), written(&part.built)),
    ]))
}

/// A path, in a manifest.
pub(super) fn written(path: &Path) -> Value {
    path.display().to_string().into()
}
