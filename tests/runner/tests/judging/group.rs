//! A command and all that it starts, as one process group: what a terminal sends Ctrl-C to.

use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};

/// A process group, led by a command.
pub(crate) struct Group {
    leader: Child,
}

/// How a command ended, and what it said.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Group {
    pub(crate) fn start(command: &mut Command) -> Group {
        command.process_group(0).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        // An interrupt that ends make must find its own make, and its own options.
        for name in ["MAKEFLAGS", "MFLAGS", "MAKELEVEL", "RAFTLAB_LIFELINE"] {
            command.env_remove(name);
        }
        let leader = command.spawn().expect("a command can be started");
        Group { leader }
    }

    /// What runs in the group: one line each.
    fn members(&self) -> Vec<String> {
        let ps = Command::new("ps")
            .args(["-A", "-o", "pgid=,stat=,args="])
            .output()
            .expect("ps can be run");
        let group = self.leader.id().to_string();
        let is_member = |line: &&str| {
            let mut words = line.split_whitespace();
            words.next() == Some(&group) && words.next().is_some_and(|stat| !stat.contains('Z'))
        };
        let text = String::from_utf8_lossy(&ps.stdout);
        text.lines().filter(is_member).map(str::to_string).collect()
    }

    /// Waits until so many runners and workers are at work.
    pub(crate) fn await_runners(&self, number: usize) {
        let of_ours = |line: &&String| {
            let program = line.split_whitespace().nth(2).unwrap_or_default();
            program.contains("/labs") || program.contains("/judged-")
        };
        for _ in 0..3000 {
            if self.members().iter().filter(of_ours).count() >= number {
                return;
            }
            pause();
        }
        panic!(
            "no {number} processes of the runner in {:?}",
            self.members()
        );
    }

    /// Sends Ctrl-C's signal to everybody, or to the leader alone; how the leader ended.
    pub(crate) fn interrupt(self, everybody: bool) -> End {
        self.end("INT", everybody)
    }

    /// Sends this signal to the leader, or to everybody.
    pub(crate) fn signal(&self, signal: &str, everybody: bool) {
        let id = self.leader.id();
        let target = if everybody {
            format!("-{id}")
        } else {
            id.to_string()
        };
        let sent = Command::new("kill")
            .args([&format!("-{signal}"), "--", &target])
            .status();
        assert!(sent.is_ok_and(|status| status.success()), "kill failed");
    }

    /// Sends this signal; how the leader ended. Nobody is left behind.
    pub(crate) fn end(mut self, signal: &str, everybody: bool) -> End {
        self.signal(signal, everybody);
        let status = self.leader.wait().expect("it can be waited for");
        for _ in 0..200 {
            if self.members().is_empty() {
                break;
            }
            pause();
        }
        let left = self.members();
        if !left.is_empty() {
            let _ = Command::new("kill")
                .args(["-KILL", "--", &format!("-{}", self.leader.id())])
                .status();
            panic!("left behind: {left:?}");
        }
        let (mut stdout, mut stderr) = (String::new(), String::new());
        if let (Some(mut out), Some(mut err)) =
            (self.leader.stdout.take(), self.leader.stderr.take())
        {
            let _ = (
                out.read_to_string(&mut stdout),
                err.read_to_string(&mut stderr),
            );
        }
        End {
            code: status.code(),
            signal: status.signal(),
            stdout,
            stderr,
        }
    }
}

/// A moment between two looks.
pub(crate) fn pause() {
    let _ = Command::new("sleep").arg("0.05").status();
}
