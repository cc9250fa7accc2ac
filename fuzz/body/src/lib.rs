//! The server's reader of JSON that people send and store, for `fuzz/body.c`. It is the server's own file, with the one it uses.

use std::slice;

#[path = "../../../server/src/json.rs"]
#[allow(dead_code, reason = "the server uses more of it")]
mod json;
#[path = "../../../server/src/quote.rs"]
mod quote;

/// Reads bytes as the server reads a body.
///
/// # Safety
/// `data` points to `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_fuzz_body(data: *const u8, size: usize) {
    // SAFETY: libFuzzer gives a live pointer to this many bytes, also where there are none.
    read(unsafe { slice::from_raw_parts(data, size) });
}

/// What is accepted is stored as text and comes back as it was; a reader that accepts less reads the same.
fn read(bytes: &[u8]) {
    let Ok(value) = json::read(bytes) else {
        assert!(serde_json::from_slice::<json::UniqueValue>(bytes).is_err(), "the stricter reader accepts more");
        return;
    };
    let stored = value.to_string();
    let again = json::read(stored.as_bytes()).expect("what was stored can be read");
    assert_eq!(again, value, "what was stored comes back as another value");
    assert_eq!(again.to_string(), stored, "what was stored comes back as another text");
    if let Ok(json::UniqueValue(unique)) = serde_json::from_slice(bytes) {
        assert_eq!(unique, value, "two readers disagree");
    }
    if let Ok(json::UniqueObject(fields)) = serde_json::from_slice(bytes) {
        assert_eq!(serde_json::Value::Object(fields), value, "two readers disagree");
    }
}
