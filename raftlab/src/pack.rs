//! What the program carries: the skeleton, the harness with its handout, the references. So it
//! needs no checkout of the project. `build.rs` packs it, from the links in `pack`.

/// Paths below `pack`, with `/`, and what stands there.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pack.rs"));

/// The files below a folder of `pack`, such as `skeleton`, by their paths from there.
pub(crate) fn below(folder: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().filter_map(move |(path, text)| {
        let path = path.strip_prefix(folder)?.strip_prefix('/')?;
        Some((path, *text))
    })
}

/// The lock file of a workspace.
pub(crate) fn lock() -> &'static str {
    let mut carried = below("skeleton");
    let lock = carried.find(|(path, _)| *path == "Cargo.lock");
    lock.map_or("", |(_, text)| text)
}
