//! One program that holds all bugs: each is a crate, the reference with the bug in it.

use super::patch::{BASE, Patch};
use super::progress;
use runner::files::{cargo, copy_folder, write_if_new, write_whole};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

/// Lays out the crate of each bug, as far as it has changed.
pub(super) fn lay_out_all<'a>(
    root: &Path,
    folder: &Path,
    all: impl IntoIterator<Item = &'a Patch>,
) -> Result<(), String> {
    all.into_iter()
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
    /// To run the cases with what a machine made.
    Mechanical,
}

/// Builds the program that holds these; where it is.
pub(super) fn build(
    root: &Path,
    folder: &Path,
    patches: &[&Patch],
    purpose: Purpose,
) -> Result<PathBuf, String> {
    try_build(root, folder, patches, purpose).map_err(|text| {
        // A bug often leaves something unused: warnings say nothing here.
        let from = text.find("\nerror").unwrap_or(0);
        format!("a bug does not compile:{}", &text[from..])
    })
}

/// The same of as many as can be compiled; those that cannot are taken out.
pub(super) fn build_viable(
    root: &Path,
    folder: &Path,
    patches: &mut Vec<&Patch>,
) -> Result<PathBuf, String> {
    loop {
        let text = match try_build(root, folder, patches, Purpose::Mechanical) {
            Ok(judge) => return Ok(judge),
            Err(text) => text,
        };
        let failed = |patch: &&Patch| text.contains(&format!("could not compile `{}`", patch.name));
        let before = patches.len();
        patches.retain(|patch| !failed(patch));
        if patches.len() == before {
            let from = text.find("\nerror").unwrap_or(0);
            return Err(format!("it does not compile:{}", &text[from..]));
        }
    }
}

/// What cargo wrote, if it could not.
fn try_build(
    root: &Path,
    folder: &Path,
    patches: &[&Patch],
    purpose: Purpose,
) -> Result<PathBuf, String> {
    let (name, verb) = match purpose {
        Purpose::Check => ("mutants-check", "check"),
        Purpose::Judge => ("mutants-judge", "build"),
        Purpose::Explore => ("mutants-explore", "build"),
        Purpose::Mechanical => ("mutants-mechanical", "build"),
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
        false => Err(text),
    }
}

/// A checksum of all that judges, and of what the bugs are put into: what is known of a bug holds
/// until one of these changes.
pub(super) fn harness(root: &Path) -> Result<u64, String> {
    let crates = [
        "labapi",
        "labcodec",
        "labrpc",
        "labrt",
        "linearizability",
        "persister",
        "raft",
        "kvraft",
        "rawraft",
        "tests/bridge",
        "tests/suites",
        "tests/runner",
    ];
    let mut files = vec![
        root.join("Cargo.lock"),
        root.join("tests/mutants").join(format!("{BASE}.patch")),
    ];
    let fails = |error: io::Error| format!("cannot read the harness: {error}");
    for name in crates {
        sources(&root.join(name).join("src"), &mut files).map_err(fails)?;
    }
    files.sort();
    let mut sum = 0;
    for file in files {
        let text = fs::read_to_string(file).map_err(fails)?;
        sum = checksum(&format!("{sum}{text}"));
    }
    Ok(sum)
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => sources(&entry.path(), files)?,
            false => files.push(entry.path()),
        }
    }
    Ok(())
}

/// FNV-1a: the same tomorrow, which the hashes of std do not promise.
pub(super) fn checksum(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
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
    let base = root.join("tests/mutants").join(format!("{BASE}.patch"));
    match reference == "raft" {
        // It was made of the reference as it is. Where it changes what the base takes away, that
        // stays.
        true if patch.is_mechanical => {
            apply(&fresh, &patch.path)?;
            let _ = apply(&fresh, &base);
        }
        true => {
            apply(&fresh, &base)?;
            apply(&fresh, &patch.path)?;
        }
        false => apply(&fresh, &patch.path)?,
    }
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
