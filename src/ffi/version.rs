//! Versions, all from Cargo.toml.

use std::ffi::{CStr, c_char};

/// The part of the ABI that a binding must find equal.
pub const FLAGBIT_ABI_MAJOR: u32 = 1;
/// The part of the ABI of which a binding must find at least its own.
pub const FLAGBIT_ABI_MINOR: u32 = 1;

const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(version) => version,
    Err(_) => panic!("the version has no NUL inside"),
};

/// The library's version, such as `0.1.0`.
///
/// Ownership: the text is static. Threads: any.
/// Since: 0.1
#[unsafe(no_mangle)]
pub extern "C" fn flagbit_version() -> *const c_char {
    VERSION.as_ptr()
}

/// The library's ABI: `major << 16 | minor`. A program needs the major number that it was compiled with, and at least
/// that minor number: compare with FLAGBIT_ABI_MAJOR and FLAGBIT_ABI_MINOR.
///
/// Threads: any.
/// Since: 0.1
#[unsafe(no_mangle)]
pub extern "C" fn flagbit_abi_version() -> u32 {
    FLAGBIT_ABI_MAJOR << 16 | FLAGBIT_ABI_MINOR
}
