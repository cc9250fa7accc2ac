//! The settings of `flagbit serve`, as options or in the environment.

use std::{net::SocketAddr, num::NonZeroU32, str::FromStr, time::Duration};

use chrono::{DateTime, Days, Utc};
use clap::{Args, FromArgMatches, ValueEnum};
use ipnet::IpNet;

use crate::flags::Limits;

/// The settings of `flagbit serve`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Every option can be given in the environment instead, by the name in [env: ...].")]
pub(crate) struct Settings {
    /// Address to listen on; port 0 takes a free one and prints it
    ///
    /// TLS is the job of a reverse proxy: deploy/README.md shows one. Without it, anybody on the way can read the
    /// keys.
    #[arg(long, env = "FLAGBIT_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,

    #[command(flatten)]
    pub(crate) database: Database,

    /// Refuse to start where the database does not exist or is empty, instead of creating it
    ///
    /// Set it after the first start. A wrong path or a disk that is not mounted then ends the start, and nobody signs up
    /// on an empty server by mistake.
    #[arg(long, env = "FLAGBIT_DATABASE_MUST_EXIST")]
    pub(crate) database_must_exist: bool,

    #[command(flatten)]
    pub(crate) accounts: Accounts,

    #[command(flatten)]
    pub(crate) audit: Audit,

    #[command(flatten)]
    pub(crate) health: Health,

    #[command(flatten)]
    pub(crate) limits: Limits,

    #[command(flatten)]
    pub(crate) requests: Requests,

    #[command(flatten)]
    pub(crate) connections: Connections,

    #[command(flatten)]
    pub(crate) streams: Streams,

    #[command(flatten)]
    pub(crate) logs: Logs,

    #[command(flatten)]
    pub(crate) metrics: Metrics,

    #[command(flatten)]
    pub(crate) staleness: Staleness,
}

/// Returns settings as they are without options, for commands that have none of them.
pub(crate) fn usual<T: Args + FromArgMatches>() -> T {
    let command = T::augment_args(clap::Command::new("usual"));
    T::from_arg_matches(&command.get_matches_from(["usual"])).unwrap_or_else(|error| error.exit())
}

/// The database.
#[derive(Debug, Clone, Args)]
pub(crate) struct Database {
    /// Database: sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME [default: DATABASE_URL, or sqlite://flagbit.db]
    #[arg(
        id = "database",
        long = "database",
        env = "FLAGBIT_DATABASE",
        value_name = "URL",
        default_value_t = default_database(),
        hide_default_value = true,
        hide_env_values = true
    )]
    pub(crate) url: String,
}

/// Returns the database that hosting platforms set, or else a file in the working folder.
fn default_database() -> String {
    std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty()).unwrap_or_else(|| "sqlite://flagbit.db".into())
}

/// Limits of accounts, and who may open one.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Accounts")]
pub(crate) struct Accounts {
    /// Days for which an archived flag can be restored; then it is deleted
    #[arg(long, env = "FLAGBIT_ARCHIVE_DAYS", value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub(crate) archive_days: u32,

    /// Environments that a project may have
    #[arg(long, env = "FLAGBIT_MAX_ENVIRONMENTS", value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_environments: u32,

    /// Valid keys that a project may have, and valid API keys that an account may have
    #[arg(long, env = "FLAGBIT_MAX_KEYS", value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..))]
    pub(crate) max_keys: u32,

    /// Members that an account may have
    #[arg(long, env = "FLAGBIT_MAX_MEMBERS", value_name = "NUMBER", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) max_members: u32,

    /// Projects that an account may have
    #[arg(long, env = "FLAGBIT_MAX_PROJECTS", value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_projects: u32,

    /// Let anybody sign up, not only the first account
    #[arg(long, env = "FLAGBIT_SIGNUP")]
    pub(crate) signup: bool,
}

/// The audit.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Audit")]
pub(crate) struct Audit {
    /// Days after which entries of the audit are deleted (0: never)
    #[arg(long, env = "FLAGBIT_MAX_AUDIT_AGE_DAYS", value_name = "DAYS", default_value_t = 0,
        value_parser = clap::value_parser!(u32).range(0..=36_500))]
    max_audit_age_days: u32,
}

impl Audit {
    /// Returns the time of the oldest entry that stays; `None` where all stay.
    pub(crate) fn oldest(&self) -> Option<DateTime<Utc>> {
        (self.max_audit_age_days > 0).then(|| Utc::now() - Days::new(self.max_audit_age_days.into()))
    }
}

