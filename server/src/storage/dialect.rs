//! The few statements that SQLite and PostgreSQL write differently.

use super::failure;

/// The language of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// Begins a transaction that sees one state of the database. PostgreSQL ends it if this server falls silent.
    pub(super) fn begin_reading(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN",
            Self::Postgres => {
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
                 SET LOCAL idle_in_transaction_session_timeout = '60s'; SET LOCAL tcp_user_timeout = '60s'"
            }
        }
    }

    /// Begins a write. It holds the lock that all writes wait for, so the database takes the lock away from a server that
    /// falls silent, as one that was stopped or lost its network does.
    pub(super) fn begin_writing(self) -> &'static str {
        match self {
            // A transaction that begins by reading cannot become a writer later without failing. The connection may have
            // counted before.
            Self::Sqlite => "PRAGMA synchronous = FULL; BEGIN IMMEDIATE",
            // PostgreSQL would wait for a lock without end. Five seconds is as long as SQLite waits.
            Self::Postgres => {
                "BEGIN; SET LOCAL lock_timeout = '5s'; SET LOCAL idle_in_transaction_session_timeout = '5s'; \
                 SET LOCAL statement_timeout = '15s'; SET LOCAL tcp_user_timeout = '5s'"
            }
        }
    }

    /// Begins to count usage. It may lose the last seconds, so nobody waits for the disk.
    pub(super) fn begin_counting(self) -> &'static str {
        match self {
            Self::Sqlite => "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE",
            Self::Postgres => {
                "BEGIN; SET LOCAL lock_timeout = '5s'; SET LOCAL idle_in_transaction_session_timeout = '5s'; \
                 SET LOCAL statement_timeout = '15s'; SET LOCAL tcp_user_timeout = '5s'; SET LOCAL synchronous_commit = off"
            }
        }
    }

    /// Begins to migrate, after everybody else who does.
    pub(super) fn begin_migrating(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            // The number is the lock of this program's migrations; it has no other meaning.
            Self::Postgres => {
                "BEGIN; SET LOCAL lock_timeout = '30s'; SET LOCAL idle_in_transaction_session_timeout = '30s'; \
                 DEALLOCATE ALL; SELECT pg_advisory_xact_lock(7023845017260941)"
            }
        }
    }

    /// Commits a write, and tells the other replicas.
    pub(super) fn commit_writing(self) -> &'static str {
        match self {
            Self::Sqlite => "COMMIT",
            // Delivered when the transaction commits.
            Self::Postgres => "SELECT pg_notify('flagbit', ''); COMMIT",
        }
    }

    /// Returns whether a connection is in no transaction after this outcome of a rollback. SQLite rolls some failures back
    /// itself, such as a full disk, and then there is nothing left to roll back.
    pub(super) fn is_rolled_back<T>(self, outcome: &sqlx::Result<T>) -> bool {
        match (self, outcome) {
            (_, Ok(_)) => true,
            (Self::Sqlite, Err(error)) => failure::code(error).is_some_and(|code| code == "1"),
            (Self::Postgres, Err(_)) => false,
        }
    }
}
