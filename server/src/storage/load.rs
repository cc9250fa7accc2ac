//! Loading for those who follow the database: one state of it, in parts.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::{Mark, Storage, hex::hash_of_hex, rights, session::Session, states::StateRow};
use crate::{
    key::{Hash, Kind},
    rights::Rights,
};

/// One state of the database, in a transaction that only reads.
pub(crate) struct Reading {
    session: Session,
    /// The last write in it.
    pub(crate) newest: Mark,
}

/// An environment with its project, without its flags.
#[derive(Debug, FromRow)]
pub(crate) struct EnvironmentHead {
    pub(crate) id: i64,
    pub(crate) project_id: i64,
    pub(crate) account_id: i64,
    /// The last write that changed any field of its flags and segments.
    pub(crate) changed: i64,
    pub(crate) name: String,
    pub(crate) revision: i64,
}

/// The flags and segments of an environment as they are stored, sorted by key.
#[derive(Debug)]
pub(crate) struct StoredContent {
    pub(crate) flags: Vec<StoredFlag>,
    /// Keys and definitions.
    pub(crate) segments: Vec<(String, String)>,
}

/// A flag as it is stored: the JSON of the fields that all environments share, and the JSON of one environment's fields.
#[derive(Debug)]
pub(crate) struct StoredFlag {
    pub(crate) key: String,
    pub(crate) shared: String,
    pub(crate) state: String,
}

/// A key that was given out, revoked or not.
#[derive(Debug)]
pub(crate) struct StoredKey {
    pub(crate) id: i64,
    pub(crate) kind: Kind,
    pub(crate) account_id: i64,
    /// The project and the environment; `None` for an API key.
    pub(crate) scope: Option<(i64, i64)>,
    pub(crate) is_revoked: bool,
    pub(crate) hash: Hash,
    /// The rights of an API key.
    pub(crate) rights: Option<Rights>,
    pub(crate) ends_at: Option<DateTime<Utc>>,
    /// The member who made it.
    pub(crate) maker_id: Option<i64>,
}

/// The rights of a member; `None` for one who was removed.
#[derive(Debug)]
pub(crate) struct StoredMember {
    pub(crate) account_id: i64,
    pub(crate) person_id: i64,
    pub(crate) rights: Option<Rights>,
}

#[derive(FromRow)]
struct FlagRow {
    key: String,
    shared: String,
    #[sqlx(flatten)]
    state: StateRow,
}

#[derive(FromRow)]
struct KeyRow {
    id: i64,
    account_id: i64,
    project_id: Option<i64>,
    environment_id: Option<i64>,
    kind: String,
    hash: String,
    revoked_at: Option<String>,
    rights: Option<String>,
    ends_at: Option<String>,
    maker_id: Option<i64>,
}

#[derive(FromRow)]
struct MemberRow {
    account_id: i64,
    person_id: i64,
    rights: String,
    removed_at: Option<String>,
}

impl Storage {
    /// Begins to read the newest state.
    pub(crate) async fn reading(&self) -> sqlx::Result<Reading> {
        let mut session = self.read().await?;
        let newest = Mark::newest(&mut session).await?;
        Ok(Reading { session, newest })
    }
}

impl Reading {
    /// Returns whether this state came out of another by further writes, and not out of one before it.
    pub(crate) async fn continues(&mut self, other: Mark) -> sqlx::Result<bool> {
        Ok(other.sequence <= self.newest.sequence && Mark::of(&mut self.session, other.sequence).await? == other)
    }

    /// All environments of all projects, the first of a project first.
    pub(crate) async fn environments(&mut self) -> sqlx::Result<Vec<EnvironmentHead>> {
        sqlx::query_as(
            "SELECT e.id, e.project_id, p.account_id, e.changed, e.name, e.revision FROM environments e \
             JOIN projects p ON p.id = e.project_id ORDER BY e.id",
        )
        .fetch_all(&mut self.session)
        .await
    }

    /// The flags and segments of an environment.
    pub(crate) async fn content(&mut self, environment_id: i64) -> sqlx::Result<StoredContent> {
        let rows: Vec<FlagRow> = sqlx::query_as(
            "SELECT f.key, f.shared, s.state, t.text AS rules FROM flags f JOIN flag_states s ON s.flag_id = f.id \
             LEFT JOIN texts t ON t.id = s.rules_id WHERE s.environment_id = $1 ORDER BY f.key",
        )
        .bind(environment_id)
        .fetch_all(&mut self.session)
        .await?;
        let flag = |FlagRow { key, shared, state }| StoredFlag { key, shared, state: state.text() };
        let flags = rows.into_iter().map(flag).collect();
        let segments = sqlx::query_as("SELECT key, definition FROM segments WHERE environment_id = $1 ORDER BY key")
            .bind(environment_id)
            .fetch_all(&mut self.session)
            .await?;
        Ok(StoredContent { flags, segments })
    }

    /// The keys that were changed after a write. A key that was deleted with its project or environment is not among
    /// them.
    pub(crate) async fn keys_changed_after(&mut self, sequence: i64) -> sqlx::Result<Vec<StoredKey>> {
        let rows: Vec<KeyRow> = sqlx::query_as(
            "SELECT id, account_id, project_id, environment_id, kind, hash, revoked_at, rights, ends_at, maker_id FROM keys \
             WHERE changed > $1",
        )
        .bind(sequence)
        .fetch_all(&mut self.session)
        .await?;
        Ok(rows.into_iter().filter_map(KeyRow::read).collect())
    }

    /// The members who were changed after a write, removed ones too.
    pub(crate) async fn members_changed_after(&mut self, sequence: i64) -> sqlx::Result<Vec<StoredMember>> {
        let statement = "SELECT account_id, person_id, rights, removed_at FROM members WHERE changed > $1";
        let rows: Vec<MemberRow> = sqlx::query_as(statement).bind(sequence).fetch_all(&mut self.session).await?;
        Ok(rows.into_iter().map(MemberRow::read).collect())
    }

    /// Ends the reading.
    pub(crate) async fn end(self) -> sqlx::Result<()> {
        self.session.end().await
    }
}

impl KeyRow {
    fn read(self) -> Option<StoredKey> {
        let rights = self.rights.as_deref().map(rights::read).transpose();
        let ends_at = self.ends_at.as_deref().map(DateTime::parse_from_rfc3339).transpose();
        let (Some(kind), Some(hash), Ok(rights), Ok(ends_at)) =
            (Kind::of_name(&self.kind), hash_of_hex(&self.hash), rights, ends_at)
        else {
            tracing::error!(key_id = self.id, "a key in the database cannot be read; it opens nothing");
            return None;
        };
        let (id, account_id, scope) = (self.id, self.account_id, self.project_id.zip(self.environment_id));
        let (is_revoked, ends_at) = (self.revoked_at.is_some(), ends_at.map(|end| end.to_utc()));
        Some(StoredKey { id, kind, account_id, scope, is_revoked, hash, rights, ends_at, maker_id: self.maker_id })
    }
}

impl MemberRow {
    fn read(self) -> StoredMember {
        let Self { account_id, person_id, rights, removed_at } = self;
        let rights = rights::read(&rights).inspect_err(|_| {
            tracing::error!(account_id, person_id, "a member's rights in the database cannot be read; they have none");
        });
        StoredMember { account_id, person_id, rights: rights.ok().filter(|_| removed_at.is_none()) }
    }
}
