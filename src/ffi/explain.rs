//! Explanations of evaluations, for people.

use std::ffi::c_char;

use super::{
    attributes::{Borrowed, flagbit_attribute},
    client::flagbit_client,
    context::flagbit_context,
    evaluate::{prepared, unpacked},
    guard::guard,
    handle,
    status::Status,
    text,
    text_list::Texts,
};
use crate::Context;

/// Explains an evaluation as JSON: each rule that was tried, what it compared, and why it did or did not match
/// (docs/concepts/explain.md lists the fields). The JSON contains values of the context: use it for support and tests,
/// not for logs.
///
/// key: UTF-8 of `key_length` bytes. context: NULL is a context without attributes. buffer: receives the text and a
/// NUL. needed: receives the size of both in bytes; may be NULL.
/// Threads: any. Allocates, and takes microseconds: do not call it on hot paths.
/// Errors: NULL_ARGUMENT, INVALID_UTF8, BUFFER_TOO_SMALL, which writes only `needed`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_explain(
    client: *const flagbit_client,
    key: *const c_char,
    key_length: usize,
    context: *const flagbit_context,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> Status {
    guard(|| explain(client, text::utf8_of(key, key_length)?, prepared(context), buffer, capacity, needed))
}

/// Like flagbit_explain, with the attributes packed for this one call (see "Packed attributes" above).
///
/// packed: NULL with the length 0 is a context without attributes.
/// Errors: also MALFORMED_CONTEXT.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_explain_with(
    client: *const flagbit_client,
    key: *const c_char,
    key_length: usize,
    packed: *const u8,
    packed_length: usize,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> Status {
    guard(|| {
        // Copying the attributes into a context avoids a second copy of this cold code.
        let context = Context::of_supported(unpacked(packed, packed_length)?.values());
        explain(client, text::utf8_of(key, key_length)?, &context, buffer, capacity, needed)
    })
}

/// Like flagbit_explain, with attributes that the library reads where they are, as flagbit_is_enabled_of does.
///
/// Errors: also those of flagbit_evaluate_of.
/// Since: ABI 1.3
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_explain_of(
    client: *const flagbit_client,
    key: *const c_char,
    key_length: usize,
    attributes: *const flagbit_attribute,
    count: usize,
    attribute_size: usize,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> Status {
    guard(|| {
        let context = Context::of_supported(Borrowed::new(attributes, count, attribute_size)?.values());
        explain(client, text::utf8_of(key, key_length)?, &context, buffer, capacity, needed)
    })
}

fn explain(
    client: *const flagbit_client,
    key: &str,
    context: &Context,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> Result<(), Status> {
    let explanation = handle::borrow(client)?.0.explain(key, context);
    text::copy_out(&Texts::one(&explanation), buffer, capacity, needed)
}
