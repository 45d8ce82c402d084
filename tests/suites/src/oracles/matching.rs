//! Log Matching (Figure 3): every entry that any server ever saved, by index and term.

use super::peer::Disk;
use super::rules;
use super::verdict::{Verdict, broken, event};
use std::collections::BTreeMap;
use std::time::Duration;

/// All entries that were saved, by their indices.
#[derive(Default)]
pub(super) struct Matching {
    /// The first that was saved at each index, and at some others.
    first: Vec<Option<Known>>,
    others: BTreeMap<u64, Vec<Known>>,
}

/// An entry.
#[derive(Clone, Copy)]
struct Known {
    term: u64,
    hash: u64,
    /// The term of the entry before it; `None` if that is not known.
    before: Option<u64>,
    server: usize,
    since: Duration,
}

impl Matching {
    /// A log was saved, with news from this index on.
    pub(super) fn learn(
        &mut self,
        server: usize,
        log: &Disk,
        from: u64,
        since: Duration,
    ) -> Verdict {
        let mut before = match log.entry(from - 1) {
            Some(entry) => Some(entry.term),
            None => (from == 1 || log.base.term > 0).then_some(log.base.term),
        };
        let skipped = (from - log.base.index - 1) as usize;
        for (index, entry) in (from..).zip(log.entries.iter().skip(skipped)) {
            let new = Known {
                term: entry.term,
                hash: entry.hash,
                before,
                server,
                since,
            };
            if let Some(known) = self.known(index, new) {
                let same_before =
                    known.before.is_none() || before.is_none() || known.before == before;
                if known.hash != entry.hash || !same_before {
                    return differ(known, (index, entry.hash, before), server, since);
                }
                known.before = known.before.or(before);
            }
            before = Some(entry.term);
        }
        Ok(())
    }
}

impl Matching {
    /// What is known of the entry of this index and term; if nothing, `new` is from now on.
    fn known(&mut self, index: u64, new: Known) -> Option<&mut Known> {
        let place = usize::try_from(index).ok()?;
        if place >= self.first.len() {
            self.first.resize(place + 1, None);
        }
        let first = &mut self.first[place];
        match first {
            None => {
                *first = Some(new);
                None
            }
            Some(first) if first.term == new.term => Some(first),
            Some(_) => {
                let others = self.others.entry(index).or_default();
                let known = others.iter().position(|other| other.term == new.term);
                if known.is_none() {
                    others.push(new);
                }
                others.get_mut(known?)
            }
        }
    }
}

fn differ(
    known: &Known,
    (index, hash, before): (u64, u64, Option<u64>),
    server: usize,
    at: Duration,
) -> Verdict {
    let Known {
        term,
        server: first,
        since,
        ..
    } = *known;
    let seen = match hash == known.hash {
        false => format!(
            "entry {index}@{term} holds another command on server {server} than on \
             server {first}"
        ),
        true => format!(
            "entry {index}@{term} follows one of term {} on server {server}, and one of term {} on \
             server {first}",
            before.unwrap_or(0),
            known.before.unwrap_or(0)
        ),
    };
    broken(
        &rules::LOG_MATCHING,
        seen,
        vec![
            event(since, first, format_args!("saves entry {index}@{term}")),
            event(
                at,
                server,
                format_args!("saves entry {index}@{term}, but not the same log"),
            ),
        ],
    )
}
