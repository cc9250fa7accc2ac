//! Accounts.

use super::{Storage, Write, now};

impl Storage {
    pub(crate) async fn has_account(&self) -> sqlx::Result<bool> {
        let found: Option<(i64,)> = sqlx::query_as("SELECT id FROM accounts LIMIT 1").fetch_optional(self).await?;
        Ok(found.is_some())
    }
}

impl Write {
    /// Creates an account; its id.
    pub(crate) async fn create_account(&mut self, email: &str) -> sqlx::Result<i64> {
        let id = self.next_id().await?;
        sqlx::query("INSERT INTO accounts (id, email, created_at) VALUES ($1, $2, $3)")
            .bind(id)
            .bind(email)
            .bind(now())
            .execute(self.connection())
            .await?;
        Ok(id)
    }

    /// Returns whether there is an account, as this write sees it.
    pub(crate) async fn has_account(&mut self) -> sqlx::Result<bool> {
        let found: Option<(i64,)> =
            sqlx::query_as("SELECT id FROM accounts LIMIT 1").fetch_optional(self.connection()).await?;
        Ok(found.is_some())
    }
}
