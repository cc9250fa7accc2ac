//! Large texts, each stored once in an account.

use sha2::{Digest, Sha256};

use super::{Write, hex::hex};

impl Write {
    /// Returns the id of a text of an account. A text that is new is stored.
    pub(super) async fn text_id(&mut self, account_id: i64, text: &str) -> sqlx::Result<i64> {
        let hash = hex(&Sha256::digest(text).into());
        // Writes take turns, so nobody stores or deletes the text between the two statements.
        let known: Option<(i64,)> = sqlx::query_as("SELECT id FROM texts WHERE account_id = $1 AND hash = $2")
            .bind(account_id)
            .bind(&hash)
            .fetch_optional(self.connection())
            .await?;
        if let Some((id,)) = known {
            return Ok(id);
        }
        let id = self.next_id().await?;
        sqlx::query("INSERT INTO texts (id, account_id, hash, bytes, text) VALUES ($1, $2, $3, $4, $5)")
            .bind(id)
            .bind(account_id)
            .bind(hash)
            .bind(i64::try_from(text.len()).unwrap_or(i64::MAX))
            .bind(text)
            .execute(self.connection())
            .await?;
        Ok(id)
    }

    /// Deletes the texts of an account that nothing has any more.
    pub(super) async fn delete_unused_texts(&mut self, account_id: i64) -> sqlx::Result<()> {
        sqlx::query(
            "DELETE FROM texts WHERE account_id = $1 \
             AND NOT EXISTS (SELECT 1 FROM audit_parts p WHERE p.text_id = texts.id) \
             AND NOT EXISTS (SELECT 1 FROM archive_segments s WHERE s.text_id = texts.id)",
        )
        .bind(account_id)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
