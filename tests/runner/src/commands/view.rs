//! `raftlab view`: one run, or a trace that one has left, as a page for a browser. The page is one
//! file, needs no server and no network, and is always the same for a seed.

use super::Place;
use super::record::{self, Recorded, is_file, one_run};
use crate::sayln;
use crate::terminal::shell_word;
use crate::{FaultFlags, usage, view};
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use suites::trace::Trace;

/// Run one case under one seed, and write a page that shows it; or show a trace
#[derive(clap::Args)]
pub struct View {
    /// The case: backup, 3B::backup or TestBackup3B; or the file of a trace, as a report names it
    #[arg(value_name = "CASE or FILE")]
    what: OsString,
    /// The seed
    #[arg(long, value_parser = usage::number)]
    seed: Option<u64>,
    /// Write the page to this file [default: target/raftlab/views/CASE-SEED.html; of a trace,
    /// beside it]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Show the page in the browser
    #[arg(long)]
    open: bool,
    #[command(flatten)]
    judged: JudgedFlags,
    #[command(flatten)]
    faults: FaultFlags,
}

/// Whose code is run, if not that of the workspace.
#[derive(clap::Args, Default)]
#[command(next_help_heading = "Whose code")]
pub(super) struct JudgedFlags {
    /// The Raft in that folder
    #[arg(long, value_name = "path")]
    pub(super) raft: Option<PathBuf>,
    /// The key/value service in that folder
    #[arg(long, value_name = "path")]
    kv: Option<PathBuf>,
    /// The step-driven Raft in that folder
    #[arg(long, value_name = "path")]
    tiny: Option<PathBuf>,
}

impl JudgedFlags {
    fn typed(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        let all = [
            ("--raft", &self.raft),
            ("--kv", &self.kv),
            ("--tiny", &self.tiny),
        ];
        all.into_iter()
            .filter_map(|(name, path)| Some((name, path.as_deref()?)))
    }

    /// As words for the runner, which works in another folder.
    pub(super) fn words(&self) -> Result<Vec<OsString>, String> {
        let mut words = Vec::new();
        for (name, path) in self.typed() {
            let whole = std::path::absolute(path);
            let whole = whole.map_err(|error| format!("{}: {error}", path.display()))?;
            words.extend([name.into(), whole.into_os_string()]);
        }
        Ok(words)
    }
}

impl View {
    pub(super) fn run(self, place: &Place) -> Result<ExitCode, String> {
        let shown = Shown {
            what: &self.what,
            seed: self.seed,
            output: self.output.as_deref(),
            opens: self.open,
            judged: &self.judged,
            faults: self.faults,
            again: None,
        };
        match is_file(&self.what, self.seed) {
            true => shown.of_file(),
            false => shown.of_case(place),
        }
    }
}

/// A run that is to be shown as a page.
pub(super) struct Shown<'a> {
    pub(super) what: &'a OsStr,
    pub(super) seed: Option<u64>,
    pub(super) output: Option<&'a Path>,
    pub(super) opens: bool,
    pub(super) judged: &'a JudgedFlags,
    pub(super) faults: FaultFlags,
    /// The command that makes it again, if that is not `raftlab view`.
    pub(super) again: Option<String>,
}

impl Shown<'_> {
    fn of_file(&self) -> Result<ExitCode, String> {
        let file = Path::new(self.what);
        let trace = record::read(file)?;
        let again = format!("raftlab view {}", word(file));
        let beside = file.with_extension("html");
        self.show(&trace, &again, self.output.unwrap_or(&beside))?;
        Ok(ExitCode::SUCCESS)
    }

    /// Makes the run, and shows it.
    pub(super) fn of_case(&self, place: &Place) -> Result<ExitCode, String> {
        let (case, seed) = one_run(self.what, self.seed, "view")?;
        let Recorded {
            trace,
            report,
            code,
        } = record::record(place, case, seed, self.faults, &self.judged.words()?)?;
        let _ = io::stdout().write_all(&report);
        let Some(trace) = trace else {
            return Ok(code);
        };
        let name = trace.header.case.as_str().replace("::", "-");
        let views = place.root.join("target/raftlab/views");
        let usual = views.join(format!("{name}-{seed}.html"));
        self.show(
            &trace,
            &self.again(case, seed),
            self.output.unwrap_or(&usual),
        )?;
        Ok(code)
    }

    fn again(&self, case: &str, seed: u64) -> String {
        let usual = || format!("raftlab view {case} --seed {seed}");
        let mut again = self.again.clone().unwrap_or_else(usual);
        for (name, path) in self.judged.typed() {
            again.push_str(&format!(" {name} {}", word(path)));
        }
        for flag in self.faults.typed() {
            again.push_str(&format!(" {flag}"));
        }
        again
    }

    fn show(&self, trace: &Trace, again: &str, file: &Path) -> Result<(), String> {
        let folder = file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        folder
            .map_or(Ok(()), std::fs::create_dir_all)
            .and_then(|()| crate::files::write_whole(file, view::page(trace, again)))
            .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
        sayln!("the page: {}", file.display());
        match self.opens {
            true => open(file),
            false => Ok(()),
        }
    }
}

fn word(path: &Path) -> String {
    shell_word(&path.display().to_string())
}

/// Shows a file in whatever browser there is.
fn open(file: &Path) -> Result<(), String> {
    let browser = std::env::var_os("BROWSER");
    let usual = match cfg!(target_os = "macos") {
        true => "open",
        false => "xdg-open",
    };
    let program = browser.unwrap_or_else(|| usual.into());
    Command::new(&program)
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map(drop)
        .map_err(|_| {
            format!(
                "cannot open it: there is no {} here; set BROWSER, or open the file yourself",
                program.display()
            )
        })
}
