//! A student's handles are not the harness's tools: what `labapi` hands out saves, reads, calls and
//! serves, and cannot fence a disk, watch a message or give the network an order.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The public methods of the types that `labapi` hands out. Whoever adds one decides that students
/// may call it; what only a harness needs is a function or a type of the crate's `harness` module.
const METHODS: &[(&str, &str, &[&str])] = &[
    (
        "persister",
        "Persister",
        &[
            "new",
            "read_snapshot",
            "read_state",
            "save",
            "snapshot_size",
            "state_size",
        ],
    ),
    ("labrpc", "ClientEnd", &["call", "from", "id"]),
    (
        "labrpc",
        "Service",
        &["describe", "describe_reply", "method", "new"],
    ),
];

#[test]
fn a_handle_has_no_method_for_harnesses() {
    for (krate, name, methods) in METHODS {
        let found = public_methods(krate, name);
        let expected = methods.iter().map(|method| method.to_string()).collect();
        assert_eq!(found, expected, "the public methods of {krate}::{name}");
    }
}

/// What `labapi` names of crates that have a harness module, from anywhere in its sources.
#[test]
fn labapi_hands_out_nothing_of_a_harness() {
    let mut used = BTreeSet::new();
    for source in sources("labapi") {
        assert!(
            !source.contains("harness::"),
            "labapi reaches into a harness"
        );
        for line in source.lines().map(str::trim_start) {
            let is_use = line.starts_with("use ") || line.starts_with("pub use ");
            if is_use && (line.contains("labrpc::") || line.contains("persister::")) {
                let path = line.split_once("use ").map_or(line, |(_, path)| path);
                used.insert(path.to_string());
            }
        }
    }
    let expected = [
        "labrpc::ClientEnd;",
        "labrpc::{ClientEnd, Service};",
        "persister::Persister;",
    ];
    assert_eq!(used, expected.map(String::from).into());
}

/// The compiler's own word for it: each call below names a method of a trait that the handle has
/// beside its own methods. An own method of that name would come first, and not compile.
#[test]
fn a_harness_method_is_not_there() {
    trait NotThere {
        fn fence_and_copy(&self) {}
        fn on_save(&self) {}
        fn keep_values(&self) {}
        fn saved_value(&self) {}
        fn saves(&self) {}
        fn disk(&self) {}
        fn call_value(&self) {}
        fn kinds(&self) {}
    }
    impl NotThere for labapi::Persister {}
    impl NotThere for labapi::ClientEnd {}
    impl NotThere for labapi::Service {}

    let persister = labapi::Persister::new();
    let (): () = persister.fence_and_copy();
    let (): () = persister.on_save();
    let (): () = persister.keep_values();
    let (): () = persister.saved_value();
    let (): () = persister.saves();
    let (): () = persister.disk();
    let service = labapi::Service::new("Raft");
    let (): () = service.kinds();
    let _of_an_end = |end: &labapi::ClientEnd| -> () { end.call_value() };
}

/// The names of the public methods in all `impl` blocks of the type itself.
fn public_methods(krate: &str, name: &str) -> BTreeSet<String> {
    let opening = format!("impl {name} {{");
    let mut found = BTreeSet::new();
    for source in sources(krate) {
        let mut inside = false;
        for line in source.lines() {
            inside = (inside || line == opening) && line != "}";
            if let Some(method) = line.strip_prefix("    pub fn ").filter(|_| inside) {
                let end = method.find(['(', '<']).expect("a function has parameters");
                found.insert(method[..end].to_string());
            }
        }
    }
    found
}

/// The text of all source files of a crate of the workspace.
fn sources(krate: &str) -> Vec<String> {
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let mut folders = vec![house.expect("a workspace").join(krate).join("src")];
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).expect("a folder of the workspace");
        for entry in entries.map(|entry| entry.expect("an entry").path()) {
            match entry.is_dir() {
                true => folders.push(entry),
                false => texts.push(fs::read_to_string(&entry).expect("a source file")),
            }
        }
    }
    texts
}
