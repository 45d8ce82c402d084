//! Which events a report shows: the last ones, but each kind once. A leader that nobody hears sends
//! the same heartbeat a thousand times; what led to a failure lies before them.

use std::collections::HashMap;

/// An event of the trace, and how often the run has had it, word for word.
pub(super) type Repeated = (String, u64);

/// How many events may lie between a message's start and its end for one line to tell both.
const NEAR: usize = 3;

/// What follows a message's line when it has arrived, and stands there when it did so at once.
const ARRIVED: &str = " ✓ arrived";
const AT_ONCE: &str = " ✓";

/// The last `count` kinds of events, each where it came last.
pub(super) fn recent(events: &[String], count: usize) -> Vec<Repeated> {
    let events = in_one_line(events);
    let mut times: HashMap<&str, u64> = HashMap::new();
    for (_, what) in &events {
        *times.entry(what).or_default() += 1;
    }
    let mut shown = Vec::new();
    for (stamp, what) in events.iter().rev() {
        if shown.len() == count {
            break;
        }
        // Counted once, it is not there for the earlier ones.
        if let Some(times) = times.remove(what.as_str()) {
            shown.push((format!("{stamp}  {what}"), times));
        }
    }
    shown.reverse();
    shown
}

/// The events as time and text. A message that arrives, or is lost, as soon as it is sent is one
/// event: the sender's.
fn in_one_line(events: &[String]) -> Vec<(&str, String)> {
    let split = |event: &'_ String| {
        let at = event.find(|c: char| c != ' ')?;
        let end = at + event[at..].find("  ")?;
        Some(end)
    };
    let parts: Vec<(&str, &str)> = events
        .iter()
        .filter_map(|event| {
            let end = split(event)?;
            Some((&event[..end], event[end..].trim_start()))
        })
        .collect();
    let mut ends_one_before = vec![false; parts.len()];
    let mut lines = Vec::new();
    for (at, (stamp, what)) in parts.iter().enumerate() {
        let near = parts.iter().enumerate().skip(at + 1).take(NEAR);
        let mut ends = near.filter(|(later, _)| !ends_one_before[*later]);
        let end = ends.find_map(|(later, (_, text))| {
            let fate = text.strip_prefix(what)?;
            (fate == ARRIVED || fate.starts_with(" ✗ ")).then_some((later, fate))
        });
        if let Some((later, fate)) = end {
            ends_one_before[later] = true;
            let fate = if fate == ARRIVED { AT_ONCE } else { fate };
            lines.push((*stamp, format!("{what}{fate}")));
        } else if !ends_one_before[at] {
            lines.push((*stamp, (*what).to_string()));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(events: &[&str]) -> Vec<String> {
        let stamped = events.iter().zip(1_u32..);
        stamped
            .map(|(what, at)| format!("{:>11.6}  {what}", f64::from(at)))
            .collect()
    }

    fn shown(events: &[&str], count: usize) -> Vec<String> {
        let recent = recent(&trace(events), count).into_iter();
        recent
            .map(|(line, times)| format!("{} ×{times}", line.trim_start()))
            .collect()
    }

    #[test]
    fn the_last_of_each_kind() {
        let events = ["n0 beats", "n1 falls", "n0 beats", "n0 beats"];
        assert_eq!(
            shown(&events, 5),
            ["2.000000  n1 falls ×1", "4.000000  n0 beats ×3"]
        );
        assert_eq!(shown(&events, 1), ["4.000000  n0 beats ×3"]);
    }

    #[test]
    fn a_message_that_arrives_at_once_is_one_event() {
        let events = [
            "n0@1 → n1 Beat",
            "n2 sleeps",
            "n0@1 → n1 Beat ✓ arrived",
            "n1 → n0 Beat ok",
            "n1 → n0 Beat ok ✗ lost reply",
            "n0@2 → n1 Beat",
        ];
        assert_eq!(
            shown(&events, 9),
            [
                "1.000000  n0@1 → n1 Beat ✓ ×1",
                "2.000000  n2 sleeps ×1",
                "4.000000  n1 → n0 Beat ok ✗ lost reply ×1",
                "6.000000  n0@2 → n1 Beat ×1",
            ]
        );
    }
}
