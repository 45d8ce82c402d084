//! The parent's side: hands jobs to worker processes, and replaces those that die.

use super::trial::{Manner, Outcome, Told};
use super::wire::{self, Job, Record};
use super::{options::Mode, worker};
use labrt::harness::Mutex;
use labrt::thread::{self, JoinHandle};
use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// Lines of a dead worker's standard error that its failure shows.
const STDERR_LINES: usize = 12;

/// Called with each result, from any of the pool's threads: case, seed, outcome, wall time.
pub(super) type Sink = dyn Fn(usize, u64, Outcome, Duration) + Send + Sync;

/// Runs all jobs, `workers` at a time.
pub(super) fn run(jobs: VecDeque<Job>, workers: usize, sink: Arc<Sink>) -> io::Result<()> {
    let jobs = Arc::new(Mutex::new(jobs));
    let threads: Vec<JoinHandle<io::Result<()>>> = (0..workers)
        .map(|_| {
            let (jobs, sink) = (jobs.clone(), sink.clone());
            thread::spawn(move || serve(&jobs, &*sink))
        })
        .collect();
    for thread in threads {
        thread
            .join()
            .map_err(|_| io::Error::other("the runner itself panicked"))??;
    }
    Ok(())
}

/// Keeps one worker busy until no job is left.
fn serve(jobs: &Mutex<VecDeque<Job>>, sink: &Sink) -> io::Result<()> {
    let mut worker = None;
    loop {
        let next = jobs.lock().pop_front();
        let Some(mut job) = next else { return Ok(()) };
        while job.count > 0 {
            let mut present = match worker.take() {
                Some(worker) => worker,
                None => Worker::start()?,
            };
            match present.work(&mut job, sink) {
                Ok(()) => worker = Some(present),
                // The run that was under way failed with its worker; the others go on.
                Err(error) => {
                    let outcome = present.bury(&error);
                    sink(job.case, job.first, outcome, Duration::ZERO);
                    job.first += 1;
                    job.count -= 1;
                }
            }
        }
    }
}

struct Worker {
    process: Child,
    socket: UnixStream,
    stderr: Arc<Mutex<VecDeque<String>>>,
    stderr_reader: Option<JoinHandle<()>>,
}

impl Worker {
    fn start() -> io::Result<Worker> {
        let (socket, theirs) = UnixStream::pair()?;
        let mut process = Command::new(std::env::current_exe()?)
            .env(worker::VARIABLE, "1")
            // The allocator gives memory back after a while, and reads the clock for that: a
            // simulation's. Its clocks all begin anew, so it need not.
            .env("MIMALLOC_PURGE_DELAY", "-1")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let stderr = Arc::new(Mutex::new(VecDeque::new()));
        let lines = stderr.clone();
        let pipe = process.stderr.take();
        let stderr_reader = pipe.map(|pipe| {
            thread::spawn(move || {
                for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
                    let line = String::from_utf8_lossy(&line).into_owned();
                    let _ = writeln!(io::stderr(), "{line}");
                    let mut lines = lines.lock();
                    lines.push_back(line);
                    if lines.len() > STDERR_LINES {
                        lines.pop_front();
                    }
                }
            })
        });
        Ok(Worker {
            process,
            socket,
            stderr,
            stderr_reader,
        })
    }

    /// Lets the worker do the job, seed by seed. `job` shrinks with each result, so that an error
    /// leaves the seed that was under way in front.
    fn work(&mut self, job: &mut Job, sink: &Sink) -> io::Result<()> {
        self.socket.set_read_timeout(Some(limit(&job.how)))?;
        wire::send(&mut self.socket, job)?;
        while job.count > 0 {
            let Record::Begin { seed } = wire::receive(&mut self.socket)? else {
                return Err(io::Error::other("a result without a run"));
            };
            let began = labrt::time::since_start();
            let Record::End { outcome } = wire::receive(&mut self.socket)? else {
                return Err(io::Error::other("a run without a result"));
            };
            if seed != job.first {
                return Err(io::Error::other("a result of another run"));
            }
            sink(job.case, seed, outcome, labrt::time::since_start() - began);
            job.first += 1;
            job.count -= 1;
        }
        Ok(())
    }

    /// The failure of the run that was under way when the worker died, or had to be killed.
    fn bury(mut self, error: &io::Error) -> Outcome {
        let timed_out = matches!(
            error.kind(),
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
        );
        if timed_out {
            let _ = self.process.kill();
        }
        drop(self.socket);
        let status = self.process.wait();
        if let Some(reader) = self.stderr_reader.take() {
            let _ = reader.join();
        }
        let mut reason = match (timed_out, status) {
            (true, _) => "hung: no result in time; its worker process was killed".to_string(),
            (false, Ok(status)) => match (status.signal(), status.code()) {
                (Some(signal), _) => format!("crashed: the process got {}", signal_name(signal)),
                (None, code) => format!(
                    "ended early: the code under test ended the process with exit code {}",
                    code.unwrap_or(-1)
                ),
            },
            (false, Err(error)) => format!("crashed: {error}"),
        };
        for line in self.stderr.lock().iter() {
            reason.push_str("\n  ");
            reason.push_str(line);
        }
        let failure = Some(Told {
            reason,
            ..Told::default()
        });
        Outcome {
            failure,
            ..Outcome::default()
        }
    }
}

/// How long a run may take in real time before its worker is given up. In the simulation a run
/// takes milliseconds, and stops by itself where it can; this is for what cannot be stopped from
/// inside.
fn limit(how: &Manner) -> Duration {
    match how.mode {
        Mode::Sim => Duration::from_secs(120),
        Mode::Real => crate::TIME_LIMIT + Duration::from_secs(60),
    }
}

fn signal_name(signal: i32) -> String {
    match signal {
        4 => "SIGILL".into(),
        6 => "SIGABRT (an abort)".into(),
        7 => "SIGBUS".into(),
        9 => "SIGKILL".into(),
        11 => "SIGSEGV (a stack overflow, or worse)".into(),
        15 => "SIGTERM".into(),
        other => format!("signal {other}"),
    }
}
