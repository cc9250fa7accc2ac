//! What a library must know of the process it is a guest in: forks, and the signals that are not for its threads.
#![allow(unsafe_code, reason = "the fork handler and the signal mask have no safe interface")]

use std::{
    io,
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

static FORKS: AtomicU32 = AtomicU32::new(0);

/// How many forks lie between this process and the one that loaded the library.
///
/// A child has none of its parent's threads, and locks that those held stay locked: whoever started a thread or holds
/// a lock compares this number and starts afresh.
#[inline]
pub(super) fn forks() -> u32 {
    FORKS.load(Ordering::Relaxed)
}

#[cfg(unix)]
pub(super) fn count_forks() {
    static REGISTERED: std::sync::Once = std::sync::Once::new();

    extern "C" fn in_child() {
        FORKS.fetch_add(1, Ordering::Relaxed);
    }

    // SAFETY: the handler does one relaxed atomic addition, which is async-signal-safe, and it stays mapped: the
    // library is linked with `-z nodelete`, and glibc drops the handlers of libraries that it unloads.
    REGISTERED.call_once(|| unsafe {
        // It fails only where memory runs out; then forks go unnoticed, as without a handler.
        libc::pthread_atfork(None, None, Some(in_child));
    });
}

#[cfg(not(unix))]
pub(super) fn count_forks() {}

/// Starts a thread that never runs the host's signal handlers.
pub(super) fn spawn(name: &str, stack_bytes: usize, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let _blocked = BlockedSignals::new();
    thread::Builder::new().name(name.into()).stack_size(stack_bytes).spawn(run).map(drop)
}

/// Blocks all signals on this thread, and so on those it starts, until it is dropped.
#[cfg(unix)]
struct BlockedSignals(libc::sigset_t);

#[cfg(unix)]
impl BlockedSignals {
    fn new() -> Self {
        // SAFETY: sigset_t is plain data, for which zeros are a value; both pointers are to live sets.
        unsafe {
            let (mut all, mut before) = (std::mem::zeroed(), std::mem::zeroed());
            libc::sigfillset(&raw mut all);
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
            Self(before)
        }
    }
}

#[cfg(unix)]
impl Drop for BlockedSignals {
    fn drop(&mut self) {
        // SAFETY: the set was filled by pthread_sigmask; a null pointer asks for no old set.
        unsafe {
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, std::ptr::null_mut());
        }
    }
}

#[cfg(not(unix))]
struct BlockedSignals;

#[cfg(not(unix))]
impl BlockedSignals {
    fn new() -> Self {
        Self
    }
}
