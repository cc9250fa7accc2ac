//! Who changed what.

use serde_json::Value;

use super::{Storage, Write, now};

/// The actors that are no keys.
pub(crate) const SIGNUP: &str = "signup";
pub(crate) const COMMAND_LINE: &str = "command line";

/// A change, for the record. `before` and `after` must hold no key.
#[derive(Debug, Default)]
pub(crate) struct Entry<'a> {
    pub(crate) account_id: i64,
    pub(crate) project_id: Option<i64>,
    pub(crate) environment: Option<&'a str>,
    /// Which key did it, as [`crate::http::api::auth::Identity::actor`] names it; or [`SIGNUP`], [`COMMAND_LINE`].
    pub(crate) actor: &'a str,
    /// `flag.create`, `key.revoke`, ...
    pub(crate) action: &'a str,
    /// What was changed: a flag's key, a name, an id.
    pub(crate) target: &'a str,
    pub(crate) before: Option<&'a Value>,
    pub(crate) after: Option<&'a Value>,
}

/// What was recorded, with the key that did it.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct EntryRow {
    pub(crate) id: i64,
    pub(crate) project_id: Option<i64>,
    pub(crate) environment: Option<String>,
    pub(crate) at: String,
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) target: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) key_id: Option<i64>,
    pub(crate) key_name: Option<String>,
    pub(crate) key_ending: Option<String>,
}

/// The statement that reads entries; the condition goes on with another where there is one.
macro_rules! entries {
    ($and:literal) => {
        concat!(
            "SELECT a.id, a.project_id, a.environment, a.at, a.actor, a.action, a.target, a.before, a.after, \
             k.id AS key_id, k.name AS key_name, k.ending AS key_ending FROM audit a \
             LEFT JOIN keys k ON k.account_id = a.account_id AND a.actor = 'key ' || CAST(k.id AS TEXT) \
             WHERE a.account_id = $1 AND a.id < $2 ",
            $and,
            " ORDER BY a.id DESC LIMIT $3"
        )
    };
}

impl Storage {
    /// The entries of an account, or of one of its projects, newest first, with ids below `before`.
    pub(crate) async fn audit(
        &self,
        account_id: i64,
        project_id: Option<i64>,
        before: i64,
        limit: i64,
    ) -> sqlx::Result<Vec<EntryRow>> {
        let statement = if project_id.is_some() { entries!("AND a.project_id = $4") } else { entries!("") };
        let mut query = sqlx::query_as(statement).bind(account_id).bind(before).bind(limit);
        if project_id.is_some() {
            query = query.bind(project_id);
        }
        query.fetch_all(self.pool()).await
    }
}

impl Write {
    /// Records a change, together with the change or not at all.
    pub(crate) async fn record(&mut self, entry: Entry<'_>) -> sqlx::Result<()> {
        let id = self.next_id().await?;
        sqlx::query(
            "INSERT INTO audit (id, account_id, project_id, environment, at, actor, action, target, before, after) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(id)
        .bind(entry.account_id)
        .bind(entry.project_id)
        .bind(entry.environment)
        .bind(now())
        .bind(entry.actor)
        .bind(entry.action)
        .bind(entry.target)
        .bind(entry.before.map(Value::to_string))
        .bind(entry.after.map(Value::to_string))
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
