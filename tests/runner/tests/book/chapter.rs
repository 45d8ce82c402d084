//! One chapter: its fenced blocks, links, tables and lines.

use std::fs;
use std::path::Path;

/// No line of prose is wider. Rows of tables cannot be broken, and what a program said must not be.
const COLUMNS: usize = 100;

/// A file of `book/src`.
pub(crate) struct Chapter {
    /// Its name.
    pub(crate) name: String,
    text: String,
}

/// Where a line stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place<'a> {
    Prose,
    /// In a fenced block with this word behind its fence, or the fence itself.
    Block(&'a str),
    Fence,
}

/// The chapters of a folder, by name.
pub(crate) fn read_all(folder: &Path) -> Vec<Chapter> {
    let entries = fs::read_dir(folder).expect("the handout is there");
    let paths = entries.map(|entry| entry.expect("an entry can be read").path());
    let mut chapters: Vec<Chapter> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .map(|path| Chapter::read(&path))
        .collect();
    chapters.sort_by(|one, other| one.name.cmp(&other.name));
    chapters
}

impl Chapter {
    /// Each line with its number and its place.
    fn lines(&self) -> Vec<(usize, Place<'_>, &str)> {
        let mut place = Place::Prose;
        let mut lines = Vec::new();
        for (index, line) in self.text.lines().enumerate() {
            let here = match (line.strip_prefix("```"), place) {
                (Some(word), Place::Prose) => {
                    place = Place::Block(word.trim());
                    Place::Fence
                }
                (Some(_), _) => {
                    place = Place::Prose;
                    Place::Fence
                }
                (None, _) => place,
            };
            lines.push((index + 1, here, line));
        }
        assert!(
            place == Place::Prose,
            "{}: a block without an end",
            self.name
        );
        lines
    }

    /// The chapter in this file.
    pub(crate) fn read(path: &Path) -> Chapter {
        Chapter {
            name: path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into(),
            text: fs::read_to_string(path).expect("a chapter can be read"),
        }
    }

    /// What is to be typed: the lines of all blocks marked `sh`.
    pub(crate) fn commands(&self) -> Vec<(usize, String)> {
        let typed = self.blocks().into_iter();
        typed
            .map(|(number, _, line)| (number, line.to_string()))
            .collect()
    }

    /// The same, with what follows the `sh`: `in=skeleton,code=2`.
    pub(crate) fn blocks(&self) -> Vec<(usize, &str, &str)> {
        let lines = self.lines().into_iter();
        let typed = lines.filter_map(|(number, place, line)| match place {
            Place::Block(word) if !line.trim().is_empty() && !line.starts_with('#') => {
                let (kind, marks) = word.split_once(',').unwrap_or((word, ""));
                (kind == "sh").then_some((number, marks, line))
            }
            _ => None,
        });
        typed.collect()
    }

    /// Each block marked `rust,…,of=FILE`: the number of its first line, the file, the lines.
    #[allow(dead_code)] // raftlab's test types commands only
    pub(crate) fn excerpts(&self) -> Vec<(usize, &str, Vec<&str>)> {
        let mut excerpts: Vec<(usize, &str, Vec<&str>)> = Vec::new();
        let mut goes_on = false;
        for (number, place, line) in self.lines() {
            let file = match place {
                Place::Block(word) => word.split(',').find_map(|mark| mark.strip_prefix("of=")),
                Place::Prose | Place::Fence => None,
            };
            match (file, excerpts.last_mut()) {
                (Some(_), Some((_, _, lines))) if goes_on => lines.push(line),
                (Some(file), _) => excerpts.push((number, file, vec![line])),
                (None, _) => {}
            }
            goes_on = file.is_some();
        }
        excerpts
    }

    /// Commands in the cells of tables.
    #[allow(dead_code)] // raftlab's test types them
    pub(crate) fn commands_in_tables(&self) -> Vec<(usize, &str)> {
        let lines = self.lines().into_iter();
        let rows = lines.filter(|(_, place, line)| *place == Place::Prose && line.starts_with('|'));
        let codes = rows.flat_map(|(number, _, line)| {
            let codes = line.split('`').skip(1).step_by(2);
            codes.map(move |code| (number, code))
        });
        let is_command = |code: &str| {
            let begins = ["make ", "raftlab ", "cargo install "];
            begins.iter().any(|begin| code.starts_with(begin)) && !code.contains('…')
        };
        codes.filter(|(_, code)| is_command(code)).collect()
    }

    /// What stands in the round brackets of `[…](…)`.
    pub(crate) fn links(&self) -> Vec<(usize, String)> {
        let mut links = Vec::new();
        for (number, place, line) in self.lines() {
            if place != Place::Prose {
                continue;
            }
            for (at, _) in line.match_indices("](") {
                let rest = &line[at + "](".len()..];
                let end = rest.find(')').unwrap_or(rest.len());
                links.push((number, rest[..end].to_string()));
            }
        }
        links
    }

    /// The cells of each row of each table.
    pub(crate) fn rows(&self) -> Vec<Vec<String>> {
        let lines = self.lines().into_iter();
        let rows = lines.filter(|(_, place, line)| *place == Place::Prose && line.starts_with('|'));
        let cells = |line: &str| {
            let inner = line.trim().trim_matches('|');
            inner
                .split('|')
                .map(|cell| cell.trim().to_string())
                .collect()
        };
        rows.map(|(_, _, line)| cells(line)).collect()
    }

    /// Lines that are too wide, as findings.
    pub(crate) fn wide_lines(&self) -> Vec<String> {
        let lines = self.lines().into_iter();
        let wide = lines.filter(|(_, place, line)| {
            let may_be = *place == Place::Block("text") || line.starts_with('|');
            !may_be && line.chars().count() > COLUMNS
        });
        wide.map(|(number, _, line)| {
            format!("{}:{number}: {} columns", self.name, line.chars().count())
        })
        .collect()
    }
}
