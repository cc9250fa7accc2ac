//! A client's life.

use std::{ffi::c_char, time::Duration};

use super::{
    error::{Failure, flagbit_error, report},
    guard::guard,
    handle,
    options::flagbit_options,
    status::Status,
    text,
    text_list::{Texts, flagbit_text_list, give_list},
};
use crate::{Changes, Client, ErrorCode, LogLine, Warning};

/// How long a refresh without a timeout of its own may take.
const REFRESH_TIMEOUT: Duration = Duration::from_secs(30);

/// Answers "is this feature on for this user?" from flags in memory.
///
/// Methods: flagbit_client_*, flagbit_is_enabled*, flagbit_evaluate*, flagbit_override_*.
/// Threads: any number of threads may use one at once, but freeing must be the last thing.
pub struct flagbit_client(pub(super) Client);

/// Opens a client. Reads the text or file once; never waits for a network: see flagbit_client_wait_until_ready.
///
/// options: borrowed for the call.
/// Ownership: the caller frees the client.
/// Errors: NULL_ARGUMENT, INVALID_ARGUMENT, SNAPSHOT_REFUSED, IO, THREAD; the error's message says what and where.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_client_open(
    options: *const flagbit_options,
    client: *mut *mut flagbit_client,
    error: *mut *mut flagbit_error,
) -> Status {
    guard(|| report(error, open(options, client)))
}

fn open(options: *const flagbit_options, client: *mut *mut flagbit_client) -> Result<(), Failure> {
    handle::place(client)?;
    let options = handle::borrow(options)?.0.clone();
    handle::give(client, flagbit_client(Client::open(options)?));
    Ok(())
}

/// Opens a client of a snapshot in memory: flagbit_client_open with the option SNAPSHOT alone.
///
/// snapshot: UTF-8 of `snapshot_length` bytes, borrowed for the call.
/// Ownership: the caller frees the client.
/// Errors: NULL_ARGUMENT; SNAPSHOT_REFUSED, with the place in the error's message.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_client_from_snapshot(
    snapshot: *const c_char,
    snapshot_length: usize,
    client: *mut *mut flagbit_client,
    error: *mut *mut flagbit_error,
) -> Status {
    guard(|| report(error, from_snapshot(snapshot, snapshot_length, client)))
}

fn from_snapshot(snapshot: *const c_char, length: usize, client: *mut *mut flagbit_client) -> Result<(), Failure> {
    handle::place(client)?;
    handle::give(client, flagbit_client(Client::from_snapshot(text::bytes(snapshot, length)?)?));
    Ok(())
}

/// Puts another snapshot in force, in a client that was opened with the option SNAPSHOT.
///
/// snapshot: UTF-8 of `snapshot_length` bytes, borrowed for the call.
/// Threads: any, also beside evaluations: each sees the old snapshot or the new one.
/// Errors: NULL_ARGUMENT, CLOSED, INVALID_ARGUMENT for a client of another source; SNAPSHOT_REFUSED, with the place in
/// the error's message: what was in force stays.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_client_load(
    client: *const flagbit_client,
    snapshot: *const c_char,
    snapshot_length: usize,
    error: *mut *mut flagbit_error,
) -> Status {
    guard(|| report(error, load(client, snapshot, snapshot_length)))
}

fn load(client: *const flagbit_client, snapshot: *const c_char, length: usize) -> Result<(), Failure> {
    Ok(handle::borrow(client)?.0.load(text::bytes(snapshot, length)?)?)
}

/// flagbit_client_refresh_within with 30 seconds.
///
/// Threads: any. Blocks: while the file is read, or for a fetch.
/// Errors: as flagbit_client_refresh_within.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_client_refresh(
    client: *const flagbit_client,
    error: *mut *mut flagbit_error,
) -> Status {
    guard(|| report(error, refresh(client, REFRESH_TIMEOUT)))
}

/// Fetches the flags now, or reads the client's file, whether or not there seems to be a change. Does nothing for a
/// snapshot in memory.
///
/// Threads: any. Blocks: while the file is read, or for up to `timeout_ms` milliseconds for a fetch, which goes on in
/// the background then; closing the client ends it.
/// Errors: NULL_ARGUMENT, CLOSED, IO, SNAPSHOT_REFUSED, REFUSED, UNAVAILABLE, TIMEOUT: what was in force stays.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_client_refresh_within(
    client: *const flagbit_client,
    timeout_ms: u64,
    error: *mut *mut flagbit_error,
) -> Status {
    guard(|| report(error, refresh(client, Duration::from_millis(timeout_ms))))
}

fn refresh(client: *const flagbit_client, timeout: Duration) -> Result<(), Failure> {
    Ok(handle::borrow(client)?.0.refresh(timeout)?)
}

/// Waits until the client has something to serve.
///
/// Threads: any. Blocks: for up to `timeout_ms` milliseconds; closing the client ends it.
/// Errors: NULL_ARGUMENT, TIMEOUT, CLOSED; REFUSED at once where there is nothing to serve and the server refuses the
/// key or the address (401, 403, 404): the client's status tells in words.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_client_wait_until_ready(client: *const flagbit_client, timeout_ms: u64) -> Status {
    guard(|| {
        let waited = handle::borrow(client)?.0.ready_within(Duration::from_millis(timeout_ms));
        waited.map_err(|error| Status::from(&error))
    })
}

