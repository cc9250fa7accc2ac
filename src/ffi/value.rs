//! Evaluations of typed flags, with their values as text.

use std::ffi::c_char;

use super::{
    attributes::{Borrowed, flagbit_attribute},
    client::flagbit_client,
    context::flagbit_context,
    evaluate::{prepared, unpacked},
    evaluation::flagbit_evaluation,
    guard::guard,
    handle,
    status::Status,
    text,
    text_list::{Texts, flagbit_text},
    versioned::Output,
};
use crate::{Answer, Attributes, ErrorCode};

/// Evaluates a flag of any kind like flagbit_evaluate_n, and copies the variant's name and its value as text: a string
/// as it is, a number as JavaScript writes it, an object or a list as JSON. A BOOLEAN flag has the variants `on` and
/// `off` with the values `true` and `false`. Both texts are empty if there is an error_code.
///
/// evaluation: set its struct_size before. variant, value: receive the places of the texts in the buffer. buffer:
/// receives both texts, each followed by a NUL. needed: receives their size in bytes; may be NULL.
/// Threads: any, concurrently on one client. Blocks: never.
/// Errors: NULL_ARGUMENT, INVALID_UTF8, BAD_STRUCT_SIZE, BUFFER_TOO_SMALL, which writes only `needed`. The next call
/// may need more if the flags change between the two.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_evaluate_value(
    client: *const flagbit_client,
    key: *const c_char,
    key_length: usize,
    context: *const flagbit_context,
    evaluation: *mut flagbit_evaluation,
    variant: *mut flagbit_text,
    value: *mut flagbit_text,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> Status {
    guard(|| {
        let outputs = Outputs { evaluation, variant, value, buffer, capacity, needed };
        outputs.fill(client, text::bytes(key, key_length)?, prepared(context))
    })
}

/// Like flagbit_evaluate_value, with the attributes packed for this one call (see "Packed attributes" above).
///
/// packed: NULL with the length 0 is a context without attributes.
/// Errors: also MALFORMED_CONTEXT.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_evaluate_value_with(
    client: *const flagbit_client,
    key: *const c_char,
    key_length: usize,
    packed: *const u8,
    packed_length: usize,
    evaluation: *mut flagbit_evaluation,
    variant: *mut flagbit_text,
    value: *mut flagbit_text,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> Status {
    guard(|| {
        let outputs = Outputs { evaluation, variant, value, buffer, capacity, needed };
        outputs.fill(client, text::bytes(key, key_length)?, &unpacked(packed, packed_length)?)
    })
}

/// Like flagbit_evaluate_value, with attributes that the library reads where they are, as flagbit_is_enabled_of does.
///
/// Errors: also those of flagbit_evaluate_of.
/// Since: ABI 1.3
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_evaluate_value_of(
    client: *const flagbit_client,
    key: *const c_char,
    key_length: usize,
    attributes: *const flagbit_attribute,
    count: usize,
    attribute_size: usize,
    evaluation: *mut flagbit_evaluation,
    variant: *mut flagbit_text,
    value: *mut flagbit_text,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> Status {
    guard(|| {
        let outputs = Outputs { evaluation, variant, value, buffer, capacity, needed };
        let attributes = Borrowed::new(attributes, count, attribute_size)?;
        outputs.fill(client, text::bytes(key, key_length)?, &attributes)
    })
}

struct Outputs {
    evaluation: *mut flagbit_evaluation,
    variant: *mut flagbit_text,
    value: *mut flagbit_text,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
}

impl Outputs {
    fn fill(&self, client: *const flagbit_client, key: &[u8], attributes: &impl Attributes) -> Result<(), Status> {
        let output = Output::new(self.evaluation)?;
        handle::place(self.variant)?;
        handle::place(self.value)?;
        handle::borrow(client)?.0.evaluate_cold(key, attributes, |answer, generation| {
            if answer == Err(ErrorCode::FlagNotFound) {
                text::utf8(key)?;
            }
            let mut texts = Texts::default();
            let (variant, value) = add_texts(&mut texts, &answer).ok_or(Status::InvalidArgument)?;
            text::copy_out(&texts, self.buffer, self.capacity, self.needed)?;
            flagbit_evaluation::write(&output, answer, generation);
            handle::put(self.variant, variant);
            handle::put(self.value, value);
            Ok(())
        })
    }
}

/// Adds the name and the value of the variant; both are empty if there is no answer.
pub(super) fn add_texts(
    texts: &mut Texts,
    answer: &Result<Answer<'_>, ErrorCode>,
) -> Option<(flagbit_text, flagbit_text)> {
    let (name, value) = match answer {
        Err(_) => ("", ""),
        Ok(answer) => match (answer.variant(), answer.enabled()) {
            (Some(variant), _) => (variant.name(), variant.value().text()),
            (None, true) => ("on", "true"),
            (None, false) => ("off", "false"),
        },
    };
    Some((texts.add(name)?, texts.add(value)?))
}
