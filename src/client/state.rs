//! The states of a client.

use std::ffi::CStr;

/// The state of a client. The numbers are part of the ABI.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(i32)]
pub enum State {
    /// No flags yet.
    #[default]
    Initializing = 0,
    /// Serving flags.
    Ready = 1,
    /// Serving flags, but the server was not reached for a while, or not yet.
    Stale = 2,
    /// Nothing to serve, and the file cannot be read or the server refuses.
    Error = 3,
    /// Closed: every evaluation gives the caller's default.
    Closed = 4,
}

impl State {
    #[cfg(feature = "capi")]
    pub(crate) const ALL: &[Self] = &[Self::Initializing, Self::Ready, Self::Stale, Self::Error, Self::Closed];

    /// The state's name.
    pub fn name(self) -> &'static str {
        self.c_name().to_str().unwrap_or_default()
    }

    pub(crate) fn c_name(self) -> &'static CStr {
        match self {
            Self::Initializing => c"initializing",
            Self::Ready => c"ready",
            Self::Stale => c"stale",
            Self::Error => c"error",
            Self::Closed => c"closed",
        }
    }
}
