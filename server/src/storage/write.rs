//! Writes: one at a time, each with a number of its own.

use std::{ops::Range, sync::Arc};

use tokio::time::{Instant, timeout};

use super::{
    ACQUIRE_TIMEOUT, Mark, Outage, Storage, cause::Cause, changes::Changes, dialect::Dialect, file::File,
    known_texts::Known, session::Session,
};

/// A write in progress. Without a commit it never happened.
pub(crate) struct Write {
    session: Session,
    begun: Instant,
    mark: Mark,
    before: Mark,
    dialect: Dialect,
    /// SQLite's file.
    file: Option<File>,
    /// For the log.
    pub(super) changes: Changes,
    /// For the audit and the history.
    pub(super) cause: Cause,
    /// The texts that this write asked for. Nobody else stores or deletes texts meanwhile.
    pub(super) texts: Known,
}

impl Storage {
    /// Begins a write, after the one that is in progress.
    pub(crate) async fn write(&self) -> sqlx::Result<Write> {
        // The database would let one writer in at a time too. But SQLite would pick one by chance instead of in turn, and
        // writers that wait would hold the connections that readers need.
        let turn = timeout(ACQUIRE_TIMEOUT, Arc::clone(&self.writing).lock_owned()).await;
        let turn = turn.map_err(|_| Outage::Busy)?;
        let mut session = self.begin(self.dialect.begin_writing(), Some(turn)).await?;
        let begun = Instant::now();
        let (sequence,) = sqlx::query_as("UPDATE meta SET sequence = sequence + 1 WHERE id = 1 RETURNING sequence")
            .fetch_one(&mut session)
            .await?;
        let before = Mark::of(&mut session, sequence - 1).await?;
        let mark = Mark::record(&mut session, sequence).await?;
        let (dialect, file) = (self.dialect, self.file.clone());
        let (changes, texts, cause) = Default::default();
        Ok(Write { begun, before, session, mark, dialect, file, changes, texts, cause })
    }
}

impl Write {
    /// Notes the cause of this write, which is recorded with each of its changes.
    pub(crate) fn note_cause(&mut self, cause: Cause) {
        self.cause = cause;
    }

    /// The number of this write.
    pub(crate) fn sequence(&self) -> i64 {
        self.mark.sequence
    }

    /// This write.
    pub(crate) fn mark(&self) -> Mark {
        self.mark
    }

    /// The write before this one.
    pub(crate) fn before(&self) -> Mark {
        self.before
    }

    pub(crate) fn connection(&mut self) -> &mut Session {
        &mut self.session
    }

    /// An id that was never used.
    pub(crate) async fn next_id(&mut self) -> sqlx::Result<i64> {
        Ok(self.next_ids(1).await?.start)
    }

    /// Ids that were never used, as many as there are things to store.
    pub(crate) async fn next_ids(&mut self, count: usize) -> sqlx::Result<Range<i64>> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let (last,): (i64,) = sqlx::query_as("UPDATE meta SET last_id = last_id + $1 WHERE id = 1 RETURNING last_id")
            .bind(count)
            .fetch_one(self.connection())
            .await?;
        Ok(last - count + 1..last + 1)
    }

    /// Notes that the snapshot of an environment changes with this write.
    pub(crate) async fn touch(&mut self, environment_id: i64) -> sqlx::Result<()> {
        sqlx::query("UPDATE environments SET revision = $1 WHERE id = $2")
            .bind(self.mark.sequence)
            .bind(environment_id)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Makes the write last, and tells the other replicas.
    ///
    /// # Errors
    /// See [`Session::commit`]. [`super::Outage::Missing`] where the write went into a file that is gone.
    pub(crate) async fn commit(self) -> sqlx::Result<()> {
        let (sequence, statements) = (self.mark.sequence, self.session.statements);
        self.session.commit(self.dialect.commit_writing()).await?;
        let milliseconds = self.begun.elapsed().as_secs_f64() * 1e3;
        // Other writes have waited for so long.
        tracing::debug!(target: "flagbit::write", sequence, statements, milliseconds, "a write ended");
        self.file.as_ref().map_or(Ok(()), File::check_written)?;
        self.changes.log();
        Ok(())
    }
}
