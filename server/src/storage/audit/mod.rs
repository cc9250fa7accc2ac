//! The audit: who changed what.

mod page;
mod prune;
mod select;
mod split;

use std::fmt;

use serde_json::Value;

pub(crate) use page::EntryRow;
pub(crate) use select::{Selection, Subject};

use super::{Write, now};
use split::Split;

/// The author of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Actor {
    /// A request with an API key, by its id.
    Key(i64),
    /// Somebody who signed up.
    Signup,
    /// A command on the server's machine.
    CommandLine,
}

/// The text that is stored for [`Actor::CommandLine`].
pub(crate) const COMMAND_LINE: &str = "command line";

/// What is recorded.
pub(crate) const ACTIONS: [&str; 15] = [
    "account.create",
    "environment.create",
    "environment.delete",
    "environment.rename",
    "flag.create",
    "flag.delete",
    "flag.update",
    "key.create",
    "key.revoke",
    "project.create",
    "project.delete",
    "project.rename",
    "segment.create",
    "segment.delete",
    "segment.update",
];

/// A change to record. `before` and `after` must hold no key.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) account_id: i64,
    pub(crate) project_id: Option<i64>,
    pub(crate) environment: Option<&'a str>,
    pub(crate) actor: Actor,
    /// One of [`ACTIONS`].
    pub(crate) action: &'a str,
    /// The thing that changed: a flag's key, a name, an id.
    pub(crate) target: &'a str,
    pub(crate) before: Option<&'a Value>,
    pub(crate) after: Option<&'a Value>,
}

impl Entry<'_> {
    /// The beginning of an entry: who made the change, and in which account.
    pub(crate) fn by(actor: Actor, account_id: i64) -> Self {
        Self {
            account_id,
            actor,
            project_id: None,
            environment: None,
            action: "",
            target: "",
            before: None,
            after: None,
        }
    }
}

impl fmt::Display for Actor {
    /// Writes the text that is stored.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(id) => write!(formatter, "key {id}"),
            Self::Signup => formatter.write_str("signup"),
            Self::CommandLine => formatter.write_str(COMMAND_LINE),
        }
    }
}

impl Write {
    /// Records a change, together with the change or not at all.
    pub(crate) async fn record(&mut self, entry: Entry<'_>) -> sqlx::Result<()> {
        debug_assert!(ACTIONS.contains(&entry.action), "{}", entry.action);
        let id = self.next_id().await?;
        let Split { unchanged, before, after, parts } = Split::of(entry.before, entry.after);
        sqlx::query(
            "INSERT INTO audit \
             (id, account_id, project_id, environment, at, actor, action, target, unchanged, before, after) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(id)
        .bind(entry.account_id)
        .bind(entry.project_id)
        .bind(entry.environment)
        .bind(now())
        .bind(entry.actor.to_string())
        .bind(entry.action)
        .bind(entry.target)
        .bind(unchanged)
        .bind(before)
        .bind(after)
        .execute(self.connection())
        .await?;
        for part in parts {
            let text_id = self.text_id(entry.account_id, &part.text).await?;
            sqlx::query("INSERT INTO audit_parts (audit_id, side, field, text_id) VALUES ($1, $2, $3, $4)")
                .bind(id)
                .bind(part.side.name())
                .bind(part.field)
                .bind(text_id)
                .execute(self.connection())
                .await?;
        }
        Ok(())
    }
}
