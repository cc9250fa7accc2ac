//! The options of a client.

use std::{ffi::c_char, mem, time::Duration};

use super::{
    error::{Failure, flagbit_error, report},
    guard::guard,
    handle,
    status::Status,
    text,
};
use crate::{
    ClientOptions,
    client::options::{Language, Row, Value},
};

/// The options of a client.
///
/// Methods: flagbit_options_new, flagbit_options_set_string, flagbit_options_set_integer, flagbit_options_free.
/// Threads: one at a time.
pub struct flagbit_options(pub(super) ClientOptions);

impl flagbit_options {
    fn apply<T>(&mut self, apply: fn(ClientOptions, T) -> ClientOptions, value: T) {
        self.0 = apply(mem::replace(&mut self.0, ClientOptions::empty()), value);
    }

    /// The text of an option.
    fn utf8<'a>(&self, row: &Row, value: &'a [u8]) -> Result<&'a str, Failure> {
        let message = || format!("{} takes a text in UTF-8", self.0.language().name(row.setting));
        text::utf8(value).map_err(|status| Failure::new(status, message()))
    }

    /// The failure of a value that an option does not take.
    fn takes(&self, row: &Row, wanted: &str, found: &str) -> Failure {
        self.0.language().takes(row.setting, wanted, found).into()
    }
}

fn find(number: i32) -> Result<&'static Row, Failure> {
    Row::find(number).ok_or_else(|| Failure::new(Status::InvalidArgument, format!("unknown option {number}")))
}

/// Makes an empty set of options.
///
/// Ownership: the caller frees it, whether or not a client was opened with it.
/// Errors: NULL_ARGUMENT.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_options_new(options: *mut *mut flagbit_options) -> Status {
    guard(|| {
        handle::place(options)?;
        handle::give(options, flagbit_options(ClientOptions::empty().with_language(Language::C)));
        Ok(())
    })
}

/// Sets an option that is a string. A second value replaces the first one; a second HEADER is added.
///
/// option: a flagbit_option. value: UTF-8 of `value_length` bytes, copied. A NUL in it is part of it.
/// Errors: NULL_ARGUMENT; INVALID_UTF8 (flagbit_client_open checks the text of SNAPSHOT, VALUES and BOOTSTRAP);
/// INVALID_ARGUMENT if the option is unknown or not a string, or if the value has another form than the option takes.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_options_set_string(
    options: *mut flagbit_options,
    option: i32,
    value: *const c_char,
    value_length: usize,
    error: *mut *mut flagbit_error,
) -> Status {
    guard(|| report(error, set_string(options, option, value, value_length)))
}

fn set_string(options: *mut flagbit_options, option: i32, value: *const c_char, length: usize) -> Result<(), Failure> {
    let options = handle::borrow_mut(options)?;
    let value = text::bytes(value, length)?;
    let row = find(option)?;
    match row.value {
        Value::Bytes(apply) => options.apply(apply, value),
        Value::Text(apply) => options.apply(apply, options.utf8(row, value)?),
        Value::Form(form, apply) => {
            let value = options.utf8(row, value)?;
            if !apply(&mut options.0, value) {
                return Err(options.takes(row, form, "a text of another form"));
            }
        }
        Value::Integer(..) | Value::Duration(_) | Value::Switch(_) => {
            return Err(options.takes(row, "an integer", "a string"));
        }
    }
    Ok(())
}

/// Sets an option that is an integer. A second value replaces the first one.
///
/// option: a flagbit_option.
/// Errors: NULL_ARGUMENT; INVALID_ARGUMENT if the option is unknown or not an integer, or if the value is out of its
/// range.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_options_set_integer(
    options: *mut flagbit_options,
    option: i32,
    value: i64,
    error: *mut *mut flagbit_error,
) -> Status {
    guard(|| report(error, set_integer(options, option, value)))
}

fn set_integer(options: *mut flagbit_options, option: i32, value: i64) -> Result<(), Failure> {
    let options = handle::borrow_mut(options)?;
    let row = find(option)?;
    let number = u64::try_from(value).ok();
    match (&row.value, number) {
        (Value::Switch(apply), Some(0 | 1)) => options.apply(*apply, value == 1),
        (Value::Switch(_), _) => return Err(options.takes(row, "0 or 1", &value.to_string())),
        (Value::Integer(least, apply), Some(number)) if number >= *least => options.apply(*apply, number),
        (Value::Integer(least, _), _) => {
            return Err(options.takes(row, &format!("{least} or more"), &value.to_string()));
        }
        (Value::Duration(apply), Some(number)) if number > 0 => options.apply(*apply, Duration::from_millis(number)),
        (Value::Duration(_), _) => return Err(options.takes(row, "more than 0 s", &seconds(value))),
        (Value::Bytes(_) | Value::Text(_) | Value::Form(..), _) => {
            return Err(options.takes(row, "a string", "an integer"));
        }
    }
    Ok(())
}

/// A duration in words.
fn seconds(milliseconds: i64) -> String {
    match milliseconds % 1000 {
        0 => format!("{} s", milliseconds / 1000),
        _ => format!("{milliseconds} ms"),
    }
}

/// Frees options. NULL is allowed.
///
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_options_free(options: *mut flagbit_options) {
    handle::free(options);
}