/// Waits for a change of the flags or of the state, or a line for the log.
///
/// seen: the number of the last event that the caller has seen; 0 is before all. event: receives the latest one's.
/// After it, ask flagbit_client_changes and flagbit_client_take_log.
/// Threads: any number may wait at once. Blocks: for up to `timeout_ms` milliseconds; closing the client ends it.
/// Errors: NULL_ARGUMENT, TIMEOUT, CLOSED.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_client_wait(
    client: *const flagbit_client,
    seen: u64,
    timeout_ms: u64,
    event: *mut u64,
) -> Status {
    guard(|| {
        handle::place(event)?;
        let waited = handle::borrow(client)?.0.wait(seen, Duration::from_millis(timeout_ms));
        handle::put(event, waited.map_err(|error| Status::from(&error))?.ok_or(Status::Timeout)?);
        Ok(())
    })
}

/// Wakes those who are in flagbit_client_wait, as a change would: for a binding that ends one of its listeners.
///
/// Threads: any. Errors: NULL_ARGUMENT.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_client_wake(client: *const flagbit_client) -> Status {
    guard(|| {
        handle::borrow(client)?.0.wake();
        Ok(())
    })
}

/// The keys of the flags that changed after a generation, sorted.
///
/// all: receives true where any flag may have changed; the list is empty then. generation: receives the one in force.
/// Ownership: the caller frees the list. Threads: any.
/// Errors: NULL_ARGUMENT.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_client_changes(
    client: *const flagbit_client,
    since: u64,
    keys: *mut *mut flagbit_text_list,
    all: *mut bool,
    generation: *mut u64,
) -> Status {
    guard(|| {
        handle::place(all)?;
        handle::place(generation)?;
        let (changes, now) = handle::borrow(client)?.0.changes(since);
        let (changed, everything) = match changes {
            Changes::All => (Vec::new(), true),
            Changes::Keys(changed) => (changed, false),
        };
        give_list(keys, changed)?;
        handle::put(all, everything);
        handle::put(generation, now);
        Ok(())
    })
}

/// Takes the lines that the library has for the host's log out of their ring: `warning: ...` or `info: ...`. The ring
/// keeps the latest 256.
///
/// Ownership: the caller frees the list. Threads: any; a line is given once.
/// Errors: NULL_ARGUMENT.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_client_take_log(
    client: *const flagbit_client,
    lines: *mut *mut flagbit_text_list,
) -> Status {
    guard(|| {
        handle::place(lines)?;
        let line = |LogLine { level, message }: LogLine| format!("{}: {message}", level.name());
        give_list(lines, handle::borrow(client)?.0.take_log().into_iter().map(line))
    })
}

/// The keys of the flags in force, sorted, those set aside included.
///
/// Ownership: the caller frees the list. Threads: any.
/// Errors: NULL_ARGUMENT.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_client_flags(
    client: *const flagbit_client,
    keys: *mut *mut flagbit_text_list,
) -> Status {
    guard(|| give_list(keys, handle::borrow(client)?.0.flags()))
}

/// What is wrong with the flags of the snapshot that are set aside, in the snapshot's order:
/// `flags[3].rules[0].value: a percentage is a number from 0 to 100, found 101`.
///
/// Ownership: the caller frees the list. Threads: any.
/// Errors: NULL_ARGUMENT.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_client_warnings(
    client: *const flagbit_client,
    warnings: *mut *mut flagbit_text_list,
) -> Status {
    guard(|| give_list(warnings, handle::borrow(client)?.0.warnings().iter().map(Warning::to_string)))
}

/// The revision that the snapshot of a generation stated; empty where it stated none. The latest 64 generations are
/// remembered: evaluate again where an evaluation's is forgotten.
///
/// buffer: receives the text and a NUL. needed: receives the size that this takes; may be NULL.
/// Threads: any.
/// Errors: NULL_ARGUMENT, INVALID_ARGUMENT for a generation that is forgotten or never was, BUFFER_TOO_SMALL (only
/// `needed` is written then).
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_client_revision(
    client: *const flagbit_client,
    generation: u64,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> Status {
    guard(|| {
        let revision = handle::borrow(client)?.0.revision(generation).ok_or(Status::InvalidArgument)?;
        text::copy_out(&Texts::one(&revision.unwrap_or_default()), buffer, capacity, needed)
    })
}

/// Why an evaluation gave no answer, in words: `no flag "x" among the 25 in force`.
///
/// key: UTF-8 of `key_length` bytes. error_code: the evaluation's. buffer: receives the text and a NUL. needed: receives
/// the size that this takes; may be NULL.
/// Threads: any.
/// Errors: NULL_ARGUMENT, INVALID_UTF8, INVALID_ARGUMENT for an unknown error_code, BUFFER_TOO_SMALL (only `needed` is
/// written then).
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_client_error_message(
    client: *const flagbit_client,
    key: *const c_char,
    key_length: usize,
    error_code: i32,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> Status {
    guard(|| {
        let client = &handle::borrow(client)?.0;
        let key = text::utf8_of(key, key_length)?;
        let code = ErrorCode::ALL.iter().find(|code| **code as i32 == error_code).ok_or(Status::InvalidArgument)?;
        text::copy_out(&Texts::one(&client.error_message(key, *code)), buffer, capacity, needed)
    })
}

/// Closes a client: from here on its evaluations give the default with PROVIDER_NOT_READY, and those who wait return.
/// May be called more than once and beside anything else but flagbit_client_free; returns at once.
///
/// Threads: any. Errors: NULL_ARGUMENT.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_client_close(client: *const flagbit_client) -> Status {
    guard(|| {
        handle::borrow(client)?.0.close();
        Ok(())
    })
}

/// Closes and frees a client. NULL is allowed. No other call may use the client at the same time or later.
///
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_client_free(client: *mut flagbit_client) {
    handle::free(client);
}
