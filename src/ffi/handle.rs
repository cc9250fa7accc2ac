//! Converts pointers to references and back. The header's conventions state what callers must do.

use super::status::Status;

/// The object behind a `const` handle.
#[inline]
pub(super) fn borrow<'a, T>(handle: *const T) -> Result<&'a T, Status> {
    // SAFETY: a handle is NULL or came from `give` and is not freed; shared objects are only read.
    unsafe { handle.as_ref() }.ok_or(Status::NullArgument)
}

/// The object behind a handle that only this thread uses now.
#[inline]
pub(super) fn borrow_mut<'a, T>(handle: *mut T) -> Result<&'a mut T, Status> {
    // SAFETY: a handle is NULL or came from `give` and is not freed; the header asks for one thread at a time.
    unsafe { handle.as_mut() }.ok_or(Status::NullArgument)
}

/// Checks that there is a place for an output.
#[inline]
pub(super) fn place<T>(output: *mut T) -> Result<(), Status> {
    if output.is_null() { Err(Status::NullArgument) } else { Ok(()) }
}

/// Writes an output if the caller wants it.
#[inline]
pub(super) fn put<T>(output: *mut T, value: T) {
    if !output.is_null() {
        // SAFETY: not NULL, and the header asks for a place for one T. `write` needs no initialised value there.
        unsafe { output.write(value) };
    }
}

/// Gives an object to the caller.
pub(super) fn give<T>(output: *mut *mut T, object: T) {
    put(output, Box::into_raw(Box::new(object)));
}

/// Frees an object that `give` gave to the caller.
pub(super) fn free<T>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: a handle is NULL or came from `give`, and the header forbids freeing it twice.
        drop(unsafe { Box::from_raw(handle) });
    }
}
