//! What becomes of Ctrl-C. A terminal sends it to everybody who runs in its foreground, and so it
//! does with a hangup when it is closed; `kill` sends it to one process alone. A reader of our
//! output that has gone is the same as a signal. Either way all of them end, nothing is left
//! half-written, and whoever called sees that a signal ended the command (130 in a shell, after
//! Ctrl-C).
//!
//! A program that was started by one of ours holds a *lifeline*: its standard input is a pipe on
//! which nothing ever comes but its end, when the other side has ended in whatever way. Workers are
//! tied to their parent by their socket in the same manner, and leave signals to it.

use labrt::channel::{self, RecvTimeoutError};
use labrt::harness::{Mutex, MutexGuard};
use labrt::thread;
use labrt::time::Duration;
use signal_hook::consts::{SIGHUP, SIGINT, SIGPIPE, SIGTERM};
use signal_hook::{flag, iterator::Signals, low_level};
use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{self, Child, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set for a program whose standard input is a lifeline.
const LIFELINE: &str = "RAFTLAB_LIFELINE";

/// By which people, programs and a terminal that is closed ask us to end.
const SIGNALS: [i32; 3] = [SIGINT, SIGTERM, SIGHUP];

/// The exit code of who ended because its parent did: a shell's for Ctrl-C.
const INTERRUPTED: i32 = 128 + SIGINT;

/// How long the last words may take. A reader that does not read must not keep us here.
const PATIENCE: Duration = Duration::from_secs(3);

/// How often [`output_while`] and [`status_while`] call.
pub const MEANWHILE: Duration = Duration::from_millis(500);

type LastWords = Box<dyn FnOnce() + Send>;

static LAST_WORDS: Mutex<Option<LastWords>> = Mutex::new(None);
static NOTE: Mutex<String> = Mutex::new(String::new());
static WHOLE: Mutex<()> = Mutex::new(());
static ENDING: Mutex<()> = Mutex::new(());
static IS_ENDING: AtomicBool = AtomicBool::new(false);

/// This process does not end while somebody holds the guard: what is written meanwhile is written
/// as a whole.
pub fn whole() -> MutexGuard<'static, ()> {
    WHOLE.lock()
}

/// The line that is printed when this process is interrupted, from now on.
pub fn note(line: String) {
    *NOTE.lock() = line;
}

/// From now on an interrupt calls `last_words` and ends this process.
pub(super) fn on_interrupt(last_words: impl FnOnce() + Send + 'static) {
    static IS_LISTENING: AtomicBool = AtomicBool::new(false);
    *LAST_WORDS.lock() = Some(Box::new(last_words));
    if IS_LISTENING.swap(true, Ordering::SeqCst) {
        return;
    }
    // Without signals to be had, they do what they always do.
    let heard = SIGNALS.into_iter().filter(|signal| !is_ignored(*signal));
    if let Ok(mut signals) = Signals::new(heard) {
        thread::spawn(move || {
            if let Some(signal) = signals.forever().next() {
                say_last_words();
                die_of(signal);
            }
        });
    }
    if std::env::var_os(LIFELINE).is_some() {
        thread::spawn(|| {
            let _ = io::stdin().read(&mut [0]);
            say_last_words();
            let _whole = whole();
            process::exit(INTERRUPTED);
        });
    }
}

/// Whether whoever called us has had a signal ignored, as `nohup` does with SIGHUP: a handler would
/// undo that. Only Linux tells; elsewhere it is taken for ignored if it is that one.
fn is_ignored(signal: i32) -> bool {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        return signal == SIGHUP;
    };
    let mut lines = status.lines();
    let mask = lines.find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.unwrap_or(0) & (1 << (signal - 1)) != 0
}

/// For a worker: whoever interrupts its parent means the parent, which will see to it.
pub(super) fn leave_to_parent() {
    let ignored = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGHUP] {
        let _ = flag::register(signal, ignored.clone());
    }
}

