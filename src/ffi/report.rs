//! How a client is doing, in one struct.

use std::{
    ffi::c_char,
    time::{SystemTime, UNIX_EPOCH},
};

use super::{
    client::flagbit_client,
    guard::guard,
    handle,
    status::Status,
    text,
    text_list::{Texts, flagbit_text},
    versioned::{Output, Versioned},
};

/// What a client knows of itself at one moment. The caller's own memory; `struct_size` is set by the caller.
///
/// Later versions only append fields. The library fills what both sides know and zeroes what only the caller knows. The
/// texts lie in the buffer of the same call.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct flagbit_client_report {
    /// In: sizeof(flagbit_client_report). Never written.
    pub struct_size: u32,
    /// A flagbit_state.
    pub state: i32,
    /// The generation of the flags in force; 0 before the first.
    pub generation: u64,
    /// How many flags are in force, those set aside included.
    pub flags: u64,
    /// How many of the snapshot's flags are set aside.
    pub flags_set_aside: u64,
    /// How many attributes with an unsupported value evaluations have seen.
    pub unsupported_values: u64,
    /// When the source was last read well, in milliseconds since 1970-01-01 UTC; -1 for never.
    pub last_success_ms: i64,
    /// How many reads failed since the last one that went well.
    pub consecutive_failures: u32,
    /// 1 when the snapshot in force states a revision.
    pub has_revision: u32,
    /// The revision that the snapshot states.
    pub revision: flagbit_text,
    /// Where the flags come from, in words.
    pub source: flagbit_text,
    /// Why the last read failed; empty after one that went well.
    pub last_error: flagbit_text,
}

impl Versioned for flagbit_client_report {
    const FIRST_SIZE: usize = 80;
}

/// Reports how a client is doing.
///
/// report: its struct_size is set by the caller. buffer: receives the texts, each followed by a NUL. needed: receives
/// the size that they take; may be NULL. `report` is written only when the status is OK.
/// Threads: any.
/// Errors: NULL_ARGUMENT, BAD_STRUCT_SIZE, BUFFER_TOO_SMALL (only `needed` is written then).
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_client_status(
    client: *const flagbit_client,
    report: *mut flagbit_client_report,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> Status {
    guard(|| {
        let output = Output::new(report)?;
        let status = handle::borrow(client)?.0.status();
        let mut texts = Texts::default();
        let mut add = |text: &str| texts.add(text).ok_or(Status::InvalidArgument);
        let report = flagbit_client_report {
            struct_size: 0,
            state: status.state as i32,
            generation: status.generation,
            flags: status.flags as u64,
            flags_set_aside: status.flags_set_aside as u64,
            unsupported_values: status.unsupported_values,
            last_success_ms: status.last_success.map_or(-1, milliseconds),
            consecutive_failures: status.consecutive_failures,
            has_revision: status.revision.is_some().into(),
            revision: add(status.revision.as_deref().unwrap_or_default())?,
            source: add(&status.source)?,
            last_error: add(status.last_error.as_deref().unwrap_or_default())?,
        };
        text::copy_out(&texts, buffer, capacity, needed)?;
        output.write(&report);
        Ok(())
    })
}

fn milliseconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
