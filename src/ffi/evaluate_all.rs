//! Evaluations of all flags in one call.

use std::{ffi::c_char, mem};

use super::{
    attributes::{Borrowed, flagbit_attribute},
    client::flagbit_client,
    context::flagbit_context,
    evaluate::{prepared, unpacked},
    evaluation::flagbit_evaluation,
    guard::guard,
    handle,
    status::Status,
    text_list::{Texts, flagbit_text},
    value::add_texts,
};
use crate::Attributes;

/// The evaluation of one flag in a flagbit_evaluations.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct flagbit_flag_evaluation {
    /// The flag's key, in the block's text.
    pub key: flagbit_text,
    /// The name of the variant, in the block's text, as in flagbit_evaluate_value.
    pub variant: flagbit_text,
    /// The value as text, in the block's text.
    pub value: flagbit_text,
    /// The evaluation. It is the last field because later versions append fields to it.
    pub evaluation: flagbit_evaluation,
}

/// The evaluations of all flags. The library makes them; free them with flagbit_evaluations_free.
///
/// Threads: immutable, any.
#[repr(C)]
pub struct flagbit_evaluations {
    /// `count` items of `item_size` bytes each, sorted by key. Step by `item_size`: later versions have larger items.
    pub items: *const flagbit_flag_evaluation,
    /// The number of flags.
    pub count: usize,
    /// The size of an item in bytes.
    pub item_size: usize,
    /// All keys, variants and values, each followed by a NUL.
    pub text: *const c_char,
    /// The size of all texts in bytes, with their NULs.
    pub text_length: usize,
    /// The generation of the flags that were evaluated.
    pub generation: u64,
}

/// A `flagbit_evaluations` with the memory that it points to. The public part comes first, so that both have one
/// address.
#[repr(C)]
struct Owned {
    evaluations: flagbit_evaluations,
    items: Vec<flagbit_flag_evaluation>,
    text: Vec<u8>,
}

/// Evaluates all flags of one generation for a context.
///
/// context: NULL is a context without attributes.
/// Ownership: the caller frees the evaluations. Threads: any, concurrently on one client.
/// Errors: NULL_ARGUMENT.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_evaluate_all(
    client: *const flagbit_client,
    context: *const flagbit_context,
    evaluations: *mut *mut flagbit_evaluations,
) -> Status {
    guard(|| all(client, prepared(context), evaluations))
}

/// Like flagbit_evaluate_all, with the attributes packed for this one call.
///
/// packed: NULL with the length 0 is a context without attributes.
/// Errors: also MALFORMED_CONTEXT, INVALID_UTF8.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_evaluate_all_with(
    client: *const flagbit_client,
    packed: *const u8,
    packed_length: usize,
    evaluations: *mut *mut flagbit_evaluations,
) -> Status {
    guard(|| all(client, &unpacked(packed, packed_length)?, evaluations))
}

/// Like flagbit_evaluate_all, with attributes that the library reads where they are, as flagbit_is_enabled_of does.
///
/// Errors: also those of flagbit_evaluate_of.
/// Since: ABI 1.3
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_evaluate_all_of(
    client: *const flagbit_client,
    attributes: *const flagbit_attribute,
    count: usize,
    attribute_size: usize,
    evaluations: *mut *mut flagbit_evaluations,
) -> Status {
    guard(|| all(client, &Borrowed::new(attributes, count, attribute_size)?, evaluations))
}

fn all(
    client: *const flagbit_client,
    attributes: &impl Attributes,
    output: *mut *mut flagbit_evaluations,
) -> Result<(), Status> {
    handle::place(output)?;
    let client = &handle::borrow(client)?.0;
    let (mut texts, mut items, mut fits) = (Texts::default(), Vec::with_capacity(client.most_flags()), true);
    let generation = client.evaluate_each_with(attributes, |key, answer, generation| {
        let mut item = || {
            let key = texts.add(key)?;
            let (variant, value) = add_texts(&mut texts, &answer)?;
            let evaluation = flagbit_evaluation::new(answer, generation);
            Some(flagbit_flag_evaluation { key, variant, value, evaluation })
        };
        match item() {
            Some(item) => items.push(item),
            None => fits = false,
        }
    });
    if !fits {
        return Err(Status::InvalidArgument);
    }
    let text = texts.into_block();
    let evaluations = flagbit_evaluations {
        items: items.as_ptr(),
        count: items.len(),
        item_size: mem::size_of::<flagbit_flag_evaluation>(),
        text: text.as_ptr().cast(),
        text_length: text.len(),
        generation,
    };
    handle::give(output.cast::<*mut Owned>(), Owned { evaluations, items, text });
    Ok(())
}

/// Frees evaluations. NULL is allowed.
///
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_evaluations_free(evaluations: *mut flagbit_evaluations) {
    handle::free(evaluations.cast::<Owned>());
}
