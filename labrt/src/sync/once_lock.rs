//! A cell that is written once, and what lies behind a first look.

use super::place::Place;
use crate::kernel::{Kernel, PerRun, world};
use std::fmt;
use std::ops::Deref;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::sync::{Mutex, PoisonError};

/// A cell that is written once; see [`std::sync::OnceLock`]. In a simulation its initialiser may
/// wait, as any code may: whoever comes meanwhile waits for it.
///
/// A `static` one belongs to the run, which finds in it what the real world has put there, or
/// nothing. What a run puts there is never dropped, as no static is.
///
/// ```
/// use labrt::sync::OnceLock;
///
/// let leader = OnceLock::new();
/// assert_eq!(leader.get(), None);
/// assert_eq!(leader.get_or_init(|| 3), &3);
/// assert_eq!(leader.set(4), Err(4));
/// ```
pub struct OnceLock<T>(PerRun<Place<T>>);

impl<T> OnceLock<T> {
    /// An empty cell.
    pub const fn new() -> OnceLock<T> {
        OnceLock(PerRun::new(Place::new()))
    }

    fn place(&self, kernel: &Kernel) -> &Place<T> {
        match self.0.here() {
            here if here.value.get().is_some() => here,
            _ => self.0.of_run(kernel, |_| Place::new()),
        }
    }

    /// The value, if there is one.
    pub fn get(&self) -> Option<&T> {
        match world::kernel() {
            None => self.0.here().value.get(),
            Some(kernel) => {
                kernel.point();
                self.place(&kernel).value.get()
            }
        }
    }

    /// Writes the value. Waits for an initialiser that is at work.
    ///
    /// # Errors
    /// The value, when the cell has one already.
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), T> {
        let mut value = Some(value);
        self.get_or_init(|| match value.take() {
            Some(value) => value,
            None => unreachable!("an initialiser runs once"),
        });
        value.map_or(Ok(()), Err)
    }

    /// The value, which `init` makes if there is none. One thread does; others wait for it. If it
    /// panics, the cell is as it was.
    #[track_caller]
    pub fn get_or_init(&self, init: impl FnOnce() -> T) -> &T {
        let at = Location::caller();
        match world::kernel() {
            None => self.0.here().value.get_or_init(init),
            Some(kernel) => {
                kernel.point();
                self.place(&kernel).get_or_init(Some(&kernel), at, init)
            }
        }
    }

    /// Waits until somebody has written the value.
    #[track_caller]
    pub fn wait(&self) -> &T {
        let at = Location::caller();
        let Some(kernel) = world::kernel() else {
            return self.0.here().value.wait();
        };
        kernel.about_to_block("a wait for an initialiser", at);
        kernel.point();
        let place = self.place(&kernel);
        loop {
            match place.value.get() {
                Some(value) => return value,
                None => place.wait(&kernel, at, true),
            };
        }
    }

    /// The value, if there is one: the borrow excludes all others.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.0.alone().value.get_mut()
    }

    /// Takes the value out, if there is one.
    pub fn take(&mut self) -> Option<T> {
        self.0.alone().value.take()
    }

    /// The value, if there is one: nobody else can reach it.
    pub fn into_inner(self) -> Option<T> {
        self.0.into_inner().value.into_inner()
    }
}

impl<T> Default for OnceLock<T> {
    fn default() -> Self {
        OnceLock::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for OnceLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tuple = f.debug_tuple("OnceLock");
        match self.get() {
            Some(value) => tuple.field(value),
            None => tuple.field(&format_args!("<uninit>")),
        };
        tuple.finish()
    }
}

impl<T: Clone> Clone for OnceLock<T> {
    fn clone(&self) -> Self {
        self.get().cloned().map_or_else(OnceLock::new, Self::from)
    }
}

impl<T> From<T> for OnceLock<T> {
    fn from(value: T) -> Self {
        let cell = OnceLock::new();
        let _ = cell.0.here().value.set(value);
        cell
    }
}

