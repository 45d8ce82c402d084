//! The same figures from another checkout of the project, measured in turns with ours.

use crate::table::{Figure, Row};
use std::path::Path;
use std::process::{Command, Stdio};

/// How often each side measures; the better figure counts.
const TURNS: usize = 2;

/// One figure a line, for [`compare`] in another process to read.
pub(crate) fn print_plain(rows: &[Row]) {
    for row in rows {
        let show = |figure: Figure| {
            figure
                .value
                .map_or("-".to_string(), |value| value.to_string())
        };
        println!("{}\t{}\t{}", row.what, show(row.simulated), show(row.real));
    }
}

/// Fills in what the checkout in `folder` reaches, where it knows the row.
pub(crate) fn compare(
    rows: &mut [Row],
    folder: &Path,
    again: impl Fn() -> Vec<Row>,
) -> Result<(), String> {
    for turn in 0..TURNS {
        let theirs = measure(folder)?;
        for line in theirs.lines() {
            let mut fields = line.split('\t');
            let Some(row) = rows.iter_mut().find(|row| Some(row.what) == fields.next()) else {
                continue;
            };
            let Row {
                unit,
                simulated,
                real,
                ..
            } = row;
            for figure in [simulated, real] {
                let value = fields.next().and_then(|field| field.parse().ok());
                figure.before = unit.better(figure.before, value);
            }
        }
        if turn + 1 < TURNS {
            for (row, new) in rows.iter_mut().zip(again()) {
                row.simulated.value = row.unit.better(row.simulated.value, new.simulated.value);
                row.real.value = row.unit.better(row.real.value, new.real.value);
            }
        }
    }
    Ok(())
}

/// Builds and runs the other checkout's benchmark, in this one's profile.
fn measure(folder: &Path) -> Result<String, String> {
    let profile = if cfg!(debug_assertions) {
        "dev"
    } else {
        "bench"
    };
    let output = Command::new(env!("CARGO"))
        .args([
            "bench",
            "-q",
            "--profile",
            profile,
            "-p",
            "runner",
            "--bench",
            "costs",
            "--",
        ])
        .arg("--plain")
        .current_dir(folder)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    if !output.status.success() {
        return Err(format!(
            "{}: no benchmark to compare with",
            folder.display()
        ));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
