//! SQLite alone.

use sqlx::Executor;

use super::{Storage, file::File};

/// Per connection. FULL: what was acknowledged survives a power cut. The log is cut to its limit when it starts anew.
pub(super) const PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                              PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 8388608";

/// Writes wait while the log is emptied, so it waits only shortly for those who read.
const EMPTY_WAL: &str = "PRAGMA busy_timeout = 100; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = 5000";

impl Storage {
    /// Empties SQLite's log if it has become large and nobody writes or reads an old state.
    pub(crate) async fn tidy(&self) {
        if !self.file.as_ref().is_some_and(File::is_wal_large) {
            return;
        }
        let Ok(_turn) = self.writing.try_lock() else { return };
        let Ok(mut connection) = self.pool.acquire().await else { return };
        if let Err(error) = connection.execute(EMPTY_WAL).await {
            tracing::debug!(%error, "the write-ahead log could not be emptied yet");
        }
    }
}
