//! Keys, as they are stored.

use super::{Storage, Write, hex::hex, now};
use crate::key::{Kind, NewKey};

/// The owner of keys: a project, or without one an account with its API keys.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner {
    pub(crate) account_id: i64,
    pub(crate) project_id: Option<i64>,
}

impl Owner {
    /// The project as the indexes of keys have it: 0 for the account itself.
    fn project_or_none(self) -> i64 {
        self.project_id.unwrap_or(0)
    }
}

/// The purpose of a new key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grant<'a> {
    pub(crate) owner: Owner,
    pub(crate) kind: Kind,
    pub(crate) name: &'a str,
    /// The id and the name; `None` for an API key.
    pub(crate) environment: Option<(i64, &'a str)>,
}

/// A key as it is stored, without its hash.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct KeyRow {
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) ending: String,
    /// The name of its environment; `None` for an API key.
    pub(crate) environment: Option<String>,
    pub(crate) created_at: String,
    pub(crate) revoked_at: Option<String>,
}

impl Storage {
    /// The oldest keys of an owner with ids above `after`, revoked ones too, oldest first.
    pub(crate) async fn keys(&self, owner: Owner, after: i64, limit: i64) -> sqlx::Result<Vec<KeyRow>> {
        sqlx::query_as(
            "SELECT k.id, k.kind, k.name, k.ending, e.name AS environment, k.created_at, k.revoked_at \
             FROM keys k LEFT JOIN environments e ON e.id = k.environment_id \
             WHERE k.account_id = $1 AND COALESCE(k.project_id, 0) = $2 AND k.id > $3 ORDER BY k.id LIMIT $4",
        )
        .bind(owner.account_id)
        .bind(owner.project_or_none())
        .bind(after)
        .bind(limit)
        .fetch_all(self)
        .await
    }
}

impl Write {
    /// A key of an owner, revoked or not.
    pub(crate) async fn key(&mut self, owner: Owner, key_id: i64) -> sqlx::Result<Option<KeyRow>> {
        sqlx::query_as(
            "SELECT k.id, k.kind, k.name, k.ending, e.name AS environment, k.created_at, k.revoked_at \
             FROM keys k LEFT JOIN environments e ON e.id = k.environment_id \
             WHERE k.account_id = $1 AND COALESCE(k.project_id, 0) = $2 AND k.id = $3",
        )
        .bind(owner.account_id)
        .bind(owner.project_or_none())
        .bind(key_id)
        .fetch_optional(self.connection())
        .await
    }

    /// Returns whether an account has an API key that is not revoked, as this write sees it.
    pub(crate) async fn is_valid_api_key(&mut self, account_id: i64, key_id: i64) -> sqlx::Result<bool> {
        let found: Option<(i64,)> = sqlx::query_as(
            "SELECT id FROM keys WHERE account_id = $1 AND id = $2 AND project_id IS NULL AND revoked_at IS NULL",
        )
        .bind(account_id)
        .bind(key_id)
        .fetch_optional(self.connection())
        .await?;
        Ok(found.is_some())
    }

    /// Returns the number of an owner's keys that are not revoked.
    pub(crate) async fn count_keys(&mut self, owner: Owner) -> sqlx::Result<i64> {
        let (count,) = sqlx::query_as(
            "SELECT COUNT(*) FROM keys \
             WHERE account_id = $1 AND COALESCE(project_id, 0) = $2 AND revoked_at IS NULL",
        )
        .bind(owner.account_id)
        .bind(owner.project_or_none())
        .fetch_one(self.connection())
        .await?;
        Ok(count)
    }

    pub(crate) async fn revoke_key(&mut self, key_id: i64) -> sqlx::Result<()> {
        let sequence = self.sequence();
        sqlx::query("UPDATE keys SET revoked_at = $1, changed = $2 WHERE id = $3")
            .bind(now())
            .bind(sequence)
            .bind(key_id)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Creates a key. Returns the stored part and the text, which is known only here.
    pub(crate) async fn create_key(&mut self, grant: Grant<'_>) -> anyhow::Result<(KeyRow, String)> {
        let key = NewKey::generate(grant.kind)?;
        let row = KeyRow {
            id: self.next_id().await?,
            kind: grant.kind.name().into(),
            name: grant.name.into(),
            ending: key.ending().into(),
            environment: grant.environment.map(|(_, name)| name.into()),
            created_at: now(),
            revoked_at: None,
        };
        let sequence = self.sequence();
        sqlx::query(
            "INSERT INTO keys (id, account_id, project_id, environment_id, kind, name, hash, ending, created_at, changed) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(row.id)
        .bind(grant.owner.account_id)
        .bind(grant.owner.project_id)
        .bind(grant.environment.map(|(id, _)| id))
        .bind(&row.kind)
        .bind(grant.name)
        .bind(hex(&key.hash))
        .bind(key.ending())
        .bind(&row.created_at)
        .bind(sequence)
        .execute(self.connection())
        .await?;
        Ok((row, key.text))
    }
}
