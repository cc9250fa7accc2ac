//! The table of options: which source each needs, what it takes, and how it is applied.

use std::time::Duration;

use super::{Account, ClientOptions, Source, setting::Setting};

/// One option.
pub(crate) struct Row {
    pub(crate) setting: Setting,
    pub(super) role: Role,
    pub(crate) value: Value,
}

pub(super) enum Role {
    /// A source. The function returns it if the option is set.
    Source(fn(&ClientOptions) -> Option<Source>),
    /// An option of the source [`Setting::Url`]. The function returns whether it is set; a switch that is off is not.
    OfUrl(fn(&ClientOptions) -> bool),
    /// The same for [`Setting::File`].
    OfFile(fn(&ClientOptions) -> bool),
    /// An option of every source.
    OfAny,
}

/// The type of an option's value with its bounds, and how the option is applied.
pub(crate) enum Value {
    /// A text that is checked when the client is opened: the error can then name the place in it.
    Bytes(fn(ClientOptions, &[u8]) -> ClientOptions),
    Text(fn(ClientOptions, &str) -> ClientOptions),
    /// A text of the form that is described first. The function returns whether the text has it.
    Form(&'static str, fn(&mut ClientOptions, &str) -> bool),
    /// A number of at least the first one.
    Integer(u64, fn(ClientOptions, u64) -> ClientOptions),
    /// More than 0.
    Duration(fn(ClientOptions, Duration) -> ClientOptions),
    Switch(fn(ClientOptions, bool) -> ClientOptions),
}

impl Row {
    /// The option of a number of the C ABI.
    pub(crate) fn find(number: i32) -> Option<&'static Self> {
        TABLE.iter().find(|row| row.setting as i32 == number)
    }
}

pub(super) static TABLE: &[Row] = &[
    Row {
        setting: Setting::Snapshot,
        role: Role::Source(|options| options.snapshot.is_some().then_some(Source::Text)),
        value: Value::Bytes(|options, text| options.with_snapshot(text)),
    },
    Row {
        setting: Setting::File,
        role: Role::Source(|options| options.file.clone().map(|path| Source::File { path, watch: options.watch })),
        value: Value::Text(|options, path| options.with_file(path)),
    },
    Row {
        setting: Setting::Values,
        role: Role::Source(|options| options.values.is_some().then_some(Source::Values)),
        value: Value::Bytes(|options, values| options.with_values(values)),
    },
    Row {
        setting: Setting::Watch,
        role: Role::OfFile(|options| options.watch),
        value: Value::Switch(ClientOptions::with_watch),
    },
    Row {
        setting: Setting::MaxSnapshotBytes,
        role: Role::OfAny,
        value: Value::Integer(1, |options, bytes| {
            options.max_snapshot_bytes(usize::try_from(bytes).unwrap_or(usize::MAX))
        }),
    },
    Row {
        setting: Setting::Url,
        role: Role::Source(|options| {
            options.url.as_deref().map(|url| Source::Remote(Account::new(url, &options.keys)))
        }),
        value: Value::Text(|options, url| options.with_url(url)),
    },
    Row {
        setting: Setting::ServerKey,
        role: Role::OfUrl(|options| options.keys.server_key.is_some()),
        value: Value::Text(|options, key| options.with_server_key(key)),
    },
    Row {
        setting: Setting::ApiKey,
        role: Role::OfUrl(|options| options.keys.api_key.is_some()),
        value: Value::Text(|options, key| options.with_api_key(key)),
    },
    Row {
        setting: Setting::ProjectId,
        role: Role::OfUrl(|options| options.keys.project_id.is_some()),
        value: Value::Integer(0, ClientOptions::with_project_id),
    },
    Row {
        setting: Setting::Bootstrap,
        role: Role::OfUrl(|options| options.network.bootstrap.is_some()),
        value: Value::Bytes(|options, text| options.bootstrap(text)),
    },
    Row {
        setting: Setting::CachePath,
        role: Role::OfUrl(|options| options.network.cache_path.is_some()),
        value: Value::Text(|options, path| options.cache_path(path)),
    },
    Row {
        setting: Setting::PollIntervalMs,
        role: Role::OfUrl(|options| options.network.poll_interval.is_some()),
        value: Value::Duration(ClientOptions::poll_interval),
    },
    Row {
        setting: Setting::ConnectTimeoutMs,
        role: Role::OfUrl(|options| options.network.connect_timeout.is_some()),
        value: Value::Duration(ClientOptions::connect_timeout),
    },
    Row {
        setting: Setting::TimeoutMs,
        role: Role::OfUrl(|options| options.network.timeout.is_some()),
        value: Value::Duration(ClientOptions::timeout),
    },
    Row {
        setting: Setting::StaleAfterMs,
        role: Role::OfUrl(|options| options.network.stale_after.is_some()),
        value: Value::Duration(ClientOptions::stale_after),
    },
    Row {
        setting: Setting::Stream,
        role: Role::OfUrl(|options| options.network.stream),
        value: Value::Switch(ClientOptions::stream),
    },
    Row {
        setting: Setting::CaFile,
        role: Role::OfUrl(|options| options.network.ca_file.is_some()),
        value: Value::Text(|options, path| options.ca_file(path)),
    },
    Row {
        setting: Setting::SystemRoots,
        role: Role::OfUrl(|options| options.network.system_roots),
        value: Value::Switch(ClientOptions::system_roots),
    },
    Row {
        setting: Setting::Proxy,
        role: Role::OfUrl(|options| options.network.proxy.is_some()),
        value: Value::Text(|options, url| options.proxy(url)),
    },
    Row {
        setting: Setting::Header,
        role: Role::OfUrl(|options| !options.network.headers.is_empty()),
        value: Value::Form("`Name: value`", ClientOptions::add_header_line),
    },
    Row {
        setting: Setting::Language,
        role: Role::OfAny,
        value: Value::Form("`c`, `go`, `node` or `python`", ClientOptions::set_language),
    },
];

#[cfg(test)]
mod tests {
    use super::{super::Language, *};

    #[test]
    fn every_option_of_the_header_has_a_row() {
        let header = include_str!("../../../include/flagbit.h").lines().map(str::trim);
        let listed: Vec<_> = header.filter(|line| line.starts_with("FLAGBIT_OPTION_")).collect();
        let row = |row: &Row| format!("{} = {},", Language::C.name(row.setting), row.setting as i32);
        assert_eq!(TABLE.iter().map(row).collect::<Vec<_>>(), listed);
    }
}
