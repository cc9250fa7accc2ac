//! The hours in which keys were last used.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;

use super::{Storage, stored_time};

/// The keys of one statement.
const KEYS: usize = 500;

impl Storage {
    /// Notes that keys were used in an hour. Returns `false`, with nothing noted, while a write is in progress: it must not
    /// wait for this.
    pub(crate) async fn note_uses(&self, hour: DateTime<Utc>, keys: &[i64]) -> sqlx::Result<bool> {
        let Ok(turn) = Arc::clone(&self.writing).try_lock_owned() else { return Ok(false) };
        // Without a number of its own: nobody reads anew because of it.
        let mut session = self.begin(self.dialect.begin_writing(), Some(turn)).await?;
        for keys in keys.chunks(KEYS) {
            // The ids are numbers, so that the text holds nothing from outside.
            let ids: Vec<String> = keys.iter().map(i64::to_string).collect();
            let statement = format!(
                "INSERT INTO key_uses (key_id, hour) SELECT id, CAST($1 AS TEXT) FROM keys WHERE id IN ({}) \
                 ON CONFLICT (key_id) DO UPDATE SET hour = excluded.hour WHERE key_uses.hour < excluded.hour",
                ids.join(", ")
            );
            sqlx::query(AssertSqlSafe(statement)).bind(stored_time(hour)).execute(&mut session).await?;
        }
        session.end().await?;
        Ok(true)
    }
}
