//! The face that `cargo test`, `cargo nextest` and editors expect: each case is a test.

use super::options::Options;
use libtest_mimic::{Arguments, Failed, Trial};
use std::process::ExitCode;
use suites::{Submission, cases};

pub(super) fn main(submission: Submission, arguments: &Arguments) -> ExitCode {
    let all = cases::all().enumerate();
    let offered = all.filter(|(_, case)| case.is_offered_by(&submission));
    let trials = offered.map(|(place, case)| {
        Trial::test(case.full_name(), move || {
            let mut options = Options::default();
            options.selection.jobs = Some(1);
            let report = super::run(submission, &options, &[(place, case)], false)?;
            let failure = report.lock().failure();
            match failure {
                None => Ok(()),
                Some(text) => Err(Failed::from(text)),
            }
        })
    });
    libtest_mimic::run(arguments, trials.collect()).exit_code()
}
