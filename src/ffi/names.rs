//! The names of the numbers that evaluations and clients report. The enums themselves are the engine's and the
//! client's, under their C names (`cbindgen.toml`).

use std::ffi::{CStr, c_char};

use crate::{ErrorCode, Reason, State};

/// The error_code of an evaluation without an error.
pub const FLAGBIT_ERROR_CODE_NONE: i32 = 0;

/// Returns the name of a reason, such as `targeting_match`.
///
/// Ownership: the text is static. Threads: any. Errors: an unknown number gives `unknown`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub extern "C" fn flagbit_reason_name(reason: i32) -> *const c_char {
    name(Reason::ALL, reason, |known| known as i32, Reason::c_name)
}

/// Returns OpenFeature's name of an error code, such as `FLAG_NOT_FOUND`; the empty text for FLAGBIT_ERROR_CODE_NONE.
///
/// Ownership: the text is static. Threads: any. Errors: an unknown number gives `unknown`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub extern "C" fn flagbit_error_code_name(error_code: i32) -> *const c_char {
    if error_code == FLAGBIT_ERROR_CODE_NONE {
        return c"".as_ptr();
    }
    name(ErrorCode::ALL, error_code, |known| known as i32, ErrorCode::c_name)
}

/// Returns the name of a client's state, such as `ready`.
///
/// Ownership: the text is static. Threads: any. Errors: an unknown number gives `unknown`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub extern "C" fn flagbit_state_name(state: i32) -> *const c_char {
    name(State::ALL, state, |known| known as i32, State::c_name)
}

fn name<T: Copy>(all: &[T], wanted: i32, number: fn(T) -> i32, name: fn(T) -> &'static CStr) -> *const c_char {
    all.iter().find(|known| number(**known) == wanted).map_or(c"unknown", |known| name(*known)).as_ptr()
}
