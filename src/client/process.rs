//! The process that the library is a guest in: it forks, and it has signals that are not for the library's threads.
#![allow(unsafe_code, reason = "the fork handler and the signal mask have no safe interface")]

use std::{
    ffi::CStr,
    io,
    sync::atomic::{AtomicU32, Ordering},
};
#[cfg(unix)]
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    ptr,
};

static FORKS: AtomicU32 = AtomicU32::new(0);

/// Returns the number of forks between this process and the one that loaded the library.
///
/// A child has none of its parent's threads, and locks that those held stay locked. Code that started a thread or
/// holds a lock compares this number and starts afresh.
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
///
/// By the system's own call: std notes each of its threads behind a lock of its own. If the parent was starting a thread
/// when it forked, the child would find that lock held and never get it.
#[cfg(unix)]
pub(super) fn spawn(name: &'static CStr, stack_bytes: usize, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let work = Work { name, run: Box::new(run) };
    let _blocked = BlockedSignals::new();
    let work = Box::into_raw(Box::new(work));
    // SAFETY: the attributes are made before they are used and destroyed after; the thread takes the work, which is taken
    // back where there is no thread.
    unsafe {
        let (mut thread, mut attributes) = (std::mem::zeroed(), std::mem::zeroed());
        libc::pthread_attr_init(&raw mut attributes);
        libc::pthread_attr_setdetachstate(&raw mut attributes, libc::PTHREAD_CREATE_DETACHED);
        libc::pthread_attr_setstacksize(&raw mut attributes, stack_bytes.max(libc::PTHREAD_STACK_MIN));
        let code = libc::pthread_create(&raw mut thread, &raw const attributes, start, work.cast());
        libc::pthread_attr_destroy(&raw mut attributes);
        if code != 0 {
            drop(Box::from_raw(work));
            return Err(io::Error::from_raw_os_error(code));
        }
    }
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn spawn(name: &'static CStr, stack_bytes: usize, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let name = name.to_string_lossy().into_owned();
    std::thread::Builder::new().name(name).stack_size(stack_bytes).spawn(run).map(drop)
}

/// The work of a thread.
#[cfg(unix)]
struct Work {
    name: &'static CStr,
    run: Box<dyn FnOnce() + Send>,
}

#[cfg(unix)]
extern "C" fn start(work: *mut libc::c_void) -> *mut libc::c_void {
    // SAFETY: `spawn` gives each work to one thread.
    let Work { name, run } = *unsafe { Box::from_raw(work.cast::<Work>()) };
    set_name(name);
    // A panic ends this thread, never the host.
    _ = catch_unwind(AssertUnwindSafe(run));
    ptr::null_mut()
}

/// For debuggers and `top`.
#[cfg(unix)]
fn set_name(name: &CStr) {
    // SAFETY: a text that ends with NUL; the system keeps its first 15 bytes.
    #[cfg(target_os = "linux")]
    unsafe {
        libc::prctl(libc::PR_SET_NAME, name.as_ptr());
    }
    // SAFETY: a text that ends with NUL.
    #[cfg(target_vendor = "apple")]
    unsafe {
        libc::pthread_setname_np(name.as_ptr());
    }
    #[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
    let _ = name;
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
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, ptr::null_mut());
        }
    }
}
