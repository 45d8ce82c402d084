//! Whether somebody leads in time.

use super::{Script, broken, heartbeat};
use crate::oracles::Links;
use labrt::thread;
use std::time::Duration;

/// Server 0 leads, learns of a later term, and stands again so much later. Meanwhile all three can
/// talk to each other, or over bad links only.
fn stands_again(demands: bool, are_good: bool, after: u64) -> Option<String> {
    broken(move || {
        let script = Script::new(0);
        let sides = vec![Some(0); 3];
        script.oracles.links(Links { sides, are_good });
        if demands {
            script.oracles.be_strict(String::new);
        }
        script.elect(1, &[]);
        script.append(0, 1, heartbeat(1, 0, (0, 0), &[], 0));
        script.save(0, 2, None, (0, 0), &[]);
        thread::sleep(Duration::from_secs(after));
        script.save(0, 3, Some(0), (0, 0), &[]);
        script.save(1, 3, Some(0), (0, 0), &[]);
        script.ask(0, 1, 3, (0, 0));
    })
}

#[test]
fn a_majority_that_nobody_leads_for_too_long_is_seen() {
    assert_eq!(stands_again(true, true, 6).as_deref(), Some("LeaderInTime"));
    assert_eq!(stands_again(true, true, 4), None, "in time");
    assert_eq!(stands_again(true, false, 6), None, "over bad links");
    assert_eq!(stands_again(false, true, 6), None, "nobody asks for it");
}
