//! Names that simulated code must not use: the simulation would not see what they do.

use crate::source::{Finding, Source, line_at, words};

/// What is banned outside `labrt`, and what stands in for it.
const BANNED: &[(&str, &str)] = &[
    ("std::thread", "labrt::thread"),
    ("std::time::Instant", "labrt::time::Instant"),
    ("std::time::SystemTime", "labrt::time"),
    ("std::sync::Mutex", "labrt::sync::Mutex"),
    ("std::sync::RwLock", "labrt::sync::RwLock"),
    ("std::sync::Condvar", "labrt::sync::Condvar"),
    ("std::sync::Barrier", "labrt::sync::Barrier"),
    ("std::sync::mpsc", "labrt::channel"),
];

/// Below a banned name, but harmless: it asks the machine, and starts nothing.
const HARMLESS: &[&str] = &["std::thread::available_parallelism"];

/// Whole modules: with one of these imported, the banned names are not seen any more.
const VEILS: &[&str] = &["std", "std::sync", "std::time"];

/// Who may, and why.
const EXEMPT: &[&str] = &[
    "labrt/",                          // it is what wraps them
    "labcodec/tests/any_bytes.rs",     // needs a stack of a certain size
    "linearizability/benches/",        // measures real time, outside any simulation
    "linearizability/src/limits.rs",   // a check's deadline is in real time
    "linearizability/tests/limits.rs", // and is tested so
    "raftlab/src/mutants.rs",          // several bugs at once, in real time
    "tests/runner/benches/",           // compares with std alone
    "tests/browser/",                  // drives a browser, and simulates nothing
    "tests/fixtures/",                 // misbehaves on purpose
    "tests/runner/tests/tidy/",        // holds bad samples
];

/// No banned name, neither imported nor written in full.
pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        if EXEMPT.iter().any(|prefix| source.path.starts_with(prefix)) {
            continue;
        }
        for (at, path) in imports(&source.code)
            .into_iter()
            .chain(written_out(&source.code))
        {
            if let Some(advice) = object(&path) {
                let finding = source.finding(line_at(&source.code, at), advice);
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
        }
    }
    findings
}

fn object(path: &str) -> Option<String> {
    if HARMLESS.contains(&path) {
        return None;
    }
    let module = path.strip_suffix("::*").unwrap_or(path);
    if VEILS.contains(&module) {
        return Some(format!("import what you need of `{module}` by name"));
    }
    let is_below = |name: &str| {
        let rest = path.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    let (_, instead) = BANNED.iter().find(|(name, _)| is_below(name))?;
    Some(format!(
        "`{path}` is not seen by the simulation: use `{instead}`"
    ))
}

/// Every path that a `use` imports, with the place of the `use`.
fn imports(code: &str) -> Vec<(usize, String)> {
    let mut paths = Vec::new();
    for at in words(code, "use") {
        let rest = &code[at + "use".len()..];
        let tree = &rest[..rest.find(';').unwrap_or(rest.len())];
        let mut leaves = Vec::new();
        flatten("", tree, &mut leaves);
        paths.extend(leaves.into_iter().map(|leaf| (at, leaf)));
    }
    paths
}

/// `a::{b, c::{self, d as e}}` is `a::b`, `a::c`, `a::c::d`.
fn flatten(prefix: &str, tree: &str, leaves: &mut Vec<String>) {
    let tree = tree.trim().trim_start_matches("::");
    let Some((before, group)) = tree.split_once('{') else {
        let name = tree.split_whitespace().next().unwrap_or_default();
        let path = format!("{prefix}{name}");
        let path = path.strip_suffix("::self").unwrap_or(&path);
        leaves.extend((!name.is_empty()).then(|| path.to_string()));
        return;
    };
    let prefix = format!("{prefix}{}", before.trim());
    let group = group.trim_end().strip_suffix('}').unwrap_or(group);
    let mut depth = 0;
    let parts = group.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    for part in parts {
        flatten(&prefix, part, leaves);
    }
}

/// Every banned path that stands in the code in full.
fn written_out(code: &str) -> Vec<(usize, String)> {
    let mut paths = Vec::new();
    for (banned, _) in BANNED {
        for at in words(code, banned) {
            let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
            let end = code[at..]
                .find(|c| !is_path(c))
                .map_or(code.len(), |n| at + n);
            paths.push((at, code[at..end].trim_end_matches(':').to_string()));
        }
    }
    paths
}

mod tests {
    use super::*;

    fn found(text: &str) -> Vec<usize> {
        let findings = check(&[Source::new("raft/src/peer.rs", text)]);
        findings.into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn banned_names_are_found_however_they_are_imported() {
        assert_eq!(found("\nuse std::thread;"), [2]);
        assert_eq!(
            found("use std::{fmt, thread::{self, sleep as nap}};").len(),
            2
        );
        assert_eq!(found("use std::{\n    sync::{Arc, Mutex},\n};"), [1]);
        assert_eq!(found("use ::std::sync::mpsc::channel;"), [1]);
        assert_eq!(found("let a = 1;\nstd::thread::sleep(d);"), [2]);
        assert_eq!(found("let now = ::std::time::Instant::now();"), [1]);
        assert_eq!(found("use std::sync::*;"), [1]);
        assert_eq!(found("use std::time;"), [1]);
        assert_eq!(found("use std as other;"), [1]);
    }

    #[test]
    fn other_names_are_not() {
        assert_eq!(
            found("use std::{sync::{Arc, atomic::*}, time::Duration};"),
            []
        );
        assert_eq!(
            found("use labrt::{thread, sync::Mutex, time::Instant};"),
            []
        );
        assert_eq!(found("// std::thread\nlet a = \"std::thread\";"), []);
        assert_eq!(found("let n = std::thread::available_parallelism();"), []);
    }
}
