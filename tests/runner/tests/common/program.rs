//! The runner as cargo builds it.

use serde_json::Value;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The program that `make test-3` runs. Cargo tells where it lies.
pub(crate) fn runner() -> &'static Path {
    static RUNNER: OnceLock<PathBuf> = OnceLock::new();
    RUNNER.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let built = Command::new(cargo)
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
            .args(["build", "--quiet", "-p", "labs"])
            .args(["--message-format", "json-render-diagnostics"])
            .stderr(Stdio::inherit())
            .output()
            .expect("cargo can be run");
        let told = String::from_utf8_lossy(&built.stdout);
        let messages = told
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let path = messages
            .filter(|message| message["target"]["name"] == "labs")
            .find_map(|message| Some(PathBuf::from(message["executable"].as_str()?)));
        path.unwrap_or_else(|| panic!("cargo built no runner: see above"))
    })
}
