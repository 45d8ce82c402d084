//! A checkout and its programs. Packages have changed their names, programs have not: so cargo is
//! asked for a program and a benchmark by name, wherever they stand.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One of the two that are compared.
pub(crate) struct Side {
    /// The commit's abbreviated hash.
    pub(crate) hash: String,
    /// Runs the suites.
    pub(crate) labs: PathBuf,
    /// Measures what an operation costs.
    pub(crate) costs: PathBuf,
}

impl Side {
    /// The checkout that this program was built from, as it lies there.
    pub(crate) fn own() -> Result<Side, String> {
        let hash = git(&root(), &["rev-parse", "--short", "HEAD"])?;
        Side::build(hash, &root(), &root().join("target"))
    }

    /// Another commit of it: a copy below `target/against`, built there. Commits share one target
    /// folder, since most crates of the registry are the same.
    pub(crate) fn of(rev: &str) -> Result<Side, String> {
        let commit = format!("{rev}^{{commit}}");
        let hash = git(&root(), &["rev-parse", "--verify", "--quiet", &commit])
            .map_err(|_| format!("there is no commit `{rev}` here: git log shows them"))?;
        let all = root().join("target/against");
        let folder = all.join(&hash);
        if !folder.join("Cargo.toml").exists() {
            let from = root().display().to_string();
            let to = folder.display().to_string();
            let _ = std::fs::remove_dir_all(&folder);
            git(&root(), &["clone", "-q", "--shared", "-n", &from, &to])?;
            git(&folder, &["checkout", "-q", "--detach", &hash])?;
        }
        let short = hash.get(..7).unwrap_or(&hash).to_string();
        Side::build(short, &folder, &all.join("built"))
    }

    /// The profile is that of `make test-3`, in which students wait.
    fn build(hash: String, folder: &Path, target: &Path) -> Result<Side, String> {
        eprintln!("building {hash}");
        // It was an example once.
        let program = match folder.join("tests/labs").exists() {
            true => ["build", "--bin", "labs"],
            false => ["build", "--example", "labs"],
        };
        let labs = executable(folder, target, &program)?;
        // The package of this benchmark is cold, but not the benchmark.
        let hot = "profile.dev.package.raftlab-runner.opt-level=3";
        let bench = ["bench", "--profile", "dev", "--config", hot];
        let bench = [&bench[..], &["--bench", "costs", "--no-run"]].concat();
        let costs = executable(folder, target, &bench)?;
        Ok(Side { hash, labs, costs })
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .output()
        .map_err(|error| format!("git cannot be run: {error}"))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_string()),
        false => Err(format!(
            "git {} does not work in {}: {}",
            arguments.join(" "),
            folder.display(),
            String::from_utf8_lossy(&output.stderr).trim()
        )),
    }
}

/// What cargo builds, and where it lies.
fn executable(folder: &Path, target: &Path, arguments: &[&str]) -> Result<PathBuf, String> {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["-q", "--message-format", "json-render-diagnostics"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo cannot be run: {error}"))?;
    let told = String::from_utf8_lossy(&output.stdout);
    let messages = told
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut built =
        messages.filter_map(|message| Some(PathBuf::from(message["executable"].as_str()?)));
    match (output.status.success(), built.next()) {
        (true, Some(path)) => Ok(path),
        _ => Err(format!(
            "cargo {} does not work in {}",
            arguments.join(" "),
            folder.display()
        )),
    }
}
