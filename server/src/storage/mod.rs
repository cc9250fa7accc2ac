//! The database: SQLite or PostgreSQL through one set of statements.
//!
//! Evaluations and snapshots never come here; they read the memory that follows it.

pub(crate) mod accounts;
pub(crate) mod archive;
pub(crate) mod audit;
pub(crate) mod cause;
mod changes;
mod dialect;
pub(crate) mod environments;
mod failure;
mod file;
pub(crate) mod flags;
mod hex;
pub(crate) mod history;
mod key_uses;
pub(crate) mod keys;
mod known_texts;
mod listen;
pub(crate) mod load;
mod mark;
pub(crate) mod members;
mod object;
mod open;
mod pooler;
pub(crate) mod projects;
mod rights;
mod rows;
pub(crate) mod segments;
mod session;
mod sqlite;
pub(crate) mod states;
pub(crate) mod surroundings;
pub(crate) mod texts;
mod trust;
pub(crate) mod usage;
mod write;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, SecondsFormat, Utc};
use sqlx::AnyPool;
use tokio::sync::Mutex;

use dialect::Dialect;
use file::File;
use trust::Trust;

pub(crate) use failure::{Outage, outage, writing};
pub(crate) use mark::Mark;
pub(crate) use open::{Missing, is_plain_text};
/// An error of the database.
pub(crate) use sqlx::Error;
pub(crate) use write::Write;

/// The time for which a request waits for a free connection or for its turn to write. Then it fails.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// A database with the present schema.
#[derive(Debug, Clone)]
pub(crate) struct Storage {
    pool: AnyPool,
    dialect: Dialect,
    trust: Trust,
    /// SQLite's file; `None` for PostgreSQL and in memory.
    file: Option<File>,
    /// The URL of a PostgreSQL that can be listened to.
    listening: Option<String>,
    /// Whether a pooler gives each transaction another session of PostgreSQL.
    shares_sessions: bool,
    /// Held by the write in progress.
    writing: Arc<Mutex<()>>,
}

impl Storage {
    pub(crate) fn describe(&self) -> &'static str {
        match self.dialect {
            Dialect::Postgres => "PostgreSQL",
            Dialect::Sqlite => "SQLite",
        }
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Returns the present time as it is stored.
pub(crate) fn now() -> String {
    stored_time(Utc::now())
}

/// Returns a time as it is stored. The texts of two times compare as the times do.
pub(crate) fn stored_time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
