//! Builds and runs one submission by the harness's own runner, in processes of its own. Only what
//! the runner wrote down counts: it does so when all runs have come to an end that it saw itself.

use super::court::Court;
use super::{Grade, collect, progress};
use runner::dependencies::strangers;
use runner::files::write_whole;
use runner::results::{self, CaseResult, Results};
use runner::{Options, Selection, interrupt};
use std::fs;
use std::path::Path;
use suites::cases::{self, Case};

/// What came of a submission.
pub(super) struct Verdict {
    /// What came of each case that was asked for, in the course's order.
    pub(super) cases: Vec<CaseResult>,
    /// Why some of them could not be judged: most likely something does not compile.
    pub(super) unbuilt: Vec<String>,
}

impl Verdict {
    /// The points earned: those of each case that passed under all its seeds.
    pub(super) fn points(&self) -> u32 {
        let passed = self.cases.iter().filter(|case| case.is_passed());
        passed.map(|case| case.points).sum()
    }

    /// The points of all cases that were asked for.
    pub(super) fn most(&self) -> u32 {
        self.cases.iter().map(|case| case.points).sum()
    }
}

/// Judges the submission in `from`, and leaves its sources and the runner's words in `folder`. Lab
/// 4 stands on lab 3, but what it lacks must cost lab 3 nothing: one is judged after the other.
pub(super) fn judge(
    grade: &Grade,
    court: &Court,
    from: &Path,
    folder: &Path,
) -> Result<Verdict, String> {
    let of_labs = |labs: fn(&str) -> bool| -> Vec<&Case> {
        let cases = grade.cases().into_iter();
        cases.filter(|case| labs(case.part.lab())).collect()
    };
    let raft = match collect::is_step_driven(from) {
        true => "rawraft",
        false => "raft",
    };
    let groups = [
        (of_labs(|lab| lab == "tiny"), vec!["rawraft"]),
        (of_labs(|lab| lab == "3"), vec![raft]),
        (
            of_labs(|lab| !["tiny", "3"].contains(&lab)),
            grade.crates_of_lab_4(raft),
        ),
    ];
    let mut verdict = Verdict {
        cases: Vec::new(),
        unbuilt: Vec::new(),
    };
    let mut words = String::new();
    fs::create_dir_all(folder)
        .map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    for (chosen, crates) in groups {
        if chosen.is_empty() {
            continue;
        }
        let gathered = crates
            .iter()
            .try_for_each(|name| collect::collect(name, from, folder, &court.harness));
        let mut known = match gathered {
            Ok(()) => {
                let (known, told, errors) = run((grade, court), &chosen, &crates, folder)?;
                words.push_str(&told);
                if known.is_empty() {
                    let strangers = crates.iter().filter_map(|name| strangers(from, name));
                    verdict.unbuilt.extend(strangers);
                    verdict.unbuilt.push(errors);
                }
                known
            }
            Err(reason) => {
                verdict.unbuilt.push(reason);
                Results::default()
            }
        };
        let results = chosen.iter().map(|case| {
            let result = known.remove(&case.full_name());
            result.unwrap_or_else(|| not_judged(case))
        });
        verdict.cases.extend(results);
    }
    verdict.unbuilt.dedup();
    write_whole(&folder.join("report.txt"), &words)
        .map_err(|error| format!("cannot write into {}: {error}", folder.display()))?;
    Ok(verdict)
}

fn not_judged(case: &Case) -> CaseResult {
    CaseResult {
        part: case.part.to_string(),
        name: case.name.to_string(),
        points: case.points,
        runs: 0,
        passed: 0,
        seeds: Vec::new(),
        failure: None,
        built: 0,
    }
}

/// Runs these cases on these crates of `folder`. What came of each, what the runner said, and what
/// it said instead if it could not run them.
fn run(
    (grade, court): (&Grade, &Court),
    chosen: &[&Case],
    crates: &[&str],
    folder: &Path,
) -> Result<(Results, String, String), String> {
    let full = |path: &Path| std::path::absolute(path).map_err(|error| error.to_string());
    let results = folder.join("results-by-case.json");
    let so_far = folder.join("so-far.json");
    let _ = fs::remove_file(&results);
    let _ = fs::remove_file(&so_far);
    let handed_in = |name: &str| {
        let path = crates.contains(&name).then(|| full(&folder.join(name)));
        path.transpose()
    };
    let options = Options {
        selection: Selection {
            select: chosen.iter().map(|case| case.full_name()).collect(),
            seeds: grade.seeds,
            seed: grade.seed,
            ..Selection::default()
        },
        raft: handed_in("raft")?,
        tiny: handed_in("rawraft")?,
        kv: handed_in("kvraft")?,
        results: Some(full(&results)?),
        so_far: Some(full(&so_far)?),
        // A case counts if it passes under all seeds.
        enough: true,
        ..Options::default()
    };
    let mut runner = court.workspace.runner(options.arguments());
    let mut line = progress::Line::new(folder, &so_far, chosen.len());
    let output = interrupt::output_while(&mut runner, move || line.tell());
    let _ = fs::remove_file(&so_far);
    let output = output.map_err(|error| format!("cannot run cargo: {error}"))?;
    let mut known = results::read(&results);
    // Places are told as the student knows them, not as they lie here, in full or from the
    // harness's root.
    let here = folder.canonicalize().unwrap_or_else(|_| folder.into());
    let from_root = here.strip_prefix(&court.workspace.root).unwrap_or(&here);
    let as_theirs = |text: &str| {
        let text = text.replace(&format!("{}/", here.display()), "");
        text.replace(&format!("{}/", from_root.display()), "")
    };
    for (_, reason) in known.values_mut().filter_map(|case| case.failure.as_mut()) {
        *reason = as_theirs(reason);
    }
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    let lines = errors.lines().filter(|line| !line.trim().is_empty());
    let lines = lines.take_while(|line| !line.starts_with("error: test failed"));
    let errors = as_theirs(&lines.collect::<Vec<_>>().join("\n"));
    Ok((known, told, errors))
}

impl Grade {
    /// The cases that the parts mean, in the course's order.
    fn cases(&self) -> Vec<&'static Case> {
        let is_meant = |case: &&Case| self.parts.iter().any(|word| case.is_meant_by(word));
        cases::all().filter(is_meant).collect()
    }

    /// What a submission must have for lab 4.
    fn crates_of_lab_4(&self, raft: &'static str) -> Vec<&'static str> {
        match self.reference_raft {
            true => vec!["kvraft"],
            false => vec![raft, "kvraft"],
        }
    }
}
