//! Overrides, for users' own tests.

use std::ffi::c_char;

use super::{
    client::flagbit_client,
    error::{Failure, flagbit_error, report},
    guard::guard,
    handle,
    status::Status,
    text,
};

/// Gives flags one answer for every context, instead of the snapshot's answers, until flagbit_override_end. If several
/// overrides have the same flag, the latest one wins. Flags whose rules refer to an overridden flag (flag_is) still use
/// the snapshot's answer.
///
/// values: JSON of `values_length` bytes, `{"KEY": true, "OTHER": "dark", ...}`, as in the option VALUES. id: receives
/// a number for flagbit_override_end.
/// Threads: any.
/// Errors: NULL_ARGUMENT, CLOSED; SNAPSHOT_REFUSED for a text that is not such an object, with the place in the error's
/// message.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_override_start(
    client: *const flagbit_client,
    values: *const c_char,
    values_length: usize,
    id: *mut u64,
    error: *mut *mut flagbit_error,
) -> Status {
    guard(|| report(error, start(client, values, values_length, id)))
}

fn start(client: *const flagbit_client, values: *const c_char, length: usize, id: *mut u64) -> Result<(), Failure> {
    let client = handle::borrow(client)?;
    handle::place(id)?;
    handle::put(id, client.0.start_override(text::bytes(values, length)?)?);
    Ok(())
}

/// Ends an override.
///
/// Threads: any.
/// Errors: NULL_ARGUMENT; INVALID_ARGUMENT if no override with this id is in force.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_override_end(client: *const flagbit_client, id: u64) -> Status {
    guard(|| if handle::borrow(client)?.0.end_override(id) { Ok(()) } else { Err(Status::InvalidArgument) })
}
