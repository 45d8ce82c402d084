//! Atomics with `std::sync::atomic`'s face.
//!
//! In a simulation each access is a scheduling point, so that an update which is lost between a
//! load and a store is lost under some seed. Every [`Ordering`] is `SeqCst` there: what a weaker
//! one lets a processor do shows on real threads only. `compare_exchange_weak` never fails without
//! a reason. In the real world they are std's, behind one branch.
//!
//! A `static` atomic belongs to the run: each begins with the value that the program gave it.
//!
//! ```
//! use labrt::sync::atomic::{AtomicU64, Ordering};
//!
//! static NEXT_ID: AtomicU64 = AtomicU64::new(1);
//! let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
//! assert_eq!(NEXT_ID.load(Ordering::Relaxed), id + 1);
//! ```

use crate::kernel::{PerRun, world};
use std::fmt;
use std::sync::atomic as std_atomic;

pub use std::sync::atomic::Ordering;

/// A fence; see [`std::sync::atomic::fence`]. In a simulation, where all accesses are in order,
/// nothing but a scheduling point.
///
/// # Panics
/// If `order` is `Relaxed`.
#[track_caller]
pub fn fence(order: Ordering) {
    std_atomic::fence(order);
    if let Some(kernel) = world::kernel() {
        kernel.point();
    }
}

/// A type, and the operations that all atomics have.
macro_rules! atomic {
    ($Atomic:ident $(<$T:ident>)?, $Value:ty, $what:expr) => {
        #[doc = concat!(
            "An atomic ", $what, "; see [`std::sync::atomic::", stringify!($Atomic), "`]."
        )]
        pub struct $Atomic $(<$T>)? (PerRun<std_atomic::$Atomic $(<$T>)?>);

        impl $(<$T>)? $Atomic $(<$T>)? {
            /// An atomic with this value.
            pub const fn new(value: $Value) -> Self {
                Self(PerRun::new(std_atomic::$Atomic::new(value)))
            }

            /// Does `act` on the atomic of the current world, after a scheduling point.
            #[inline]
            fn access<R>(&self, act: impl FnOnce(&std_atomic::$Atomic $(<$T>)?) -> R) -> R {
                match world::kernel() {
                    None => act(self.0.here()),
                    Some(kernel) => {
                        kernel.point();
                        act(self.0.brief(&kernel, |here| {
                            std_atomic::$Atomic::new(here.load(Ordering::SeqCst))
                        }))
                    }
                }
            }

            /// The value, without a scheduling point: the borrow excludes all others.
            #[inline]
            pub fn get_mut(&mut self) -> &mut $Value {
                self.0.alone().get_mut()
            }

            /// The value: nobody else can reach it.
            #[inline]
            pub fn into_inner(self) -> $Value {
                self.0.into_inner().into_inner()
            }

            /// The value.
            #[inline]
            pub fn load(&self, order: Ordering) -> $Value {
                self.access(|atomic| atomic.load(order))
            }

            /// Puts `value` there.
            #[inline]
            pub fn store(&self, value: $Value, order: Ordering) {
                self.access(|atomic| atomic.store(value, order));
            }

            /// Puts `value` there; what was there before.
            #[inline]
            pub fn swap(&self, value: $Value, order: Ordering) -> $Value {
                self.access(|atomic| atomic.swap(value, order))
            }

            /// Puts `new` there if `current` is there; what was there before, as `Err` if it was
            /// another.
            #[inline]
            pub fn compare_exchange(
                &self,
                current: $Value,
                new: $Value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$Value, $Value> {
                self.access(|atomic| atomic.compare_exchange(current, new, success, failure))
            }

            /// Like [`compare_exchange`](Self::compare_exchange), but may fail without a reason in
            /// the real world.
            #[inline]
            pub fn compare_exchange_weak(
                &self,
                current: $Value,
                new: $Value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$Value, $Value> {
                self.access(|atomic| atomic.compare_exchange_weak(current, new, success, failure))
            }

            /// Puts what `next` makes of the value there, again and again until nobody has changed
            /// it meanwhile; `Err` with the value once `next` says `None`.
            #[inline]
            pub fn fetch_update(
                &self,
                success: Ordering,
                failure: Ordering,
                mut next: impl FnMut($Value) -> Option<$Value>,
            ) -> Result<$Value, $Value> {
                let mut seen = self.load(failure);
                while let Some(new) = next(seen) {
                    match self.compare_exchange_weak(seen, new, success, failure) {
                        Ok(before) => return Ok(before),
                        Err(other) => seen = other,
                    }
                }
                Err(seen)
            }
        }

        impl $(<$T>)? From<$Value> for $Atomic $(<$T>)? {
            fn from(value: $Value) -> Self {
                Self::new(value)
            }
        }

        impl $(<$T>)? fmt::Debug for $Atomic $(<$T>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.load(Ordering::Relaxed).fmt(f)
            }
        }
    };
}

/// Operations that put the result of a calculation there, and return what was there before.
macro_rules! fetch {
    ($Atomic:ident, $Value:ty, $($op:ident $what:literal),+) => {
        impl $Atomic {$(
            #[doc = concat!("Puts ", $what, " there; what was there before.")]
            #[inline]
            pub fn $op(&self, value: $Value, order: Ordering) -> $Value {
                self.access(|atomic| atomic.$op(value, order))
            }
        )+}
    };
}

macro_rules! integers {
    ($($Atomic:ident $Value:ident),+) => {$(
        atomic!($Atomic, $Value, concat!("`", stringify!($Value), "`"));

        fetch!(
            $Atomic, $Value,
            fetch_add "the sum, wrapping around",
            fetch_sub "the difference, wrapping around",
            fetch_and "the bitwise and",
            fetch_nand "the inverse of the bitwise and",
            fetch_or "the bitwise or",
            fetch_xor "the bitwise exclusive or",
            fetch_max "the greater of both",
            fetch_min "the smaller of both"
        );

        impl Default for $Atomic {
            fn default() -> Self {
                Self::new(0)
            }
        }
    )+};
}

integers!(
    AtomicU8 u8, AtomicU16 u16, AtomicU32 u32, AtomicU64 u64, AtomicUsize usize,
    AtomicI8 i8, AtomicI16 i16, AtomicI32 i32, AtomicI64 i64, AtomicIsize isize
);

atomic!(AtomicBool, bool, "`bool`");

fetch!(
    AtomicBool, bool,
    fetch_and "the logical and",
    fetch_nand "the inverse of the logical and",
    fetch_or "the logical or",
    fetch_xor "the logical exclusive or"
);

impl AtomicBool {
    /// Inverts the value; what was there before.
    #[inline]
    pub fn fetch_not(&self, order: Ordering) -> bool {
        self.fetch_xor(true, order)
    }
}

impl Default for AtomicBool {
    fn default() -> Self {
        Self::new(false)
    }
}

atomic!(AtomicPtr<T>, *mut T, "pointer");

impl<T> Default for AtomicPtr<T> {
    fn default() -> Self {
        Self::new(std::ptr::null_mut())
    }
}

impl<T> fmt::Pointer for AtomicPtr<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&self.load(Ordering::Relaxed), f)
    }
}
