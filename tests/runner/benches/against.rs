//! How fast this checkout is beside another commit of the project: `make bench-against REV=…`.
//!
//! Two figures of two minutes cannot be compared on a machine that does other things too. So both
//! sides are built, then measured in turns; each turn gives a ratio, and of the ratios the middle
//! one and the two ends are printed.
//!
//! | file | room |
//! | --- | --- |
//! | `side` | a checkout and its programs |
//! | `figures` | what is measured, and the ratios |
//!
//! The table is laid out as that of `costs`.

#[path = "against/figures.rs"]
mod figures;
#[path = "costs/layout.rs"]
mod layout;
#[path = "costs/processor.rs"]
mod processor;
#[path = "against/side.rs"]
mod side;

use clap::Parser;
use side::Side;
use std::process::ExitCode;

/// Compare the speed of this checkout with that of another commit.
#[derive(Parser)]
struct Options {
    /// The commit to compare with: a branch, a tag, a hash, HEAD~1
    rev: String,
    /// Only rows whose name contains this
    filter: Option<String>,
    /// So many pairs of measurements a row
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pairs: u32,
    /// Passed by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match compare(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("error: {reason}");
            ExitCode::from(2)
        }
    }
}

fn compare(options: &Options) -> Result<(), String> {
    let filter = options.filter.as_deref().unwrap_or_default();
    let theirs = Side::of(&options.rev)?;
    let ours = Side::own()?;
    let rows = figures::compare(&ours, &theirs, filter, options.pairs)?;
    if rows.is_empty() {
        return Err(format!("no row's name contains `{filter}`"));
    }
    println!(
        "This checkout ÷ {} ({}), {} pairs in turn; below 1: it takes less.\n",
        options.rev, theirs.hash, options.pairs
    );
    figures::print(&rows);
    Ok(())
}