/// The limits of health.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Health")]
pub(crate) struct Health {
    /// Time since the flags were last known to be current, after which /readyz is 503 (0: no limit)
    ///
    /// While the database is away, the server answers from memory and hears of no revoked key. A load balancer that asks
    /// /readyz then stops sending it requests.
    #[arg(long, env = "FLAGBIT_MAX_FLAG_AGE_SECONDS", value_name = "SECONDS", default_value_t = 3600,
        value_parser = clap::value_parser!(u64).range(0..=31_536_000))]
    max_flag_age_seconds: u64,
}

impl Health {
    pub(crate) fn max_flag_age(&self) -> Option<Duration> {
        (self.max_flag_age_seconds > 0).then(|| Duration::from_secs(self.max_flag_age_seconds))
    }
}

/// Limits of requests.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Requests")]
pub(crate) struct Requests {
    /// Largest body of a request, except those that define flags
    #[arg(long, env = "FLAGBIT_MAX_BODY_BYTES", value_name = "BYTES", default_value_t = 1 << 20)]
    pub(crate) max_body_bytes: usize,

    /// Largest body that defines flags: a flag, a segment, or all of them at once. SDKs read 32 MiB, without names and
    /// descriptions
    #[arg(long, env = "FLAGBIT_MAX_DEFINITION_BYTES", value_name = "BYTES", default_value_t = 64 << 20)]
    pub(crate) max_definition_bytes: usize,

    /// Largest body of a request with an SDK key, which anybody may have
    #[arg(long, env = "FLAGBIT_MAX_SDK_BODY_BYTES", value_name = "BYTES", default_value_t = 32 << 10)]
    pub(crate) max_sdk_body_bytes: usize,

    /// Bytes of all bodies together that the server is reading, besides the first 8 KiB of each
    #[arg(long, env = "FLAGBIT_MAX_BODIES_BYTES", value_name = "BYTES", default_value_t = 128 << 20,
        value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_bodies_bytes: u32,

    /// Bytes of all answers together that clients have not taken yet, besides small answers and the snapshots in memory
    #[arg(long, env = "FLAGBIT_MAX_ANSWERS_BYTES", value_name = "BYTES", default_value_t = 128 << 20,
        value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_answers_bytes: u32,

    #[command(flatten)]
    pub(crate) contexts: Contexts,

    /// Evaluations at a time that may take long: with regular expressions, or of more than 100 flags
    #[arg(long, env = "FLAGBIT_MAX_LONG_EVALUATIONS", value_name = "NUMBER", default_value_t = 4,
        value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) max_long_evaluations: u16,

    /// Requests to the playground at a time
    #[arg(long, env = "FLAGBIT_MAX_PLAYGROUNDS", value_name = "NUMBER", default_value_t = 2,
        value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) max_playgrounds: u16,

    /// Bytes that the regular expressions of one request to the playground may search, all together
    #[arg(long, env = "FLAGBIT_MAX_PLAYGROUND_SEARCH_BYTES", value_name = "BYTES", default_value_t = 64 << 10)]
    pub(crate) max_playground_search_bytes: u64,

    /// Time of an evaluation that may take long, and its time to wait for others
    #[arg(long, env = "FLAGBIT_EVALUATION_TIMEOUT_SECONDS", value_name = "SECONDS", default_value_t = 5,
        value_parser = seconds())]
    evaluation_timeout_seconds: u64,

    /// Requests a second with one API key or server key, on each server; twice as many at once (0: no limit)
    #[arg(long, env = "FLAGBIT_KEY_REQUESTS_PER_SECOND", value_name = "NUMBER", default_value_t = 5000)]
    key_requests_per_second: u32,

    /// Counts of usage a minute with one key, on each server; each report counts as 100 more (0: no limit)
    #[arg(long, env = "FLAGBIT_USAGE_COUNTS_PER_MINUTE", value_name = "NUMBER", default_value_t = 2_000_000)]
    usage_counts_per_minute: u32,

    /// Requests a second with one SDK key from one address, on each server; twice as many at once (0: no limit)
    #[arg(long, env = "FLAGBIT_ADDRESS_REQUESTS_PER_SECOND", value_name = "NUMBER", default_value_t = 500)]
    address_requests_per_second: u32,

    /// Requests an hour without a key, for signing up and the tools, from one address (0: no limit)
    #[arg(long, env = "FLAGBIT_KEYLESS_REQUESTS_PER_HOUR", value_name = "NUMBER", default_value_t = 600)]
    keyless_requests_per_hour: u32,

    /// Requests a minute with a wrong or missing key that learn the reason, from one address (0: no limit)
    #[arg(long, env = "FLAGBIT_FAILED_AUTHENTICATIONS_PER_MINUTE", value_name = "NUMBER", default_value_t = 60)]
    failed_authentications_per_minute: u32,

    /// Lines a minute in the log about requests without a valid secret key; the next line has the number of those that were
    /// left out (0: no limit)
    #[arg(long, env = "FLAGBIT_STRANGER_LOG_LINES_PER_MINUTE", value_name = "NUMBER", default_value_t = 300)]
    stranger_log_lines_per_minute: u32,
}

