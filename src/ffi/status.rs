//! The statuses of calls.

use std::ffi::{CStr, c_char};

use crate::{ClientError, FetchErrorKind, PackedError};

/// The result of a call: whether it was well formed and succeeded. An evaluation also has an error_code. A number
/// never gets another meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Status {
    /// The call succeeded.
    Ok = 0,
    /// An argument that must not be NULL was NULL.
    NullArgument = 1,
    /// A text was not UTF-8.
    InvalidUtf8 = 2,
    /// An argument was out of its range, or an option was unknown or of another type.
    InvalidArgument = 3,
    /// A struct_size or an attribute_size was smaller than that of the first version.
    BadStructSize = 4,
    /// The attributes have an unknown kind or a malformed value, or packed ones are cut short, inconsistent or of an
    /// unknown version.
    MalformedContext = 5,
    /// A context has an attribute that no rule can match: NaN, an infinity, an unsupported type, or a repeated name.
    UnsupportedValue = 6,
    /// The client is closed.
    Closed = 10,
    /// The time ran out.
    Timeout = 11,
    /// The buffer is too small; the needed size was written.
    BufferTooSmall = 12,
    /// The snapshot is refused; the previous one stays in force.
    SnapshotRefused = 20,
    /// A file could not be read.
    Io = 30,
    /// A thread could not be started.
    Thread = 31,
    /// The server refuses the key or the address. Correct the options: trying again does not help.
    Refused = 32,
    /// The server could not be reached or sent no snapshot; the previous one stays in force.
    Unavailable = 33,
    /// The library stopped a fault of its own. The objects of the call can only be freed. Please report the fault.
    Panic = 90,
}

impl Status {
    pub(super) const ALL: [(Self, &'static CStr); 16] = [
        (Self::Ok, c"the call succeeded"),
        (Self::NullArgument, c"an argument that must not be NULL was NULL"),
        (Self::InvalidUtf8, c"a text was not UTF-8"),
        (Self::InvalidArgument, c"an argument was out of its range, or an option was unknown or of another type"),
        (Self::BadStructSize, c"a struct_size or an attribute_size was smaller than that of the first version"),
        (
            Self::MalformedContext,
            c"the attributes have an unknown kind or a malformed value, or packed ones are cut short",
        ),
        (Self::UnsupportedValue, c"an attribute of the context has an unsupported value or a repeated name"),
        (Self::Closed, c"the client is closed"),
        (Self::Timeout, c"the time ran out"),
        (Self::BufferTooSmall, c"the buffer is too small; the needed size was written"),
        (Self::SnapshotRefused, c"the snapshot is refused; the previous one stays in force"),
        (Self::Io, c"a file could not be read"),
        (Self::Thread, c"a thread could not be started"),
        (Self::Refused, c"the server refuses the key or the address"),
        (Self::Unavailable, c"the server could not be reached or sent no snapshot; the previous one stays in force"),
        (Self::Panic, c"the library stopped a fault of its own"),
    ];

    pub(super) fn message(self) -> &'static CStr {
        Self::find(self as i32)
    }

    fn find(status: i32) -> &'static CStr {
        let known = Self::ALL.iter().find(|(known, _)| *known as i32 == status);
        known.map_or(c"an unknown status", |(_, message)| message)
    }
}

impl From<PackedError> for Status {
    fn from(error: PackedError) -> Self {
        match error {
            PackedError::Utf8 => Self::InvalidUtf8,
            _ => Self::MalformedContext,
        }
    }
}

impl From<&ClientError> for Status {
    fn from(error: &ClientError) -> Self {
        match error {
            ClientError::Snapshot { .. } => Self::SnapshotRefused,
            ClientError::File { .. } => Self::Io,
            ClientError::Options(_) => Self::InvalidArgument,
            ClientError::Fetch { kind: FetchErrorKind::Refused, .. } => Self::Refused,
            ClientError::Fetch { kind: FetchErrorKind::Snapshot, .. } => Self::SnapshotRefused,
            ClientError::Fetch { .. } => Self::Unavailable,
            ClientError::Timeout => Self::Timeout,
            ClientError::Thread(_) => Self::Thread,
            ClientError::Closed => Self::Closed,
        }
    }
}

/// Returns what a status means, in English.
///
/// Ownership: the text is static. Threads: any. Errors: none; an unknown number gives a text that says so.
/// Since: 0.1
#[unsafe(no_mangle)]
pub extern "C" fn flagbit_status_message(status: i32) -> *const c_char {
    Status::find(status).as_ptr()
}
