//! Something that is done once.

use super::place::Place;
use crate::kernel::{PerRun, world};
use std::fmt;
use std::panic::Location;
use std::sync::atomic::Ordering::Relaxed;

/// Something that is done once; see [`std::sync::Once`]. In a simulation it may wait meanwhile, as
/// any code may: whoever comes waits for its end.
///
/// A `static` one belongs to the run: each does the thing once.
///
/// ```
/// use labrt::sync::Once;
///
/// static GREETED: Once = Once::new();
/// GREETED.call_once(|| println!("hello"));
/// assert!(GREETED.is_completed());
/// ```
pub struct Once {
    real: std::sync::Once,
    simulated: PerRun<Place<()>>,
}

/// What a [`Once`] tells whoever forces it.
#[derive(Debug)]
pub struct OnceState {
    poisoned: bool,
}

impl OnceState {
    /// Whether an earlier attempt has panicked.
    pub fn is_poisoned(&self) -> bool {
        self.poisoned
    }
}

fn refuse(poisoned: bool) {
    assert!(!poisoned, "Once instance has previously been poisoned");
}

impl Once {
    /// Nothing was done yet.
    #[allow(clippy::new_without_default)] // as std's
    pub const fn new() -> Once {
        Once {
            real: std::sync::Once::new(),
            simulated: PerRun::new(Place::new()),
        }
    }

    /// Does `f`, unless somebody has or is about to; returns when it is done.
    ///
    /// # Panics
    /// If an earlier attempt has panicked.
    #[track_caller]
    pub fn call_once(&self, f: impl FnOnce()) {
        let at = Location::caller();
        let Some(kernel) = world::kernel() else {
            return self.real.call_once(f);
        };
        kernel.point();
        let place = self.simulated.of_run(&kernel, |_| Place::new());
        place.get_or_poison(Some(&kernel), at, refuse, f);
    }

    /// Like [`call_once`](Self::call_once), but tries again where an earlier attempt has panicked.
    #[track_caller]
    pub fn call_once_force(&self, f: impl FnOnce(&OnceState)) {
        let at = Location::caller();
        let Some(kernel) = world::kernel() else {
            return self.real.call_once_force(|state| {
                let poisoned = state.is_poisoned();
                f(&OnceState { poisoned });
            });
        };
        kernel.point();
        let place = self.simulated.of_run(&kernel, |_| Place::new());
        let mut state = OnceState { poisoned: false };
        let state = std::cell::Cell::from_mut(&mut state.poisoned);
        place.get_or_poison(
            Some(&kernel),
            at,
            |poisoned| state.set(poisoned),
            || {
                f(&OnceState {
                    poisoned: state.get(),
                })
            },
        );
    }

    /// Whether it is done.
    pub fn is_completed(&self) -> bool {
        let Some(kernel) = world::kernel() else {
            return self.real.is_completed();
        };
        kernel.point();
        let place = self.simulated.of_run(&kernel, |_| Place::new());
        place.value.get().is_some()
    }

    /// Waits until it is done.
    ///
    /// # Panics
    /// If an attempt has panicked.
    #[track_caller]
    pub fn wait(&self) {
        if world::kernel().is_none() {
            return self.real.wait();
        }
        refuse(!self.wait_simulated(Location::caller(), false));
    }

    /// Waits until it is done, though an attempt may have panicked.
    #[track_caller]
    pub fn wait_force(&self) {
        if world::kernel().is_none() {
            return self.real.wait_force();
        }
        self.wait_simulated(Location::caller(), true);
    }

    /// False if an attempt has panicked.
    fn wait_simulated(&self, at: &'static Location<'static>, even_poisoned: bool) -> bool {
        let Some(kernel) = world::kernel() else {
            return true;
        };
        kernel.about_to_block("a wait for an initialiser", at);
        kernel.point();
        let place = self.simulated.of_run(&kernel, |_| Place::new());
        debug_assert!(place.value.get().is_none() || !place.poisoned.load(Relaxed));
        place.wait(&kernel, at, even_poisoned)
    }
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Once { .. }")
    }
}
