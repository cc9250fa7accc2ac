//! Opening a database.

use std::{str::FromStr, sync::Arc};

use sqlx::{
    Executor,
    any::{AnyConnectOptions, AnyPoolOptions},
    migrate::Migrator,
};

use super::{ACQUIRE_TIMEOUT, Dialect, Storage, Trust, failure, sqlite};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

const CONNECTIONS: u32 = 8;

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
        let dialect = match url.split(':').next() {
            Some("sqlite") => Dialect::Sqlite,
            Some("postgres" | "postgresql") if url.contains("://") => Dialect::Postgres,
            _ => anyhow::bail!("--database: expected sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME"),
        };
        let is_sqlite = dialect == Dialect::Sqlite;
        let url = if is_sqlite && !url.contains("mode=") {
            format!("{url}{}mode={sqlite_mode}", if url.contains('?') { '&' } else { '?' })
        } else {
            url.to_owned()
        };
        // The error may quote the URL with its password.
        let options = AnyConnectOptions::from_str(&url)
            .map_err(|_| anyhow::anyhow!("--database: not a URL of SQLite or PostgreSQL that can be read"))?;
        let trust = Trust::default();
        let pool = match pool(dialect, &trust).connect_with(options.clone()).await {
            Ok(pool) => pool,
            Err(error) => return Err(failure::opening(&url, &options, error).await),
        };
        MIGRATIONS.run(&pool).await.map_err(failure::migrating)?;
        Ok(Self { pool, dialect, trust, postgres: (!is_sqlite).then_some(url), writing: Arc::default() })
    }
}

fn pool(dialect: Dialect, trust: &Trust) -> AnyPoolOptions {
    let trust = trust.clone();
    AnyPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // sqlx asks an idle connection without a time limit.
        .test_before_acquire(false)
        .before_acquire(move |connection, metadata| {
            let trust = trust.clone();
            Box::pin(async move { Ok(trust.test(connection, metadata).await) })
        })
        .after_connect(move |connection, _| {
            Box::pin(async move {
                if dialect == Dialect::Sqlite {
                    connection.execute(sqlite::PRAGMAS).await?;
                }
                Ok(())
            })
        })
}
