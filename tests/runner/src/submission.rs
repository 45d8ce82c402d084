//! Judging a crate that is not linked into this program: a ten-line `main` is written around it,
//! built beside the project's own crates, and run in this one's place.

use super::{interrupt, root, workspace, write_whole};
use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// What is expected of a Raft.
const MAKE: &str = "pub fn make(Vec<ClientEnd>, usize, Arc<Persister>, Sender<ApplyMsg>) \
                    -> Arc<dyn Raft>` (labapi::MakeRaft)";

/// What is expected of lab 4.
const LAB4: &str = "pub fn lab4<M: StateMachine>() -> Lab4<M>` (labapi::kv::Lab4)";

/// One crate of a submission, or the reference in its place.
struct Part {
    /// What chooses it.
    variable: &'static str,
    /// How the program around it calls it.
    alias: &'static str,
    offers: &'static str,
    /// The package, and where it is.
    name: String,
    path: PathBuf,
    /// Whether it was handed in.
    is_theirs: bool,
}

impl Part {
    fn new(
        (variable, alias, offers): (&'static str, &'static str, &'static str),
        theirs: Option<&Path>,
        ours: &str,
    ) -> Result<Part, String> {
        let (path, name) = match theirs {
            Some(path) => inspect(path, variable)?,
            None => (workspace().join(ours), ours.to_string()),
        };
        Ok(Part {
            variable,
            alias,
            offers,
            name,
            path,
            is_theirs: theirs.is_some(),
        })
    }

    /// Its line in a table of dependencies. No path or name can break out of its quotes.
    fn dependency(&self) -> String {
        format!(
            "{} = {{ package = {}, path = {} }}\n",
            self.alias,
            quote(&self.name),
            quote(&self.path.display().to_string())
        )
    }
}

/// Builds the crates at these paths with the suites, the reference where none is given, and runs
/// that with the other arguments.
pub(super) fn judge(raft: Option<&Path>, kv: Option<&Path>) -> Result<ExitCode, String> {
    let parts = [
        Part::new(("RAFT", "submitted_raft", MAKE), raft, "raft")?,
        Part::new(("KV", "submitted_kv", LAB4), kv, "kvraft")?,
    ];
    let program = format!("judged-{:016x}", number(&parts));
    let home = write_main(&parts, &program)
        .map_err(|error| format!("cannot write the program that runs a submission: {error}"))?;
    let built = build(&home, &parts, &program)?;
    let mut command = Command::new(&built);
    for part in parts.iter().filter(|part| part.is_theirs) {
        let flag = format!("--judged-{}", part.variable.to_lowercase());
        command.arg(flag).arg(&part.path);
    }
    command.args(other_arguments());
    let status = interrupt::status(&mut command)
        .map_err(|error| format!("cannot run {}: {error}", built.display()))?;
    Ok(ExitCode::from(status.code().unwrap_or(2) as u8))
}

/// The crate's full path and its package's name.
fn inspect(path: &Path, variable: &str) -> Result<(PathBuf, String), String> {
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
            "{} is a workspace, not a crate: {variable}= takes the folder of one of its members",
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

/// Tells submissions apart, so that each has a program of its own.
fn number(parts: &[Part]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for part in parts {
        part.path.hash(&mut hasher);
    }
    hasher.finish()
}

/// How reports call what is judged.
fn title([raft, kv]: &[Part; 2]) -> String {
    match (raft.is_theirs, kv.is_theirs) {
        (true, false) => raft.name.clone(),
        (false, true) => format!("{} on the reference Raft", kv.name),
        _ if raft.path.parent() == kv.path.parent() => {
            format!("{} and {}", raft.name, kv.name)
        }
        _ => format!("{} on {}", kv.path.display(), raft.path.display()),
    }
}

/// Writes the program around the crates; its folder.
fn write_main(parts: &[Part; 2], program: &str) -> std::io::Result<PathBuf> {
    let root = workspace();
    let home = root.join("target/raftlab/submissions").join(program);
    fs::create_dir_all(home.join("src"))?;
    let profiles = fs::read_to_string(root.join("Cargo.toml"))?;
    let profiles = profiles
        .split_once("\n[profile.")
        .map_or("", |(_, after)| after);
    let mut manifest = format!(
        "[package]\nname = \"{program}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
         publish = false\n\n\
         [workspace]\n\n[dependencies]\nlabapi = {{ path = {labapi} }}\n\
         runner = {{ path = {runner} }}\n",
        labapi = quote(&root.join("labapi").display().to_string()),
        runner = quote(&root.join("tests/runner").display().to_string()),
    );
    // One crate may be both; a package depends on it but once.
    let [raft, kv] = parts;
    let is_one = raft.path == kv.path;
    manifest.push_str(&raft.dependency());
    if !is_one {
        manifest.push_str(&kv.dependency());
    }
    manifest.push_str(&format!("\n[profile.{profiles}\n"));
    manifest.push_str("# Not members here, but what is under test: checked as members are.\n");
    let names: BTreeSet<&str> = parts.iter().map(|part| part.name.as_str()).collect();
    for name in names {
        manifest.push_str(&format!(
            "[profile.dev.package.{}]\ndebug-assertions = true\noverflow-checks = true\n",
            quote(name)
        ));
    }
    write_if_new(&home.join("Cargo.toml"), &manifest)?;
    let main = format!(
        "use std::process::ExitCode;\n\nfn main() -> ExitCode {{\n    \
         runner::main(runner::Submission {{\n        name: {},\n        \
         raft: submitted_raft::make,\n        lab4: {}::lab4(),\n    }})\n}}\n",
        quote(&title(parts)),
        if is_one { raft.alias } else { kv.alias }
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

fn build(home: &Path, parts: &[Part; 2], program: &str) -> Result<PathBuf, String> {
    let target = workspace().join("target");
    let theirs: Vec<&Part> = parts.iter().filter(|part| part.is_theirs).collect();
    if std::io::stderr().is_terminal() {
        for part in &theirs {
            eprintln!("Building {}", part.path.display());
        }
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
    let (what, error) = if let Some(part) = theirs.iter().find(|part| failed(&part.name)) {
        let what = format!("{} does not compile", part.path.display());
        (what, first_error(&text))
    } else if failed(program)
        // Only our few lines around the crates do not: one is not what they expect.
        && let Some(part) = theirs
            .iter()
            .find(|part| text.contains(part.alias) || theirs.len() == 1)
    {
        let what = format!("{} offers no `{}", part.path.display(), part.offers);
        (what, first_error(&text))
    } else {
        let paths: Vec<String> = theirs
            .iter()
            .map(|part| part.path.display().to_string())
            .collect();
        let what = format!("{} cannot be built", paths.join(" with "));
        (what, from_first_error(&text))
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

/// This program's arguments, less those that chose the submission.
fn other_arguments() -> Vec<String> {
    let mut arguments = std::env::args().skip(1);
    let mut kept = Vec::new();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--raft" | "--kv" => drop(arguments.next()),
            both if both.starts_with("--raft=") || both.starts_with("--kv=") => {}
            _ => kept.push(argument),
        }
    }
    kept
}
