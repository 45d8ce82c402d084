//! labrt alone: a lost update, found by trying seeds and shown once more by its own.
//!
//! Two threads deposit money. Each reads the balance under a lock, lets the lock go, and writes
//! the sum under the lock again. On real threads this goes well nearly always. In a simulation
//! every seed is another schedule, and the same seed is the same one again.
//!
//! `cargo run -p labrt --example lost_update`

use labrt::sync::{Arc, Mutex};
use labrt::{Report, Simulation, Strategy, thread, trace};
use std::fmt;

/// A line of the run's trace.
enum Step {
    Read(u32),
    Wrote(u32),
}

impl trace::Body for Step {
    fn kind(&self) -> &'static str {
        "step"
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Read(balance) => write!(f, "reads {balance}"),
            Step::Wrote(balance) => write!(f, "writes {balance}"),
        }
    }
}

fn deposit(balance: &Mutex<u32>, amount: u32) {
    let before = *balance.lock();
    trace::record(|| Step::Read(before));
    // The mistake: another thread may deposit here.
    *balance.lock() = before + amount;
    trace::record(|| Step::Wrote(before + amount));
}

/// The balance after deposits of 10 and of 5. Runs in the world of whoever calls it.
fn two_deposits() -> u32 {
    let balance = Arc::new(Mutex::new(0));
    let threads = [("alice", 10), ("bob", 5)].map(|(name, amount)| {
        let balance = Arc::clone(&balance);
        let thread = thread::Builder::new().name(name.into());
        let work = move || deposit(&balance, amount);
        thread.spawn(work).expect("a thread can be started")
    });
    for thread in threads {
        thread.join().expect("nobody panics");
    }
    *balance.lock()
}

fn run(seed: u64) -> Report<u32> {
    let simulation = Simulation::new(seed).strategy(Strategy::default());
    simulation.trace(true).run(two_deposits)
}

fn main() {
    println!("on real threads: {}", two_deposits());

    let is_lost = |seed: &u64| run(*seed).outcome != Ok(15);
    let seeds: Vec<u64> = (0..1000).filter(is_lost).collect();
    println!("simulated: {} of 1000 seeds lose a deposit", seeds.len());

    let seed = *seeds.first().expect("one of a thousand schedules loses it");
    let (once, again) = (run(seed), run(seed));
    assert_eq!(once.trace_hash, again.trace_hash, "a seed is one schedule");
    println!("seed {seed}, again and again: {:?}", again.outcome);
    for event in again.events {
        println!(
            "{:>11.6}  {:<5}  {}",
            event.at.as_secs_f64(),
            event.thread,
            event.body
        );
    }
}
