//! The door of `fuzz/network.c` to readers that no exported function reaches. Only `--cfg flagbit_fuzz` compiles it.

use std::slice;

/// Lets the client read these bytes. A fault ends the process.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_fuzz_network(data: *const u8, size: usize) {
    // SAFETY: libFuzzer gives a live pointer to this many bytes, also where there are none.
    crate::client::fuzz(unsafe { slice::from_raw_parts(data, size) });
}
