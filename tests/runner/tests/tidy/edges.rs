//! Who may depend on whom: the arrows of ARCHITECTURE.md, read from the manifests.

use crate::source::{Finding, Source, line_at};
use toml::de::{DeTable, DeValue};

/// A crate of the house, and the crates of the house that it may use.
struct Room {
    folder: &'static str,
    may_use: &'static [&'static str],
    /// In its tests and benchmarks, on top of that.
    may_test_with: &'static [&'static str],
}

impl Room {
    /// The crate's name.
    fn name(&self) -> &'static str {
        self.folder.rsplit('/').next().unwrap_or(self.folder)
    }
}

const fn room(folder: &'static str, may_use: &'static [&'static str]) -> Room {
    Room {
        folder,
        may_use,
        may_test_with: &[],
    }
}

/// From the ground up: nobody uses what stands below in this list.
const HOUSE: &[Room] = &[
    room("labrt", &[]),
    room("labcodec", &[]),
    room("labrpc", &["labrt", "labcodec"]),
    room("persister", &["labrt", "labcodec"]),
    room("labapi", &["labrt", "labcodec", "labrpc", "persister"]),
    room("raft", &["labapi"]),
    room("kvraft", &["labapi"]),
    room("rawraft", &["labapi"]),
    Room {
        folder: "tests/bridge",
        may_use: &["labapi"],
        may_test_with: &["rawraft"],
    },
    room("linearizability", &[]),
    room(
        "tests/suites",
        &[
            "labrt",
            "labcodec",
            "labrpc",
            "persister",
            "labapi",
            "linearizability",
        ],
    ),
    room(
        "tests/host",
        &[
            "labrt",
            "labcodec",
            "labrpc",
            "persister",
            "labapi",
            "suites",
        ],
    ),
    Room {
        folder: "tests/runner",
        may_use: &[
            "labrt",
            "labcodec",
            "labrpc",
            "persister",
            "labapi",
            "suites",
            "host",
        ],
        may_test_with: &["raft", "kvraft", "linearizability"],
    },
    room(
        "tests/labs",
        &["labapi", "raft", "kvraft", "rawraft", "runner"],
    ),
    room("raftlab", &["suites", "runner"]),
];

/// Outside crates that one crate keeps behind its own face.
const OWNERS: &[(&str, &str)] = &[
    ("bincode", "labcodec"),
    ("corosensei", "labrt"),
    ("crossbeam-channel", "labrt"),
    ("libc", "labrt"),
    ("lock_api", "labrt"),
    ("parking_lot", "labrt"),
    ("rand", "labrt"),
];

/// One entry of a table of dependencies.
struct Dependency {
    line: usize,
    name: String,
    is_dev: bool,
    takes_workspaces: bool,
}

/// The rule: `manifests` are the `Cargo.toml` files of the workspace's members.
pub(crate) fn check(manifests: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for manifest in manifests {
        let Some(room) = HOUSE.iter().find(|room| room.folder == manifest.folder()) else {
            let advice = "a crate without a room: give it one in HOUSE (tidy/edges.rs) and in \
                          ARCHITECTURE.md";
            findings.push(manifest.finding(0, advice));
            continue;
        };
        let found = dependencies(&manifest.text);
        findings.extend(found.iter().filter_map(|dependency| {
            let advice = object(room, dependency)?;
            Some(manifest.finding(dependency.line, advice))
        }));
        if !takes_workspace_lints(&manifest.text) {
            findings.push(manifest.finding(0, "add `[lints] workspace = true`"));
        }
    }
    findings
}

/// What is wrong with a dependency, if anything.
fn object(room: &Room, dependency: &Dependency) -> Option<String> {
    let name = dependency.name.as_str();
    let own = room.name();
    if HOUSE.iter().any(|other| other.name() == name) {
        let may =
            room.may_use.contains(&name) || dependency.is_dev && room.may_test_with.contains(&name);
        if !may {
            return Some(format!(
                "`{own}` may not use `{name}`: arrows point downwards only (ARCHITECTURE.md)"
            ));
        }
    }
    if let Some((_, owner)) = OWNERS.iter().find(|(owned, _)| *owned == name)
        && *owner != own
    {
        return Some(format!(
            "only `{owner}` may name `{name}`; use `{owner}`'s face of it"
        ));
    }
    if !dependency.takes_workspaces {
        return Some(format!(
            "write `{name}.workspace = true`: versions stand once, in the workspace's manifest"
        ));
    }
    None
}

fn dependencies(manifest: &str) -> Vec<Dependency> {
    let root = parse(manifest);
    let targets = table(&root, "target").into_iter().flatten();
    let targets = targets.filter_map(|(_, target)| target.get_ref().as_table());
    let tables = std::iter::once(&root).chain(targets);
    tables.flat_map(|table| of_table(table, manifest)).collect()
}

/// What cargo has read is TOML.
fn parse(manifest: &str) -> DeTable<'_> {
    let parsed = DeTable::parse(manifest);
    parsed.expect("a manifest is TOML").into_inner()
}

