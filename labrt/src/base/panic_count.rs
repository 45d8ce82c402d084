//! How many panics are under way, for each simulated thread.
//!
//! std counts panics by OS thread, and takes a thread whose count is not 0 for one that is being
//! unwound. All of a run's threads share one OS thread, and a destructor may wait while others run:
//! then each of these would look as if it were unwound as well. So the count is switched along with
//! the stack, like a register. std does not say where it keeps it; it is found by watching which
//! word of the OS thread's own memory counts panics. Where none can be found, simulated threads go
//! on sharing their count, which costs them the right answer while a destructor waits.

use std::ptr::NonNull;

/// The calling OS thread's count of panics. Stays on that thread.
#[derive(Clone, Copy)]
pub(crate) struct PanicCount(Option<NonNull<usize>>);

impl PanicCount {
    /// The count of the calling OS thread.
    pub(crate) fn here() -> PanicCount {
        PanicCount(system::find())
    }

    /// The count; 0 where it could not be found.
    pub(crate) fn get(self) -> usize {
        let count = self.replace(0);
        self.replace(count);
        count
    }

    /// Sets the count; what it was.
    #[inline]
    pub(crate) fn replace(self, count: usize) -> usize {
        match self.0 {
            // SAFETY: the word is a thread-local of the OS thread that `here` was called on, which
            // this value never leaves, and lives as long as the thread does. Only std's code reads
            // and writes it, on the same thread, and never across a switch of stacks.
            Some(word) => unsafe {
                let before = word.read();
                if before != count {
                    word.write(count);
                }
                before
            },
            None => 0,
        }
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod system {
    use std::cell::Cell;
    use std::ffi::{c_int, c_void};
    use std::panic::{self, AssertUnwindSafe};
    use std::ptr::{self, NonNull};
    use std::sync::OnceLock;

    thread_local! {
        /// Stands among the program's other thread-locals.
        static MARK: Cell<u8> = const { Cell::new(0) };
    }

    pub(super) fn find() -> Option<NonNull<usize>> {
        static OFFSET: OnceLock<Option<isize>> = OnceLock::new();
        let offset = (*OFFSET.get_or_init(offset))?;
        NonNull::new(ptr::with_exposed_provenance_mut(
            mark().checked_add_signed(offset)?,
        ))
    }

    fn mark() -> usize {
        MARK.with(|mark| ptr::from_ref(mark).expose_provenance())
    }

    /// Where the count stands, from the mark on: the one word that is 0 before a panic, 1 within
    /// it, 2 within one in a destructor of that, and goes back the same way.
    fn offset() -> Option<isize> {
        let block = Block::of_this_thread()?;
        let mut seen = vec![block.words()];
        throw(|| {
            seen.push(block.words());
            throw(|| seen.push(block.words()));
            seen.push(block.words());
        });
        seen.push(block.words());
        let counts = |at: &usize| seen.iter().map(|words| words[*at]).eq([0, 1, 2, 1, 0]);
        let mut found = (0..seen[0].len()).filter(counts);
        let at = found.next().filter(|_| found.next().is_none())?;
        let address = block.begin + at * size_of::<usize>();
        Some(address.wrapping_sub(mark()).cast_signed())
    }

    /// Runs `f` in a destructor that a panic runs. No hook hears of that panic.
    fn throw(f: impl FnOnce()) {
        struct Runs<F: FnOnce()>(Option<F>);
        impl<F: FnOnce()> Drop for Runs<F> {
            fn drop(&mut self) {
                if let Some(f) = self.0.take() {
                    f();
                }
            }
        }
        let throws = || {
            let _runs = Runs(Some(f));
            panic::resume_unwind(Box::new(()));
        };
        let _ = panic::catch_unwind(AssertUnwindSafe(throws));
    }

    /// The program's thread-locals, as the calling thread has them.
    #[derive(Clone, Copy)]
    struct Block {
        begin: usize,
        len: usize,
    }

    impl Block {
        fn of_this_thread() -> Option<Block> {
            let mut found: Option<Block> = None;
            // SAFETY: the callback gets the pointer that is given here, and does not keep it.
            unsafe { libc::dl_iterate_phdr(Some(look), ptr::from_mut(&mut found).cast()) };
            found
        }

        fn words(self) -> Vec<usize> {
            let count = self.len / size_of::<usize>();
            let first = ptr::with_exposed_provenance::<usize>(self.begin);
            // SAFETY: the block is the calling thread's own, is aligned to words, and has that
            // many. Nothing is known of what they hold: they are only compared with numbers.
            (0..count)
                .map(|at| unsafe { first.add(at).read_volatile() })
                .collect()
        }
    }

    /// Looks at one of the program's parts: does the mark stand among its thread-locals?
    unsafe extern "C" fn look(
        part: *mut libc::dl_phdr_info,
        _size: usize,
        found: *mut c_void,
    ) -> c_int {
        // SAFETY: the C library passes a part of the program that is loaded, and `found`.
        let (part, found) = unsafe { (&*part, &mut *found.cast::<Option<Block>>()) };
        if part.dlpi_tls_data.is_null() || part.dlpi_phdr.is_null() {
            return 0;
        }
        // SAFETY: the part has that many headers.
        let headers = unsafe { std::slice::from_raw_parts(part.dlpi_phdr, part.dlpi_phnum.into()) };
        let locals = headers.iter().find(|header| header.p_type == libc::PT_TLS);
        let begin = part.dlpi_tls_data.expose_provenance();
        *found = locals
            .map(|header| Block {
                begin,
                len: header.p_memsz as usize,
            })
            .filter(|block| (begin..begin + block.len).contains(&mark()))
            .filter(|_| begin.is_multiple_of(size_of::<usize>()));
        c_int::from(found.is_some())
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod system {
    use std::ptr::NonNull;

    pub(super) fn find() -> Option<NonNull<usize>> {
        None
    }
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    use super::*;
    use std::panic;

    struct Sees<'a>(PanicCount, &'a mut Vec<usize>);

    impl Drop for Sees<'_> {
        fn drop(&mut self) {
            let count = self.0.replace(0);
            self.1.push(count);
            assert!(!std::thread::panicking(), "std looks at this word");
            assert_eq!(self.0.replace(count), 0);
            assert!(std::thread::panicking());
        }
    }

    /// On each OS thread its own.
    #[test]
    fn the_count_is_found() {
        let look = || {
            let count = PanicCount::here();
            assert!(count.0.is_some());
            let mut seen = Vec::new();
            let ended = panic::catch_unwind(panic::AssertUnwindSafe(|| {
                let _sees = Sees(count, &mut seen);
                panic::resume_unwind(Box::new(()));
            }));
            assert!(ended.is_err());
            assert_eq!((seen, count.replace(0)), (vec![1], 0));
            count.0.map(|word| word.as_ptr().addr())
        };
        let other = std::thread::spawn(look).join().unwrap();
        assert_ne!(look(), other);
    }
}
