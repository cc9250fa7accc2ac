//! Transactions in which every wait has an end, and after which no connection stays half used.

use std::time::Duration;

use futures_util::{
    StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use sqlx::{
    Any, Describe, Either, Execute, Executor, SqlStr,
    any::{AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo},
    pool::PoolConnection,
};
use tokio::{sync::OwnedMutexGuard, time::timeout};

use super::{ACQUIRE_TIMEOUT, Outage, Storage, dialect::Dialect, pooler::Unnamed, trust::Trust};

/// The time for which a statement waits for the database without hearing anything. It is longer than the database itself
/// waits for a lock, so that a lock is told from a network that is silent.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(10);
/// The time for a rollback, and for a connection to show that it can be used again.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(2);

type Step = Either<AnyQueryResult, AnyRow>;

/// A transaction in progress. Without an end it never happened.
///
/// Whoever drops it in the middle of a statement, or whose statement gets no answer, closes its connection. No later
/// transaction then begins inside this one, or waits for answers that were meant for it.
#[derive(Debug)]
pub(crate) struct Session {
    /// `None` once it was given back.
    connection: Option<PoolConnection<Any>>,
    /// `false` during a statement, and after one that got no answer.
    is_usable: bool,
    /// The number of statements so far.
    pub(super) statements: u32,
    trust: Trust,
    dialect: Dialect,
    shares_sessions: bool,
    /// The turn of a write, which others wait for.
    _turn: Option<OwnedMutexGuard<()>>,
}

impl Storage {
    /// Begins a transaction that only reads, and sees one state of the database.
    pub(super) async fn read(&self) -> sqlx::Result<Session> {
        self.begin(self.dialect.begin_reading(), None).await
    }

    /// Begins a transaction with a statement of the database.
    ///
    /// # Errors
    /// Among others [`Outage::Missing`]: what the connection has open is no longer the database.
    pub(super) async fn begin(
        &self,
        statement: &'static str,
        turn: Option<OwnedMutexGuard<()>>,
    ) -> sqlx::Result<Session> {
        if let Some(file) = &self.file {
            file.check()?;
        }
        let connection = Some(self.pool.acquire().await.map_err(|error| self.without_connection(error))?);
        let mut session = Session {
            connection,
            is_usable: true,
            statements: 0,
            trust: self.trust.clone(),
            dialect: self.dialect,
            shares_sessions: self.shares_sessions,
            _turn: turn,
        };
        session.execute(statement).await?;
        Ok(session)
    }

    /// Tells a database that is away from one whose connections are all in use.
    fn without_connection(&self, error: sqlx::Error) -> sqlx::Error {
        let is_crowded = matches!(error, sqlx::Error::PoolTimedOut) && self.trust.has_answered_within(ACQUIRE_TIMEOUT);
        if is_crowded { Outage::Crowded.into() } else { error }
    }
}

impl Session {
    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Ends the transaction with a statement that commits it.
    ///
    /// # Errors
    /// [`Outage::Unconfirmed`] where nobody knows whether it was committed; otherwise it was not.
    pub(super) async fn commit(mut self, statement: &'static str) -> sqlx::Result<()> {
        let outcome = self.execute(statement).await;
        if let (true, Some(connection)) = (outcome.is_ok(), self.connection.take()) {
            tokio::spawn(release(connection));
        }
        match outcome {
            Ok(_) => Ok(()),
            Err(error) if !self.is_usable => {
                tracing::warn!(%error, "a change was not confirmed");
                Err(Outage::Unconfirmed.into())
            }
            Err(error) => Err(error),
        }
    }

    /// Ends a transaction that only read, or that wrote what nobody follows.
    pub(super) async fn end(self) -> sqlx::Result<()> {
        self.commit("COMMIT").await
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        if !self.is_usable {
            connection.close_on_drop();
            return;
        }
        let (dialect, turn) = (self.dialect, self._turn.take());
        tokio::spawn(async move {
            match timeout(RELEASE_TIMEOUT, connection.execute("ROLLBACK")).await {
                Ok(outcome) if dialect.is_rolled_back(&outcome) => release(connection).await,
                _ => connection.close_on_drop(),
            }
            drop(turn);
        });
    }
}

/// Gives a connection back. The pool asks the database first whether the connection works, and would wait without end.
async fn release(mut connection: PoolConnection<Any>) {
    _ = timeout(RELEASE_TIMEOUT, connection.return_to_pool()).await;
}

/// Returns whether a connection can be used after this error: the database answered, and goes on.
fn leaves_usable(error: &sqlx::Error) -> bool {
    !matches!(error, sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed)
        && !super::failure::is_cut_by_postgres(error)
}

impl<'c> Executor<'c> for &'c mut Session {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<Step>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        self.statements += 1;
        let Session { connection: Some(connection), is_usable, trust, shares_sessions, .. } = self else {
            return stream::once(std::future::ready(Err(sqlx::Error::PoolClosed))).boxed();
        };
        async_stream::stream! {
            *is_usable = false;
            let mut steps =
                if *shares_sessions { connection.fetch_many(Unnamed(query)) } else { connection.fetch_many(query) };
            loop {
                match timeout(STATEMENT_TIMEOUT, steps.next()).await {
                    Ok(None) => {
                        trust.answered();
                        break *is_usable = true;
                    }
                    Ok(Some(Ok(step))) => yield Ok(step),
                    Ok(Some(Err(error))) => {
                        *is_usable = leaves_usable(&error);
                        yield Err(error);
                        break;
                    }
                    Err(_) => {
                        trust.lose();
                        yield Err(Outage::Away.into());
                        break;
                    }
                }
            }
        }
        .boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<AnyRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        Box::pin(async move {
            let mut steps = self.fetch_many(query);
            let mut row = None;
            // To the end: a statement that is left in the middle closes the connection.
            while let Some(step) = steps.next().await {
                if let Either::Right(found) = step? {
                    row.get_or_insert(found);
                }
            }
            Ok(row)
        })
    }

    fn prepare_with<'e>(self, _: SqlStr, _: &'e [AnyTypeInfo]) -> BoxFuture<'e, sqlx::Result<AnyStatement>>
    where
        'c: 'e,
    {
        Box::pin(std::future::ready(Err(unsupported())))
    }

    fn describe<'e>(self, _: SqlStr) -> BoxFuture<'e, sqlx::Result<Describe<Any>>>
    where
        'c: 'e,
    {
        Box::pin(std::future::ready(Err(unsupported())))
    }
}

