//! The versions of the library and of its ABI.

use std::ffi::{CStr, c_char};

/// The major number of the ABI. A program needs a library with the same one.
pub const FLAGBIT_ABI_MAJOR: u32 = 1;
/// The minor number of the ABI. A program needs a library with at least this one.
pub const FLAGBIT_ABI_MINOR: u32 = 3;

const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(version) => version,
    Err(_) => panic!("the version has no NUL inside"),
};

/// Returns the library's version, such as `0.1.0`.
///
/// Ownership: the text is static. Threads: any.
/// Since: 0.1
#[unsafe(no_mangle)]
pub extern "C" fn flagbit_version() -> *const c_char {
    VERSION.as_ptr()
}

/// Returns the library's ABI: `major << 16 | minor`. The major number must be the FLAGBIT_ABI_MAJOR that your program
/// was compiled with, the minor number at least its FLAGBIT_ABI_MINOR.
///
/// Threads: any.
/// Since: 0.1
#[unsafe(no_mangle)]
pub extern "C" fn flagbit_abi_version() -> u32 {
    FLAGBIT_ABI_MAJOR << 16 | FLAGBIT_ABI_MINOR
}
