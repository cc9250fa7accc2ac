//! Large texts, each stored once in an account.

use sha2::{Digest, Sha256};

use super::{Storage, Write, hex::hex};

/// A text with more bytes is stored once, and referred to. A reference takes about as many.
pub(super) const LARGE: usize = 128;

/// The conditions for texts of a step that nothing refers to.
macro_rules! unused {
    ($statement:literal) => {
        concat!(
            $statement,
            " FROM texts WHERE id > $1 AND id <= $2 AND NOT EXISTS (SELECT 1 FROM audit_parts p WHERE p.text_id = texts.id) \
             AND NOT EXISTS (SELECT 1 FROM flag_states s WHERE s.rules_id = texts.id)"
        )
    };
}

/// Some texts that follow each other by their ids.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextStep {
    /// The id before the first one.
    after: i64,
    pub(crate) last: i64,
}

impl Storage {
    /// Returns the texts after an id, as many as one write may delete; `None` at the end.
    pub(crate) async fn texts_after(&self, after: i64) -> sqlx::Result<Option<TextStep>> {
        let (last,): (Option<i64>,) =
            sqlx::query_as("SELECT MAX(id) FROM (SELECT id FROM texts WHERE id > $1 ORDER BY id LIMIT 100) AS step")
                .bind(after)
                .fetch_one(self)
                .await?;
        Ok(last.map(|last| TextStep { after, last }))
    }

    /// Returns whether nothing refers to some text of a step.
    pub(crate) async fn has_unused_text(&self, step: TextStep) -> sqlx::Result<bool> {
        let (count,): (i64,) =
            sqlx::query_as(unused!("SELECT COUNT(*)")).bind(step.after).bind(step.last).fetch_one(self).await?;
        Ok(count > 0)
    }
}

impl Write {
    /// Deletes the texts of a step that nothing refers to, as this write sees it.
    pub(crate) async fn delete_unused_texts(&mut self, step: TextStep) -> sqlx::Result<()> {
        sqlx::query(unused!("DELETE")).bind(step.after).bind(step.last).execute(self.connection()).await?;
        Ok(())
    }

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
}
