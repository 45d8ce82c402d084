//! What all verdicts come to: a sentence, a table, the figure of a badge; and what of that the
//! project keeps.

use super::patch::Patch;
use super::verdict::{Verdict, Verdicts};
use runner::files::write_whole;
use runner::sayln;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Where the project keeps the table, between these two lines.
const PAGE: &str = "book/src/known-bugs.md";
const BEGIN: &str = "<!-- what `raftlab mutants --keep` found: begin -->\n";
const END: &str = "<!-- end -->";

/// Where the badge is shown, and what its address begins with.
const FRONT: &str = "README.md";
const BADGE: &str = "https://img.shields.io/badge/known%20bugs%20caught-";

/// Counts of what became of bugs.
struct Sum {
    real: usize,
    caught: usize,
    as_meant: usize,
    missed_by_course: usize,
    /// How many seeds it took, in order.
    seeds: Vec<u64>,
}

impl Sum {
    fn of(known: &[&Verdict]) -> Sum {
        let real = known.iter().filter(|verdict| !verdict.is_harmless);
        let caught = || real.clone().filter(|one| one.caught.is_some());
        let seeds = caught().filter_map(|one| Some(one.caught.as_ref()?.seed));
        let mut seeds: Vec<u64> = seeds.collect();
        seeds.sort_unstable();
        Sum {
            real: real.clone().count(),
            caught: caught().count(),
            as_meant: caught().filter(|one| one.is_as_meant()).count(),
            missed_by_course: caught().filter(|one| one.is_missed_by_course).count(),
            seeds,
        }
    }

    fn sentence(&self) -> String {
        let Sum {
            real,
            caught,
            as_meant,
            missed_by_course,
            seeds,
        } = self;
        format!(
            "{caught} of {real} bugs caught, {as_meant} by what was meant to; {missed_by_course} \
             of them the course's suite misses. Seeds it took: {} in the middle, {} at most.",
            seeds.get(seeds.len() / 2).unwrap_or(&0),
            seeds.last().unwrap_or(&0),
        )
    }

    fn color(&self) -> &'static str {
        match self.real - self.caught {
            0 => "brightgreen",
            1..=2 => "yellow",
            _ => "red",
        }
    }

    /// As shields.io reads it from an address (its "endpoint" badge).
    fn badge(&self) -> String {
        let badge = serde_json::json!({
            "schemaVersion": 1,
            "label": "known bugs caught",
            "message": format!("{} of {}", self.caught, self.real),
            "color": self.color(),
        });
        format!("{badge:#}\n")
    }

    /// As it stands in an address itself.
    fn address(&self) -> String {
        format!(
            "{BADGE}{}%20of%20{}-{}",
            self.caught,
            self.real,
            self.color()
        )
    }
}

/// A row for each.
fn table(known: &[&Verdict]) -> String {
    let mut text = "| bug | what it is | caught by | seed | the course |\n\
                    | --- | --- | --- | --- | --- |\n"
        .to_string();
    for verdict in known {
        let (by, seed) = match &verdict.caught {
            Some(caught) => (caught.by(), caught.seed.to_string()),
            None if verdict.is_harmless => ("nothing: it is harmless", String::new()),
            None => ("**nothing**", String::new()),
        };
        let course = match verdict.is_missed_by_course {
            true => "misses it",
            false => "",
        };
        let Verdict { name, about, .. } = verdict;
        let _ = writeln!(text, "| {name} | {about} | {by} | {seed} | {course} |");
    }
    text
}

impl Verdicts {
    /// Sums up, and writes the table; whether any verdict is wrong.
    pub(super) fn tell(&self, folder: &Path, wanted: &[&Patch]) -> Result<bool, String> {
        let known = wanted.iter().filter_map(|patch| self.verdict(&patch.name));
        let known: Vec<&Verdict> = known.collect();
        let sum = Sum::of(&known);
        sayln!("\n{}", sum.sentence());
        for verdict in known.iter().filter(|verdict| verdict.is_by_others()) {
            sayln!("  {} was meant for {}", verdict.name, verdict.meant);
        }
        let text = format!(
            "# Known bugs, and what catches them\n\n{}\n\n{}",
            sum.sentence(),
            table(&known)
        );
        let path = folder.join("results.md");
        write(&path, text)?;
        write(&folder.join("badge.json"), sum.badge())?;
        sayln!("{}; results.json and badge.json beside it", path.display());
        Ok(known.iter().any(|verdict| !verdict.is_right()))
    }