impl Requests {
    pub(crate) fn address_requests_per_second(&self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.address_requests_per_second)
    }

    pub(crate) fn evaluation_timeout(&self) -> Duration {
        Duration::from_secs(self.evaluation_timeout_seconds)
    }

    pub(crate) fn key_requests_per_second(&self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.key_requests_per_second)
    }

    pub(crate) fn usage_counts_per_minute(&self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.usage_counts_per_minute)
    }

    pub(crate) fn keyless_requests_per_hour(&self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.keyless_requests_per_hour)
    }

    pub(crate) fn stranger_log_lines_per_minute(&self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.stranger_log_lines_per_minute)
    }

    pub(crate) fn failed_authentications_per_minute(&self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.failed_authentications_per_minute)
    }
}

/// Limits of contexts.
#[derive(Debug, Clone, Args)]
pub(crate) struct Contexts {
    /// Largest context of an evaluation
    #[arg(long, env = "FLAGBIT_MAX_CONTEXT_BYTES", value_name = "BYTES", default_value_t = 128 << 10)]
    pub(crate) max_context_bytes: usize,

    /// Largest context with an SDK key, which anybody may have; regular expressions search in it
    #[arg(long, env = "FLAGBIT_MAX_SDK_CONTEXT_BYTES", value_name = "BYTES", default_value_t = 4 << 10)]
    pub(crate) max_sdk_context_bytes: usize,

    /// Attributes of a context; each rule looks for its attribute among them
    #[arg(long, env = "FLAGBIT_MAX_CONTEXT_ATTRIBUTES", value_name = "NUMBER", default_value_t = 500)]
    pub(crate) max_context_attributes: usize,
}

/// Limits of connections.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Connections")]
pub(crate) struct Connections {
    /// Reverse proxies whose X-Forwarded-For the server believes: addresses or networks (10.0.0.0/8), separated by commas
    #[arg(long, env = "FLAGBIT_TRUSTED_PROXIES", value_name = "NETWORKS", value_delimiter = ',', value_parser = network)]
    pub(crate) trusted_proxies: Vec<IpNet>,

    /// Connections at a time
    #[arg(long, env = "FLAGBIT_MAX_CONNECTIONS", value_name = "NUMBER", default_value_t = 15_000,
        value_parser = clap::value_parser!(u32).range(1..1_000_000))]
    pub(crate) max_connections: u32,

    /// Connections at a time from one address; trusted proxies may have more (0: no limit)
    #[arg(long, env = "FLAGBIT_MAX_CONNECTIONS_PER_ADDRESS", value_name = "NUMBER", default_value_t = 2500)]
    pub(crate) max_connections_per_address: u32,

    /// Time for the head of a request, from its first byte
    #[arg(long, env = "FLAGBIT_HEADER_TIMEOUT_SECONDS", value_name = "SECONDS", default_value_t = 15,
        value_parser = seconds())]
    header_timeout_seconds: u64,

    /// Time for the body of a request, and for a client to take something of an answer
    #[arg(long, env = "FLAGBIT_BODY_TIMEOUT_SECONDS", value_name = "SECONDS", default_value_t = 30,
        value_parser = seconds())]
    body_timeout_seconds: u64,

    /// Bytes a second that a client has to take of an answer while the server waits for it, after the time for a body (0: any)
    #[arg(long, env = "FLAGBIT_MIN_ANSWER_BYTES_PER_SECOND", value_name = "BYTES", default_value_t = 16 << 10)]
    pub(crate) min_answer_bytes_per_second: u32,

    /// Time that a connection is kept for the next request; longer than a reverse proxy keeps it
    #[arg(long, env = "FLAGBIT_IDLE_TIMEOUT_SECONDS", value_name = "SECONDS", default_value_t = 75,
        value_parser = seconds())]
    idle_timeout_seconds: u64,

    /// Time for requests to end when the server stops
    #[arg(long, env = "FLAGBIT_SHUTDOWN_TIMEOUT_SECONDS", value_name = "SECONDS", default_value_t = 10,
        value_parser = seconds())]
    shutdown_timeout_seconds: u64,
}

