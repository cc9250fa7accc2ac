//! Flags that are resolved once and asked many times.

use std::ffi::c_char;

use super::{
    attributes::{Borrowed, flagbit_attribute},
    client::flagbit_client,
    context::flagbit_context,
    evaluate::{is_enabled, prepared, unpacked},
    evaluation::flagbit_evaluation,
    guard::guard,
    handle,
    status::Status,
    text,
    versioned::Output,
};
use crate::{Attributes, Flag};

/// One flag of a client, for code that asks it again and again: an evaluation looks up no key.
///
/// It answers as the client does for the flag's key, whatever the flags in force are meanwhile: a new snapshot, an
/// override, a flag that appears later or disappears. After the client is closed it gives the default, or the error_code
/// PROVIDER_NOT_READY. After fork() it works in the child. You may free the client first: it is then closed when its last
/// flagbit_flag is freed, or by flagbit_client_close before.
///
/// A boolean flag whose rules have the operators eq, neq, in, contains and percent is evaluated from what the object
/// keeps, and so is a flag that gives every context the same answer. All other flags are evaluated as the client does
/// it. The object keeps the rules of its flag, and no snapshot, also if you never ask it again.
///
/// Methods: flagbit_flag_new, flagbit_flag_is_enabled, flagbit_flag_is_enabled_of, flagbit_flag_is_enabled_with,
/// flagbit_flag_evaluate, flagbit_flag_evaluate_of, flagbit_flag_evaluate_with, flagbit_flag_free.
/// Threads: one at a time. Give each thread an object of its own; they are small and share nothing that is written.
/// Since: ABI 1.3
pub struct flagbit_flag(Flag);

/// Makes a flagbit_flag. The flag need not exist yet.
///
/// key: UTF-8 of `key_length` bytes.
/// Ownership: the caller frees the object with flagbit_flag_free. Threads: any, concurrently on one client.
/// Errors: NULL_ARGUMENT, INVALID_UTF8.
/// Since: ABI 1.3
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_flag_new(
    client: *const flagbit_client,
    key: *const c_char,
    key_length: usize,
    flag: *mut *mut flagbit_flag,
) -> Status {
    guard(|| {
        handle::place(flag)?;
        let made = handle::borrow(client)?.0.flag(text::utf8_of(key, key_length)?);
        handle::give(flag, flagbit_flag(made));
        Ok(())
    })
}

/// Returns whether the flag is on for a context, like flagbit_is_enabled.
///
/// context: NULL is a context without attributes.
/// Threads: one at a time. Blocks: never. Allocates: only after the flags changed, and as flagbit_is_enabled.
/// Errors: none. NULL for the flag gives `default_value`.
/// Since: ABI 1.3
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_flag_is_enabled(
    flag: *mut flagbit_flag,
    context: *const flagbit_context,
    default_value: bool,
) -> bool {
    is_enabled(default_value, || enabled(flag, prepared(context), default_value))
}

/// Like flagbit_flag_is_enabled, with attributes that the library reads where they are, as flagbit_is_enabled_of does.
///
/// Since: ABI 1.3
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_flag_is_enabled_of(
    flag: *mut flagbit_flag,
    attributes: *const flagbit_attribute,
    count: usize,
    attribute_size: usize,
    default_value: bool,
) -> bool {
    is_enabled(default_value, || enabled(flag, &Borrowed::new(attributes, count, attribute_size)?, default_value))
}

/// Like flagbit_flag_is_enabled, with the attributes packed for this one call (see "Packed attributes" above).
///
/// packed: NULL with the length 0 is a context without attributes.
/// Since: ABI 1.3
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_flag_is_enabled_with(
    flag: *mut flagbit_flag,
    packed: *const u8,
    packed_length: usize,
    default_value: bool,
) -> bool {
    is_enabled(default_value, || enabled(flag, &unpacked(packed, packed_length)?, default_value))
}

/// Evaluates the flag for a context, like flagbit_evaluate.
///
/// context: NULL is a context without attributes. evaluation: set its struct_size before.
/// Threads: one at a time. Blocks: never. Allocates: only after the flags changed, and as flagbit_evaluate.
/// Errors: NULL_ARGUMENT, BAD_STRUCT_SIZE.
/// Since: ABI 1.3
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_flag_evaluate(
    flag: *mut flagbit_flag,
    context: *const flagbit_context,
    evaluation: *mut flagbit_evaluation,
) -> Status {
    guard(|| evaluate(flag, prepared(context), evaluation))
}

/// Like flagbit_flag_evaluate, with attributes that the library reads where they are, as flagbit_is_enabled_of does.
///
/// Errors: also those of flagbit_evaluate_of.
/// Since: ABI 1.3
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_flag_evaluate_of(
    flag: *mut flagbit_flag,
    attributes: *const flagbit_attribute,
    count: usize,
    attribute_size: usize,
    evaluation: *mut flagbit_evaluation,
) -> Status {
    guard(|| evaluate(flag, &Borrowed::new(attributes, count, attribute_size)?, evaluation))
}

/// Like flagbit_flag_evaluate, with the attributes packed for this one call (see "Packed attributes" above).
///
/// packed: NULL with the length 0 is a context without attributes.
/// Errors: also MALFORMED_CONTEXT, INVALID_UTF8.
/// Since: ABI 1.3
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_flag_evaluate_with(
    flag: *mut flagbit_flag,
    packed: *const u8,
    packed_length: usize,
    evaluation: *mut flagbit_evaluation,
) -> Status {
    guard(|| evaluate(flag, &unpacked(packed, packed_length)?, evaluation))
}

/// Frees a flagbit_flag. NULL is allowed.
///
/// Since: ABI 1.3
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_flag_free(flag: *mut flagbit_flag) {
    handle::free(flag);
}

#[inline(always)]
fn enabled(flag: *mut flagbit_flag, attributes: &impl Attributes, default_value: bool) -> Result<bool, Status> {
    Ok(handle::borrow_mut(flag)?.0.is_enabled(attributes, default_value))
}

#[inline(always)]
fn evaluate(
    flag: *mut flagbit_flag,
    attributes: &impl Attributes,
    evaluation: *mut flagbit_evaluation,
) -> Result<(), Status> {
    let output = Output::new(evaluation)?;
    handle::borrow_mut(flag)?.0.evaluate_with(attributes, |answer, generation| {
        flagbit_evaluation::write(&output, answer, generation);
    });
    Ok(())
}
