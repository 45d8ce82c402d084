//! Processor time, which other work on the machine hardly changes.

use labrt::time::Duration;

/// Processor time that this process has used, and those that it waited for. Linux only; in steps
/// of 10 ms.
pub(crate) fn cpu_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field, the name, may contain anything but ends with the last parenthesis.
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks: u64 = fields
        .get(11..15)?
        .iter()
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Some(Duration::from_millis(10 * ticks))
}
