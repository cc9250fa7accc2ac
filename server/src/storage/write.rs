//! Writes: one at a time, each with a number of its own.

use std::sync::Arc;

use sqlx::{Any, AnyConnection, Transaction};
use tokio::{sync::OwnedMutexGuard, time::timeout};

use super::{ACQUIRE_TIMEOUT, Storage};

/// A write in progress. Without a commit it never happened.
pub(crate) struct Write {
    transaction: Transaction<'static, Any>,
    sequence: i64,
    is_postgres: bool,
    _turn: OwnedMutexGuard<()>,
}

impl Storage {
    /// Begins a write, after the one that is in progress.
    pub(crate) async fn write(&self) -> sqlx::Result<Write> {
        // The database would let one writer in at a time too. But SQLite would pick one by chance instead of in turn, and
        // writers that wait would hold the connections that readers need.
        let turn = timeout(ACQUIRE_TIMEOUT, Arc::clone(&self.writing).lock_owned()).await;
        let _turn = turn.map_err(|_| sqlx::Error::PoolTimedOut)?;
        let is_postgres = self.postgres.is_some();
        // In SQLite a transaction that begins by reading cannot become a writer later without failing.
        let begin = if is_postgres { "BEGIN" } else { "BEGIN IMMEDIATE" };
        let mut transaction = self.pool.begin_with(begin).await?;
        if is_postgres {
            // PostgreSQL would wait without end. This is as long as SQLite waits.
            sqlx::query("SET LOCAL lock_timeout = '5s'").execute(&mut *transaction).await?;
        }
        let (sequence,) = sqlx::query_as("UPDATE meta SET sequence = sequence + 1 WHERE id = 1 RETURNING sequence")
            .fetch_one(&mut *transaction)
            .await?;
        Ok(Write { transaction, sequence, is_postgres, _turn })
    }
}

impl Write {
    /// The number of this write.
    pub(crate) fn sequence(&self) -> i64 {
        self.sequence
    }

    pub(crate) fn connection(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }

    /// An id that was never used.
    pub(crate) async fn next_id(&mut self) -> sqlx::Result<i64> {
        let (id,) = sqlx::query_as("UPDATE meta SET last_id = last_id + 1 WHERE id = 1 RETURNING last_id")
            .fetch_one(self.connection())
            .await?;
        Ok(id)
    }

    /// Notes that the snapshot of an environment changes with this write.
    pub(crate) async fn touch(&mut self, environment_id: i64) -> sqlx::Result<()> {
        sqlx::query("UPDATE environments SET revision = $1 WHERE id = $2")
            .bind(self.sequence)
            .bind(environment_id)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Makes the write last, and tells the other replicas.
    pub(crate) async fn commit(mut self) -> sqlx::Result<()> {
        if self.is_postgres {
            // Delivered when the transaction commits.
            sqlx::query("SELECT pg_notify('flagbit', '')").execute(self.connection()).await?;
        }
        self.transaction.commit().await
    }
}
