//! Pictures beside kept ones: fonts and edges may differ a little from machine to machine, what is
//! drawn may not.

use crate::browser::{file, root};
use anyhow::{Context, Result};
use std::fs;
use std::io::Cursor;

/// The side of the squares that are compared, in pixels: a letter's shape is lost in them.
const SQUARE: usize = 16;

/// By how much the mean of a square may differ, of 255.
const SHADE: u32 = 24;

/// The share of squares that may differ, in thousandths.
const SHARE: usize = 15;

/// Compares a picture with the kept one; with KEEP_PICTURES set, keeps it instead.
pub(crate) fn compare(name: &str, shot: &[u8]) -> Result<()> {
    let kept = root()
        .join("tests/browser/kept")
        .join(format!("{name}.png"));
    if std::env::var_os("KEEP_PICTURES").is_some() {
        fs::create_dir_all(kept.parent().unwrap_or(&kept))?;
        return Ok(fs::write(&kept, shot)?);
    }
    let seen = file(&format!("{name}-seen.png"));
    fs::write(&seen, shot)?;
    let before = fs::read(&kept).with_context(|| kept.display().to_string())?;
    let (before, now) = (squares(&before)?, squares(shot)?);
    anyhow::ensure!(before.len() == now.len(), "{name}: of another size");
    let other = before.iter().zip(&now);
    let other = other.filter(|(a, b)| a.abs_diff(**b) > SHADE).count();
    anyhow::ensure!(
        other * 1000 <= before.len() * SHARE,
        "{name}: {other} of {} squares are not as in {}; this one is {}",
        before.len(),
        kept.display(),
        seen.display()
    );
    Ok(())
}

/// The mean brightness of each square.
fn squares(png: &[u8]) -> Result<Vec<u32>> {
    let mut reader = png::Decoder::new(Cursor::new(png)).read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().context("it is too large")?];
    let frame = reader.next_frame(&mut pixels)?;
    let bytes = frame.line_size / frame.width as usize;
    let mut means = Vec::new();
    for top in (0..frame.height as usize).step_by(SQUARE) {
        for left in (0..frame.width as usize).step_by(SQUARE) {
            let (mut sum, mut count) = (0, 0);
            for y in top..(top + SQUARE).min(frame.height as usize) {
                for x in left..(left + SQUARE).min(frame.width as usize) {
                    let at = y * frame.line_size + x * bytes;
                    sum += pixels[at..at + 3]
                        .iter()
                        .map(|one| u32::from(*one))
                        .sum::<u32>();
                    count += 3;
                }
            }
            means.push(sum / count);
        }
    }
    Ok(means)
}
