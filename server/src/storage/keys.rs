//! Keys, as they are stored.

use chrono::{DateTime, Utc};

use super::{Storage, Write, hex::hex, now, rights, stored_time};
use crate::{
    key::{Kind, NewKey},
    rights::{Rights, Role},
};

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
    /// The rights of an API key.
    pub(crate) rights: Option<&'a Rights>,
    /// The moment at which an API key stops working.
    pub(crate) ends_at: Option<DateTime<Utc>>,
    /// The member who makes it.
    pub(crate) maker_id: i64,
}

impl<'a> Grant<'a> {
    /// An API key.
    pub(crate) fn api(account_id: i64, maker_id: i64, name: &'a str, rights: &'a Rights) -> Self {
        let owner = Owner { account_id, project_id: None };
        Self { owner, kind: Kind::Api, name, environment: None, rights: Some(rights), ends_at: None, maker_id }
    }
}

/// A key as it is stored, without its hash.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct KeyRow {
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) ending: String,
    /// The id and the name of its environment; `None` for an API key.
    pub(crate) environment_id: Option<i64>,
    pub(crate) environment: Option<String>,
    pub(crate) created_at: String,
    pub(crate) revoked_at: Option<String>,
    pub(crate) ends_at: Option<String>,
    /// The rights of an API key, as they are stored.
    rights: Option<String>,
    pub(crate) maker_id: Option<i64>,
    pub(crate) maker_email: Option<String>,
    /// The hour of the last use.
    pub(crate) last_used_at: Option<String>,
}

impl KeyRow {
    /// Returns the rights of an API key.
    ///
    /// # Errors
    /// They cannot be read.
    pub(crate) fn rights(&self) -> sqlx::Result<Option<Rights>> {
        self.rights.as_deref().map(rights::read).transpose()
    }
}

/// The statement that finds keys of an owner.
macro_rules! keys {
    () => {
        "SELECT k.id, k.kind, k.name, k.ending, k.environment_id, e.name AS environment, k.created_at, k.revoked_at, k.ends_at, k.rights, \
         p.id AS maker_id, p.email AS maker_email, u.hour AS last_used_at FROM keys k \
         LEFT JOIN environments e ON e.id = k.environment_id LEFT JOIN people p ON p.id = k.maker_id \
         LEFT JOIN key_uses u ON u.key_id = k.id WHERE k.account_id = $1 AND COALESCE(k.project_id, 0) = $2"
    };
}

impl Storage {
    /// The oldest keys of an owner with ids above `after`, revoked ones too, oldest first.
    pub(crate) async fn keys(&self, owner: Owner, after: i64, limit: i64) -> sqlx::Result<Vec<KeyRow>> {
        sqlx::query_as(concat!(keys!(), " AND k.id > $3 ORDER BY k.id LIMIT $4"))
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
        sqlx::query_as(concat!(keys!(), " AND k.id = $3"))
            .bind(owner.account_id)
            .bind(owner.project_or_none())
            .bind(key_id)
            .fetch_optional(self.connection())
            .await
    }

    /// Returns the number of the API keys without an end that may do everything in an account.
    pub(crate) async fn count_admin_keys(&mut self, account_id: i64) -> sqlx::Result<usize> {
        let rows: Vec<(String,)> = sqlx::query_as(
            "SELECT rights FROM keys WHERE account_id = $1 AND COALESCE(project_id, 0) = 0 AND revoked_at IS NULL \
             AND ends_at IS NULL",
        )
        .bind(account_id)
        .fetch_all(self.connection())
        .await?;
        let everything = Rights::of_account(Role::Admin);
        Ok(rows.iter().filter(|(text,)| rights::read(text).is_ok_and(|rights| rights == everything)).count())
    }

    /// The ids of the valid API keys that a member made.
    pub(crate) async fn api_keys_by(&mut self, account_id: i64, maker_id: i64) -> sqlx::Result<Vec<i64>> {
        let rows: Vec<(i64,)> = sqlx::query_as(
            "SELECT id FROM keys WHERE account_id = $1 AND maker_id = $2 AND kind = 'api' AND revoked_at IS NULL \
             ORDER BY id",
        )
        .bind(account_id)
        .bind(maker_id)
        .fetch_all(self.connection())
        .await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
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
            environment_id: grant.environment.map(|(id, _)| id),
            environment: grant.environment.map(|(_, name)| name.into()),
            created_at: now(),
            revoked_at: None,
            ends_at: grant.ends_at.map(stored_time),
            rights: grant.rights.map(rights::text).transpose()?,
            maker_id: Some(grant.maker_id),
            maker_email: self.email(grant.maker_id).await?,
            last_used_at: None,
        };
        let sequence = self.sequence();
        sqlx::query(
            "INSERT INTO keys (id, account_id, project_id, environment_id, kind, name, hash, ending, created_at, changed, \
             ends_at, rights, maker_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
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
        .bind(&row.ends_at)
        .bind(&row.rights)
        .bind(grant.maker_id)
        .execute(self.connection())
        .await?;
        Ok((row, key.text))
    }
}
