//! Failures of the database, in words for its operator.

use std::path::Path;

use anyhow::anyhow;
use sqlx::{
    AnyConnection, Connection, Executor,
    any::AnyConnectOptions,
    migrate::MigrateError,
    postgres::{PgDatabaseError, PgSeverity},
};

use super::sqlite;

const LOCKED: &str = "the database is locked: another program has been writing to it for 5 s; try again, or end that";

/// Returns whether the database cannot be reached, which may pass.
pub(crate) fn is_away(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::Tls(_))
        || is_cut_by_postgres(error)
}

/// Returns whether PostgreSQL ended the connection or takes none: it stops, starts, is full, or somebody ended it.
fn is_cut_by_postgres(error: &sqlx::Error) -> bool {
    let error = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    error.is_some_and(|error| matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic))
}

/// Returns whether another program has been writing for longer than a write waits.
pub(crate) fn is_locked(error: &sqlx::Error) -> bool {
    // PostgreSQL's lock_not_available; SQLITE_BUSY with its extended codes.
    code(error).is_some_and(|code| ["55P03", "5", "261", "517", "773"].contains(&code.as_str()))
}

fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(|error| error.code()).map(String::from)
}

/// Explains why a database cannot be opened. The message holds nothing of the URL except the path of a file.
pub(super) async fn opening(url: &str, options: &AnyConnectOptions, error: sqlx::Error) -> anyhow::Error {
    // The pool tries for some time, and then forgets why it could not.
    let error = match error {
        sqlx::Error::PoolTimedOut => try_once(url, options).await.err().unwrap_or(error),
        error => error,
    };
    if is_locked(&error) {
        return anyhow!(LOCKED);
    }
    let Some(path) = sqlite::path(url) else {
        return anyhow!("cannot reach the database: {error}");
    };
    // SQLITE_CANTOPEN.
    if code(&error).is_none_or(|code| code != "14") {
        return anyhow!("cannot open the database {path}: {error}");
    }
    if !url.contains("mode=rwc") && !Path::new(path).exists() {
        return anyhow!(
            "there is no database at {path}; name the one of your server with --database, start `flagbit serve`, which \
             creates it, or add ?mode=rwc to create it now"
        );
    }
    anyhow!("cannot open the database {path}: its folder must exist and be writable by this user")
}

async fn try_once(url: &str, options: &AnyConnectOptions) -> sqlx::Result<()> {
    let mut connection = AnyConnection::connect_with(options).await?;
    if sqlite::path(url).is_some() {
        connection.execute(sqlite::PRAGMAS).await?;
    }
    connection.close().await
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
