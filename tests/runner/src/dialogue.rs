//! The parent's end of what it and a worker say to each other: a job, and for each of its runs a
//! beginning, an end, and its result as the answer to a challenge.

use super::options::Mode;
use super::trial::{Manner, Outcome};
use super::wire::{self, Job, Order, Record};
use std::io;
use std::os::unix::net::UnixStream;
use std::time::Duration;
use suites::trace::Failure;

/// Whether a worker can be given another job.
pub(super) enum State {
    Fit,
    Spent,
}

/// See above.
pub(super) struct Dialogue {
    pub(super) socket: UnixStream,
    /// Runs that the worker has ended.
    pub(super) served: u64,
    /// Whether a run is under way.
    pub(super) running: bool,
    /// What the worker said of its end, before that came.
    pub(super) last_word: Option<Failure>,
}

impl Dialogue {
    pub(super) fn new(socket: UnixStream) -> Dialogue {
        Dialogue {
            socket,
            served: 0,
            running: false,
            last_word: None,
        }
    }

    /// Lets the worker do the job, seed by seed. `job` shrinks with each result, so that an error
    /// leaves the seed that was under way in front.
    pub(super) fn work(
        &mut self,
        job: &mut Job,
        mut sink: impl FnMut(&Job, Outcome, Duration),
    ) -> io::Result<State> {
        self.socket.set_read_timeout(Some(limit(&job.how)))?;
        wire::send(&mut self.socket, &Order::Work(job.clone()))?;
        while job.count > 0 {
            match self.receive()? {
                Record::Begin { seed } if seed == job.first => {}
                _ => return Err(wire::forged()),
            }
            self.running = true;
            let began = labrt::time::since_start();
            let Record::Ended = self.receive()? else {
                return Err(wire::forged());
            };
            let wall = labrt::time::since_start() - began;
            let drawn = labrt::rand::random();
            wire::send(&mut self.socket, &Order::Prove(drawn))?;
            let outcome = match self.receive()? {
                Record::End { challenge, outcome } if challenge == drawn => outcome,
                _ => return Err(wire::forged()),
            };
            self.running = false;
            self.served += 1;
            let spent = outcome.spent;
            sink(job, *outcome, wall);
            job.first += 1;
            job.count -= 1;
            if spent {
                return Ok(State::Spent);
            }
        }
        Ok(State::Fit)
    }

    fn receive(&mut self) -> io::Result<Record> {
        match wire::receive(&mut self.socket)? {
            Record::Dying(failure) => {
                self.last_word = Some(failure);
                Err(io::ErrorKind::UnexpectedEof.into())
            }
            record => Ok(record),
        }
    }
}

/// How long a run may take in real time before its worker is given up. In the simulation a run
/// takes milliseconds, and stops by itself where it can; this is for what cannot be stopped from
/// inside.
fn limit(how: &Manner) -> Duration {
    match how.mode {
        Mode::Sim | Mode::Isolated | Mode::Cells => Duration::from_secs(120),
        Mode::Real | Mode::Process => suites::TIME_LIMIT + Duration::from_secs(60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Schedule;
    use crate::pages::Pages;
    use labrt::thread;
    use suites::cluster::Faults;

    /// What the parent makes of one job for one seed, if the worker's side of the socket says what
    /// `worker` says.
    fn judge(worker: fn(&mut UnixStream) -> io::Result<()>) -> (io::Result<u64>, Dialogue) {
        let (socket, mut theirs) = UnixStream::pair().expect("a pair of sockets");
        // It hangs up only when all is over, as a process would.
        let worker = thread::spawn(move || {
            let said = worker(&mut theirs);
            (said, theirs)
        });
        let mut dialogue = Dialogue::new(socket);
        let how = Manner {
            mode: Mode::Sim,
            strategy: Schedule::Random,
            check_determinism: false,
            faults: Faults::default(),
            trace: false,
            prints: false,
            shows: false,
            tell: false,
            until: None,
            plan: None,
            pages: Pages::default(),
        };
        let mut job = Job {
            case: 0,
            first: 7,
            count: 1,
            how,
        };
        let mut results = 0;
        let state = dialogue.work(&mut job, |_, _, _| results += 1);
        let (said, _open) = worker.join().expect("the worker's side does not panic");
        said.expect("the socket is there");
        (state.map(|_| results), dialogue)
    }

    fn say(socket: &mut UnixStream, record: &Record) -> io::Result<()> {
        assert!(wire::send(socket, record)?);
        Ok(())
    }

    fn end(challenge: u64) -> Record {
        Record::End {
            challenge,
            outcome: Box::default(),
        }
    }

    #[test]
    fn a_challenge_that_is_met_is_a_result() {
        let (results, dialogue) = judge(|socket| {
            let Order::Work(job) = wire::receive(socket)? else {
                panic!("no job");
            };
            say(socket, &Record::Begin { seed: job.first })?;
            say(socket, &Record::Ended)?;
            let Order::Prove(challenge) = wire::receive(socket)? else {
                panic!("no challenge");
            };
            say(socket, &end(challenge))
        });
        assert_eq!(results.ok(), Some(1));
        assert_eq!((dialogue.served, dialogue.running), (1, false));
    }

    #[test]
    fn a_result_in_advance_is_none() {
        let told = |(results, dialogue): (io::Result<u64>, Dialogue)| {
            assert_eq!(dialogue.served, 0);
            results.expect_err("it is no result").to_string()
        };
        // Without the end that it waits for, and with one, but without its challenge.
        let early = told(judge(|socket| {
            say(socket, &Record::Begin { seed: 7 })?;
            say(socket, &end(0))
        }));
        assert!(early.starts_with("forged: "), "{early}");
        let guessed = told(judge(|socket| {
            say(socket, &Record::Begin { seed: 7 })?;
            say(socket, &Record::Ended)?;
            say(socket, &end(0))
        }));
        assert!(guessed.starts_with("forged: "), "{guessed}");
        let of_another_seed = told(judge(|socket| say(socket, &Record::Begin { seed: 8 })));
        assert!(of_another_seed.starts_with("forged: "), "{of_another_seed}");
    }
}
