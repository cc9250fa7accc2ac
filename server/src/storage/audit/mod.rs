//! The audit: who changed what.

mod erase;
mod page;
mod prune;
mod select;
mod split;

use std::fmt;

use serde_json::Value;

pub(crate) use page::EntryRow;
pub(crate) use select::{Selection, Subject};

use super::{
    Write,
    changes::Line,
    history::{NewVersion, Versioned},
    now,
    rows::{Cell, Many},
    texts::{LargeText, TextIds},
};
use split::{Side, Split};

/// The author of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Actor {
    /// A request with an API key of a member, by their ids.
    Key { id: i64, member_id: i64 },
    /// Somebody who signed up.
    Signup,
    /// A command on the server's machine.
    CommandLine,
}

/// The text that is stored for [`Actor::CommandLine`].
pub(crate) const COMMAND_LINE: &str = "command line";

/// Returns the text that is stored for a key.
pub(crate) fn key_actor(id: i64) -> String {
    format!("key {id}")
}

/// What is recorded.
pub(crate) const ACTIONS: [&str; 23] = [
    "account.create",
    "environment.create",
    "environment.delete",
    "environment.rename",
    "flag.archive",
    "flag.create",
    "flag.delete",
    "flag.erase",
    "flag.promote",
    "flag.restore",
    "flag.update",
    "key.create",
    "key.revoke",
    "member.add",
    "member.change",
    "member.remove",
    "project.create",
    "project.delete",
    "project.rename",
    "segment.create",
    "segment.delete",
    "segment.restore",
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
    /// Of an entry about a flag. Another flag may have had its key.
    pub(crate) flag_id: Option<i64>,
    /// Of an entry about a flag or a segment: the version that the history gets.
    pub(crate) versioned: Option<Versioned>,
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
            flag_id: None,
            versioned: None,
            before: None,
            after: None,
        }
    }
}

impl fmt::Display for Actor {
    /// Writes the text that is stored.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key { id, .. } => formatter.write_str(&key_actor(*id)),
            Self::Signup => formatter.write_str("signup"),
            Self::CommandLine => formatter.write_str(COMMAND_LINE),
        }
    }
}

impl Actor {
    /// Returns the text for the log, which has nothing to look the member up in.
    fn in_log(self) -> String {
        match self {
            Self::Key { member_id, .. } => format!("{self} of member {member_id}"),
            other => other.to_string(),
        }
    }
}

/// An entry in the form in which it is stored.
#[derive(Debug)]
pub(crate) struct StoredEntry {
    project_id: Option<i64>,
    environment: Option<String>,
    actor: String,
    author: Actor,
    action: String,
    target: String,
    /// Of an entry about a flag.
    pub(crate) flag_id: Option<i64>,
    versioned: Option<Versioned>,
    split: Split,
}

impl From<Entry<'_>> for StoredEntry {
    fn from(entry: Entry<'_>) -> Self {
        debug_assert!(ACTIONS.contains(&entry.action), "{}", entry.action);
        let Entry { account_id: _, project_id, environment, actor, action, target, flag_id, versioned, before, after } =
            entry;
        Self {
            project_id,
            environment: environment.map(str::to_owned),
            actor: actor.to_string(),
            author: actor,
            action: action.into(),
            target: target.into(),
            flag_id,
            versioned,
            split: Split::of(before, after),
        }
    }
}

impl StoredEntry {
    /// The texts that it refers to.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &LargeText> {
        self.split.parts.iter().map(|part| &part.text)
    }

    fn line(&self) -> Line {
        Line {
            action: self.action.clone(),
            project_id: self.project_id,
            environment: self.environment.clone(),
            target: self.target.clone(),
            actor: self.author.in_log(),
        }
    }

    /// The version that the history gets.
    fn version<'e>(&'e self, id: i64, at: &'e str, text_ids: &TextIds) -> Option<NewVersion<'e>> {
        let parts = self.split.parts.iter().filter(|part| part.side != Side::Before);
        Some(NewVersion {
            id,
            versioned: self.versioned.as_ref()?,
            flag_id: self.flag_id,
            segment: self.flag_id.is_none().then_some(&self.target),
            at,
            actor: &self.actor,
            action: &self.action,
            content: self.split.content.as_deref(),
            large: parts.map(|part| (part.field.as_str(), &part.text, text_ids.get(&part.text))).collect(),
        })
    }
}

impl Write {
    /// Records a change, together with the change or not at all.
    pub(crate) async fn record(&mut self, entry: Entry<'_>) -> sqlx::Result<()> {
        let account_id = entry.account_id;
        self.record_all(account_id, &[entry.into()]).await
    }

    /// Records changes of one account in their order.
    pub(crate) async fn record_all(&mut self, account_id: i64, entries: &[StoredEntry]) -> sqlx::Result<()> {
        entries.iter().for_each(|entry| self.changes.note(|| entry.line()));
        let first = self.next_ids(entries.len()).await?.start;
        let entries = || (first..).zip(entries);
        let at = now();
        let cause = self.cause.clone();
        let text_ids = self.text_ids(account_id, entries().flat_map(|(_, entry)| entry.texts())).await?;
        let many = Many {
            begin: "INSERT INTO audit \
                    (id, account_id, project_id, environment, at, actor, action, target, flag_id, unchanged, before, \
                    after, reason, request, description_id, variants_id, rules_id)",
            end: "",
        };
        let rows = entries().map(|(id, entry)| {
            let [description_id, variants_id, rules_id] = entry.split.columns(&text_ids);
            [
                Cell::from(id),
                account_id.into(),
                entry.project_id.into(),
                entry.environment.as_deref().into(),
                (&at).into(),
                (&entry.actor).into(),
                (&entry.action).into(),
                (&entry.target).into(),
                entry.flag_id.into(),
                entry.split.unchanged.as_deref().into(),
                entry.split.before.as_deref().into(),
                entry.split.after.as_deref().into(),
                cause.reason.as_deref().into(),
                cause.request.as_deref().into(),
                description_id.into(),
                variants_id.into(),
                rules_id.into(),
            ]
        });
        self.many(many, rows.collect()).await?;
        let many = Many { begin: "INSERT INTO audit_parts (audit_id, side, field, text_id)", end: "" };
        let parts = entries().flat_map(|(id, entry)| entry.split.rows().map(move |part| (id, part)));
        let rows = parts.map(|(id, part)| {
            [Cell::from(id), part.side.name().into(), (&part.field).into(), text_ids.get(&part.text).into()]
        });
        self.many(many, rows.collect()).await?;
        let versions = entries().filter_map(|(id, entry)| entry.version(id, &at, &text_ids)).collect();
        self.record_versions(versions).await
    }
}
