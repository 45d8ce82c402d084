//! What a submission may depend on: a grader builds it with these crates and no others, so whoever
//! uses another is told before the points are lost.

use crate::warnln;
use std::fs;
use std::path::Path;
use toml::de::DeTable;

/// The dependencies of the skeleton.
const OFFERED: [&str; 4] = ["bytes", "labapi", "log", "serde"];

/// What a manifest names beyond what is offered, in one sentence with its place.
pub fn strangers(root: &Path, package: &str) -> Option<String> {
    let path = format!("{package}/Cargo.toml");
    let text = fs::read_to_string(root.join(&path)).ok()?;
    let manifest = DeTable::parse(&text).ok()?.into_inner();
    let mut found = Vec::new();
    for table in ["dependencies", "build-dependencies"] {
        let table = manifest
            .get(table)
            .and_then(|table| table.get_ref().as_table());
        found.extend(table.into_iter().flatten().filter_map(|(name, _)| {
            let line = text[..name.span().start].matches('\n').count() + 1;
            (!OFFERED.contains(&&**name.get_ref())).then(|| (line, name.get_ref().to_string()))
        }));
    }
    let (line, _) = found.first()?;
    let names: Vec<&str> = found.iter().map(|(_, name)| name.as_str()).collect();
    Some(format!(
        "{path}:{line} names {}; a submission is built with {} and no other crate{}",
        names.join(", "),
        OFFERED.join(", "),
        match names.contains(&"rand") {
            true => " (labapi::rand is rand)",
            false => "",
        }
    ))
}

/// Says so of a student's workspace, on standard error.
pub(super) fn warn(root: &Path) {
    if root.join("raft/tests/labs.rs").is_file() {
        // Where the node is handed in, `raft` is only what runs it.
        let raft = match root.join("rawraft").is_dir() {
            true => "rawraft",
            false => "raft",
        };
        let crates = [raft, "kvraft"];
        for found in crates.iter().filter_map(|name| strangers(root, name)) {
            warnln!("warning: {found}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_grader_has_is_told() {
        let root = std::env::temp_dir().join(format!("raftlab-strangers-{}", std::process::id()));
        let told = |manifest: &str| {
            fs::create_dir_all(root.join("raft")).expect("a folder can be made");
            fs::write(root.join("raft/Cargo.toml"), manifest).expect("a file can be written");
            strangers(&root, "raft")
        };
        let plain = told("[dependencies]\nbytes = \"1\"\nlabapi.workspace = true\n");
        let random = told("[package]\n[dependencies]\nlog = \"0.4\"\nrand = \"0.9\"\n");
        let built = told("[build-dependencies.cc]\nversion = \"1\"\n");
        let tested = told("[dev-dependencies]\nproptest = \"1\"\n");
        fs::remove_dir_all(&root).expect("it is there");
        assert_eq!(plain, None);
        assert_eq!(tested, None);
        let random = random.expect("rand is none of ours");
        assert!(
            random.starts_with("raft/Cargo.toml:4 names rand; a submission is built with bytes")
        );
        assert!(random.ends_with("(labapi::rand is rand)"), "{random}");
        assert!(built.is_some_and(|told| told.starts_with("raft/Cargo.toml:1 names cc; ")));
    }
}
