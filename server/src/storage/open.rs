//! Opening a database.

use std::{net::IpAddr, path::Path, str::FromStr, sync::Arc, time::Duration};

use sqlx::{
    AnyConnection, Connection, Executor,
    any::{AnyConnectOptions, AnyPoolOptions},
    migrate::MigrateError,
    postgres::{PgConnectOptions, PgSslMode},
};
use tokio::time::{Instant, sleep, timeout};

use super::{ACQUIRE_TIMEOUT, Outage, Storage, dialect::Dialect, failure, file, outage, pooler, sqlite, trust::Trust};

pub(super) const CONNECTIONS: u32 = 8;
/// The time for which a start waits for another server that is migrating the same database.
const MIGRATION_TIMEOUT: Duration = Duration::from_secs(60);
/// Behind a pooler the session stays, and so would the statements that migrating has prepared.
const FORGET_STATEMENTS: &str = "DEALLOCATE ALL";
/// The time between two attempts.
const PAUSE: Duration = Duration::from_millis(100);

/// What to do about a database that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Create the file and the tables.
    Create,
    /// Create the tables; a missing file is an error, unless the URL says `mode=rwc`.
    CreateTables,
    /// It is an error.
    Refuse,
}

impl Storage {
    /// Connects and brings the schema up to date.
    pub(crate) async fn open(url: &str, missing: Missing) -> anyhow::Result<Self> {
        sqlx::any::install_default_drivers();
        let dialect = match url.split(':').next() {
            Some("sqlite") => Dialect::Sqlite,
            Some("postgres" | "postgresql") if url.contains("://") => Dialect::Postgres,
            _ => anyhow::bail!("--database: expected sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME"),
        };
        let path = file::path(url);
        if let Some(path) = &path {
            create_file(url, path, missing)?;
        }
        // A connection that is made later never creates a file: that would be another database.
        let url = url.replace("mode=rwc", "mode=rw");
        // The error may quote the URL with its password.
        let options = AnyConnectOptions::from_str(&url)
            .map_err(|_| anyhow::anyhow!("--database: not a URL of SQLite or PostgreSQL that can be read"))?;
        migrate(dialect, &options, missing, path.as_deref()).await?;
        let opened = path.as_deref().map(file::File::opened).transpose()?;
        let shares_sessions = dialect == Dialect::Postgres && shares_sessions(&options).await?;
        let trust = Trust::default();
        let pool = pool(dialect, &trust).connect_lazy_with(options);
        let listening = (dialect == Dialect::Postgres && !shares_sessions).then_some(url);
        Ok(Self { pool, dialect, trust, file: opened, listening, shares_sessions, writing: Arc::default() })
    }
}

/// Returns whether the connection to this database leaves the machine and may be in plain text.
pub(crate) fn is_plain_text(url: &str) -> bool {
    let Ok(options) = PgConnectOptions::from_str(url) else { return false };
    let is_here = options.get_socket().is_some()
        || options.get_host() == "localhost"
        || options.get_host().starts_with('/')
        || options.get_host().trim_matches(['[', ']']).parse().is_ok_and(|address: IpAddr| address.is_loopback());
    let may_be_plain = matches!(options.get_ssl_mode(), PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer);
    url.starts_with("postgres") && !is_here && may_be_plain
}

async fn shares_sessions(options: &AnyConnectOptions) -> anyhow::Result<bool> {
    let outcome = timeout(MIGRATION_TIMEOUT, pooler::shares_sessions(options)).await;
    let is_shared = outcome.unwrap_or(Err(Outage::Away.into())).map_err(|error| failure::opening(None, error))?;
    if is_shared {
        tracing::warn!(
            "a pooler between this server and PostgreSQL shares sessions: statements are not prepared, and changes that \
             other servers make are seen within 2 s instead of at once"
        );
    }
    Ok(is_shared)
}

