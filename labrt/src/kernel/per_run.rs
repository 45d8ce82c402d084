//! What a program keeps in `static`s, once for each run: a static outlives a run, and what one seed
//! left there would decide what the next one does.

use super::scheduler::Kernel;
use super::statics::Instance;
use super::world;
use crate::base::face;
use std::panic::Location;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Something that belongs to the run where it is a `static`, and is itself everywhere else.
///
/// A run that first comes to a static gets an instance of its own, away from the static's memory;
/// what stands there is the real world's. The static is known by a number that it is given when a
/// run first meets it, and not by its address, so that a value which moves (out of a static lock,
/// say) keeps its instances, and one that takes its place has none.
pub(crate) struct PerRun<T> {
    here: T,
    /// 0 until a run has met this as a part of a static.
    number: AtomicU32,
}

impl Kernel {
    /// Whether `address` lies in a static of the program.
    #[inline]
    pub(crate) fn is_static(&self, address: usize) -> bool {
        self.statics.range.contains(&address)
    }

    /// The running thread takes a lock. What a static one protects cannot belong to the run, and
    /// makes the next one another.
    pub(super) fn warn_if_static(&self, lock: usize, at: &'static Location<'static>) {
        if self.is_static(lock) {
            self.warn_of_static(lock, at);
        }
    }

    #[cold]
    fn warn_of_static(&self, lock: usize, at: &'static Location<'static>) {
        if self.statics.told.borrow_mut().insert(lock) {
            self.warn(format!(
                "static lock: the lock taken at {at} outlives the run: what one seed \
                 leaves behind it, the next one finds; make it the value of a static \
                 {}::sync::LazyLock, which belongs to the run",
                face()
            ));
        }
    }
}

impl<T> PerRun<T> {
    pub(crate) const fn new(here: T) -> PerRun<T> {
        PerRun {
            here,
            number: AtomicU32::new(0),
        }
    }

    /// The one of the real world, and of all that is no static.
    #[inline]
    pub(crate) fn here(&self) -> &T {
        &self.here
    }

    /// The value of the current world, which the borrow has to itself.
    pub(crate) fn alone(&mut self) -> &mut T {
        self.bring_home();
        &mut self.here
    }

    /// The value of the current world.
    pub(crate) fn into_inner(mut self) -> T {
        self.bring_home();
        self.here
    }

    /// Ends the run's instance, if this was a part of a static: its value stands here from now on.
    fn bring_home(&mut self) {
        let number = std::mem::take(self.number.get_mut());
        if number == 0 {
            return;
        }
        let found = world::kernel()
            .and_then(|kernel| kernel.statics.instances.borrow_mut().remove(&number));
        if let Some(instance) = found {
            // SAFETY: made by `Box::leak`, of this type, and no longer in the table, so nobody
            // frees it; what was borrowed from it was borrowed from `self`, and that has ended.
            self.here = *unsafe { Box::from_raw(instance.at.cast::<T>().as_ptr()) };
        }
    }

    /// Whether runs have instances of this.
    #[inline]
    pub(crate) fn is_static(&self, kernel: &Kernel) -> bool {
        self.number.load(Relaxed) != 0 || kernel.is_static(ptr::from_ref(self).addr())
    }

    /// The run's instance, which `fresh` makes when it is first asked for. It is never dropped, as
    /// no static is: whoever has a `&'static` of what it holds may carry it out of the run.
    #[inline]
    pub(crate) fn of_run<'a>(&'a self, kernel: &Kernel, fresh: impl FnOnce(&T) -> T) -> &'a T {
        if !self.is_static(kernel) {
            return &self.here;
        }
        let instance = self.instance(kernel, fresh, None);
        // SAFETY: of this type, since the number is this value's alone; and never freed.
        unsafe { instance.as_ref() }
    }

    /// Like `of_run`, for what gives out no reference to what it holds: it ends with the run.
    #[inline]
    pub(crate) fn brief<'a>(&'a self, kernel: &'a Kernel, fresh: impl FnOnce(&T) -> T) -> &'a T {
        if !self.is_static(kernel) {
            return &self.here;
        }
        let instance = self.instance(kernel, fresh, Some(free::<T>));
        // SAFETY: of this type, since the number is this value's alone; and freed with the kernel,
        // which is borrowed for as long.
        unsafe { instance.as_ref() }
    }

    #[cold]
    fn instance(
        &self,
        kernel: &Kernel,
        fresh: impl FnOnce(&T) -> T,
        free: Option<unsafe fn(NonNull<()>)>,
    ) -> NonNull<T> {
        let number = self.number();
        let instances = &kernel.statics.instances;
        if let Some(instance) = instances.borrow().get(&number) {
            return instance.at.cast();
        }
        let made = NonNull::from(Box::leak(Box::new(fresh(&self.here))));
        let at = made.cast();
        instances.borrow_mut().insert(number, Instance { at, free });
        made
    }

    fn number(&self) -> u32 {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let known = self.number.load(Relaxed);
        if known != 0 {
            return known;
        }
        let mine = NEXT.fetch_add(1, Relaxed);
        // Another run, on another OS thread, may meet the static at the same moment.
        match self.number.compare_exchange(0, mine, Relaxed, Relaxed) {
            Ok(_) => mine,
            Err(other) => other,
        }
    }
}

/// # Safety
/// `at` must come from a leaked `Box<T>`, and nobody may use it any more.
unsafe fn free<T>(at: NonNull<()>) {
    // SAFETY: as the caller promises.
    drop(unsafe { Box::from_raw(at.cast::<T>().as_ptr()) });
}
