//! The audit: who changed what.

use std::fmt;

use serde_json::Value;

use super::{Storage, Write, now, rows::{Cell, Many}};

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

/// A change to record. `before` and `after` must hold no key.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) account_id: i64,
    pub(crate) project_id: Option<i64>,
    pub(crate) environment: Option<&'a str>,
    pub(crate) actor: Actor,
    /// `flag.create`, `key.revoke`, ...
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

/// A recorded change, with the key that made it.
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

/// The statement that reads entries, with a further condition if there is one.
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
        query.fetch_all(self).await
    }
}

/// An entry in the form in which it is stored.
#[derive(Debug)]
pub(crate) struct StoredEntry {
    account_id: i64,
    project_id: Option<i64>,
    environment: Option<String>,
    actor: String,
    action: String,
    target: String,
    before: Option<String>,
    after: Option<String>,
}

impl From<Entry<'_>> for StoredEntry {
    fn from(entry: Entry<'_>) -> Self {
        let Entry { account_id, project_id, environment, actor, action, target, before, after } = entry;
        Self {
            account_id,
            project_id,
            environment: environment.map(str::to_owned),
            actor: actor.to_string(),
            action: action.into(),
            target: target.into(),
            before: before.map(Value::to_string),
            after: after.map(Value::to_string),
        }
    }
}

impl Write {
    /// Records a change, together with the change or not at all.
    pub(crate) async fn record(&mut self, entry: Entry<'_>) -> sqlx::Result<()> {
        self.record_all(&[entry.into()]).await
    }

    /// Records changes in their order.
    pub(crate) async fn record_all(&mut self, entries: &[StoredEntry]) -> sqlx::Result<()> {
        let ids = self.next_ids(entries.len()).await?;
        let statement = Many {
            begin: "INSERT INTO audit (id, account_id, project_id, environment, at, actor, action, target, before, after) \
                    VALUES",
            end: "",
        };
        let at = now();
        let rows = entries.iter().zip(ids).map(|(entry, id)| {
            [
                Cell::from(id),
                entry.account_id.into(),
                entry.project_id.into(),
                entry.environment.as_deref().into(),
                (&at).into(),
                (&entry.actor).into(),
                (&entry.action).into(),
                (&entry.target).into(),
                entry.before.as_deref().into(),
                entry.after.as_deref().into(),
            ]
        });
        self.many(statement, rows.collect()).await
    }
}