/// A statement in a transaction of its own that only reads.
impl<'c> Executor<'c> for &'c Storage {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<Step>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        async_stream::try_stream! {
            let mut session = self.read().await?;
            {
                let mut steps = session.fetch_many(query);
                while let Some(step) = steps.next().await {
                    yield step?;
                }
            }
            session.end().await?;
        }
        .boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<AnyRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        Box::pin(async move {
            let mut session = self.read().await?;
            let row = session.fetch_optional(query).await?;
            session.end().await?;
            Ok(row)
        })
    }

    fn prepare_with<'e>(self, _: SqlStr, _: &'e [AnyTypeInfo]) -> BoxFuture<'e, sqlx::Result<AnyStatement>>
    where
        'c: 'e,
    {
        Box::pin(std::future::ready(Err(unsupported())))
    }

    fn describe<'e>(self, _: SqlStr) -> BoxFuture<'e, sqlx::Result<Describe<Any>>>
    where
        'c: 'e,
    {
        Box::pin(std::future::ready(Err(unsupported())))
    }
}

/// Nobody prepares statements by hand.
fn unsupported() -> sqlx::Error {
    sqlx::Error::Configuration("statements are not prepared apart from their use".into())
}

#[cfg(test)]
mod tests {
    use crate::storage::{Missing, Outage, Storage, open::CONNECTIONS, outage};

    #[tokio::test]
    async fn a_database_whose_connections_are_all_in_use_is_not_called_away() {
        let folder = tempfile::TempDir::new().unwrap();
        let url = format!("sqlite://{}/flagbit.db", folder.path().display());
        let storage = Storage::open(&url, Missing::Create).await.unwrap();
        let mut sessions = Vec::new();
        for _ in 0..CONNECTIONS {
            sessions.push(storage.read().await.unwrap());
        }
        let waiting = tokio::spawn({
            let storage = storage.clone();
            async move { storage.read().await.map(|_| ()) }
        });
        // They are used meanwhile.
        while !waiting.is_finished() {
            sqlx::query("SELECT 1").execute(&mut sessions[0]).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let error = waiting.await.unwrap().expect_err("no connection is free");
        assert_eq!(outage(&error), Some(Outage::Crowded));
        sessions.clear();
        storage.read().await.unwrap().end().await.unwrap();
        storage.close().await;
    }
}
