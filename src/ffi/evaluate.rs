//! The hot calls.

use std::ffi::c_char;

use super::{
    client::flagbit_client,
    context::flagbit_context,
    evaluation::flagbit_evaluation,
    guard::{guard, guard_or},
    handle,
    status::Status,
    text,
    versioned::Output,
};
use crate::{Attributes, Context, ErrorCode, PackedAttributes};

/// Whether a flag is on for a context; `default_value` where there is no answer, or where the call is not well formed.
///
/// key: ends with NUL. context: NULL is a context without attributes.
/// Threads: any, concurrently on one client. Blocks: never. Allocates: for the search of a regular expression alone.
/// Errors: none, `default_value` stands for all; flagbit_evaluate tells them apart.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_is_enabled(
    client: *const flagbit_client,
    key: *const c_char,
    context: *const flagbit_context,
    default_value: bool,
) -> bool {
    is_enabled(default_value, || enabled(client, text::terminated(key)?, prepared(context), default_value))
}

/// Like flagbit_is_enabled, but the key has a length and may hold NUL.
///
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_is_enabled_n(
    client: *const flagbit_client,
    key: *const c_char,
    key_length: usize,
    context: *const flagbit_context,
    default_value: bool,
) -> bool {
    is_enabled(default_value, || enabled(client, text::bytes(key, key_length)?, prepared(context), default_value))
}

/// Like flagbit_is_enabled, with the attributes packed for this one call (see "Packed attributes" above). The buffer's
/// own header says how long it is.
///
/// packed: NULL is a context without attributes. Unsupported values count as absent and are counted in the status.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_is_enabled_with(
    client: *const flagbit_client,
    key: *const c_char,
    packed: *const u8,
    default_value: bool,
) -> bool {
    is_enabled(default_value, || enabled(client, text::terminated(key)?, &unpacked_self_sized(packed)?, default_value))
}

/// Like flagbit_is_enabled_with, but key and buffer have a length.
///
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_is_enabled_with_n(
    client: *const flagbit_client,
    key: *const c_char,
    key_length: usize,
    packed: *const u8,
    packed_length: usize,
    default_value: bool,
) -> bool {
    is_enabled(default_value, || {
        enabled(client, text::bytes(key, key_length)?, &unpacked(packed, packed_length)?, default_value)
    })
}

/// Evaluates a flag for a context. An unknown flag, a client without a snapshot or a closed one and a flag that is set
/// aside are answers: FLAGBIT_STATUS_OK with an error_code.
///
/// key: ends with NUL. context: NULL is a context without attributes. evaluation: its struct_size is set by the
/// caller; written only when the status is OK.
/// Threads: any, concurrently on one client. Blocks: never. Allocates: for the search of a regular expression alone.
/// Errors: NULL_ARGUMENT, INVALID_UTF8, BAD_STRUCT_SIZE.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_evaluate(
    client: *const flagbit_client,
    key: *const c_char,
    context: *const flagbit_context,
    evaluation: *mut flagbit_evaluation,
) -> Status {
    guard(|| evaluate(client, text::terminated(key)?, prepared(context), evaluation))
}

/// Like flagbit_evaluate, but the key has a length and may hold NUL.
///
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_evaluate_n(
    client: *const flagbit_client,
    key: *const c_char,
    key_length: usize,
    context: *const flagbit_context,
    evaluation: *mut flagbit_evaluation,
) -> Status {
    guard(|| evaluate(client, text::bytes(key, key_length)?, prepared(context), evaluation))
}

/// Like flagbit_evaluate, with the attributes packed for this one call (see "Packed attributes" above). The buffer's
/// own header says how long it is.
///
/// packed: NULL is a context without attributes. Unsupported values count as absent and are counted in the status.
/// Errors: also MALFORMED_CONTEXT.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_evaluate_with(
    client: *const flagbit_client,
    key: *const c_char,
    packed: *const u8,
    evaluation: *mut flagbit_evaluation,
) -> Status {
    guard(|| evaluate(client, text::terminated(key)?, &unpacked_self_sized(packed)?, evaluation))
}

/// Like flagbit_evaluate_with, but key and buffer have a length.
///
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_evaluate_with_n(
    client: *const flagbit_client,
    key: *const c_char,
    key_length: usize,
    packed: *const u8,
    packed_length: usize,
    evaluation: *mut flagbit_evaluation,
) -> Status {
    guard(|| evaluate(client, text::bytes(key, key_length)?, &unpacked(packed, packed_length)?, evaluation))
}

#[inline]
fn is_enabled(default_value: bool, evaluate: impl FnOnce() -> Result<bool, Status>) -> bool {
    guard_or(default_value, || evaluate().unwrap_or(default_value))
}

#[inline]
fn enabled(
    client: *const flagbit_client,
    key: &[u8],
    attributes: &impl Attributes,
    default_value: bool,
) -> Result<bool, Status> {
    Ok(handle::borrow(client)?.0.is_enabled_bytes(key, attributes, default_value))
}

#[inline]
fn evaluate(
    client: *const flagbit_client,
    key: &[u8],
    attributes: &impl Attributes,
    evaluation: *mut flagbit_evaluation,
) -> Result<(), Status> {
    let output = Output::new(evaluation)?;
    // Written where the answer still is in registers: to hand the struct on would be to copy it twice.
    handle::borrow(client)?.0.evaluate_with(key, attributes, |answer, generation| {
        // A key that was found is UTF-8, so only the others need to be looked at.
        if matches!(answer, Err(ErrorCode::FlagNotFound)) {
            text::utf8(key)?;
        }
        output.write(&flagbit_evaluation::new(&answer, generation));
        Ok(())
    })
}

/// The caller's context, or one without attributes.
#[inline]
pub(super) fn prepared<'a>(context: *const flagbit_context) -> &'a Context {
    static NOTHING: Context = Context::EMPTY;
    handle::borrow(context).map_or(&NOTHING, |context| &context.0)
}

/// Packed attributes with a length; NULL with the length 0 is none.
#[inline]
pub(super) fn unpacked<'a>(packed: *const u8, length: usize) -> Result<PackedAttributes<'a>, Status> {
    if packed.is_null() && length == 0 {
        return Ok(PackedAttributes::default());
    }
    Ok(PackedAttributes::new(text::bytes(packed, length)?)?)
}

/// Packed attributes as long as their header says; NULL is none.
#[inline]
fn unpacked_self_sized<'a>(packed: *const u8) -> Result<PackedAttributes<'a>, Status> {
    if packed.is_null() {
        return Ok(PackedAttributes::default());
    }
    let header = text::bytes(packed, 4)?.first_chunk().ok_or(Status::MalformedContext)?;
    unpacked(packed, PackedAttributes::stated_length(*header))
}
