//! Evaluations of one flag.

use std::ffi::c_char;

use super::{
    attributes::{Borrowed, flagbit_attribute},
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

/// Returns whether a flag is on for a context, or `default_value` if there is no answer or the call is not well formed.
///
/// key: ends with NUL. context: NULL is a context without attributes.
/// Threads: any, concurrently on one client. Blocks: never. Allocates: only to search with a regular expression.
/// Errors: none. To know why you got `default_value`, call flagbit_evaluate.
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

/// Like flagbit_is_enabled, but the key has a length and may contain NUL.
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

/// Like flagbit_is_enabled, with the attributes packed for this one call (see "Packed attributes" above). The header
/// of the buffer holds its length.
///
/// packed: NULL is a context without attributes. Unsupported values count as absent; flagbit_client_status counts them.
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

/// Like flagbit_is_enabled_with, but the key and the buffer have lengths.
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

/// Like flagbit_is_enabled, with attributes that the library reads where they are.
///
/// attributes: `count` of them, each of `attribute_size` bytes: sizeof(flagbit_attribute), or the size of your own
/// struct that begins with one; a multiple of 8. If a name is repeated, its first value counts. Unsupported values count
/// as absent; flagbit_client_status counts them. NULL with the count 0 is a context without attributes.
/// Ownership: borrowed for the call. Threads, allocations: as flagbit_is_enabled.
/// Since: ABI 1.3
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_is_enabled_of(
    client: *const flagbit_client,
    key: *const c_char,
    attributes: *const flagbit_attribute,
    count: usize,
    attribute_size: usize,
    default_value: bool,
) -> bool {
    is_enabled(default_value, || {
        enabled(client, text::terminated(key)?, &Borrowed::new(attributes, count, attribute_size)?, default_value)
    })
}

/// Like flagbit_is_enabled_of, but the key has a length and may contain NUL.
///
/// Since: ABI 1.3
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_is_enabled_of_n(
    client: *const flagbit_client,
    key: *const c_char,
    key_length: usize,
    attributes: *const flagbit_attribute,
    count: usize,
    attribute_size: usize,
    default_value: bool,
) -> bool {
    is_enabled(default_value, || {
        let attributes = Borrowed::new(attributes, count, attribute_size)?;
        enabled(client, text::bytes(key, key_length)?, &attributes, default_value)
    })
}

/// Evaluates a flag for a context. An unknown flag, a flag that is set aside, and a client that is closed or has no
/// flags give FLAGBIT_STATUS_OK with an error_code.
///
/// key: ends with NUL. context: NULL is a context without attributes. evaluation: set its struct_size
/// before; the library writes it only if the status is OK.
/// Threads: any, concurrently on one client. Blocks: never. Allocates: only to search with a regular expression.
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

/// Like flagbit_evaluate, but the key has a length and may contain NUL.
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

/// Like flagbit_evaluate, with the attributes packed for this one call (see "Packed attributes" above). The header
/// of the buffer holds its length.
///
/// packed: NULL is a context without attributes. Unsupported values count as absent; flagbit_client_status counts them.
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

/// Like flagbit_evaluate_with, but the key and the buffer have lengths.
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

/// Like flagbit_evaluate, with attributes that the library reads where they are, as flagbit_is_enabled_of does.
///
/// Errors: also MALFORMED_CONTEXT for an unknown kind, a boolean above 1 or a list in a list; BAD_STRUCT_SIZE for an
/// `attribute_size` below sizeof(flagbit_attribute); INVALID_ARGUMENT for attributes that are not aligned to 8 bytes.
/// Since: ABI 1.3
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_evaluate_of(
    client: *const flagbit_client,
    key: *const c_char,
    attributes: *const flagbit_attribute,
    count: usize,
    attribute_size: usize,
    evaluation: *mut flagbit_evaluation,
) -> Status {
    guard(|| evaluate(client, text::terminated(key)?, &Borrowed::new(attributes, count, attribute_size)?, evaluation))
}

/// Like flagbit_evaluate_of, but the key has a length and may contain NUL.
///
/// Since: ABI 1.3
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_evaluate_of_n(
    client: *const flagbit_client,
    key: *const c_char,
    key_length: usize,
    attributes: *const flagbit_attribute,
    count: usize,
    attribute_size: usize,
    evaluation: *mut flagbit_evaluation,
) -> Status {
    guard(|| {
        let attributes = Borrowed::new(attributes, count, attribute_size)?;
        evaluate(client, text::bytes(key, key_length)?, &attributes, evaluation)
    })
}

#[inline]
pub(super) fn is_enabled(default_value: bool, evaluate: impl FnOnce() -> Result<bool, Status>) -> bool {
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
    // Write the struct here, where the answer still is in registers. Passing the struct on would copy it twice.
    handle::borrow(client)?.0.evaluate_with(key, attributes, |answer, generation| {
        // A key that was found is UTF-8, so only a key that was not found needs the check.
        if matches!(answer, Err(ErrorCode::FlagNotFound)) {
            text::utf8(key)?;
        }
        flagbit_evaluation::write(&output, answer, generation);
        Ok(())
    })
}

/// The caller's context, or a context without attributes for NULL.
#[inline]
pub(super) fn prepared<'a>(context: *const flagbit_context) -> &'a Context {
    static NOTHING: Context = Context::EMPTY;
    handle::borrow(context).map_or(&NOTHING, |context| &context.0)
}

/// Packed attributes with a length; NULL with the length 0 is no attribute.
#[inline]
pub(super) fn unpacked<'a>(packed: *const u8, length: usize) -> Result<PackedAttributes<'a>, Status> {
    if packed.is_null() && length == 0 {
        return Ok(PackedAttributes::default());
    }
    Ok(PackedAttributes::new(text::bytes(packed, length)?)?)
}

/// Packed attributes of the length in their header; NULL is no attribute.
#[inline]
fn unpacked_self_sized<'a>(packed: *const u8) -> Result<PackedAttributes<'a>, Status> {
    if packed.is_null() {
        return Ok(PackedAttributes::default());
    }
    let header = text::bytes(packed, 4)?.first_chunk().ok_or(Status::MalformedContext)?;
    unpacked(packed, PackedAttributes::stated_length(*header))
}
