//! One program that holds all bugs: each is a crate, the reference with the bug in it.

use super::patch::{BASE, Patch};
use super::progress;
use runner::files::{cargo, copy_folder, write_if_new, write_whole};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

/// Lays out the crate of each bug, as far as it has changed.
pub(super) fn lay_out_all(root: &Path, folder: &Path, all: &[Patch]) -> Result<(), String> {
    all.iter()
        .try_for_each(|patch| lay_out(root, folder, patch))
}

/// What a program is built for. Each has a folder of its own, so that none is built again for
/// another's sake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To see whether it compiles. There is no program then.
    Check,
    /// To run the cases.
    Judge,
    /// To explore scenes with one bug.
    Explore,
}

/// Builds the program that holds these; where it is.
pub(super) fn build(
    root: &Path,
    folder: &Path,
    patches: &[&Patch],
    purpose: Purpose,
) -> Result<PathBuf, String> {
    let (name, verb) = match purpose {
        Purpose::Check => ("mutants-check", "check"),
        Purpose::Judge => ("mutants-judge", "build"),
        Purpose::Explore => ("mutants-explore", "build"),
    };
    let home = folder.join(name);
    write_program(root, &home, name, patches)
        .map_err(|error| format!("cannot write to {}: {error}", home.display()))?;
    let target = root.join("target");
    let mut cargo = cargo();
    cargo
        .args([verb, "--keep-going", "--manifest-path"])
        .arg(home.join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", &target)
        .env_remove("RUSTFLAGS");
    let (status, text) =
        progress::attend(&mut cargo).map_err(|error| format!("cannot run cargo: {error}"))?;
    match status.success() {
        true => Ok(target.join("debug").join(name)),
        // A bug often leaves something unused: warnings say nothing here.
        false => {
            let from = text.find("\nerror").unwrap_or(0);
            Err(format!("a bug does not compile:{}", &text[from..]))
        }
    }
}

/// The crate of one bug. Files that are the same as before are not written: cargo looks at times.
fn lay_out(root: &Path, home: &Path, patch: &Patch) -> Result<(), String> {
    let reference = patch.reference();
    let fresh = home.join("fresh").join(&patch.name);
    let fails = |error: io::Error| format!("cannot lay out {}: {error}", patch.name);
    let _ = fs::remove_dir_all(&fresh);
    copy_folder(
        &root.join(reference).join("src"),
        &fresh.join(reference).join("src"),
    )
    .map_err(fails)?;
    if reference == "raft" {
        apply(
            &fresh,
            &root.join("tests/mutants").join(format!("{BASE}.patch")),
        )?;
    }
    apply(&fresh, &patch.path)?;
    let manifest = format!(
        "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\nbytes = \"1\"\nlabapi = {{ path = {:?} }}\nlog = \"0.4\"\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\n",
        patch.name,
        root.join("labapi")
    );
    let own = home.join(&patch.name);
    update(&fresh.join(reference).join("src"), &own.join("src")).map_err(fails)?;
    write_if_new(&own.join("Cargo.toml"), &manifest).map_err(fails)?;
    fs::remove_dir_all(&fresh).map_err(fails)
}

fn apply(folder: &Path, patch: &Path) -> Result<(), String> {
    let output = Command::new("git")
        .current_dir(folder)
        // What surrounds the folder is a repository: the patch is not for that one.
        .env("GIT_CEILING_DIRECTORIES", folder)
        .arg("apply")
        .arg(patch)
        .output()
        .map_err(|error| format!("cannot run git: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!(
            "{} does not fit the reference any more: {}",
            patch.display(),
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}

/// As `copy_folder`, but of files that differ.
fn update(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => update(&entry.path(), &target)?,
            false => write_if_new(&target, &fs::read_to_string(entry.path())?)?,
        }
    }
    Ok(())
}

/// The program around them, which is told by its environment which one to judge.
fn write_program(root: &Path, home: &Path, name: &str, patches: &[&Patch]) -> io::Result<()> {
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    let profiles = manifest.find("[profile.").map_or("", |at| &manifest[at..]);
    let mut manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [workspace]\n\n[dependencies]\n\
         runner = {{ package = \"raftlab-runner\", path = {:?} }}\n\
         the-raft = {{ package = \"raft\", path = {:?} }}\n\
         the-kvraft = {{ package = \"kvraft\", path = {:?} }}\n\
         bridge = {{ package = \"raftlab-bridge\", path = {:?} }}\nlabapi = {{ path = {:?} }}\n",
        root.join("tests/runner"),
        root.join("raft"),
        root.join("kvraft"),
        root.join("tests/bridge"),
        root.join("labapi")
    );
    let (mut arms, mut checks) = (String::new(), String::new());
    for patch in patches {
        let (name, module) = (&patch.name, patch.name.replace('-', "_"));
        let _ = writeln!(manifest, "{name} = {{ path = \"../{name}\" }}");
        let (raft, kv) = match patch.reference() {
            "raft" => (module.as_str(), "the_kvraft"),
            "kvraft" => ("the_raft", module.as_str()),
            _ => ("the_raft", "the_kvraft"),
        };
        let raft = match patch.reference() {
            "rawraft" => format!("bridge::make::<{module}::Tiny>"),
            _ => format!("{raft}::make"),
        };
        let step = match patch.reference() {
            "rawraft" => format!("Some(StepDriven::of::<{module}::Tiny>())"),
            _ => "None".to_string(),
        };
        let _ = writeln!(
            arms,
            "        {name:?} => (Submission {{ name: {name:?}, raft: {raft}, \
             lab4: {kv}::lab4() }}, {step}),"
        );
    }
    let main = format!(
        "#![allow(unused_imports)]\n\nuse labapi::step::StepDriven;\n\
         use runner::{{Judged, Submission}};\nuse std::process::ExitCode;\n\n\
         fn main() -> ExitCode {{\n    \
         let name = std::env::var(\"RAFTLAB_MUTANT\").unwrap_or_default();\n    \
         let (submission, step) = match name.as_str() {{\n{arms}        \
         _ => (Submission {{ name: \"the reference\", raft: the_raft::make, \
         lab4: the_kvraft::lab4() }}, None),\n    }};\n    \
         runner::main(Judged {{ submission, step }})\n}}\n"
    );
    fs::create_dir_all(home.join("src"))?;
    // The bugs themselves are compiled quickly, and checked as the references are.
    for patch in patches {
        let _ = writeln!(
            checks,
            "[profile.dev.package.{}]\nopt-level = 0\ndebug-assertions = true\n\
             overflow-checks = true\n",
            patch.name
        );
    }
    let manifest = format!("{manifest}\n{profiles}\n{checks}");
    write_if_new(&home.join("Cargo.toml"), &manifest)?;
    write_if_new(&home.join("src/main.rs"), &main)?;
    let lock = fs::read(root.join("Cargo.lock"))?;
    match home.join("Cargo.lock").is_file() {
        true => Ok(()),
        false => write_whole(&home.join("Cargo.lock"), lock),
    }
}
