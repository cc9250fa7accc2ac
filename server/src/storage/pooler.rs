//! Poolers of connections between this server and PostgreSQL, such as PgBouncer.

use sqlx::{Any, AnyConnection, Connection, Execute, Executor, Row, SqlStr, any::AnyConnectOptions};

/// Whoever else uses the pooler may get in between, so one look is not enough.
const LOOKS: u32 = 5;

/// Returns whether a pooler gives each transaction another session of PostgreSQL. What belongs to a session then belongs
/// to nobody: prepared statements, and the channel that is listened to.
pub(super) async fn shares_sessions(options: &AnyConnectOptions) -> sqlx::Result<bool> {
    let mut one = AnyConnection::connect_with(options).await?;
    let mut other = AnyConnection::connect_with(options).await?;
    let mut is_shared = false;
    for _ in 0..LOOKS {
        let before = session(&mut one).await?;
        // Who begins a transaction gets a session for itself.
        other.execute("BEGIN").await?;
        is_shared = session(&mut other).await? == before || session(&mut one).await? != before;
        other.execute("ROLLBACK").await?;
        if is_shared {
            break;
        }
    }
    one.close().await?;
    other.close().await?;
    Ok(is_shared)
}

/// The session of PostgreSQL that a statement runs in.
async fn session(connection: &mut AnyConnection) -> sqlx::Result<i32> {
    connection.fetch_one("SELECT pg_backend_pid()").await?.try_get(0)
}

/// A statement that the session does not keep prepared under a name.
pub(super) struct Unnamed<E>(pub(super) E);

impl<'q, E: Execute<'q, Any>> Execute<'q, Any> for Unnamed<E> {
    fn sql(self) -> SqlStr {
        self.0.sql()
    }

    fn statement(&self) -> Option<&<Any as sqlx::Database>::Statement> {
        self.0.statement()
    }

    fn take_arguments(&mut self) -> Result<Option<<Any as sqlx::Database>::Arguments>, sqlx::error::BoxDynError> {
        self.0.take_arguments()
    }

    fn persistent(&self) -> bool {
        false
    }
}
