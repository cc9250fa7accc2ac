//! The status of a client as a C struct.

use std::{
    ffi::c_char,
    mem,
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

/// The status of a client at one moment, in memory of the caller. Set `struct_size` before each call.
///
/// Later versions only append fields. The library fills the fields that it knows and sets all others to zero. The texts
/// are in the buffer of the same call.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct flagbit_client_report {
    /// Input: sizeof(flagbit_client_report). The library never writes it.
    pub struct_size: u32,
    /// A flagbit_state.
    pub state: i32,
    /// The generation of the flags in force; 0 before the first flags.
    pub generation: u64,
    /// The number of flags in force, including those that are set aside.
    pub flags: u64,
    /// The number of flags that are set aside.
    pub flags_set_aside: u64,
    /// The number of attributes with an unsupported value in evaluations so far.
    pub unsupported_values: u64,
    /// The time of the last successful read of the source, in milliseconds since 1970-01-01 UTC; -1 if there was none.
    pub last_success_ms: i64,
    /// The number of failed reads since the last successful one.
    pub consecutive_failures: u32,
    /// 1 if the snapshot in force states a revision, otherwise 0.
    pub has_revision: u32,
    /// The revision that the snapshot states.
    pub revision: flagbit_text,
    /// A description of the source of the flags.
    pub source: flagbit_text,
    /// The reason why the last read failed; empty after a successful one.
    pub last_error: flagbit_text,
}

impl Versioned for flagbit_client_report {
    const FIRST_SIZE: usize = 80;
}

/// Reports the status of a client.
///
/// report: set its struct_size before; the library writes it only if the status is OK. buffer: receives the texts, each
/// followed by a NUL. needed: receives their size in bytes; may be NULL.
/// Threads: any.
/// Errors: NULL_ARGUMENT, BAD_STRUCT_SIZE, BUFFER_TOO_SMALL, which writes only `needed`.
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
            struct_size: mem::size_of::<flagbit_client_report>() as u32,
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
        output.write(|| report);
        Ok(())
    })
}

fn milliseconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
