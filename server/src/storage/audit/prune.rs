//! Deleting old entries, some at a time. Texts that nothing refers to afterwards are deleted by themselves, see
//! [`crate::storage::texts`].

use crate::storage::{Storage, Write};

/// The ids of some old entries.
#[derive(Debug)]
pub(crate) struct OldEntries {
    last: i64,
    before: String,
}

impl Storage {
    /// Finds the oldest entries from before a time; `None` where there are none.
    pub(crate) async fn old_entries(&self, before: String) -> sqlx::Result<Option<OldEntries>> {
        let (last,): (Option<i64>,) = sqlx::query_as(
            "SELECT MAX(id) FROM (SELECT id, at FROM audit ORDER BY id LIMIT 500) AS oldest WHERE at < $1",
        )
        .bind(&before)
        .fetch_one(self)
        .await?;
        Ok(last.map(|last| OldEntries { last, before }))
    }
}

impl Write {
    pub(crate) async fn delete_old_entries(&mut self, entries: &OldEntries) -> sqlx::Result<()> {
        sqlx::query("DELETE FROM audit WHERE id <= $1 AND at < $2")
            .bind(entries.last)
            .bind(&entries.before)
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