fn create_file(url: &str, path: &Path, missing: Missing) -> anyhow::Result<()> {
    let is_wanted = match missing {
        Missing::Create => !url.contains("mode=") || url.contains("mode=rwc"),
        Missing::CreateTables => url.contains("mode=rwc"),
        Missing::Refuse => false,
    };
    if is_wanted {
        file::create(path).map_err(|error| {
            anyhow::anyhow!(
                "cannot open the database {}: {error}; its folder must exist and be writable by this user",
                path.display()
            )
        })?;
    }
    if path.exists() {
        return Ok(());
    }
    let path = path.display();
    anyhow::bail!(match missing {
        Missing::Refuse => format!(
            "there is no database at {path}, and --database-must-exist is set: put the file back, or start once without \
             that setting to begin with an empty database"
        ),
        _ => format!(
            "there is no database at {path}; name the one of your server with --database, start `flagbit serve`, which \
             creates it, or add ?mode=rwc to create it now"
        ),
    })
}

/// Brings the schema up to date in one transaction. Of servers that start together, one does it and the others wait.
async fn migrate(
    dialect: Dialect,
    options: &AnyConnectOptions,
    missing: Missing,
    path: Option<&Path>,
) -> anyhow::Result<()> {
    let begun = Instant::now();
    loop {
        let outcome = timeout(MIGRATION_TIMEOUT, migrate_once(dialect, options, missing)).await;
        let Err(error) = outcome.unwrap_or_else(|_| Err(Failure::Connecting(Outage::Away.into()))) else {
            return Ok(());
        };
        let error = match error {
            Failure::Empty => anyhow::bail!(
                "the database holds no flags of a FlagBit server, and --database-must-exist is set: name another, or \
                 start once without that setting to begin with an empty database"
            ),
            Failure::Connecting(error) => match outage(&error) {
                Some(Outage::Away) if begun.elapsed() < ACQUIRE_TIMEOUT => error,
                Some(Outage::Busy | Outage::Locked) if begun.elapsed() < MIGRATION_TIMEOUT => error,
                _ => return Err(failure::opening(path, error)),
            },
            Failure::Migrating(MigrateError::Execute(error))
                if failure::is_locked(&error) && begun.elapsed() < MIGRATION_TIMEOUT =>
            {
                error
            }
            Failure::Migrating(error) => return Err(failure::migrating(error)),
        };
        tracing::debug!(%error, "the database cannot be migrated yet");
        sleep(PAUSE).await;
    }
}

enum Failure {
    Connecting(sqlx::Error),
    /// There are no tables where there should be.
    Empty,
    Migrating(MigrateError),
}

async fn migrate_once(dialect: Dialect, options: &AnyConnectOptions, missing: Missing) -> Result<(), Failure> {
    let connecting = timeout(ACQUIRE_TIMEOUT, AnyConnection::connect_with(options)).await;
    let mut connection = connecting.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map_err(Failure::Connecting)?;
    set_up(dialect, &mut connection).await.map_err(Failure::Connecting)?;
    let begin = dialect.begin_migrating();
    let mut transaction = connection.begin_with(begin).await.map_err(Failure::Connecting)?;
    if missing == Missing::Refuse {
        let tables = transaction.fetch_one("SELECT id FROM meta").await;
        tables.map_err(|error| outage(&error).map_or(Failure::Empty, |_| Failure::Connecting(error)))?;
    }
    // The transaction holds the lock.
    let mut migrations = sqlx::migrate!("./migrations");
    migrations.set_locking(false);
    migrations.run(&mut *transaction).await.map_err(Failure::Migrating)?;
    if dialect == Dialect::Postgres {
        transaction.execute(FORGET_STATEMENTS).await.map_err(Failure::Connecting)?;
    }
    transaction.commit().await.map_err(|error| Failure::Migrating(error.into()))?;
    _ = timeout(ACQUIRE_TIMEOUT, connection.close()).await;
    Ok(())
}

async fn set_up(dialect: Dialect, connection: &mut AnyConnection) -> sqlx::Result<()> {
    if dialect == Dialect::Sqlite {
        connection.execute(sqlite::PRAGMAS).await?;
    }
    Ok(())
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
        .after_connect(move |connection, _| Box::pin(set_up(dialect, connection)))
}
