//! How a client is to be opened.

use std::{ffi::c_char, time::Duration};

use super::{
    error::{Failure, flagbit_error, report},
    guard::guard,
    handle,
    setting::{Setting, Type},
    status::Status,
    text,
};
use crate::{ClientError, ClientOptions};

/// How a client is to be opened.
///
/// Methods: flagbit_options_new, flagbit_options_set_string, flagbit_options_set_integer, flagbit_options_free.
/// Threads: one at a time.
#[derive(Default)]
pub struct flagbit_options {
    /// In the order of their first setting.
    values: Vec<(Setting, Value)>,
}

enum Value {
    Text(Vec<u8>),
    Integer(i64),
}

impl flagbit_options {
    fn set(&mut self, setting: Setting, value: Value) {
        let known = self.values.iter_mut().find(|(other, _)| *other == setting && setting != Setting::Header);
        match known {
            Some((_, known)) => *known = value,
            None => self.values.push((setting, value)),
        }
    }

    /// The bytes of a text; empty where it is not set.
    fn bytes(&self, setting: Setting) -> Option<&[u8]> {
        self.values.iter().find_map(|(other, value)| match value {
            Value::Text(text) if *other == setting => Some(&**text),
            _ => None,
        })
    }

    /// A text that was checked to be UTF-8 when it was set.
    fn text(&self, setting: Setting) -> Option<&str> {
        self.bytes(setting).and_then(|text| str::from_utf8(text).ok())
    }

    fn integer(&self, setting: Setting) -> Option<i64> {
        self.values.iter().find_map(|(other, value)| match value {
            Value::Integer(integer) if *other == setting => Some(*integer),
            _ => None,
        })
    }

    pub(super) fn to_client_options(&self) -> Result<ClientOptions, ClientError> {
        self.values.iter().try_fold(self.source()?, |options, (setting, value)| match value {
            Value::Text(text) => apply_text(options, *setting, text),
            Value::Integer(integer) => apply_integer(options, *setting, *integer),
        })
    }

    fn source(&self) -> Result<ClientOptions, ClientError> {
        let mut sources = Setting::SOURCES.into_iter().filter(|source| self.bytes(*source).is_some());
        let (Some(source), None) = (sources.next(), sources.next()) else {
            return Err(invalid("give exactly one source: the option SNAPSHOT, FILE, VALUES or URL"));
        };
        let watch = self.integer(Setting::Watch) == Some(1);
        if watch && source != Setting::File {
            return Err(invalid("the option WATCH needs the option FILE"));
        }
        let account = [Setting::ServerKey, Setting::ApiKey, Setting::ProjectId];
        let is_set = |setting| self.bytes(setting).is_some() || self.integer(setting).is_some();
        if source != Setting::Url
            && let Some(setting) = account.into_iter().find(|setting| is_set(*setting))
        {
            return Err(invalid(format!("the option {} needs the option URL", setting.describe().0)));
        }
        let text = self.text(source).unwrap_or_default();
        Ok(match source {
            Setting::File if watch => ClientOptions::watched_file(text),
            Setting::File => ClientOptions::file(text),
            Setting::Url => self.server(text)?,
            Setting::Values => ClientOptions::values(self.bytes(source).unwrap_or_default()),
            _ => ClientOptions::text(self.bytes(source).unwrap_or_default()),
        })
    }

    fn server(&self, url: &str) -> Result<ClientOptions, ClientError> {
        let project_id = self.integer(Setting::ProjectId).and_then(|id| u64::try_from(id).ok());
        match (self.text(Setting::ServerKey), self.text(Setting::ApiKey), project_id) {
            (Some(server_key), None, None) => Ok(ClientOptions::server(url, server_key)),
            (None, Some(api_key), Some(project_id)) => Ok(ClientOptions::hosted(url, api_key, project_id)),
            _ => Err(invalid("the option URL needs the option SERVER_KEY, or both API_KEY and PROJECT_ID")),
        }
    }
}

fn invalid(message: impl Into<String>) -> ClientError {
    ClientError::Options(message.into())
}

fn apply_text(options: ClientOptions, setting: Setting, value: &[u8]) -> Result<ClientOptions, ClientError> {
    let text = str::from_utf8(value).unwrap_or_default();
    Ok(match setting {
        Setting::Bootstrap => options.bootstrap(value),
        Setting::CachePath => options.cache_path(text),
        Setting::CaFile => options.ca_file(text),
        Setting::Proxy => options.proxy(text),
        Setting::Header => {
            let (name, value) = text.split_once(':').ok_or_else(|| invalid("the option HEADER is `Name: value`"))?;
            options.header(name, value.trim())
        }
        _ => options,
    })
}

fn apply_integer(options: ClientOptions, setting: Setting, value: i64) -> Result<ClientOptions, ClientError> {
    let size = usize::try_from(value).unwrap_or(usize::MAX);
    let duration = Duration::from_millis(u64::try_from(value).unwrap_or_default());
    Ok(match setting {
        Setting::MaxSnapshotBytes => options.max_snapshot_bytes(size),
        Setting::PollIntervalMs => options.poll_interval(duration),
        Setting::ConnectTimeoutMs => options.connect_timeout(duration),
        Setting::TimeoutMs => options.timeout(duration),
        Setting::StaleAfterMs => options.stale_after(duration),
        Setting::Stream => options.stream(value == 1),
        Setting::SystemRoots => options.system_roots(value == 1),
        _ => options,
    })
}

/// Makes an empty set of options.
///
/// Ownership: the caller frees it, also after a client was opened with it.
/// Errors: NULL_ARGUMENT.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_options_new(options: *mut *mut flagbit_options) -> Status {
    guard(|| {
        handle::place(options)?;
        handle::give(options, flagbit_options::default());
        Ok(())
    })
}

/// Sets an option that is a string. A second value replaces the first, but of HEADER.
///
/// option: a flagbit_option. value: UTF-8 of `value_length` bytes, copied. A NUL in it is part of it.
/// Errors: NULL_ARGUMENT, INVALID_UTF8 (of a snapshot or of values only when the client is opened), INVALID_ARGUMENT for an option that is unknown or no string.
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
    let setting = Setting::new(option)?;
    match setting.describe() {
        (_, Type::Text) => {}
        (_, Type::Utf8) => _ = text::utf8(value)?,
        (name, _) => return Err(misused(format!("the option {name} is an integer"))),
    }
    options.set(setting, Value::Text(value.into()));
    Ok(())
}

fn misused(message: String) -> Failure {
    Failure::new(Status::InvalidArgument, message)
}

/// Sets an option that is an integer. A second value replaces the first.
///
/// option: a flagbit_option.
/// Errors: NULL_ARGUMENT, INVALID_ARGUMENT for an option that is unknown or no integer, or a value out of its range.
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
    let setting = Setting::new(option)?;
    match setting.describe() {
        (_, Type::Switch) if matches!(value, 0 | 1) => {}
        (name, Type::Switch) => return Err(misused(format!("the option {name} is 0 or 1, not {value}"))),
        (_, Type::Integer(least)) if value >= least => {}
        (name, Type::Integer(least)) => {
            return Err(misused(format!("the option {name} is {least} or more, not {value}")));
        }
        (name, _) => return Err(misused(format!("the option {name} is a string"))),
    }
    options.set(setting, Value::Integer(value));
    Ok(())
}

/// Frees options. NULL is allowed.
///
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flagbit_options_free(options: *mut flagbit_options) {
    handle::free(options);
}
