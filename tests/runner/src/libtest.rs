//! The face that `cargo test`, `cargo nextest` and editors expect: each case is a test.

use super::options::Options;
use libtest_mimic::{Arguments, Failed, Trial};
use std::process::ExitCode;
use suites::{Judged, cases};

pub(super) fn main(judged: Judged, arguments: &Arguments) -> ExitCode {
    let all = cases::all().enumerate();
    let offered = all.filter(|(_, case)| case.is_offered_by(&judged));
    let trials = offered.map(|(place, case)| {
        Trial::test(case.full_name(), move || {
            let mut options = Options::default();
            options.selection.jobs = Some(1);
            let report = super::run(judged, &options, &[(place, case)], false)?;
            let failure = report.lock().failure();
            match failure {
                None => Ok(()),
                Some(text) => Err(Failed::from(text)),
            }
        })
    });
    libtest_mimic::run(arguments, trials.collect()).exit_code()
}
