//! Where the result of a thread waits for whoever joins it.

use super::scheduler::Kernel;
use super::wait_list::WaitList;
use std::sync::atomic::{AtomicBool, Ordering};

/// The result of one thread.
pub(crate) struct Packet<T> {
    result: parking_lot::Mutex<Option<std::thread::Result<T>>>,
    pub(crate) ended: AtomicBool,
    pub(crate) joiners: WaitList,
}

impl<T> Packet<T> {
    pub(crate) fn new(kernel: &Kernel) -> Packet<T> {
        Packet {
            result: parking_lot::Mutex::new(None),
            ended: AtomicBool::new(false),
            joiners: WaitList::of_run(kernel),
        }
    }

    pub(crate) fn finish(&self, kernel: &Kernel, result: std::thread::Result<T>) {
        *self.result.lock() = Some(result);
        self.ended.store(true, Ordering::Release);
        kernel.notify_all(&self.joiners);
    }

    pub(crate) fn take(&self) -> Option<std::thread::Result<T>> {
        self.result.lock().take()
    }
}
