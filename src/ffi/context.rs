//! Contexts that are prepared once for many evaluations.

use super::{
    error::{Failure, flagbit_error, report},
    guard::guard,
    handle,
    status::Status,
    text,
};
use crate::{Context, PackedAttributes};

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
    let packed = PackedAttributes::new(text::bytes(packed, length)?)
        .map_err(|error| Failure::new(error.into(), error.to_string()))?;
    handle::give(context, flagbit_context(Context::from_packed(&packed)?));
    Ok(())
}

/// Frees a context. NULL is allowed.
///
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_context_free(context: *mut flagbit_context) {
    handle::free(context);
}
