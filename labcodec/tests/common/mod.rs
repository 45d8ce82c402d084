//! What the property tests share.

use proptest::test_runner::Config;

/// So many cases of each property; a few under Miri, which is slow and has no files to keep
/// failures in.
pub(crate) fn config(cases: u32) -> Config {
    match cfg!(miri) {
        false => Config::with_cases(cases),
        true => Config {
            cases: 8,
            failure_persistence: None,
            ..Config::default()
        },
    }
}
