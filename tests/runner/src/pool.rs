//! The parent's side: hands jobs to worker processes, and replaces those that die.

use super::dialogue::{Dialogue, State};
use super::trial::{FailureReport, Outcome};
use super::wire::Job;
use super::{interrupt, worker};
use labrt::harness::Mutex;
use labrt::thread::{self, JoinHandle};
use std::collections::VecDeque;
use std::io::ErrorKind::{BrokenPipe, ConnectionReset, TimedOut, UnexpectedEof, WouldBlock};
use std::io::{self, BufRead, BufReader, Write};
use std::iter;
use std::net::Shutdown;
use std::ops::ControlFlow;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;
use suites::cases;
use suites::trace::{Failure, FailureKind, Text};

/// Lines of a dead worker's standard error that its failure shows.
const STDERR_LINES: usize = 12;

/// How long a worker that has hung up may take to end, and its standard error to run dry.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Called with each result, from any of the pool's threads: the job, whose first seed it is of, the
/// outcome, wall time. After a break there is no more work: runs that are under way are not waited
/// for.
pub(super) type Sink = dyn Fn(&Job, Outcome, Duration) -> ControlFlow<()> + Send + Sync;

/// Runs all jobs, `workers` at a time.
pub(super) fn run(
    jobs: impl Iterator<Item = Job> + Send + 'static,
    workers: usize,
    stderr: Stderr,
    sink: Arc<Sink>,
) -> io::Result<()> {
    let work = Arc::new(Mutex::new(Work {
        jobs: Box::new(jobs),
        sockets: (0..workers).map(|_| None).collect(),
        stderr,
        is_over: false,
    }));
    let threads: Vec<JoinHandle<io::Result<()>>> = (0..workers)
        .map(|place| {
            let (work, sink) = (work.clone(), sink.clone());
            thread::spawn(move || serve(place, &work, &*sink))
        })
        .collect();
    for thread in threads {
        thread
            .join()
            .map_err(|_| io::Error::other("the runner itself panicked"))??;
    }
    Ok(())
}

/// What the pool's threads share.
struct Work {
    /// Those that nobody has taken yet, made as they are taken: there may be millions.
    jobs: Box<dyn Iterator<Item = Job> + Send>,
    /// For each thread, the socket of the worker that it started last: to cut it.
    sockets: Vec<Option<UnixStream>>,
    stderr: Stderr,
    is_over: bool,
}

impl Work {
    /// Leaves no job, and no worker that is busy with one.
    fn end(&mut self) {
        self.is_over = true;
        self.jobs = Box::new(iter::empty());
        for socket in self.sockets.iter().flatten() {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    /// A new worker, whose socket is known here before it is given anything to do.
    fn start(&mut self, place: usize) -> io::Result<Worker> {
        let worker = Worker::start(self.stderr)?;
        self.sockets[place] = Some(worker.dialogue.socket.try_clone()?);
        Ok(worker)
    }
}

/// Keeps one worker busy until no job is left.
fn serve(place: usize, work: &Mutex<Work>, sink: &Sink) -> io::Result<()> {
    let told = |job: &Job, outcome, wall| {
        if sink(job, outcome, wall).is_break() {
            work.lock().end();
        }
    };
    let mut worker = None;
    loop {
        let next = work.lock().jobs.next();
        let Some(mut job) = next else { break };
        while job.count > 0 && !work.lock().is_over {
            let mut present = match worker.take() {
                Some(worker) => worker,
                None => work.lock().start(place)?,
            };
            match present.work(&mut job, told) {
                Ok(State::Fit) => worker = Some(present),
                Ok(State::Spent) => present.stop(),
                // Its socket was cut.
                Err(_) if work.lock().is_over => present.stop(),
                // What an earlier run left behind ended the worker: no fault of the next one.
                Err(_) if present.dialogue.served > 0 && !present.dialogue.running => {
                    drop(present.reap(None));
                }
                // The run that was under way failed with its worker; the others go on.
                Err(error) => {
                    let mut outcome = present.reap(Some(&error));
                    if !job.how.mode.is_virtual() {
                        advise(&mut outcome, job.case);
                    }
                    told(&job, outcome, Duration::ZERO);
                    job.first += 1;
                    job.count -= 1;
                }
            }
        }
    }
    if let Some(worker) = worker {
        worker.stop();
    }
    Ok(())
}

/// What becomes of what a worker writes to its standard error.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stderr {
    PassedOn,
    Swallowed,
}

pub(super) struct Worker {
    process: Child,
    dialogue: Dialogue,
    stderr: Arc<Mutex<VecDeque<Text>>>,
    stderr_reader: Option<JoinHandle<()>>,
}

impl Worker {
    pub(super) fn start(show: Stderr) -> io::Result<Worker> {
        let (socket, theirs) = UnixStream::pair()?;
        let mut process = Command::new(std::env::current_exe()?)
            // Where `make` was typed: places in reports are told from there.
            .current_dir(super::root())
            .env(worker::VARIABLE, "1")
            // The allocator gives memory back after a while, and reads the clock for that: a
            // simulation's. Its clocks all begin anew, so it need not.
            .env("MIMALLOC_PURGE_DELAY", "-1")
            // Huge pages are taken whole, and runs are small: they would hold twice the memory.
            .env("MIMALLOC_ALLOW_THP", "0")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let stderr = Arc::new(Mutex::new(VecDeque::new()));
        let lines = stderr.clone();
        let pipe = process.stderr.take();
        let stderr_reader = pipe.map(|pipe| thread::spawn(move || listen(pipe, &lines, show)));
        Ok(Worker {
            process,
            dialogue: Dialogue::new(socket),
            stderr,
            stderr_reader,
        })
    }

