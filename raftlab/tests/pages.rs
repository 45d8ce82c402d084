//! The handout of a new workspace, made into pages to read.

mod common;

use common::{age_harness, folder, make, project, raftlab};
use std::fs;
use std::process::Command;

/// The handout as pages has what `labapi` offers among them.
#[test]
fn the_book_has_the_interface() {
    let mdbook = Command::new("mdbook").arg("--version").output();
    if !mdbook.is_ok_and(|asked| asked.status.success()) {
        return println!("not tried: there is no mdbook");
    }
    let lab = folder("pages").join("lab");
    assert!(
        raftlab(&project(), &["new", &lab.display().to_string()])
            .status
            .success()
    );
    age_harness(&lab);
    let made = make(&lab.join("raft/src"), &["book"]);
    assert!(made.status.success(), "{made:?}");
    let page = |path: &str| {
        let page = lab.join("target/book").join(path);
        fs::read_to_string(&page).unwrap_or_else(|error| panic!("{}: {error}", page.display()))
    };
    assert!(page("labapi.html").contains("href=\"api/labapi/index.html\""));
    assert!(page("api/labapi/index.html").contains("What a student implements"));
    for (path, words) in [
        ("struct.Journal.html", "drop_first"),
        ("struct.ClientEnd.html", "call"),
        ("struct.Persister.html", "read_snapshot"),
        ("sync/struct.Mutex.html", "lock"),
        ("codec/fn.encode.html", "Result"),
    ] {
        assert!(
            page(&format!("api/labapi/{path}")).contains(words),
            "{path}"
        );
    }
}
