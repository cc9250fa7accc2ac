//! The errors of calls: a status and a message.

use std::ffi::{CString, c_char};

use super::{handle, status::Status};
use crate::{ClientError, ContextError};

/// Why a call failed: a status and a message for people. A call with an `error` argument makes one if the argument is
/// not NULL; the caller frees it.
///
/// Threads: immutable, any.
pub struct flagbit_error {
    status: Status,
    message: CString,
}

/// A failure on its way to the caller.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) status: Status,
    message: String,
}

impl Failure {
    pub(super) fn new(status: Status, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        Self::new(status, status.message().to_string_lossy())
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self::new(Status::from(&error), error.to_string())
    }
}

impl From<ContextError> for Failure {
    fn from(error: ContextError) -> Self {
        Self::new(Status::UnsupportedValue, error.to_string())
    }
}

/// Fills the caller's `error` if it is not NULL: with an object after a failure, with NULL after a success.
pub(super) fn report(error: *mut *mut flagbit_error, result: Result<(), Failure>) -> Result<(), Status> {
    handle::put(error, std::ptr::null_mut());
    result.map_err(|Failure { status, message }| {
        if !error.is_null() {
            // A C string cannot hold the NULs that a flag key may have.
            let message = CString::new(message.replace('\0', "\\0")).unwrap_or_default();
            handle::give(error, flagbit_error { status, message });
        }
        status
    })
}

/// Returns the status that the failed call returned.
///
/// Errors: NULL gives FLAGBIT_STATUS_NULL_ARGUMENT.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_error_status(error: *const flagbit_error) -> i32 {
    handle::borrow(error).map_or(Status::NullArgument, |error| error.status) as i32
}

/// Returns the message, which says what went wrong, where, and what to do: `flags[3].key: duplicate key "a", already at
/// flags[1]`. It is UTF-8 and ends with NUL.
///
/// Ownership: borrowed from the error.
/// Errors: NULL gives the empty text.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_error_message(error: *const flagbit_error) -> *const c_char {
    handle::borrow(error).map_or(c"".as_ptr(), |error| error.message.as_ptr())
}

/// Frees an error. NULL is allowed.
///
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_error_free(error: *mut flagbit_error) {
    handle::free(error);
}