fn table<'a, 'i>(parent: &'a DeTable<'i>, name: &str) -> Option<&'a DeTable<'i>> {
    parent.get(name)?.get_ref().as_table()
}

/// The dependencies for all targets, or for one.
fn of_table(parent: &DeTable<'_>, manifest: &str) -> Vec<Dependency> {
    let kinds = [
        ("dependencies", false),
        ("build-dependencies", false),
        ("dev-dependencies", true),
    ];
    let mut found = Vec::new();
    for (kind, is_dev) in kinds {
        for (key, value) in table(parent, kind).into_iter().flatten() {
            let fields = value.get_ref().as_table();
            let field = |name: &str| Some(fields?.get(name)?.get_ref());
            // `x = { package = "y", … }` depends on y.
            let renamed = field("package").and_then(|package| package.as_str());
            found.push(Dependency {
                line: line_at(manifest, key.span().start),
                name: renamed.unwrap_or(key.get_ref()).to_string(),
                is_dev,
                takes_workspaces: is_true(field("workspace")),
            });
        }
    }
    found
}

fn is_true(value: Option<&DeValue<'_>>) -> bool {
    value.and_then(|value| value.as_bool()) == Some(true)
}

fn takes_workspace_lints(manifest: &str) -> bool {
    let root = parse(manifest);
    let lints = table(&root, "lints").and_then(|lints| lints.get("workspace"));
    is_true(lints.map(|value| value.get_ref()))
}

mod tests {
    use super::*;

    fn advice(folder: &str, dependencies: &str) -> Vec<String> {
        let text = format!("{dependencies}\n[lints]\nworkspace = true\n");
        let manifest = Source::new(&format!("{folder}/Cargo.toml"), &text);
        let findings = check(&[manifest]);
        let shown =
            |f: Finding| format!("{}: {}", f.line, f.advice.split(':').next().unwrap_or(""));
        findings.into_iter().map(shown).collect()
    }

    #[test]
    fn an_arrow_upwards_is_found_however_it_is_written() {
        let found = ["2: `labrt` may not use `labrpc`"];
        assert_eq!(
            advice("labrt", "[dependencies]\nlabrpc.workspace = true"),
            found
        );
        assert_eq!(
            advice("labrt", "[dev-dependencies]\nlabrpc = { workspace = true }"),
            found
        );
        let on_unix =
            "[target.'cfg(unix)'.dependencies]\nx = { workspace = true, package = \"labrpc\" }";
        assert_eq!(advice("labrt", on_unix), found);
        let alone = "[dependencies.labrpc]\nworkspace = true";
        assert_eq!(advice("labrt", alone), ["1: `labrt` may not use `labrpc`"]);
        assert_eq!(
            advice("labrpc", "[dependencies]\nlabrt.workspace = true"),
            [""; 0]
        );
    }

    #[test]
    fn only_the_tests_of_the_runner_know_the_reference() {
        assert_eq!(
            advice("tests/runner", "[dev-dependencies]\nraft.workspace = true"),
            [""; 0]
        );
        let found = ["2: `runner` may not use `raft`"];
        assert_eq!(
            advice("tests/runner", "[dependencies]\nraft.workspace = true"),
            found
        );
    }

    #[test]
    fn an_owned_crate_or_a_version_of_ones_own_is_found() {
        let found = ["2: only `labcodec` may name `bincode`; use `labcodec`'s face of it"];
        assert_eq!(
            advice("raft", "[dependencies]\nbincode.workspace = true"),
            found
        );
        assert_eq!(
            advice("raft", "[dependencies]\nlog = \"0.4\" # mine"),
            ["2: write `log.workspace = true`"]
        );
    }

    #[test]
    fn a_crate_without_a_room_or_lints_is_found() {
        let attic = Source::new("attic/Cargo.toml", "");
        assert_eq!(check(&[attic]).len(), 1);
        let bare = Source::new("raft/Cargo.toml", "[lints]\n");
        assert_eq!(check(&[bare]).len(), 1);
    }
}
