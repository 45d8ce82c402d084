//! The points of each part, as a table that is read as text and as Markdown.

use super::Place;
use super::track::Track;
use crate::results;
use crate::sayln;
use std::process::ExitCode;
use suites::cases;

/// Show the points of each part, by what its cases came to when they were last run
#[derive(clap::Args)]
pub struct Points {
    /// The parts; those of labs 3 and 4 if none is given
    parts: Vec<String>,
}

impl Points {
    pub(super) fn run(self, place: &Place) -> Result<ExitCode, String> {
        let results = results::read(&place.results());
        let is_meant = |case: &&cases::Case| match &self.parts[..] {
            [] => Track::of(&place.root).labs.contains(&case.part.lab()),
            words => words.iter().any(|word| case.is_meant_by(word)),
        };
        let mut rows: Vec<(String, u32, u32)> = Vec::new();
        for case in cases::all().filter(is_meant) {
            let part = case.part.to_string();
            let result = results.get(&case.full_name());
            let earned = result.filter(|result| result.is_passed());
            let earned = earned.map_or(0, |result| result.points);
            match rows.last_mut() {
                Some((last, points, most)) if *last == part => {
                    *points += earned;
                    *most += case.points;
                }
                _ => rows.push((part, earned, case.points)),
            }
        }
        if rows.is_empty() {
            return Err(format!("there is no part {}", self.parts.join(" ")));
        }
        let sum = |of: fn(&(String, u32, u32)) -> u32| rows.iter().map(of).sum();
        rows.push(("all".into(), sum(|row| row.1), sum(|row| row.2)));
        sayln!("| part | points | of  |\n| ---- | ------ | --- |");
        for (part, points, most) in rows {
            sayln!("| {part:<4} | {points:>6} | {most:>3} |");
        }
        Ok(ExitCode::SUCCESS)
    }
}
