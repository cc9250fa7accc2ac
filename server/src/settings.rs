//! What `flagbit serve` can be told, as options or in the environment.

use std::net::SocketAddr;

use clap::Args;

/// The settings of `flagbit serve`.
#[derive(Debug, Clone, Args)]
pub(crate) struct Settings {
    /// Address to listen on; port 0 takes a free one and prints it. TLS is the reverse proxy's job
    #[arg(long, env = "FLAGBIT_LISTEN", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,

    #[command(flatten)]
    pub(crate) database: Database,

    /// Let anybody sign up, not only the first account
    #[arg(long, env = "FLAGBIT_SIGNUP")]
    pub(crate) signup: bool,

    #[command(flatten)]
    pub(crate) streams: Streams,
}

/// Where everything is kept.
#[derive(Debug, Clone, Args)]
pub(crate) struct Database {
    /// Database: sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME
    #[arg(
        id = "database",
        long = "database",
        env = "FLAGBIT_DATABASE",
        default_value = "sqlite://flagbit.db",
        hide_env_values = true
    )]
    pub(crate) url: String,
}

/// Who may wait for changes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Streams")]
pub(crate) struct Streams {
    /// Open streams of changes at a time
    #[arg(long, env = "FLAGBIT_MAX_SUBSCRIBERS", value_name = "NUMBER", default_value_t = 10_000)]
    pub(crate) max_subscribers: u32,

    /// Open streams of changes at a time with one key
    #[arg(long, env = "FLAGBIT_MAX_SUBSCRIBERS_PER_KEY", value_name = "NUMBER", default_value_t = 2_000)]
    pub(crate) max_subscribers_per_key: u32,
}
