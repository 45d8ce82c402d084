//! Builds and runs one submission by the harness's own runner, in processes of its own. Only what
//! the runner wrote down counts: it does so when all runs have come to an end that it saw itself.

use super::{Grade, report};
use crate::new::harness;
use crate::workspace::Workspace;
use std::fs;
use std::path::Path;
use tests::interrupt;
use tests::results::{self, CaseResult};

/// What came of a submission.
pub(super) enum Verdict {
    /// It was judged.
    Judged(Vec<CaseResult>),
    /// It could not be judged, and why: most likely it does not compile.
    Unbuilt(String),
}

impl Verdict {
    pub(super) fn cases(&self) -> &[CaseResult] {
        match self {
            Verdict::Judged(cases) => cases,
            Verdict::Unbuilt(_) => &[],
        }
    }

    /// The points earned: those of each case that passed under all its seeds.
    pub(super) fn points(&self) -> u32 {
        let passed = self.cases().iter().filter(|case| case.is_passed());
        passed.map(|case| case.points).sum()
    }

    /// The points of all cases that were run.
    pub(super) fn most(&self) -> u32 {
        self.cases().iter().map(|case| case.points).sum()
    }
}

/// Judges the crate `raft` in `folder`, and leaves the runner's words there too.
pub(super) fn judge(grade: &Grade, folder: &Path) -> Result<Verdict, String> {
    let full = |path: &Path| {
        let path = std::path::absolute(path).map_err(|error| error.to_string())?;
        Ok::<String, String>(path.display().to_string())
    };
    let results = folder.join("results-by-case.json");
    let _ = fs::remove_file(&results);
    let mut arguments = grade.parts.clone();
    arguments.extend(["--raft".into(), full(&folder.join("raft"))?]);
    arguments.extend(["--results".into(), full(&results)?]);
    arguments.extend(["--seeds".into(), grade.seeds.to_string()]);
    arguments.extend(["--seed".into(), grade.seed.to_string()]);
    let mut runner = Workspace::at(&harness())?.runner(&arguments);
    let output =
        interrupt::output(&mut runner).map_err(|error| format!("cannot run cargo: {error}"))?;
    let told = String::from_utf8_lossy(&output.stdout);
    report::replace(&folder.join("report.txt"), &told)
        .map_err(|error| format!("cannot write into {}: {error}", folder.display()))?;
    let mut known = results::read(&results);
    // The course's order, in which they are taught and told.
    let names = tests::cases::all().map(|case| case.full_name());
    let mut cases: Vec<CaseResult> = names.filter_map(|name| known.remove(&name)).collect();
    // Places are told as the student knows them, not as they lie here.
    let here = folder.canonicalize().unwrap_or_else(|_| folder.into());
    let here = format!("{}/", here.display());
    for (_, reason) in cases.iter_mut().filter_map(|case| case.failure.as_mut()) {
        *reason = reason.replace(&here, "");
    }
    if cases.is_empty() {
        let errors = String::from_utf8_lossy(&output.stderr);
        let lines = errors.lines().filter(|line| !line.trim().is_empty());
        let lines = lines.take_while(|line| !line.starts_with("error: test failed"));
        return Ok(Verdict::Unbuilt(lines.collect::<Vec<_>>().join("\n")));
    }
    Ok(Verdict::Judged(cases))
}
