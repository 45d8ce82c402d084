//! The handout, held to what it says: its commands can be typed, its links lead somewhere, and its
//! tables agree with the cases.
//!
//! | what is checked | file |
//! | --- | --- |
//! | fenced blocks, lines, tables, links of a chapter | `chapter` |
//! | commands: `make` and the runner are asked themselves | `commands` |

#[path = "book/chapter.rs"]
mod chapter;
#[path = "book/commands.rs"]
mod commands;

use chapter::Chapter;
use std::path::Path;
use suites::cases::{self, Case, Part};

fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .nth(2)
        .expect("the package lies in the workspace")
}

/// All chapters, the summary included.
fn chapters() -> Vec<Chapter> {
    let folder = root().join("book/src");
    let chapters = chapter::read_all(&folder);
    assert!(chapters.len() > 10, "few chapters in {}", folder.display());
    chapters
}

#[track_caller]
fn expect_none(what: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{what}:\n{}\n", findings.join("\n"));
}

#[test]
fn commands_can_be_typed() {
    let mut findings = Vec::new();
    let mut typed = 0;
    for chapter in chapters() {
        for (line, command) in chapter.commands() {
            typed += 1;
            if let Err(why) = commands::check(&command) {
                findings.push(format!("{}:{line}: {command}\n  {why}", chapter.name));
            }
        }
    }
    assert!(typed > 20, "only {typed} commands were found");
    expect_none("commands that cannot be typed", &findings);
}

#[test]
fn wrong_commands_are_noticed() {
    for wrong in [
        "make test-9Z",
        "make test-3A FILTER=no_such_case",
        "make test-3A FILTER=backup", // it is in 3B
        "make test-3A ARGS=--no-such-flag",
        "make test-3A ARGS=\"--strategy none\"",
        "make test-3A MODE=fast",
        "raftlab nonsense",
        "raftlab replay no_such_case --seed 5",
        "raftlab replay backup --no-such-flag",
        "rm -r .",
    ] {
        assert!(commands::check(wrong).is_err(), "{wrong} was taken");
    }
    for right in [
        "make",
        "make check",
        "make test-3B FILTER=TestBackup3B SEEDS=9  # all is well",
        "RUST_LOG=debug make test-3 ARGS=--trace",
    ] {
        assert_eq!(commands::check(right), Ok(()), "{right}");
    }
}

#[test]
fn links_lead_somewhere() {
    let mut findings = Vec::new();
    for chapter in chapters() {
        for (line, link) in chapter.links() {
            let target = link.split('#').next().unwrap_or_default();
            // What `make book` puts beside the pages.
            let is_made = target.starts_with("api/");
            let is_elsewhere = link.contains("://") || target.is_empty() || is_made;
            if !is_elsewhere && !root().join("book/src").join(target).is_file() {
                findings.push(format!("{}:{line}: {link}", chapter.name));
            }
        }
    }
    expect_none("links to nowhere", &findings);
}

#[test]
fn every_chapter_is_in_the_summary() {
    let all = chapters();
    let summary = all.iter().find(|chapter| chapter.name == "SUMMARY.md");
    let summary = summary.expect("there is a SUMMARY.md");
    let listed: Vec<String> = summary.links().into_iter().map(|(_, link)| link).collect();
    let missing: Vec<String> = all
        .iter()
        .map(|chapter| chapter.name.clone())
        .filter(|name| name != "SUMMARY.md" && !listed.contains(name))
        .collect();
    expect_none("chapters that the summary lacks", &missing);
}

