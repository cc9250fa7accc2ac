//! Text across the ABI.

use std::{
    ffi::{CStr, c_char},
    ptr, slice,
};

use super::{handle, status::Status, text_list::Texts};
use crate::engine::{WORD, word};

/// The bytes of a text with a length. NULL with the length 0 is the empty text.
#[inline]
pub(super) fn bytes<'a, T>(data: *const T, length: usize) -> Result<&'a [u8], Status> {
    match (data.is_null(), length) {
        (true, 0) => Ok(&[]),
        (true, _) => Err(Status::NullArgument),
        (false, length) if length > isize::MAX as usize => Err(Status::InvalidArgument),
        // SAFETY: not NULL, and the header asks for `length` readable bytes that nobody writes during the call.
        (false, length) => Ok(unsafe { slice::from_raw_parts(data.cast(), length) }),
    }
}

/// The bytes of a text that ends with a NUL.
#[inline]
pub(super) fn terminated<'a>(text: *const c_char) -> Result<&'a [u8], Status> {
    if text.is_null() {
        return Err(Status::NullArgument);
    }
    // SAFETY: not NULL, and the header asks for a NUL at its end.
    Ok(unsafe { CStr::from_ptr(text) }.to_bytes())
}

#[inline]
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, Status> {
    str::from_utf8(bytes).map_err(|_| Status::InvalidUtf8)
}

/// Checks text of an attribute, most of which is ASCII and short.
#[inline(always)]
pub(super) fn check_utf8(bytes: &[u8]) -> Result<(), Status> {
    const NOT_ASCII: u64 = 0x8080_8080_8080_8080;
    let is_ascii = match (bytes.first_chunk(), bytes.last_chunk()) {
        (Some(first), Some(last)) if bytes.len() <= 2 * WORD => {
            (u64::from_ne_bytes(*first) | u64::from_ne_bytes(*last)) & NOT_ASCII == 0
        }
        (Some(_), _) => return check_long_utf8(bytes),
        (None, _) => word(bytes) & NOT_ASCII == 0,
    };
    if is_ascii { Ok(()) } else { check_long_utf8(bytes) }
}

#[inline(never)]
fn check_long_utf8(bytes: &[u8]) -> Result<(), Status> {
    if bytes.is_ascii() { Ok(()) } else { utf8(bytes).map(drop) }
}

/// A text with a length, as UTF-8.
pub(super) fn utf8_of<'a>(data: *const c_char, length: usize) -> Result<&'a str, Status> {
    utf8(bytes(data, length)?)
}

/// Copies texts into the caller's buffer and writes their size.
pub(super) fn copy_out(texts: &Texts, buffer: *mut c_char, capacity: usize, needed: *mut usize) -> Result<(), Status> {
    let texts = texts.as_bytes();
    if capacity < texts.len() {
        handle::put(needed, texts.len());
        return Err(Status::BufferTooSmall);
    }
    handle::place(buffer)?;
    handle::put(needed, texts.len());
    // SAFETY: not NULL, and the header asks for `capacity` writable bytes, and there are enough.
    unsafe { ptr::copy_nonoverlapping(texts.as_ptr(), buffer.cast(), texts.len()) };
    Ok(())
}
