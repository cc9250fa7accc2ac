//! Contexts that are prepared once for many evaluations.

use super::{
    attributes::{Borrowed, flagbit_attribute},
    error::{Failure, flagbit_error, report},
    guard::guard,
    handle,
    status::Status,
    text,
};
use crate::{Context, PackedAttributes, PackedError};

/// The attributes of a user or another subject, prepared for any number of evaluations.
///
/// Methods: flagbit_context_new, flagbit_context_free.
/// Threads: immutable; any number of threads and clients may use a context at once.
pub struct flagbit_context(pub(super) Context);

/// Builds a context from packed attributes (see "Packed attributes" above).
///
/// packed: borrowed for the call.
/// Ownership: the caller frees the context when no evaluation uses it any more.
/// Errors: NULL_ARGUMENT, MALFORMED_CONTEXT, INVALID_UTF8; UNSUPPORTED_VALUE for an attribute that no rule can match,
/// which the error's message names.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_context_new(
    packed: *const u8,
    packed_length: usize,
    context: *mut *mut flagbit_context,
    error: *mut *mut flagbit_error,
) -> Status {
    guard(|| report(error, new(packed, packed_length, context)))
}

fn new(packed: *const u8, length: usize, context: *mut *mut flagbit_context) -> Result<(), Failure> {
    handle::place(context)?;
    let buffer = text::bytes(packed, length)?;
    let packed = PackedAttributes::new(buffer).map_err(|error| {
        let named = (error == PackedError::Utf8).then(|| PackedAttributes::text_error(buffer)).flatten();
        Failure::new(error.into(), named.map_or_else(|| error.to_string(), |named| named.to_string()))
    })?;
    handle::give(context, flagbit_context(Context::from_packed(&packed)?));
    Ok(())
}

/// Builds a context from attributes that the library reads where they are. The context has copies of what it needs.
///
/// attributes: `count` of them, each of `attribute_size` bytes, as flagbit_is_enabled_of takes them.
/// Ownership: the caller frees the context when no evaluation uses it any more.
/// Errors: as flagbit_context_new; NULL with the count 0 is a context without attributes. BAD_STRUCT_SIZE and
/// INVALID_ARGUMENT as flagbit_evaluate_of.
/// Since: ABI 1.3
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_context_new_of(
    attributes: *const flagbit_attribute,
    count: usize,
    attribute_size: usize,
    context: *mut *mut flagbit_context,
    error: *mut *mut flagbit_error,
) -> Status {
    guard(|| report(error, new_of(attributes, count, attribute_size, context)))
}

fn new_of(
    attributes: *const flagbit_attribute,
    count: usize,
    attribute_size: usize,
    context: *mut *mut flagbit_context,
) -> Result<(), Failure> {
    handle::place(context)?;
    let borrowed = Borrowed::new(attributes, count, attribute_size).map_err(|status| {
        let text_error = || Borrowed::text_error(attributes, count, attribute_size);
        let named = (status == Status::InvalidUtf8).then(text_error).flatten();
        named.map_or_else(|| status.into(), |named| Failure::new(status, named.to_string()))
    })?;
    handle::give(context, flagbit_context(Context::of(borrowed.values())?));
    Ok(())
}

/// Frees a context. NULL is allowed.
///
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_context_free(context: *mut flagbit_context) {
    handle::free(context);
}
