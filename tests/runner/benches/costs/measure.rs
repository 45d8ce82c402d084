//! How long something takes, on a machine that does other things too.

use labrt::time::{Duration, Instant};

/// Something to be measured: does about so many operations, and returns how many it did.
pub(crate) type Work = Box<dyn Fn(u64) -> u64>;

/// A round must take so long that beginning and ending it does not count.
const ROUND: Duration = Duration::from_millis(60);
const ROUNDS: usize = 7;

/// What one operation of each contestant takes, in ns. They take turns, so that a busy minute of
/// the machine hits all alike; and of each the fastest round counts, since noise only ever adds.
pub(crate) fn fastest(contestants: [&Option<Work>; 3]) -> [Option<f64>; 3] {
    let sizes = contestants.map(|work| work.as_ref().map_or(0, size));
    let mut best = [None; 3];
    for _ in 0..ROUNDS {
        for ((work, size), best) in contestants.into_iter().zip(sizes).zip(&mut best) {
            let Some(work) = work else { continue };
            let (done, took) = time(work, size);
            let each = took.as_nanos() as f64 / done as f64;
            *best = Some(best.map_or(each, |best: f64| best.min(each)));
        }
    }
    best
}

/// How many operations make a round.
fn size(work: &Work) -> u64 {
    let mut size = 16;
    loop {
        let (_, took) = time(work, size);
        if took >= ROUND / 4 {
            let scale = ROUND.as_secs_f64() / took.as_secs_f64();
            return (size as f64 * scale).max(1.0) as u64;
        }
        size *= 4;
    }
}

fn time(work: &Work, size: u64) -> (u64, Duration) {
    let begin = Instant::now();
    let done = work(size);
    (done, begin.elapsed())
}

/// Memory that this process holds, in bytes. Linux only.
pub(crate) fn resident() -> Option<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statm.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4096)
}
