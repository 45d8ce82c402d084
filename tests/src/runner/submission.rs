//! Judging a crate that is not linked into this program: a ten-line `main` is written around it,
//! built beside the project's own crates, and run in this one's place.

use super::{interrupt, root, workspace, write_whole};
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// What is expected of a crate.
const MAKE: &str = "pub fn make(Vec<ClientEnd>, usize, Arc<Persister>, Sender<ApplyMsg>) \
                    -> Arc<dyn Raft>";

/// Builds the crate at `path` with the suites, and runs it with the other arguments.
pub(super) fn judge(path: &Path) -> Result<ExitCode, String> {
    let (path, name) = inspect(path)?;
    let program = format!("judged-{:016x}", number(&path));
    let home = write_main(&path, &name, &program).map_err(|error| {
        format!(
            "cannot write the program that runs {}: {error}",
            path.display()
        )
    })?;
    let built = build(&home, &path, &name, &program)?;
    let mut program = Command::new(built);
    program.arg("--judged").arg(&path);
    program.args(arguments_without_raft());
    let status = interrupt::status(&mut program)
        .map_err(|error| format!("cannot run what was built from {}: {error}", path.display()))?;
    Ok(ExitCode::from(status.code().unwrap_or(2) as u8))
}

/// The crate's full path and its package's name.
fn inspect(path: &Path) -> Result<(PathBuf, String), String> {
    // cargo test runs this in the package's folder; paths are meant from the project's root.
    let from_root = root().join(path);
    let path = [path, &from_root]
        .into_iter()
        .find(|path| path.exists())
        .ok_or_else(|| {
            format!(
                "there is nothing at {}: RAFT= takes the folder of a crate",
                path.display()
            )
        })?;
    let manifest = path.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).map_err(|_| {
        format!(
            "{} is no crate, it has no Cargo.toml: RAFT= takes the folder of a crate",
            path.display()
        )
    })?;
    let metadata = Command::new(cargo())
        .args(["read-manifest", "--manifest-path"])
        .arg(&manifest)
        .stderr(Stdio::null())
        .output();
    let name = metadata
        .ok()
        .and_then(|output| name_in(&String::from_utf8_lossy(&output.stdout)));
    let name = name.or_else(|| {
        text.contains("[package]")
            .then(|| name_in_toml(&text))
            .flatten()
    });
    let name = name.ok_or_else(|| match text.contains("[workspace]") {
        true => format!(
            "{} is a workspace, not a crate: RAFT= takes the folder of one of its members",
            path.display()
        ),
        false => format!("{} names no package", manifest.display()),
    })?;
    let full = path
        .canonicalize()
        .map_err(|error| format!("{}: {error}", path.display()))?;
    Ok((full, name))
}

/// The value of `"name"` in what `cargo read-manifest` prints; it comes first.
fn name_in(json: &str) -> Option<String> {
    let after = json.split_once("\"name\":\"")?.1;
    Some(after.split_once('"')?.0.to_string())
}

fn name_in_toml(text: &str) -> Option<String> {
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| line.starts_with("name"))?;
    Some(line.split('"').nth(1)?.to_string())
}

/// Tells crates of one name apart, so that each has a program of its own.
fn number(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

/// Writes the program around the crate; its folder.
fn write_main(path: &Path, name: &str, program: &str) -> std::io::Result<PathBuf> {
    let root = workspace();
    let home = root.join("target/raftlab/submissions").join(program);
    fs::create_dir_all(home.join("src"))?;
    let profiles = fs::read_to_string(root.join("Cargo.toml"))?;
    let profiles = profiles
        .split_once("\n[profile.")
        .map_or("", |(_, after)| after);
    // The crate is named as a table, so that neither path nor name can break out of its quotes.
    let manifest = format!(
        "[package]\nname = \"{program}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
         publish = false\n\n\
         [workspace]\n\n[dependencies]\nlabapi = {{ path = {labapi} }}\n\
         tests = {{ path = {tests} }}\nsubmission = {{ package = {name}, path = {path} }}\n\n\
         [profile.{profiles}\n\
         # Not a member here, but what is under test: checked as a member is.\n\
         [profile.dev.package.{name}]\ndebug-assertions = true\noverflow-checks = true\n",
        labapi = quote(&root.join("labapi").display().to_string()),
        tests = quote(&root.join("tests").display().to_string()),
        name = quote(name),
        path = quote(&path.display().to_string()),
    );
    write_if_new(&home.join("Cargo.toml"), &manifest)?;
    let main = format!(
        "use std::process::ExitCode;\n\nfn main() -> ExitCode {{\n    \
         tests::main(tests::Submission {{ name: {}, raft: submission::make }})\n}}\n",
        quote(name)
    );
    write_if_new(&home.join("src/main.rs"), &main)?;
    // Cargo adds the submission to the copy. When the original has changed since, the copy would
    // send cargo out to look for what it lacks.
    let (ours, copy) = (root.join("Cargo.lock"), home.join("Cargo.lock"));
    if is_older(&copy, &ours) {
        write_whole(&copy, &fs::read_to_string(&ours)?)?;
    }
    Ok(home)
}

/// Whether `one` was written before `other`, or never.
fn is_older(one: &Path, other: &Path) -> bool {
    let written = |path| fs::metadata(path).and_then(|data| data.modified()).ok();
    written(one) < written(other)
}

/// A TOML or Rust string.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Leaves an equal file alone, so that nothing is built again for it.
fn write_if_new(path: &Path, text: &str) -> std::io::Result<()> {
    match fs::read_to_string(path) {
        Ok(present) if present == text => Ok(()),
        _ => write_whole(path, text),
    }
}

fn build(home: &Path, path: &Path, name: &str, program: &str) -> Result<PathBuf, String> {
    let target = workspace().join("target");
    if std::io::stderr().is_terminal() {
        eprintln!("Building {}", path.display());
    }
    let output = Command::new(cargo())
        .args(["build", "--quiet", "--color", "never", "--manifest-path"])
        .arg(home.join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", &target)
        .output()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if output.status.success() {
        return Ok(target.join("debug").join(program));
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let failed = |package: &str| text.contains(&format!("could not compile `{package}`"));
    let path = path.display();
    let (what, error) = match (failed(name), failed(program)) {
        (true, _) => (format!("{path} does not compile"), first_error(&text)),
        // Only our few lines around the crate do not: it is not what they expect.
        (false, true) => (
            format!("{path} offers no `{MAKE}` (labapi::MakeRaft)"),
            first_error(&text),
        ),
        (false, false) => (format!("{path} cannot be built"), from_first_error(&text)),
    };
    Err(format!("{what}; the first error is\n{error}"))
}

/// The compiler's first error, without the warnings before it.
fn first_error(text: &str) -> String {
    let text = from_first_error(text);
    let first = text.split_once("\n\n").map(|(first, _)| first);
    first.unwrap_or(&text).to_string()
}

/// What cargo says from its first error on. Its own errors tell their causes last.
fn from_first_error(text: &str) -> String {
    let lines = text.lines().skip_while(|line| !line.starts_with("error"));
    lines.collect::<Vec<_>>().join("\n")
}

fn cargo() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// This program's arguments, less `--raft` and its value.
fn arguments_without_raft() -> Vec<String> {
    let mut arguments = std::env::args().skip(1);
    let mut kept = Vec::new();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--raft" => drop(arguments.next()),
            raft if raft.starts_with("--raft=") => {}
            _ => kept.push(argument),
        }
    }
    kept
}