#[test]
fn tables_agree_with_the_cases() {
    let all = chapters();
    let mut findings = Vec::new();
    for (part, name) in [
        (Part::A3, "part-3a.md"),
        (Part::B3, "part-3b.md"),
        (Part::C3, "part-3c.md"),
        (Part::D3, "part-3d.md"),
        (Part::E3, "part-3e.md"),
        (Part::A4, "part-4a.md"),
        (Part::B4, "part-4b.md"),
        (Part::C4, "part-4c.md"),
        (Part::E4, "part-4e.md"),
        (Part::B24, "part-2024.md"),
        (Part::C24, "part-2024.md"),
        (Part::TinyAA, "tiny-2aa.md"),
        (Part::TinyAB, "tiny-2ab.md"),
        (Part::TinyAC, "tiny-2ac.md"),
        (Part::TinyC, "tiny-2c.md"),
        (Part::TinyA3, "tiny-3a.md"),
        (Part::TinyExtra, "tiny-extra.md"),
    ] {
        let chapter = all.iter().find(|chapter| chapter.name == name);
        let chapter = chapter.unwrap_or_else(|| panic!("there is no {name}"));
        let rows = chapter.rows();
        for case in cases::all().filter(|case| case.part == part) {
            let title = match case.part {
                // One chapter for two parts, which have some names in common.
                Part::B24 | Part::C24 => format!("`{}`", case.full_name()),
                _ => format!("`{}`", case.name),
            };
            let row = rows.iter().find(|row| row[0] == title);
            let wanted = [case.points.to_string(), circumstances(case)];
            match row {
                None => findings.push(format!("{name} has no row for {title}")),
                Some(row) if row.get(1..3) != Some(&wanted[..]) => {
                    findings.push(format!("{name}: {title} should say {wanted:?}: {row:?}"));
                }
                Some(_) => {}
            }
        }
    }
    expect_none("tables and cases disagree", &findings);
}

/// ARCHITECTURE.md says where things are: `file`: `word`. The file is there, and the word in it.
#[test]
fn places_are_where_they_are_said_to_be() {
    let chapter = Chapter::read(&root().join("ARCHITECTURE.md"));
    let mut findings = Vec::new();
    let mut found = 0;
    let cells = chapter.rows().into_iter().flatten();
    for cell in cells.filter(|cell| cell.contains("`: `")) {
        let words: Vec<&str> = cell.split('`').collect();
        for place in words.windows(3).filter(|place| place[1] == ": ") {
            found += 1;
            let text = std::fs::read_to_string(root().join(place[0])).unwrap_or_default();
            if !text.contains(place[2]) {
                findings.push(format!("no `{}` in {}", place[2], place[0]));
            }
        }
    }
    assert!(found > 10, "only {found} places were found");
    expect_none("places that are elsewhere", &findings);
}

/// What the chapter on engines shows of the adapter stands in the adapter.
#[test]
fn excerpts_are_the_code() {
    let folder = root().join("tests/engines/tikv-raft/src");
    let mut findings = Vec::new();
    let mut shown = 0;
    for chapter in chapters() {
        for (number, file, lines) in chapter.excerpts() {
            shown += 1;
            let code = std::fs::read_to_string(folder.join(file)).unwrap_or_default();
            if !code.contains(&(lines.join("\n") + "\n")) {
                findings.push(format!("{}:{number}: not in {file}", chapter.name));
            }
        }
    }
    assert!(shown > 5, "only {shown} excerpts were found");
    expect_none("excerpts that are not the code", &findings);
}

/// What the third column says: in 3D all cases have as many servers, and only the network differs.
fn circumstances(case: &Case) -> String {
    match (case.part, case.reliable) {
        (Part::A3 | Part::B3 | Part::C3, _) => case.servers.to_string(),
        (Part::D3, true) => "reliable".into(),
        (Part::D3, false) => "unreliable".into(),
        (_, true) => case.servers.to_string(),
        (_, false) => format!("{}, unreliable", case.servers),
    }
}

#[test]
fn lines_are_narrow() {
    let findings: Vec<String> = chapters()
        .iter()
        .flat_map(|chapter| chapter.wide_lines())
        .collect();
    expect_none("lines wider than 100 columns", &findings);
}
