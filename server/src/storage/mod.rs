//! The database: SQLite or PostgreSQL through one set of statements.
//!
//! Evaluations and snapshots never come here; they read the memory that follows it.

pub(crate) mod accounts;
pub(crate) mod audit;
pub(crate) mod environments;
mod failure;
pub(crate) mod flags;
pub(crate) mod keys;
mod listen;
pub(crate) mod load;
pub(crate) mod projects;
pub(crate) mod segments;
mod sqlite;
mod write;

use std::{str::FromStr, sync::Arc, time::Duration};

use chrono::{SecondsFormat, Utc};
use sqlx::{
    Any, AnyPool, Executor, Transaction,
    any::{AnyConnectOptions, AnyPoolOptions},
    migrate::Migrator,
};
use tokio::sync::Mutex;

pub(crate) use failure::{is_away, is_locked, writing};
/// An error of the database.
pub(crate) use sqlx::Error;
pub(crate) use write::Write;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// The time for which a request waits for a free connection or for its turn to write. Then it fails.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
const CONNECTIONS: u32 = 8;

/// A database with the present schema.
#[derive(Debug, Clone)]
pub(crate) struct Storage {
    pool: AnyPool,
    /// `None` for SQLite.
    postgres: Option<String>,
    /// Held by the write in progress.
    writing: Arc<Mutex<()>>,
}

impl Storage {
    /// Connects, creating an SQLite file that is missing, and brings the schema up to date.
    pub(crate) async fn open(url: &str) -> anyhow::Result<Self> {
        Self::open_with(url, "rwc").await
    }

    /// Does the same as [`Self::open`] for a database that should exist: a missing file is an error, unless the URL says
    /// `mode=rwc`.
    pub(crate) async fn open_existing(url: &str) -> anyhow::Result<Self> {
        Self::open_with(url, "rw").await
    }

    async fn open_with(url: &str, sqlite_mode: &str) -> anyhow::Result<Self> {
        sqlx::any::install_default_drivers();
        let is_sqlite = url.starts_with("sqlite:");
        if !is_sqlite && !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            anyhow::bail!("--database: expected sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME");
        }
        let url = if is_sqlite && !url.contains("mode=") {
            format!("{url}{}mode={sqlite_mode}", if url.contains('?') { '&' } else { '?' })
        } else {
            url.to_owned()
        };
        // The error may quote the URL with its password.
        let options = AnyConnectOptions::from_str(&url)
            .map_err(|_| anyhow::anyhow!("--database: not a URL of SQLite or PostgreSQL that can be read"))?;
        let pool = AnyPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(ACQUIRE_TIMEOUT).after_connect(
            move |connection, _| {
                Box::pin(async move {
                    if is_sqlite {
                        connection.execute(sqlite::PRAGMAS).await?;
                    }
                    Ok(())
                })
            },
        );
        let pool = match pool.connect_with(options.clone()).await {
            Ok(pool) => pool,
            Err(error) => return Err(failure::opening(&url, &options, error).await),
        };
        MIGRATIONS.run(&pool).await.map_err(failure::migrating)?;
        Ok(Self { pool, postgres: (!is_sqlite).then_some(url), writing: Arc::default() })
    }

    /// For statements that only read.
    fn pool(&self) -> &AnyPool {
        &self.pool
    }

    /// A transaction that only reads, and sees one state of the database.
    async fn read(&self) -> sqlx::Result<Transaction<'static, Any>> {
        let is_postgres = self.postgres.is_some();
        self.pool
            .begin_with(if is_postgres { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" } else { "BEGIN" })
            .await
    }

    pub(crate) fn describe(&self) -> &'static str {
        if self.postgres.is_some() { "PostgreSQL" } else { "SQLite" }
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Returns the present time as it is stored.
pub(crate) fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true)
}
