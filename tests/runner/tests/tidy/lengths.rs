//! Small rooms: how long a file, a function and a line may be.

use crate::source::{Finding, Source, line_at, words};

const FILE: usize = 400;
const FUNCTION: usize = 70;
const COLUMNS: usize = 100;

/// No file longer than [`FILE`] lines.
pub(crate) fn check_files(sources: &[Source]) -> Vec<Finding> {
    let long = sources.iter().filter_map(|source| {
        let lines = source.text.lines().count();
        let advice = format!("{lines} lines, {FILE} is the limit: make two files of it");
        (lines > FILE).then(|| source.finding(0, advice))
    });
    long.collect()
}

/// No line wider than [`COLUMNS`], except the rows of a comment's table, which cannot be broken.
pub(crate) fn check_lines(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        for (index, line) in source.text.lines().enumerate() {
            let width = line.chars().count();
            let is_row = line.trim_start().starts_with("//! |");
            if width > COLUMNS && !is_row {
                let advice = format!("{width} columns, {COLUMNS} is the limit: break the line");
                findings.push(source.finding(index + 1, advice));
            }
        }
    }
    findings
}

/// No function longer than [`FUNCTION`] lines, from `fn` to its closing brace.
pub(crate) fn check_functions(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        for at in words(&source.code, "fn") {
            let Some((name, end)) = function_end(&source.code, at) else {
                continue;
            };
            let first = line_at(&source.code, at);
            let lines = line_at(&source.code, end) - first + 1;
            if lines > FUNCTION {
                let advice = format!(
                    "`{name}` has {lines} lines, {FUNCTION} is the limit: give its steps names"
                );
                findings.push(source.finding(first, advice));
            }
        }
    }
    findings
}

/// The name of the function whose `fn` stands at `at`, and where its body ends; `None` if this is
/// a type or a declaration without a body.
fn function_end(code: &str, at: usize) -> Option<(&str, usize)> {
    let after = at + "fn".len();
    let name = code[after..].split(['(', '<']).next()?.trim();
    if name.is_empty() {
        return None;
    }
    let mut signature = 0;
    let mut body = 0;
    for (offset, c) in code[after..].char_indices() {
        match c {
            '(' | '[' if body == 0 => signature += 1,
            ')' | ']' if body == 0 => signature -= 1,
            ';' if body == 0 && signature == 0 => return None,
            '{' => body += 1,
            '}' if body > 0 => {
                body -= 1;
                if body == 0 {
                    return Some((name, after + offset));
                }
            }
            // The end of whatever holds a function type: `struct S { f: fn() }`.
            '}' => return None,
            _ => {}
        }
    }
    None
}

mod tests {
    use super::*;

    #[test]
    fn a_long_function_is_found() {
        let body = "    step(\"}\"); // }\n".repeat(FUNCTION - 1);
        let text = format!("type F = fn(u8);\nfn short();\nfn long<T>(x: [u8; 2]) {{\n{body}}}\n");
        let findings = check_functions(&[Source::new("raft/src/x.rs", &text)]);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].line, 3);
        assert!(
            findings[0].advice.contains("`long` has 71 lines"),
            "{findings:?}"
        );
        let fits = text.replacen("    step(\"}\"); // }\n", "", 1);
        assert_eq!(check_functions(&[Source::new("raft/src/x.rs", &fits)]), []);
    }

    #[test]
    fn a_long_file_and_a_wide_line_are_found() {
        let long = Source::new("raft/src/x.rs", &"\n".repeat(FILE + 1));
        assert_eq!(check_files(&[long]).len(), 1);
        let fits = Source::new("raft/src/x.rs", &"ä\n".repeat(FILE));
        assert_eq!(check_files(&[fits]), []);
        let wide = Source::new("raft/src/x.rs", &format!("\n{}", "ä".repeat(COLUMNS + 1)));
        assert_eq!(check_lines(&[wide])[0].line, 2);
        let fits = Source::new("raft/src/x.rs", &"ä".repeat(COLUMNS));
        assert_eq!(check_lines(&[fits]), []);
        let row = Source::new("raft/src/x.rs", &format!("//! |{}|", "ä".repeat(COLUMNS)));
        assert_eq!(check_lines(&[row]), []);
    }
}
