//! Where a program's statics stand, and the instances of them that a run has made (`per_run`).

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::ptr::{self, NonNull};
use std::sync::OnceLock;
use std::sync::atomic::AtomicU8;

/// One run's instance of a static.
pub(super) struct Instance {
    pub(super) at: NonNull<()>,
    /// What frees it at the run's end; `None` if it is kept for good.
    pub(super) free: Option<unsafe fn(NonNull<()>)>,
}

/// The instances that a run has made. By number; never walked through, except to free them.
pub(super) struct Statics {
    /// Where the program's statics stand.
    pub(super) range: Range<usize>,
    pub(super) instances: RefCell<BTreeMap<u32, Instance>>,
    /// Static locks that were told of, by address.
    pub(super) told: RefCell<BTreeSet<usize>>,
}

impl Statics {
    pub(super) fn new() -> Statics {
        Statics {
            range: program_statics(),
            instances: RefCell::default(),
            told: RefCell::default(),
        }
    }
}

impl Drop for Statics {
    fn drop(&mut self) {
        for instance in self.instances.get_mut().values() {
            if let Some(free) = instance.free {
                // SAFETY: `instance` is `free`'s own, made by `PerRun::brief`, whose borrows of it
                // ended with the kernel's.
                unsafe { free(instance.at) };
            }
        }
    }
}

/// The memory of all statics that can change, of the executable (or library) which this code is
/// linked into. Empty where it cannot be told: then every run sees what the one before has left.
fn program_statics() -> Range<usize> {
    static FOUND: OnceLock<Range<usize>> = OnceLock::new();
    FOUND.get_or_init(find_program_statics).clone()
}

#[cfg(target_os = "linux")]
fn find_program_statics() -> Range<usize> {
    /// One of them, to know the others by. Not zero, so that it stands in the file.
    static AMONG: AtomicU8 = AtomicU8::new(1);

    unsafe extern "C" fn look(
        object: *mut libc::dl_phdr_info,
        _size: usize,
        found: *mut libc::c_void,
    ) -> libc::c_int {
        // SAFETY: the loader's own description, valid during the call; `found` is the range below.
        let (object, found) = unsafe { (&*object, &mut *found.cast::<Range<usize>>()) };
        let among = ptr::from_ref(&AMONG).addr();
        for number in 0..usize::from(object.dlpi_phnum) {
            // SAFETY: the loader says that there are so many.
            let part = unsafe { &*object.dlpi_phdr.add(number) };
            let begin = (object.dlpi_addr as usize).wrapping_add(part.p_vaddr as usize);
            let range = begin..begin.wrapping_add(part.p_memsz as usize);
            if part.p_type == libc::PT_LOAD && range.contains(&among) {
                *found = range;
                return 1;
            }
        }
        0
    }

    let mut found = 0..0;
    // SAFETY: `look` has the signature that is asked for, and `found` outlives the call.
    unsafe { libc::dl_iterate_phdr(Some(look), ptr::from_mut(&mut found).cast()) };
    found
}

#[cfg(not(target_os = "linux"))]
fn find_program_statics() -> Range<usize> {
    0..0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn statics_are_told_from_the_rest() {
        static ZERO: AtomicU8 = AtomicU8::new(0);
        static DATA: AtomicU8 = AtomicU8::new(7);
        let range = program_statics();
        let is_static = |at: &AtomicU8| range.contains(&ptr::from_ref(at).addr());
        assert!(is_static(&ZERO) && is_static(&DATA));
        assert!(!is_static(&AtomicU8::new(0)), "on the stack");
        assert!(!is_static(&Box::new(AtomicU8::new(0))), "on the heap");
    }
}
