//! What `labapi` names of `labrt` is what the simulation sees: each item has a test that runs in
//! both worlds, and one that shows where it lets others in, or a sentence that it does not.
//!
//! Whoever names a new item adds a line to `covered`, and the tests.

mod covered;

use covered::{Covered, FACE, Interleaves::In, Interleaves::No};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

fn read(path: &str) -> String {
    let house = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let path = house.join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// `a::b` for all that the face names, from the text of `labapi`.
fn named() -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for file in ["labapi/src/face.rs", "labapi/src/lib.rs"] {
        let text = read(file);
        for (at, _) in text.match_indices("pub use labrt::") {
            let path = &text[at + "pub use labrt::".len()..];
            let path = &path[..path.find(';').expect("a use ends")];
            let (module, names) = match path.split_once('{') {
                Some((module, names)) => (module, names.trim_end_matches(['}', ' ', '\n'])),
                None => path.rsplit_once("::").map_or(("", path), |(module, _)| {
                    (&path[..module.len() + 2], &path[module.len() + 2..])
                }),
            };
            let names = names
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty());
            named.extend(names.map(|name| format!("{module}{name}")));
        }
    }
    named
}

#[test]
fn each_item_is_covered() {
    let all = FACE
        .iter()
        .flat_map(|covered| covered.items.iter().chain(covered.parts));
    let listed: BTreeSet<String> = all.clone().map(|item| item.to_string()).collect();
    assert_eq!(all.count(), listed.len(), "an item is listed twice");
    let named = named();
    let untested: Vec<_> = named.difference(&listed).collect();
    assert!(untested.is_empty(), "no tests are named for {untested:?}");
    let gone: Vec<_> = listed.difference(&named).collect();
    assert!(gone.is_empty(), "labapi does not name {gone:?}");
}

/// No glob and no whole module of `labrt`, which would bring names unseen.
#[test]
fn the_face_is_named_item_by_item() {
    let text = read("labapi/src/face.rs") + &read("labapi/src/lib.rs");
    assert!(
        !text.contains("labrt::*") && !text.contains("::*"),
        "a glob"
    );
    let modules = ["channel", "rand", "sync", "sync::atomic", "thread", "time"];
    for name in named() {
        assert!(!modules.contains(&name.as_str()), "all of {name}");
    }
}

/// The compiler's own eyes: a student's lints name std's counterpart of each item that has one.
#[test]
fn std_s_counterparts_are_linted() {
    let lints = read("raftlab/skeleton/clippy.toml");
    let unseen = ["Arc", "Weak", "Ordering"];
    for item in FACE.iter().flat_map(|covered| covered.items) {
        let name = item.rsplit("::").next().unwrap_or(item);
        let is_std_s = item.starts_with("sync::") || item.starts_with("thread");
        if is_std_s && !unseen.contains(&name) {
            let path = format!("\"std::{item}");
            assert!(
                lints.contains(&path),
                "{path} is not in the skeleton's clippy.toml"
            );
        }
    }
    // The references are held to the same.
    let rules = |file| {
        let text = read(file);
        let begin = text.find("disallowed-types").expect("a list of types");
        text[begin..].to_string()
    };
    assert_eq!(
        rules("raft/clippy.toml"),
        rules("raftlab/skeleton/clippy.toml")
    );
    assert_eq!(
        rules("kvraft/clippy.toml"),
        rules("raftlab/skeleton/clippy.toml")
    );
}

/// The body of a test, to its closing brace at the beginning of a line (or of a macro's arm).
fn body<'a>(text: &'a str, test: &str) -> Option<&'a str> {
    let at = text.find(&format!("fn {test}("))?;
    let before = &text[..at];
    before.trim_end().ends_with("#[test]").then_some(())?;
    let rest = &text[at..];
    Some(&rest[..rest.find("\n}").unwrap_or(rest.len())])
}

#[test]
fn each_test_is_there_and_names_its_item() {
    let interleaving = read("labrt/tests/interleaving.rs");
    for Covered {
        items,
        alike: (file, test),
        interleaves,
        ..
    } in FACE
    {
        let text = read(&format!("labrt/tests/{file}"));
        assert!(
            body(&text, test).is_some(),
            "there is no test {test} in {file}"
        );
        for item in *items {
            let name = item.rsplit("::").next().unwrap_or(item);
            assert!(text.contains(name), "{file} does not speak of {item}");
            let In(test) = interleaves else { continue };
            assert!(body(&interleaving, test).is_some(), "no test {test}");
            // The macro's list of integers stands below the test.
            assert!(
                interleaving.contains(name),
                "{test} does not speak of {item}"
            );
        }
    }
}

/// Where no test can show that others come in, a sentence of the documentation says that none do.
#[test]
fn exceptions_are_documented() {
    let documented = [
        "labapi/src/face.rs",
        "labrt/src/thread.rs",
        "labrt/src/thread/local.rs",
    ];
    let documented: String = documented.iter().map(|file| read(file)).collect();
    let lines = documented
        .lines()
        .map(|line| line.trim().trim_start_matches("///").trim());
    let words = lines.collect::<Vec<_>>().join(" ");
    for covered in FACE {
        if let No(sentence) = covered.interleaves {
            assert!(words.contains(sentence), "nobody says: {sentence}");
        }
    }
}