    /// Lets the worker do the job, seed by seed. `job` shrinks with each result, so that an error
    /// leaves the seed that was under way in front.
    pub(super) fn work(
        &mut self,
        job: &mut Job,
        sink: impl FnMut(&Job, Outcome, Duration),
    ) -> io::Result<State> {
        self.dialogue.work(job, sink)
    }

    /// Lets the worker end by itself, now that nobody has a job for it.
    fn stop(self) {
        drop(self.reap(None));
    }

    /// The failure of the run that was under way when the worker died, or had to be killed.
    pub(super) fn reap(mut self, error: Option<&io::Error>) -> Outcome {
        let _ = self.dialogue.socket.shutdown(Shutdown::Both);
        // A process that hung up is about to end; any other may never.
        let hung_up = error.is_none_or(|error| {
            let ends = [UnexpectedEof, BrokenPipe, ConnectionReset];
            ends.contains(&error.kind())
        });
        let timed_out = error.is_some_and(|error| matches!(error.kind(), WouldBlock | TimedOut));
        let patience = if hung_up { LAST_WORDS } else { Duration::ZERO };
        let process = &mut self.process;
        if !within(patience, || !matches!(process.try_wait(), Ok(None))) {
            let _ = self.process.kill();
        }
        let status = self.process.wait();
        if let Ok(status) = status {
            interrupt::await_own(status);
        }
        // A process that it started may hold its standard error open for ever.
        if let Some(reader) = self.stderr_reader.take()
            && within(LAST_WORDS, || reader.is_finished())
        {
            let _ = reader.join();
        }
        let stderr = std::mem::take(&mut *self.stderr.lock());
        let died = |kind, message: String| Failure::new(kind, message);
        let failure = match (error, status) {
            _ if timed_out => died(
                FailureKind::Hung,
                "hung: no result in time; its worker process was killed".into(),
            ),
            (Some(error), _) if !hung_up => died(FailureKind::Forged, error.to_string()),
            (_, Ok(status)) => match self.dialogue.last_word.take() {
                Some(failure) => failure,
                None => cause_of_death(status),
            },
            (_, Err(error)) => died(FailureKind::Crashed, format!("crashed: {error}")),
        };
        let report = FailureReport {
            stderr: stderr.into(),
            died: !timed_out,
            ..FailureReport::new(failure)
        };
        Outcome {
            failure: Some(report),
            ..Outcome::default()
        }
    }
}

/// Real threads that wait for ever cannot be asked what for; simulated ones can.
fn advise(outcome: &mut Outcome, case: usize) {
    let failure = outcome.failure.as_mut().map(|report| &mut report.failure);
    let hung = failure.filter(|failure| failure.kind == FailureKind::Hung);
    if let (Some(failure), Some(case)) = (hung, cases::at(case)) {
        failure.message = Text::of_report(format_args!(
            "{}\nThe simulation tells what each thread waits for, mostly at once: \
             make test-{} FILTER={}",
            failure.message, case.part, case.name
        ));
    }
}

/// Keeps the last lines of what a worker writes to its standard error.
fn listen(pipe: ChildStderr, lines: &Mutex<VecDeque<Text>>, show: Stderr) {
    for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
        let line = Text::new(String::from_utf8_lossy(&line));
        if show == Stderr::PassedOn {
            let _ = writeln!(io::stderr(), "{line}");
        }
        let mut lines = lines.lock();
        lines.push_back(line);
        if lines.len() > STDERR_LINES {
            lines.pop_front();
        }
    }
}

/// Waits until `done`, at most for `time`; whether it is.
fn within(time: Duration, mut done: impl FnMut() -> bool) -> bool {
    let end = labrt::time::since_start() + time;
    loop {
        if done() {
            return true;
        }
        if labrt::time::since_start() >= end {
            return false;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Why a process ended that should not have, as its exit status tells.
fn cause_of_death(status: ExitStatus) -> Failure {
    match (status.signal(), status.code()) {
        (Some(signal), _) => Failure::new(
            FailureKind::Crashed,
            format_args!("crashed: the process got {}", signal_name(signal)),
        ),
        (None, code) => Failure::new(
            FailureKind::Exited,
            format_args!(
                "ended early: the code under test ended the process with exit code {}",
                code.unwrap_or(-1)
            ),
        ),
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
