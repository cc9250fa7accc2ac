//! The states of a client.

use std::ffi::CStr;

/// The state of a client. The numbers are part of the ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum State {
    /// No flags yet.
    Initializing = 0,
    /// Serving flags.
    Ready = 1,
    /// Nothing to serve, and the source cannot be read.
    Error = 3,
    /// Closed: every evaluation gives the caller's default.
    Closed = 4,
}

impl State {
    #[cfg(feature = "capi")]
    pub(crate) const ALL: &[Self] = &[Self::Initializing, Self::Ready, Self::Error, Self::Closed];

    /// The state's name.
    pub fn name(self) -> &'static str {
        self.c_name().to_str().unwrap_or_default()
    }

    pub(crate) fn c_name(self) -> &'static CStr {
        match self {
            Self::Initializing => c"initializing",
            Self::Ready => c"ready",
            Self::Error => c"error",
            Self::Closed => c"closed",
        }
    }
}
