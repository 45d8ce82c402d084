//! Values of one thread each.

use crate::kernel::{Found, world};
use std::cell::{Cell, RefCell};
use std::error::Error;
use std::fmt;
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
        $crate::__thread_local!([$(#[$meta])*] [$vis] $name, $t, (const $init), $init);
        $($crate::thread_local!($($more)*);)?
    };
    ($(#[$meta:meta])* $vis:vis static $name:ident: $t:ty = $init:expr $(; $($more:tt)*)?) => {
        $crate::__thread_local!([$(#[$meta])*] [$vis] $name, $t, ($init), $init);
        $($crate::thread_local!($($more)*);)?
    };
}

/// One of [`thread_local!`](crate::thread_local)'s declarations.
#[doc(hidden)]
#[macro_export]
macro_rules! __thread_local {
    ([$($meta:tt)*] [$vis:vis] $name:ident, $t:ty, ($($real:tt)*), $init:expr) => {
        $($meta)*
        #[allow(clippy::disallowed_macros)] // the real world's
        $vis static $name: $crate::thread::LocalKey<$t> = {
            ::std::thread_local! {
                static REAL: $t = $($real)*;
            }
            fn init() -> $t {
                $init
            }
            $crate::thread::LocalKey::__new(&REAL, init)
        };
    };
}

/// A value of which each thread has its own; see [`thread_local!`](crate::thread_local).
pub struct LocalKey<T: 'static> {
    real: &'static std::thread::LocalKey<T>,
    init: fn() -> T,
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
    pub const fn __new(real: &'static std::thread::LocalKey<T>, init: fn() -> T) -> LocalKey<T> {
        LocalKey { real, init }
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
        match world::kernel() {
            Some(kernel) if kernel.runs_a_thread() => {
                let key = ptr::from_ref(self).addr();
                if let Found::Nothing = kernel.local(key) {
                    let value = Box::new((self.init)());
                    // Its own initialiser may have come here before.
                    if let Found::Nothing = kernel.local(key) {
                        kernel.add_local(key, value);
                    }
                }
                let Found::Value(value) = kernel.local(key) else {
                    return Err(AccessError);
                };
                // SAFETY: the box is dropped at the thread's end, below all frames of `f`, and does
                // not move before; other threads do not come to it.
                match unsafe { &*value }.downcast_ref() {
                    Some(value) => Ok(f(value)),
                    None => unreachable!("a key has one type"),
                }
            }
            _ => self.real.try_with(f).map_err(|_| AccessError),
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
