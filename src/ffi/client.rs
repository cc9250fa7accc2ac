//! The life of a client.

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

/// The time limit of flagbit_client_refresh.
const REFRESH_TIMEOUT: Duration = Duration::from_secs(30);

/// Answers "is this feature on for this user?" from flags in memory.
///
/// Methods: flagbit_client_*, flagbit_is_enabled*, flagbit_evaluate*, flagbit_override_*.
/// Threads: any number of threads may use a client at once, but nobody may use it while or after it is freed.
pub struct flagbit_client(pub(super) Client);

/// Opens a client. Reads the text or file once. Never waits for the network: see flagbit_client_wait_until_ready.
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

/// Opens a client of a snapshot in memory, like flagbit_client_open with only the option SNAPSHOT.
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

/// Replaces the snapshot of a client that was opened with the option SNAPSHOT.
///
/// snapshot: UTF-8 of `snapshot_length` bytes, borrowed for the call.
/// Threads: any, also during evaluations: each of them uses the old snapshot or the new one.
/// Errors: NULL_ARGUMENT, CLOSED; INVALID_ARGUMENT for a client of another source; SNAPSHOT_REFUSED, with the place in
/// the error's message: the previous snapshot stays in force.
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

/// Like flagbit_client_refresh_within with a time limit of 30 seconds.
///
/// Threads: any. Blocks: while it reads the file or waits for the fetch.
/// Errors: as flagbit_client_refresh_within.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_client_refresh(
    client: *const flagbit_client,
    error: *mut *mut flagbit_error,
) -> Status {
    guard(|| report(error, refresh(client, REFRESH_TIMEOUT)))
}

/// Fetches the flags now, or reads the client's file now. Does nothing for a snapshot in memory.
///
/// Threads: any. Blocks: while it reads the file, or for at most `timeout_ms` milliseconds for a fetch. After TIMEOUT
/// the fetch continues in the background. Closing the client ends the wait.
/// Errors: NULL_ARGUMENT, CLOSED, IO, SNAPSHOT_REFUSED, REFUSED, UNAVAILABLE, TIMEOUT. The previous snapshot stays in
/// force.
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

/// Waits until the client has flags to serve.
///
/// Threads: any. Blocks: for at most `timeout_ms` milliseconds; closing the client ends the wait.
/// Errors: NULL_ARGUMENT, TIMEOUT, CLOSED; REFUSED at once if there are no flags and the server refuses the key or the
/// address (401, 403, 404): the last_error of flagbit_client_status says why.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_client_wait_until_ready(client: *const flagbit_client, timeout_ms: u64) -> Status {
    guard(|| {
        let waited = handle::borrow(client)?.0.ready_within(Duration::from_millis(timeout_ms));
        waited.map_err(|error| Status::from(&error))
    })
}

/// Waits for a change of the flags or of the state, or for a log line.
///
/// seen: the number of the last event that you have seen; 0 is before all events. event: receives the number of the
/// latest event. Then call flagbit_client_changes and flagbit_client_take_log.
/// Threads: any number may wait at once. Blocks: for at most `timeout_ms` milliseconds; closing the client ends the
/// wait.
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

/// Wakes the threads that are in flagbit_client_wait, as a change would. A binding calls it to end one of its
/// listeners.
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

/// Lists the keys of the flags that changed after a generation, sorted.
///
/// all: receives true if any flag may have changed; the list is then empty. generation: receives the one in force.
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

/// Takes the log lines that the library has for its host, such as `warning: ...` and `info: ...`. The library keeps the
/// latest 256.
///
/// Ownership: the caller frees the list. Threads: any; each line is given to one caller.
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

/// Lists the keys of the flags in force, sorted. The list includes the flags that are set aside.
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

/// Lists what is wrong with the flags that are set aside, in the snapshot's order: `flags[3].rules[0].value: a
/// percentage is a number from 0 to 100, found 101`.
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

/// Copies the revision that the snapshot of a generation states; empty if it states none. The client remembers the
/// latest 64 generations: if it has forgotten the generation of an evaluation, evaluate again.
///
/// buffer: receives the text and a NUL. needed: receives the size of both in bytes; may be NULL.
/// Threads: any.
/// Errors: NULL_ARGUMENT; INVALID_ARGUMENT for a generation that is forgotten or never existed; BUFFER_TOO_SMALL, which
/// writes only `needed`.
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

/// Copies a message that says why an evaluation has no value: `no flag "x" among the 25 in force`.
///
/// key: UTF-8 of `key_length` bytes. error_code: that of the evaluation. buffer: receives the text and a NUL. needed:
/// receives the size of both in bytes; may be NULL.
/// Threads: any.
/// Errors: NULL_ARGUMENT, INVALID_UTF8; INVALID_ARGUMENT for an unknown error_code; BUFFER_TOO_SMALL, which writes only
/// `needed`.
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

/// Closes a client. Its evaluations then give the default with PROVIDER_NOT_READY, and its waits end. You may call it
/// more than once, and during any other call except flagbit_client_free. Returns at once.
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

/// Closes and frees a client. If it has a flagbit_flag, freeing the last one closes it. NULL is allowed. No other call may use the client at the same time or later.
///
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_client_free(client: *mut flagbit_client) {
    handle::free(client);
}
