//! How a client is to be opened.

use std::ffi::c_char;

use super::{
    error::{Failure, flagbit_error, report},
    guard::guard,
    handle,
    status::Status,
    text,
};
use crate::{ClientError, ClientOptions};

/// What can be set before a client is opened. Exactly one source is needed: SNAPSHOT, FILE or VALUES.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Setting {
    /// String, a source: the text of a snapshot.
    Snapshot = 1,
    /// String, a source: the path of a file with a snapshot, in UTF-8.
    File = 2,
    /// String, a source: flags that answer everybody alike, as JSON: `{"KEY": true, "OTHER": "dark", ...}`, where a
    /// boolean makes a boolean flag and a string, a number, an object or a list a typed one. For tests.
    Values = 3,
    /// Integer, 0 or 1: look at the file each second and follow its changes. The file may be missing at first.
    Watch = 4,
    /// Integer, bytes: the size limit of a snapshot's text; 32 MiB unless set.
    MaxSnapshotBytes = 5,
}

impl Setting {
    fn new(number: i32) -> Result<Self, Failure> {
        [Self::Snapshot, Self::File, Self::Values, Self::Watch, Self::MaxSnapshotBytes]
            .into_iter()
            .find(|known| *known as i32 == number)
            .ok_or_else(|| Failure::new(Status::InvalidArgument, format!("unknown option {number}")))
    }
}

/// How a client is to be opened.
///
/// Methods: flagbit_options_new, flagbit_options_set_string, flagbit_options_set_integer, flagbit_options_free.
/// Threads: one at a time.
#[derive(Default)]
pub struct flagbit_options {
    sources: Vec<(Setting, Vec<u8>)>,
    watch: bool,
    max_snapshot_bytes: Option<usize>,
}

impl flagbit_options {
    pub(super) fn to_client_options(&self) -> Result<ClientOptions, ClientError> {
        let [(source, value)] = &self.sources[..] else {
            let message = "give exactly one source: the option SNAPSHOT, FILE or VALUES".into();
            return Err(ClientError::Options(message));
        };
        // Only UTF-8 is kept as a path; that a snapshot is UTF-8 is looked at where it is parsed, with line and column.
        let path = String::from_utf8_lossy(value);
        let options = match source {
            Setting::File if self.watch => ClientOptions::watched_file(&*path),
            Setting::File => ClientOptions::file(&*path),
            _ if self.watch => return Err(ClientError::Options("the option WATCH needs the option FILE".into())),
            Setting::Values => ClientOptions::values(value.clone()),
            _ => ClientOptions::text(value.clone()),
        };
        Ok(match self.max_snapshot_bytes {
            Some(bytes) => options.max_snapshot_bytes(bytes),
            None => options,
        })
    }
}

/// Makes an empty set of options.
///
/// Ownership: the caller frees it, also after a client was opened with it.
/// Errors: NULL_ARGUMENT.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_options_new(options: *mut *mut flagbit_options) -> Status {
    guard(|| {
        handle::place(options)?;
        handle::give(options, flagbit_options::default());
        Ok(())
    })
}

/// Sets an option that is a string. A second value replaces the first.
///
/// option: a flagbit_option. value: UTF-8 of `value_length` bytes, copied.
/// Errors: NULL_ARGUMENT, INVALID_UTF8 for a path, INVALID_ARGUMENT for an option that is unknown or no string.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_options_set_string(
    options: *mut flagbit_options,
    option: i32,
    value: *const c_char,
    value_length: usize,
    error: *mut *mut flagbit_error,
) -> Status {
    guard(|| report(error, set_string(options, option, value, value_length)))
}

fn set_string(options: *mut flagbit_options, option: i32, value: *const c_char, length: usize) -> Result<(), Failure> {
    let options = handle::borrow_mut(options)?;
    let value = text::bytes(value, length)?;
    let option = Setting::new(option)?;
    if !matches!(option, Setting::Snapshot | Setting::File | Setting::Values) {
        return Err(Failure::new(Status::InvalidArgument, format!("option {} is an integer", option as i32)));
    }
    if option == Setting::File {
        text::utf8(value)?;
    }
    options.sources.retain(|(other, _)| *other != option);
    options.sources.push((option, value.into()));
    Ok(())
}

/// Sets an option that is an integer. A second value replaces the first.
///
/// option: a flagbit_option.
/// Errors: NULL_ARGUMENT, INVALID_ARGUMENT for an option that is unknown or no integer, or a value out of its range.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_options_set_integer(
    options: *mut flagbit_options,
    option: i32,
    value: i64,
    error: *mut *mut flagbit_error,
) -> Status {
    guard(|| report(error, set_integer(options, option, value)))
}

fn set_integer(options: *mut flagbit_options, option: i32, value: i64) -> Result<(), Failure> {
    let options = handle::borrow_mut(options)?;
    let invalid = |message: String| Failure::new(Status::InvalidArgument, message);
    match (Setting::new(option)?, value) {
        (Setting::Watch, 0 | 1) => options.watch = value == 1,
        (Setting::Watch, _) => return Err(invalid(format!("the option WATCH is 0 or 1, not {value}"))),
        (Setting::MaxSnapshotBytes, 1..) => {
            options.max_snapshot_bytes = Some(usize::try_from(value).unwrap_or(usize::MAX));
        }
        (Setting::MaxSnapshotBytes, _) => {
            return Err(invalid(format!("the option MAX_SNAPSHOT_BYTES is 1 or more, not {value}")));
        }
        (other, _) => return Err(invalid(format!("option {} is a string", other as i32))),
    }
    Ok(())
}

/// Frees options. NULL is allowed.
///
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_options_free(options: *mut flagbit_options) {
    handle::free(options);
}
