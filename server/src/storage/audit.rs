//! Who changed what.

use serde_json::Value;

use super::{Write, now};

/// A change, for the record. `before` and `after` must hold no key.
#[derive(Debug, Default)]
pub(crate) struct Entry<'a> {
    pub(crate) account_id: i64,
    pub(crate) project_id: Option<i64>,
    pub(crate) environment: Option<&'a str>,
    /// Which key did it, as [`crate::http::auth::Identity::actor`] names it.
    pub(crate) actor: &'a str,
    /// `flag.create`, `key.revoke`, ...
    pub(crate) action: &'a str,
    /// What was changed: a flag's key, a name, an id.
    pub(crate) target: &'a str,
    pub(crate) before: Option<&'a Value>,
    pub(crate) after: Option<&'a Value>,
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
