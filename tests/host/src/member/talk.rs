//! What a member logs and prints goes the way of its effects.

use super::outbox::Outbox;
use crate::frame::What;
use bytes::Bytes;
use env_logger::{Builder, Logger};
use log::{LevelFilter, Log, Metadata, Record};
use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

/// Where it goes, and what of the log is wanted.
#[derive(Clone)]
struct Ear {
    outbox: Arc<Outbox>,
    filter: Option<Arc<Logger>>,
}

thread_local! {
    /// That of the simulation that this OS thread runs.
    static EAR: RefCell<Option<Ear>> = const { RefCell::new(None) };
}

/// Of a member in real time: that of all threads.
static ONE: OnceLock<Ear> = OnceLock::new();

/// From now on all of it is listened to.
pub(super) fn listen() {
    labrt::harness::on_print(|bytes| {
        with_ear(|ear| ear.outbox.tell(What::Print(Bytes::copy_from_slice(bytes))));
    });
    if log::set_logger(&Words).is_ok() {
        log::set_max_level(LevelFilter::Trace);
    }
}

/// What this simulation's threads say goes there.
pub(super) fn goes_to(outbox: &Arc<Outbox>, filter: Option<&str>) {
    EAR.set(Some(Ear::new(outbox, filter)));
}

/// What any thread says goes there.
pub(super) fn all_goes_to(outbox: &Arc<Outbox>, filter: Option<&str>) {
    let _ = ONE.set(Ear::new(outbox, filter));
}

impl Ear {
    fn new(outbox: &Arc<Outbox>, filter: Option<&str>) -> Ear {
        let logger = |words| Arc::new(Builder::new().parse_filters(words).build());
        Ear {
            outbox: Arc::clone(outbox),
            filter: filter.map(logger),
        }
    }
}

fn with_ear(f: impl FnOnce(&Ear)) {
    let ear = EAR.try_with(|ear| ear.try_borrow().ok().and_then(|ear| ear.clone()));
    if let Some(ear) = ear.ok().flatten().or_else(|| ONE.get().cloned()) {
        f(&ear);
    }
}

struct Words;

impl Log for Words {
    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        with_ear(|ear| {
            let is_wanted = |filter: &Arc<Logger>| filter.matches(record);
            if ear.filter.as_ref().is_some_and(is_wanted) {
                let text = record.args().to_string();
                ear.outbox.tell(What::Log(record.level() as usize, text));
            }
        });
    }

    fn flush(&self) {}
}
