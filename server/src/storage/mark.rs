//! Marks of writes: their numbers, and what tells two writes with one number apart.

use super::session::Session;

/// The number of writes whose tokens are kept. Whoever is further behind reads everything.
const KEPT: i64 = 1024;

/// A write. Two writes have one number where a database lost the first: it was restored, or a standby took over.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) sequence: i64,
    /// 0 for a write of a server from before there were tokens, and for one that was too long ago.
    pub(super) token: i64,
}

impl Mark {
    /// The newest write.
    pub(super) async fn newest(session: &mut Session) -> sqlx::Result<Self> {
        let (sequence,) = sqlx::query_as("SELECT sequence FROM meta WHERE id = 1").fetch_one(&mut *session).await?;
        Self::of(session, sequence).await
    }

    /// The write with this number in the history of the newest one.
    pub(super) async fn of(session: &mut Session, sequence: i64) -> sqlx::Result<Self> {
        let found: Option<(i64,)> = sqlx::query_as("SELECT token FROM writes WHERE slot = $1 AND sequence = $2")
            .bind(sequence % KEPT)
            .bind(sequence)
            .fetch_optional(session)
            .await?;
        Ok(Self { sequence, token: found.map_or(0, |(token,)| token) })
    }

    /// Gives the write in progress its token.
    pub(super) async fn record(session: &mut Session, sequence: i64) -> sqlx::Result<Self> {
        let mut token = [0; 8];
        getrandom::fill(&mut token).map_err(|error| sqlx::Error::Io(error.into()))?;
        let token = i64::from_ne_bytes(token);
        sqlx::query(
            "INSERT INTO writes (slot, sequence, token) VALUES ($1, $2, $3) \
             ON CONFLICT (slot) DO UPDATE SET sequence = excluded.sequence, token = excluded.token",
        )
        .bind(sequence % KEPT)
        .bind(sequence)
        .bind(token)
        .execute(session)
        .await?;
        Ok(Self { sequence, token })
    }
}
