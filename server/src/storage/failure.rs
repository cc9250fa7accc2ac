//! Failures of the database, in words for its operator.

use std::{fmt, path::Path};

use anyhow::anyhow;
use sqlx::{
    migrate::MigrateError,
    postgres::{PgDatabaseError, PgSeverity},
};

const LOCKED: &str = "the database is locked: another program has been writing to it for 5 s; try again, or end that";

/// Why the database does not do for the time being what is asked of it. Whoever asked may try again later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outage {
    /// It cannot be reached, does not answer, or starts, stops or fails over.
    Away,
    /// It cannot read or write its files.
    Broken,
    /// Other writes of this server or of a replica take longer than a write waits.
    Busy,
    /// Its disk is full.
    Full,
    /// Another program has been writing for longer than a write waits.
    Locked,
    /// The file that was opened is no longer where the database is.
    Missing,
    /// It takes no writes.
    ReadOnly,
    /// All connections to it are in use, and it answers on them.
    Crowded,
    /// It was to commit a change and gave no answer.
    Unconfirmed,
}

impl fmt::Display for Outage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Away => "the database cannot be reached; nothing was changed",
            Self::Broken => "the database cannot use its files; nothing was changed",
            Self::Busy => "another write is in progress; nothing was changed; try again",
            Self::Full => "the disk of the database is full; nothing was changed",
            Self::Locked => "the database is locked by another program; nothing was changed",
            Self::Missing => {
                "the database file was deleted or replaced under the server; put the file back, or restart the server on \
                 the new one; the change is not kept"
            }
            Self::ReadOnly => "the database is read-only; nothing was changed",
            Self::Crowded => {
                "all connections of the server to the database are in use; nothing was changed; try again in a moment"
            }
            Self::Unconfirmed => "the database did not confirm the change; read whether it was made, then try again",
        })
    }
}

impl std::error::Error for Outage {}

impl From<Outage> for sqlx::Error {
    fn from(outage: Outage) -> Self {
        Self::AnyDriverError(Box::new(outage))
    }
}

/// Returns the outage behind an error; `None` for a statement that the database refuses.
pub(crate) fn outage(error: &sqlx::Error) -> Option<Outage> {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::Tls(_) => {
            Some(Outage::Away)
        }
        sqlx::Error::AnyDriverError(error) => error.downcast_ref().copied(),
        sqlx::Error::Database(database) => match database.try_downcast_ref::<PgDatabaseError>() {
            Some(error) => of_postgres(error),
            None => of_sqlite(&database.code()?),
        },
        _ => None,
    }
}

/// The codes are those of PostgreSQL's appendix A.
fn of_postgres(error: &PgDatabaseError) -> Option<Outage> {
    match error.code() {
        // read_only_sql_transaction: a standby, or a server that was set to read only.
        "25006" => Some(Outage::ReadOnly),
        "53100" => Some(Outage::Full),
        // lock_not_available, serialization_failure, deadlock_detected.
        "55P03" | "40001" | "40P01" => Some(Outage::Busy),
        _ if is_fatal(error) => Some(Outage::Away),
        // Connections, resources, an operator's intervention, the system under it.
        code if ["08", "53", "57"].iter().any(|class| code.starts_with(class)) => Some(Outage::Away),
        code if code.starts_with("58") => Some(Outage::Broken),
        _ => None,
    }
}

/// The primary code of SQLite is the low byte of the extended one.
fn of_sqlite(code: &str) -> Option<Outage> {
    match code.parse::<u32>().ok()? & 0xff {
        // BUSY, LOCKED.
        5 | 6 => Some(Outage::Locked),
        8 => Some(Outage::ReadOnly),
        // NOMEM, IOERR, CANTOPEN.
        7 | 10 | 14 => Some(Outage::Broken),
        13 => Some(Outage::Full),
        _ => None,
    }
}

/// Returns whether PostgreSQL ended the connection or takes none: it stops, starts, is full, or somebody ended it.
pub(super) fn is_cut_by_postgres(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>()).is_some_and(is_fatal)
}

fn is_fatal(error: &PgDatabaseError) -> bool {
    matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic)
}

pub(super) fn is_locked(error: &sqlx::Error) -> bool {
    matches!(outage(error), Some(Outage::Busy | Outage::Locked))
}

pub(super) fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(|error| error.code()).map(String::from)
}

/// Explains why a database cannot be opened. The message holds nothing of the URL except the path of a file.
pub(super) fn opening(path: Option<&Path>, error: sqlx::Error) -> anyhow::Error {
    if is_locked(&error) {
        return anyhow!(LOCKED);
    }
    match path {
        // protocol_violation: how PgBouncer refuses the settings of a new connection.
        None if code(&error).is_some_and(|code| code == "08P01") => anyhow!(
            "cannot reach the database: {error}; where this is PgBouncer, set `ignore_startup_parameters = \
             extra_float_digits` there"
        ),
        None => anyhow!("cannot reach the database: {error}"),
        // SQLITE_CANTOPEN.
        Some(path) if code(&error).is_some_and(|code| code == "14") => {
            anyhow!("cannot open the database {}: its folder must exist and be writable by this user", path.display())
        }
        Some(path) => anyhow!("cannot open the database {}: {error}", path.display()),
    }
}

pub(super) fn migrating(error: MigrateError) -> anyhow::Error {
    match error {
        MigrateError::Execute(error) if is_locked(&error) => anyhow!(LOCKED),
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => {
            anyhow!("the database was written by a newer version of this program: {error}")
        }
        error => anyhow!("cannot migrate the database: {error}"),
    }
}

/// Explains the error of a write, for the command line.
pub(crate) fn writing(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<sqlx::Error>() {
        Some(error) if is_locked(error) => anyhow!(LOCKED),
        Some(_) => error.context("nothing was created"),
        None => error,
    }
}
