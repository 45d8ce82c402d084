//! Values of one thread each.

use crate::base::{Found, Locals};
use crate::kernel::{Kernel, world};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::error::Error;
use std::fmt;
use std::mem::ManuallyDrop;
use std::ptr;

/// Declares values of which each thread has its own, as [`std::thread_local!`]:
///
/// ```
/// use std::cell::{Cell, RefCell};
///
/// labrt::thread_local! {
///     static CALLS: Cell<u32> = const { Cell::new(0) };
///     pub static NAMES: RefCell<Vec<String>> = RefCell::new(Vec::new());
/// }
///
/// CALLS.set(CALLS.get() + 1);
/// assert_eq!(CALLS.get(), 1);
/// assert_eq!(labrt::thread::spawn(|| CALLS.get()).join().unwrap(), 0);
/// NAMES.with_borrow_mut(|names| names.push("n0".into()));
/// ```
///
/// In a simulation a value belongs to the simulated thread, and is dropped at its end. Nobody else
/// can see it, and so looking at it is no scheduling point.
#[macro_export]
macro_rules! thread_local {
    () => {};
    (
        $(#[$meta:meta])* $vis:vis static $name:ident: $t:ty = const $init:block
        $(; $($more:tt)*)?
    ) => {
        $crate::__thread_local!([$(#[$meta])*] [$vis] $name, $t, $init);
        $($crate::thread_local!($($more)*);)?
    };
    ($(#[$meta:meta])* $vis:vis static $name:ident: $t:ty = $init:expr $(; $($more:tt)*)?) => {
        $crate::__thread_local!([$(#[$meta])*] [$vis] $name, $t, $init);
        $($crate::thread_local!($($more)*);)?
    };
}

/// One of [`thread_local!`](crate::thread_local)'s declarations.
#[doc(hidden)]
#[macro_export]
macro_rules! __thread_local {
    ([$($meta:tt)*] [$vis:vis] $name:ident, $t:ty, $init:expr) => {
        $($meta)*
        $vis static $name: $crate::thread::LocalKey<$t> = {
            fn init() -> $t {
                $init
            }
            $crate::thread::LocalKey::__new(init)
        };
    };
}

/// A value of which each thread has its own; see [`thread_local!`](crate::thread_local).
pub struct LocalKey<T: 'static> {
    init: fn() -> T,
}

// Of std's macro there is nothing in what a program's own macro expands to: lints that forbid the
// one would find it in the other.
std::thread_local! {
    /// The values of a real thread. It has no destructor, so that theirs still find it.
    static REAL: RefCell<ManuallyDrop<Locals>> = const {
        RefCell::new(ManuallyDrop::new(Locals::new()))
    };
    /// Ends them with the thread.
    static END: EndOfThread = const { EndOfThread };
}

struct EndOfThread;

impl Drop for EndOfThread {
    fn drop(&mut self) {
        // A destructor may come upon keys that are new.
        while let Some(value) = REAL.with_borrow_mut(|locals| locals.take_youngest()) {
            drop(value);
        }
    }
}

/// The calling thread's values, of either world.
enum Own<'a> {
    Real,
    Simulated(&'a Kernel),
}

impl Own<'_> {
    fn find(&self, key: usize) -> Found {
        match self {
            Own::Real => REAL.with_borrow(|locals| locals.find(key)),
            Own::Simulated(kernel) => kernel.local(key),
        }
    }

    fn add(&self, key: usize, value: Box<dyn Any>) {
        match self {
            Own::Real => {
                // Too late for it if the thread has ended them already; then nobody else will.
                let _ = END.try_with(|_| ());
                REAL.with_borrow_mut(|locals| locals.add(key, value));
            }
            Own::Simulated(kernel) => kernel.add_local(key, value),
        }
    }
}

/// The thread ends, and its value is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessError;

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("already destroyed")
    }
}

impl Error for AccessError {}

impl<T: 'static> LocalKey<T> {
    /// What the macro makes.
    #[doc(hidden)]
    pub const fn __new(init: fn() -> T) -> LocalKey<T> {
        LocalKey { init }
    }

    /// Calls `f` with the thread's value, made now if there was none.
    ///
    /// # Panics
    /// If the value is gone: in the destructor of another one.
    pub fn with<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&T) -> R,
    {
        self.try_with(f).expect(
            "cannot access a Thread Local Storage value during or after destruction: AccessError",
        )
    }

    /// Like [`with`](Self::with), but says so if the value is gone.
    ///
    /// # Errors
    /// The value is gone: its thread ends.
    pub fn try_with<F, R>(&'static self, f: F) -> Result<R, AccessError>
    where
        F: FnOnce(&T) -> R,
    {
        let kernel = world::kernel();
        let own = match &kernel {
            Some(kernel) if kernel.runs_a_thread() => Own::Simulated(kernel),
            _ => Own::Real,
        };
        let key = ptr::from_ref(self).addr();
        if let Found::Nothing = own.find(key) {
            let value = Box::new((self.init)());
            // Its own initialiser may have come here before.
            if let Found::Nothing = own.find(key) {
                own.add(key, value);
            }
        }
        let Found::Value(value) = own.find(key) else {
            return Err(AccessError);
        };
        // SAFETY: the box is dropped at the thread's end, below all frames of `f`, and does not
        // move before; other threads do not come to it.
        match unsafe { &*value }.downcast_ref() {
            Some(value) => Ok(f(value)),
            None => unreachable!("a key has one type"),
        }
    }
}

impl<T: 'static> LocalKey<Cell<T>> {
    /// Sets the value.
    pub fn set(&'static self, value: T) {
        self.with(|cell| cell.set(value));
    }

    /// A copy of the value.
    pub fn get(&'static self) -> T
    where
        T: Copy,
    {
        self.with(Cell::get)
    }

    /// Takes the value, and leaves the default one.
    pub fn take(&'static self) -> T
    where
        T: Default,
    {
        self.with(Cell::take)
    }

    /// Replaces the value; the one before.
    pub fn replace(&'static self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }
}

impl<T: 'static> LocalKey<RefCell<T>> {
    /// Calls `f` with the value.
    pub fn with_borrow<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&T) -> R,
    {
        self.with(|cell| f(&cell.borrow()))
    }

    /// Calls `f` with the value, to change it.
    pub fn with_borrow_mut<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&mut T) -> R,
    {
        self.with(|cell| f(&mut cell.borrow_mut()))
    }

    /// Sets the value.
    pub fn set(&'static self, value: T) {
        self.with(|cell| cell.replace(value));
    }

    /// Takes the value, and leaves the default one.
    pub fn take(&'static self) -> T
    where
        T: Default,
    {
        self.with(RefCell::take)
    }

    /// Replaces the value; the one before.
    pub fn replace(&'static self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }
}

impl<T: 'static> fmt::Debug for LocalKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("LocalKey { .. }")
    }
}
