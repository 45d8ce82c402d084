//! Packs what the program carries into a table of names and texts: all files below `pack`. That
//! folder holds links to the project's own files; in a package of the registry, which has no links,
//! it holds the files themselves.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// What cannot have its name in `pack`: cargo leaves out of a package each folder that looks like
/// another package, and git heeds each file of ignored names.
const NAMES: [(&str, &str); 4] = [
    ("manifest.toml", "Cargo.toml"),
    ("lock.toml", "Cargo.lock"),
    ("gitignore", ".gitignore"),
    ("ci.yml", ".github/workflows/labs.yml"),
];

fn main() -> io::Result<()> {
    let home = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut table = String::from("&[\n");
    pack(&home.join("pack"), "", &mut table)?;
    table.push_str("]\n");
    fs::write(out.join("pack.rs"), table)
}

/// Adds the files below `folder` to the table, in the order of their names.
fn pack(folder: &Path, path: &str, table: &mut String) -> io::Result<()> {
    // A file that comes or goes is a change of its folder; one that changes, rustc sees.
    println!(
        "cargo::rerun-if-changed={}",
        folder.canonicalize()?.display()
    );
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    entries.sort();
    for entry in entries {
        let name = entry.file_name().unwrap_or_default().to_string_lossy();
        if entry.is_dir() {
            pack(&entry, &format!("{path}{name}/"), table)?;
            continue;
        }
        let renamed = NAMES.iter().find(|(from, _)| *from == name);
        let name = renamed.map_or(&*name, |(_, to)| to);
        let file = entry.canonicalize()?;
        let _ = writeln!(
            table,
            "    ({:?}, include_str!({file:?})),",
            format!("{path}{name}")
        );
    }
    Ok(())
}
