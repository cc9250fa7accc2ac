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

    /// Environments that a project may have
    #[arg(long, env = "FLAGBIT_MAX_ENVIRONMENTS", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_environments: u32,

    /// Valid keys that a project may have, and valid API keys that an account may have
    #[arg(long, env = "FLAGBIT_MAX_KEYS", default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..))]
    pub(crate) max_keys: u32,

    /// Projects that an account may have
    #[arg(long, env = "FLAGBIT_MAX_PROJECTS", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_projects: u32,

    /// Let anybody sign up, not only the first account
    #[arg(long, env = "FLAGBIT_SIGNUP")]
    pub(crate) signup: bool,
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