impl<T: PartialEq> PartialEq for OnceLock<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for OnceLock<T> {}

/// A value that is made when it is first looked at; see [`std::sync::LazyLock`]. In a simulation
/// its initialiser may wait, as any code may: whoever comes meanwhile waits for it.
///
/// A `static` one belongs to the run, which makes it anew, and is never dropped, as no static is.
///
/// ```
/// use labrt::sync::{LazyLock, Mutex};
///
/// static SEEN: LazyLock<Mutex<Vec<u64>>> = LazyLock::new(|| Mutex::new(vec![0]));
/// SEEN.lock().push(1);
/// assert_eq!(*SEEN.lock(), [0, 1]);
/// ```
pub struct LazyLock<T, F = fn() -> T> {
    place: PerRun<Place<T>>,
    /// Stays if it is a plain function, which every run can call.
    init: Mutex<Option<F>>,
}

impl<T, F: FnOnce() -> T> LazyLock<T, F> {
    /// A value that `init` will make.
    pub const fn new(init: F) -> LazyLock<T, F> {
        LazyLock {
            place: PerRun::new(Place::new()),
            init: Mutex::new(Some(init)),
        }
    }

    /// The value, made now if it was not before. One thread makes it; others wait.
    ///
    /// # Panics
    /// If the initialiser panics, or has panicked before.
    #[track_caller]
    pub fn force(this: &LazyLock<T, F>) -> &T {
        let at = Location::caller();
        let refuse = |poisoned: bool| {
            assert!(!poisoned, "LazyLock instance has previously been poisoned");
        };
        match world::kernel() {
            None => {
                let here = this.place.here();
                here.get_or_poison(None, at, refuse, || this.make())
            }
            Some(kernel) => {
                kernel.point();
                let place = this.place.of_run(&kernel, |_| Place::new());
                place.get_or_poison(Some(&kernel), at, refuse, || this.make())
            }
        }
    }

    /// Runs the initialiser, and uses it up if it cannot run twice.
    fn make(&self) -> T {
        let mut init = self.init.lock().unwrap_or_else(PoisonError::into_inner);
        let plain = init.as_ref().and_then(plain_function::<T, F>);
        let own = if plain.is_none() { init.take() } else { None };
        drop(init);
        match (plain, own) {
            (Some(plain), _) => plain(),
            (None, Some(own)) => own(),
            (None, None) => panic!("LazyLock instance has previously been poisoned"),
        }
    }
}

/// `init`, if it is a plain function, as it is in every `static`: a closure has no name that a
/// static's type could be written with.
fn plain_function<T, F: FnOnce() -> T>(init: &F) -> Option<fn() -> T> {
    let same = typeid::of::<F>() == typeid::of::<fn() -> T>();
    // SAFETY: `F` is this very type, whose values may be copied.
    same.then(|| unsafe { std::mem::transmute_copy::<F, fn() -> T>(init) })
}

impl<T, F: FnOnce() -> T> Deref for LazyLock<T, F> {
    type Target = T;

    #[track_caller]
    fn deref(&self) -> &T {
        LazyLock::force(self)
    }
}

impl<T: Default> Default for LazyLock<T> {
    fn default() -> Self {
        LazyLock::new(T::default)
    }
}

impl<T: fmt::Debug, F> fmt::Debug for LazyLock<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kernel = world::kernel();
        let place = match &kernel {
            None => self.place.here(),
            Some(kernel) => self.place.of_run(kernel, |_| Place::new()),
        };
        let mut tuple = f.debug_tuple("LazyLock");
        match place.value.get() {
            Some(value) => tuple.field(value),
            None => tuple.field(&format_args!("<uninit>")),
        };
        tuple.finish()
    }
}

impl<T: RefUnwindSafe + UnwindSafe, F: UnwindSafe> RefUnwindSafe for LazyLock<T, F> {}
