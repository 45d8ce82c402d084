//! What is told of a verdict: a table, a Gradescope file, a line of a CSV file. The Gradescope
//! format is that of its specification page (autograder documentation, "results.json").

use super::judge::Verdict;
use runner::files::write_whole;
use runner::results::CaseResult;
use runner::terminal::pad;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;

/// The verdict, a line for each case.
pub(super) fn table(name: &str, verdict: &Verdict) -> String {
    let mut table = format!("\n{name}\n");
    for line in verdict.unbuilt.iter().flat_map(|reason| reason.lines()) {
        let _ = writeln!(table, "  {line}");
    }
    let names = verdict.cases.iter().map(|case| case.name.len());
    let width = names.max().unwrap_or(0);
    for case in &verdict.cases {
        let points = earned(case);
        let _ = writeln!(
            table,
            "  {:<4} {:<width$} {points:>2} of {:>2}  {}",
            case.part,
            case.name,
            case.points,
            why(case)
        );
    }
    let _ = writeln!(table, "  {} of {} points", verdict.points(), verdict.most());
    table
}

/// Why a case earned nothing; nothing if it did.
fn why(case: &CaseResult) -> String {
    match &case.failure {
        Some((seed, reason)) => format!("seed {seed}: {reason}"),
        None if case.runs == 0 => "could not be judged".into(),
        None => String::new(),
    }
}

/// All verdicts, a line each.
pub(super) fn summary(verdicts: &[(&str, Verdict)]) -> String {
    let mut summary = String::from("\nsubmission                       points\n");
    for (name, verdict) in verdicts {
        let judged = verdict.cases.iter().filter(|case| case.runs > 0).count();
        let note = match (verdict.unbuilt.is_empty(), judged) {
            (true, _) => "",
            (false, 0) => "  could not be judged",
            (false, _) => "  could not be judged in part",
        };
        let _ = writeln!(summary, "{} {:>6}{note}", pad(name, 32), verdict.points());
    }
    summary
}

/// Writes the Gradescope file into `folder`.
pub(super) fn write(folder: &Path, verdict: &Verdict) -> Result<(), String> {
    let cases = verdict.cases.iter().enumerate();
    let tests: Vec<Value> = cases.map(|(place, case)| told(place, case)).collect();
    let results = json!({
        "score": f64::from(verdict.points()),
        "output": verdict.unbuilt.join("\n"),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    });
    let text = serde_json::to_string_pretty(&results).map_err(|error| error.to_string())?;
    write_whole(&folder.join("results.json"), &(text + "\n"))
        .map_err(|error| format!("cannot write into {}: {error}", folder.display()))
}

fn told(place: usize, case: &CaseResult) -> Value {
    let passed = case.is_passed();
    json!({
        "name": format!("{} {}", case.part, case.name),
        "number": format!("{}.{}", case.part, place + 1),
        "score": f64::from(earned(case)),
        "max_score": f64::from(case.points),
        "status": if passed { "passed" } else { "failed" },
        "output": why(case),
        "tags": [case.part],
        "visibility": "visible",
    })
}

/// Writes a line for each submission: name, points, most points, note; then its points for each
/// case, in the course's order.
pub(super) fn write_csv(file: &Path, verdicts: &[(&str, Verdict)]) -> Result<(), String> {
    let is_judged = |name: &String| {
        let mut cases = verdicts.iter().flat_map(|(_, verdict)| &verdict.cases);
        cases.any(|case| full_name(case) == *name)
    };
    let names = suites::cases::all().map(|case| case.full_name());
    let columns: Vec<String> = names.filter(is_judged).collect();
    let mut text = String::from("submission,points,of,note");
    for column in &columns {
        let _ = write!(text, ",{column}");
    }
    for (name, verdict) in verdicts {
        let note = verdict
            .unbuilt
            .first()
            .and_then(|reason| reason.lines().next());
        let note = note.unwrap_or_default();
        let (points, most) = (verdict.points(), verdict.most());
        let _ = write!(text, "\n{},{points},{most},{}", quoted(name), quoted(note));
        for column in &columns {
            let case = verdict.cases.iter().find(|case| full_name(case) == *column);
            let _ = write!(text, ",{}", case.map_or(0, earned));
        }
    }
    text.push('\n');
    write_whole(file, &text).map_err(|error| format!("cannot write {}: {error}", file.display()))
}

fn full_name(case: &CaseResult) -> String {
    format!("{}::{}", case.part, case.name)
}

/// What a case has brought.
fn earned(case: &CaseResult) -> u32 {
    if case.is_passed() { case.points } else { 0 }
}

/// A CSV field (RFC 4180). What a spreadsheet would take for a formula, and carry out, is text: the
/// name of a folder is a student's choice, and so may be the reason of a failure.
fn quoted(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if is_formula {
        format!("'{text}")
    } else {
        text.to_string()
    };
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_text() {
        assert_eq!(quoted("ann"), "ann");
        assert_eq!(quoted("a, \"b\""), "\"a, \"\"b\"\"\"");
        assert_eq!(quoted("=1+1"), "'=1+1");
        assert_eq!(
            quoted("=HYPERLINK(\"x\",1)"),
            "\"'=HYPERLINK(\"\"x\"\",1)\""
        );
        for formula in ["+1", "-1", "@sum", "\tx", "\rx"] {
            assert!(
                quoted(formula).trim_matches('"').starts_with('\''),
                "{formula:?}"
            );
        }
    }
}