    /// Keeps what is known of all bugs in the project: the results and the badge's figure beside
    /// the patches, the table in the handout, the badge in README.md.
    pub(super) fn keep_in_project(&self, root: &Path, all: &[Patch]) -> Result<(), String> {
        let mut known = Vec::new();
        for patch in all {
            let verdict = self.verdict(&patch.name);
            known.push(verdict.ok_or_else(|| {
                format!(
                    "{} is not known yet: `raftlab mutants --keep` without a filter",
                    patch.name
                )
            })?);
        }
        let sum = Sum::of(&known);
        let folder = root.join("tests/mutants");
        let results = serde_json::to_string_pretty(&known).map_err(|error| error.to_string())?;
        write(&folder.join("results.json"), results + "\n")?;
        write(&folder.join("badge.json"), sum.badge())?;
        let page = root.join(PAGE);
        let text = fs::read_to_string(&page).map_err(|error| format!("{PAGE}: {error}"))?;
        let text = put_between(&text, &page_text(&sum, &known))
            .ok_or_else(|| format!("{PAGE} has no place for the table"))?;
        write(&page, text)?;
        let front = root.join(FRONT);
        let text = fs::read_to_string(&front).map_err(|error| format!("{FRONT}: {error}"))?;
        let text = put_badge(&text, &sum.address())
            .ok_or_else(|| format!("{FRONT} has no badge that begins with {BADGE}"))?;
        write(&front, text)?;
        sayln!("kept in tests/mutants, {PAGE} and {FRONT}");
        Ok(())
    }
}

fn page_text(sum: &Sum, known: &[&Verdict]) -> String {
    let sentence = sum.sentence().replace("; ", ";\n").replace(". ", ".\n");
    format!("\n{sentence}\n\n{}\n", table(known))
}

/// The page with this between its two marks.
fn put_between(page: &str, text: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{text}{END}{after}"))
}

/// The page with this as its badge's address.
fn put_badge(page: &str, address: &str) -> Option<String> {
    let (before, rest) = page.split_once(BADGE)?;
    let (_, after) = rest.split_once(')')?;
    Some(format!("{before}{address}){after}"))
}

fn write(path: &Path, text: String) -> Result<(), String> {
    write_whole(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::patch;
    use std::collections::BTreeSet;

    fn root() -> &'static Path {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        here.parent().expect("the package lies in the workspace")
    }

    fn text(path: &str) -> String {
        fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// What is shown is what was found: the badge, its figure, the table. Of a patch that is new,
    /// nothing need be known yet.
    #[test]
    fn what_the_project_keeps_agrees() {
        let kept: Vec<Verdict> =
            serde_json::from_str(&text("tests/mutants/results.json")).expect("verdicts");
        let known: Vec<&Verdict> = kept.iter().collect();
        let sum = Sum::of(&known);
        assert_eq!(text("tests/mutants/badge.json"), sum.badge());
        assert!(text(FRONT).contains(&format!("({})", sum.address())));
        let page = text(PAGE);
        let same = put_between(&page, &page_text(&sum, &known));
        assert_eq!(
            same.as_deref(),
            Some(&*page),
            "run `raftlab mutants --keep`"
        );
        let patches = patch::read(&root().join("tests/mutants")).expect("patches");
        let patches: BTreeSet<&str> = patches.iter().map(|patch| &*patch.name).collect();
        let rows: BTreeSet<&str> = known.iter().map(|verdict| &*verdict.name).collect();
        let gone: Vec<&&str> = rows.difference(&patches).collect();
        assert!(gone.is_empty(), "{gone:?}: run `raftlab mutants --keep`");
        assert!(
            rows.len() * 10 >= patches.len() * 9,
            "nine in ten are known"
        );
    }

    #[test]
    fn marks_and_badges_are_replaced() {
        let page = format!("a\n{BEGIN}old\n{END}\nb");
        let new = put_between(&page, "new\n").expect("it has marks");
        assert_eq!(new, format!("a\n{BEGIN}new\n{END}\nb"));
        assert_eq!(put_between("no marks", ""), None);
        let front = put_badge(&format!("![x]({BADGE}1%20of%202-red) y"), "new");
        assert_eq!(front.as_deref(), Some("![x](new) y"));
    }
}
