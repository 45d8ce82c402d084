//! What the program carries: the skeleton, the harness with its handout, the references. So it
//! needs no checkout of the project. `build.rs` packs it, from the links in `pack`.

use crate::track::Track;
use std::collections::BTreeMap;

/// Paths below `pack`, with `/`, and what stands there.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pack.rs"));

/// The files below a folder of `pack`, such as `skeleton`, by their paths from there.
pub(crate) fn below(folder: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().filter_map(move |(path, text)| {
        let path = path.strip_prefix(folder)?.strip_prefix('/')?;
        Some((path, *text))
    })
}

/// What a workspace of this track begins with, by paths: the labs', or in place of their Raft what
/// stands in the track's own folder.
pub(crate) fn skeleton(track: Track) -> BTreeMap<&'static str, &'static str> {
    let labs = below("skeleton");
    match track {
        Track::Labs => labs.collect(),
        Track::Tinykv => labs
            .filter(|(path, _)| !path.starts_with("raft/"))
            .chain(below("skeleton-tinykv"))
            .collect(),
    }
}

/// The lock file of a workspace.
pub(crate) fn lock(track: Track) -> &'static str {
    skeleton(track)
        .get("Cargo.lock")
        .copied()
        .unwrap_or_default()
}
