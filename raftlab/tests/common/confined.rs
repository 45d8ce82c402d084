//! Commands typed elsewhere: by another user, without the project and without a network, as far as
//! this machine lets us.

use super::common::{project, target};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder outside of the project, gone when the test is.
pub(crate) struct Elsewhere(pub(crate) PathBuf);

impl Elsewhere {
    pub(crate) fn new(name: &str) -> Elsewhere {
        let name = format!("raftlab-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder can be made");
        Elsewhere(folder)
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs `$COMMAND` in `$LAB` as nobody, where no network is, and the project's folder and our home
/// are empty but for the target folder and cargo's own. These lie at their places, so that cargo
/// finds there what it has built for other tests.
const CONFINED: &str = r#"
set -eu
mkdir -p "$ELSEWHERE/home" "$TARGET"
chmod -R a+rwX "$TARGET" "$ELSEWHERE"
kept="$TARGET
$CARGO_HOME
$RUSTUP_HOME"
number=0
echo "$kept" | while read -r folder; do
    number=$((number + 1))
    mkdir -p "$ELSEWHERE/kept-$number"
    mount --bind "$folder" "$ELSEWHERE/kept-$number"
done
mount -t tmpfs -o mode=755 none "$PROJECT"
test "${OUR_HOME:-/}" = / || mount -t tmpfs -o mode=755 none "$OUR_HOME"
echo "$kept" | while read -r folder; do
    number=$((number + 1))
    mkdir -p "$folder"
    mount --bind "$ELSEWHERE/kept-$number" "$folder"
done
export CARGO_HOME RUSTUP_HOME CARGO_TARGET_DIR="$TARGET" HOME="$ELSEWHERE/home"
export PATH="$CARGO_HOME/bin:$PATH"
cd "$LAB"
exec setpriv --reuid 65534 --regid 65534 --clear-groups sh -c "$COMMAND"
"#;

/// The same as oneself, for a machine on which one is not root.
const OFFLINE: &str = r#"cd "$LAB" && CARGO_TARGET_DIR="$TARGET" exec sh -c "$COMMAND""#;

/// Types a command in the clone.
pub(crate) fn typed(elsewhere: &Elsewhere, lab: &Path, command: &str) -> Output {
    let home = |variable: &str, below: &str| {
        let set = std::env::var_os(variable).map(PathBuf::from);
        let user = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
        set.unwrap_or_else(|| user.join(below))
    };
    let unshare = ["--mount", "--net", "sh", "-c"];
    let tried = Command::new("unshare")
        .args(unshare)
        .arg("mount -t tmpfs none /mnt")
        .output();
    let can_unshare = tried.is_ok_and(|tried| tried.status.success());
    let mut shell = match can_unshare {
        true => Command::new("unshare"),
        false => Command::new("sh"),
    };
    match can_unshare {
        true => shell.args(unshare).arg(CONFINED),
        false => shell.args(["-c", OFFLINE]),
    };
    for (variable, value) in std::env::vars_os() {
        let name = variable.to_string_lossy().into_owned();
        // Cargo tells its tests where the project is.
        if name.starts_with("CARGO") || name.starts_with("MAKE") || value.is_empty() {
            shell.env_remove(variable);
        }
    }
    shell
        .env("ELSEWHERE", &elsewhere.0)
        .env("LAB", lab)
        .env("PROJECT", project())
        .env("TARGET", target())
        .env("OUR_HOME", std::env::var_os("HOME").unwrap_or_default())
        .env("CARGO_HOME", home("CARGO_HOME", ".cargo"))
        .env("RUSTUP_HOME", home("RUSTUP_HOME", ".rustup"))
        .env("CARGO_NET_OFFLINE", "true")
        .env("COMMAND", command)
        .env("NO_COLOR", "1")
        .env_remove("LD_LIBRARY_PATH")
        .env_remove("RUST_LOG");
    shell.output().expect("a shell can be run")
}
