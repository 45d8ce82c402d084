//! Where unsafe code may stand: in `labrt`, with its reason.

use crate::source::{Finding, Source, line_at, words};

/// The one crate that has to: it switches stacks and answers the system's calls.
const UNSAFE_CRATE: &str = "labrt";

/// No unsafe code elsewhere; and the compiler is told so, at each crate's root.
pub(crate) fn check_elsewhere(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources
        .iter()
        .filter(|source| !source.is_below(UNSAFE_CRATE))
    {
        findings.extend(words(&source.code, "unsafe").map(|at| {
            let advice = format!("unsafe code belongs into `{UNSAFE_CRATE}`");
            source.finding(line_at(&source.code, at), advice)
        }));
        let is_root = ["/src/lib.rs", "/src/main.rs"]
            .iter()
            .any(|end| source.path.ends_with(end));
        if is_root && !source.code.contains("#![forbid(unsafe_code)]") {
            findings.push(source.finding(0, "add `#![forbid(unsafe_code)]`"));
        }
    }
    findings
}

/// In `labrt`, each unsafe block, impl and attribute says why it is sound.
pub(crate) fn check_reasons(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources
        .iter()
        .filter(|source| source.is_below(UNSAFE_CRATE))
    {
        let code: Vec<&str> = source.code.lines().collect();
        let comments: Vec<&str> = source.comments.lines().collect();
        for at in words(&source.code, "unsafe") {
            let line = line_at(&source.code, at);
            let then = source.code[at + "unsafe".len()..].trim_start();
            let promises = ["{", "impl", "("]
                .iter()
                .any(|start| then.starts_with(start));
            if promises && !has_reason(&code, &comments, line - 1) {
                let advice = "say above it why this is sound: `// SAFETY: …`";
                findings.push(source.finding(line, advice));
            }
        }
    }
    findings
}

/// Whether line `at` (from 0), or the comment above its statement, holds a SAFETY comment.
fn has_reason(code: &[&str], comments: &[&str], at: usize) -> bool {
    if comments[at].contains("SAFETY:") {
        return true;
    }
    for line in (0..at).rev() {
        if comments[line].contains("SAFETY:") {
            return true;
        }
        let statement = code[line].trim_end();
        let is_comment = statement.is_empty() && !comments[line].trim().is_empty();
        let is_attribute = statement.trim_start().starts_with("#[");
        let goes_on = !statement.is_empty() && !statement.ends_with([';', '{', '}', ',']);
        if !is_comment && !is_attribute && !goes_on {
            return false;
        }
    }
    false
}

mod tests {
    use super::*;

    fn lines(findings: Vec<Finding>) -> Vec<usize> {
        findings.into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn unsafe_code_elsewhere_is_found() {
        let bad = Source::new("raft/src/log.rs", "fn f() {\n    unsafe { g() }\n}");
        assert_eq!(lines(check_elsewhere(&[bad])), [2]);
        let word = "// unsafe\nconst X: &str = \"unsafe\"; fn unsafe_name() {}";
        assert_eq!(
            lines(check_elsewhere(&[Source::new("raft/src/log.rs", word)])),
            []
        );
        let root = Source::new("raft/src/lib.rs", "//! #![forbid(unsafe_code)]\n");
        assert_eq!(lines(check_elsewhere(&[root])), [0]);
    }

    #[test]
    fn an_unsafe_block_without_a_reason_is_found() {
        let found = |text: &str| lines(check_reasons(&[Source::new("labrt/src/x.rs", text)]));
        assert_eq!(found("f();\n// well\nlet a = unsafe { g() };"), [3]);
        assert_eq!(
            found("// SAFETY: of another\nf();\nunsafe impl T for X {}"),
            [3]
        );
        assert_eq!(found("#[unsafe(no_mangle)]\nfn f() {}"), [1]);
        assert_eq!(
            found("// SAFETY: so\n// it is\nlet a =\n    unsafe { g() };"),
            []
        );
        assert_eq!(
            found("// SAFETY: so\n#[inline]\nunsafe impl T for X {}"),
            []
        );
        assert_eq!(found("let a = unsafe { g() }; // SAFETY: so"), []);
        assert_eq!(
            found("unsafe fn f() {}\ntype F = unsafe extern \"C\" fn();"),
            []
        );
    }
}