impl Connections {
    pub(crate) fn at_most(self, max_connections: u32) -> Self {
        Self { max_connections, ..self }
    }

    pub(crate) fn header_timeout(&self) -> Duration {
        Duration::from_secs(self.header_timeout_seconds)
    }

    pub(crate) fn body_timeout(&self) -> Duration {
        Duration::from_secs(self.body_timeout_seconds)
    }

    pub(crate) fn idle_timeout(&self) -> Duration {
        Duration::from_secs(self.idle_timeout_seconds)
    }

    pub(crate) fn shutdown_timeout(&self) -> Duration {
        Duration::from_secs(self.shutdown_timeout_seconds)
    }
}

/// Parses seconds, up to a day. More would be no timeout, and would overflow in the end.
fn seconds() -> clap::builder::RangedU64ValueParser {
    clap::value_parser!(u64).range(1..=86_400)
}

fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let address = std::net::IpAddr::from_str(text).map(|address| IpNet::from(address.to_canonical()));
    address.or_else(|_| text.parse()).map_err(|_| "expected addresses or networks, as 10.0.0.1 or 10.0.0.0/8".into())
}

/// Limits of streams.
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

/// The log on standard error.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Logs")]
pub(crate) struct Logs {
    /// Form of the log on standard error
    #[arg(long, env = "FLAGBIT_LOG_FORMAT", value_enum, value_name = "FORMAT", default_value = "text")]
    pub(crate) log_format: LogFormat,

    /// Level of the log: error, warn, info, debug, trace or off; also by part, as in info,flagbit::access=debug
    ///
    /// flagbit::access is a line for each request: at `info` for those that fail or change something, at `debug` for
    /// all others too.
    #[arg(long, env = "FLAGBIT_LOG_LEVEL", value_name = "LEVEL", default_value = "info")]
    pub(crate) log_level: String,
}

/// The form of a line in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

/// The metrics for Prometheus.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Metrics")]
pub(crate) struct Metrics {
    /// Address that serves /metrics for Prometheus, without a key: keep it private; `off` for none
    #[arg(long, env = "FLAGBIT_METRICS_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:9464",
        value_parser = metrics_listen)]
    pub(crate) metrics_listen: MetricsListen,

    /// Count the evaluations of each flag, in at most so many series (0: none)
    #[arg(long, env = "FLAGBIT_FLAG_METRICS", value_name = "SERIES", default_value_t = 0)]
    pub(crate) flag_metrics: usize,
}

/// The address that serves metrics; `None` for none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MetricsListen(pub(crate) Option<SocketAddr>);

fn metrics_listen(text: &str) -> Result<MetricsListen, String> {
    if text == "off" {
        return Ok(MetricsListen(None));
    }
    text.parse().map(|address| MetricsListen(Some(address))).map_err(|_| "expected IP:PORT or off".into())
}

/// How long usage is kept, and from when a flag is stale.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Usage")]
pub(crate) struct Staleness {
    /// Days for which the hours of usage are kept
    #[arg(long, env = "FLAGBIT_USAGE_DAYS", value_name = "DAYS", default_value_t = 90,
        value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) usage_days: u32,

    /// Days without an evaluation after which a flag is unused
    #[arg(long, env = "FLAGBIT_UNUSED_DAYS", value_name = "DAYS", default_value_t = 30,
        value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) unused_days: u32,

    /// Days after its creation before which no flag is unused
    #[arg(long, env = "FLAGBIT_NEW_DAYS", value_name = "DAYS", default_value_t = 14,
        value_parser = clap::value_parser!(u32).range(0..=3650))]
    pub(crate) new_days: u32,

    /// Days with one result and without a change after which a flag is constant
    #[arg(long, env = "FLAGBIT_CONSTANT_DAYS", value_name = "DAYS", default_value_t = 30,
        value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) constant_days: u32,
}

impl Staleness {
    /// Checks that usage is kept for as long as flags are judged by it: a flag whose usage was deleted would seem unused.
    ///
    /// # Errors
    /// It is not. The error names the settings.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let needed = self.unused_days.max(self.constant_days);
        anyhow::ensure!(
            self.usage_days >= needed,
            "--usage-days is {}, and flags are judged by {needed} days (--unused-days, --constant-days): keep usage for as \
             long, or judge by fewer days",
            self.usage_days
        );
        Ok(())
    }
}