/// Waits, if a process of ours ended by an interrupt that is about to reach us too.
pub(super) fn await_own(status: ExitStatus) {
    if status
        .signal()
        .is_some_and(|signal| SIGNALS.contains(&signal))
    {
        thread::sleep(Duration::from_secs(1));
    }
}

/// Runs a program of ours, which ends when this one does.
pub fn status(command: &mut Command) -> io::Result<ExitStatus> {
    attend(command, |mut child| child.wait(), |status| *status)
}

/// The same, and keeps what it prints.
pub fn output(command: &mut Command) -> io::Result<Output> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    attend(command, Child::wait_with_output, |output| output.status)
}

/// The same, and calls `meanwhile` now and then until it has ended.
pub fn output_while(
    command: &mut Command,
    meanwhile: impl FnMut() + Send + 'static,
) -> io::Result<Output> {
    watched(meanwhile, || output(command))
}

/// As [`status`], and calls `meanwhile` now and then until it has ended.
pub fn status_while(
    command: &mut Command,
    meanwhile: impl FnMut() + Send + 'static,
) -> io::Result<ExitStatus> {
    watched(meanwhile, || status(command))
}

fn watched<T>(mut meanwhile: impl FnMut() + Send + 'static, act: impl FnOnce() -> T) -> T {
    let (end, is_over) = channel::bounded::<()>(1);
    let watching = thread::spawn(move || {
        while is_over.recv_timeout(MEANWHILE) == Err(RecvTimeoutError::Timeout) {
            meanwhile();
        }
    });
    let done = act();
    drop(end);
    let _ = watching.join();
    done
}

/// Ties a program of ours to whoever holds its standard input.
pub(super) fn tied(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::piped()).env(LIFELINE, "1")
}

fn attend<T>(
    command: &mut Command,
    wait: impl FnOnce(Child) -> io::Result<T>,
    status: impl FnOnce(&T) -> ExitStatus,
) -> io::Result<T> {
    let (gone, is_gone) = channel::bounded::<()>(1);
    let lifeline = Arc::new(Mutex::new(None));
    let cut = lifeline.clone();
    on_interrupt(move || {
        drop(cut.lock().take());
        let _ = is_gone.recv_timeout(PATIENCE);
        let note = std::mem::take(&mut *NOTE.lock());
        if !note.is_empty() {
            let _ = writeln!(io::stderr(), "{note}");
        }
    });
    let mut child = tied(command).spawn()?;
    *lifeline.lock() = child.stdin.take();
    let ended = wait(child)?;
    let _ = gone.send(());
    // The terminal's signal has reached the child first. It is on its way to us.
    await_own(status(&ended));
    if IS_ENDING.load(Ordering::SeqCst) {
        thread::sleep(2 * PATIENCE);
    }
    Ok(ended)
}

/// Nobody reads our standard output any more: ends as any program does whose reader has gone, but
/// for what is to be kept. The caller goes on meanwhile, and may come to its own end first.
pub(super) fn unheard() {
    static IS_KNOWN: AtomicBool = AtomicBool::new(false);
    if !IS_KNOWN.swap(true, Ordering::SeqCst) {
        thread::spawn(|| {
            say_last_words();
            die_of(SIGPIPE);
        });
    }
}

/// Lets the others know, in time that is limited.
fn say_last_words() {
    // Whoever comes second, signal or lifeline, waits here until the first one has ended us.
    std::mem::forget(ENDING.lock());
    IS_ENDING.store(true, Ordering::SeqCst);
    let Some(last_words) = LAST_WORDS.lock().take() else {
        return;
    };
    let (said, is_said) = channel::bounded::<()>(1);
    thread::spawn(move || {
        last_words();
        let _ = said.send(());
    });
    let _ = is_said.recv_timeout(2 * PATIENCE);
}

/// Ends as if nobody had caught the signal, so that a shell's loop around us ends, too.
fn die_of(signal: i32) -> ! {
    let _whole = whole();
    let _ = low_level::emulate_default_handler(signal);
    process::exit(128 + signal)
}
