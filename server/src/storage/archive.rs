//! The archive: flags that are in no environment any more.

use std::collections::BTreeMap;

use sqlx::FromRow;

use super::{
    Storage, Write,
    audit::Actor,
    now,
    segments::rules_of,
    session::Session,
};
use crate::flags::{Presence, Record, SegmentRecord, State, definition};

/// An archived flag in a list.
#[derive(Debug)]
pub(crate) struct ArchivedHead {
    pub(crate) id: i64,
    pub(crate) key: String,
    pub(crate) archived_at: String,
    pub(crate) actor: String,
    /// The names of the environments that it was in, the project's first first.
    pub(crate) environments: Vec<String>,
}

/// An archived flag.
#[derive(Debug)]
pub(crate) struct Archived {
    pub(crate) id: i64,
    pub(crate) record: Record,
    pub(crate) archived_at: String,
    pub(crate) actor: String,
    /// By the ids of the environments, the project's first first.
    pub(crate) states: Vec<ArchivedState>,
}

/// What an archived flag had in one environment.
#[derive(Debug)]
pub(crate) struct ArchivedState {
    pub(crate) environment_id: i64,
    /// The name that the environment had.
    pub(crate) environment: String,
    pub(crate) state: State,
    /// The segments that it used there.
    pub(crate) segments: Vec<SegmentRecord>,
}

/// A flag to archive, with what it has in each of its environments.
#[derive(Debug)]
pub(crate) struct Leaving<'a> {
    pub(crate) account_id: i64,
    pub(crate) project_id: i64,
    pub(crate) actor: Actor,
    pub(crate) record: &'a Record,
    pub(crate) states: Vec<LeavingState<'a>>,
}

/// What a flag that is archived has in one environment.
#[derive(Debug)]
pub(crate) struct LeavingState<'a> {
    pub(crate) environment_id: i64,
    pub(crate) environment: &'a str,
    pub(crate) presence: &'a Presence,
    /// The segments that it uses there.
    pub(crate) segments: Vec<&'a SegmentRecord>,
}

#[derive(FromRow)]
struct HeadRow {
    id: i64,
    key: String,
    archived_at: String,
    actor: String,
}

#[derive(FromRow)]
struct ArchivedRow {
    id: i64,
    flag_id: i64,
    key: String,
    shared: String,
    created_at: String,
    archived_at: String,
    actor: String,
}

impl Storage {
    /// The newest entries of a project with lower ids than `before`.
    pub(crate) async fn archive(
        &self,
        project_id: i64,
        before: i64,
        limit: usize,
    ) -> sqlx::Result<Vec<ArchivedHead>> {
        let mut session = self.read().await?;
        let rows: Vec<HeadRow> = sqlx::query_as(
            "SELECT id, key, archived_at, actor FROM archive WHERE project_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
        )
        .bind(project_id)
        .bind(before)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&mut session)
        .await?;
        let lowest = rows.last().map_or(before, |row| row.id);
        let names: Vec<(i64, String)> = sqlx::query_as(
            "SELECT s.archive_id, s.environment FROM archive a JOIN archive_states s ON s.archive_id = a.id \
             WHERE a.project_id = $1 AND a.id < $2 AND a.id >= $3 ORDER BY s.environment_id",
        )
        .bind(project_id)
        .bind(before)
        .bind(lowest)
        .fetch_all(&mut session)
        .await?;
        session.end().await?;
        let mut environments: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        for (id, name) in names {
            environments.entry(id).or_default().push(name);
        }
        let head = |HeadRow { id, key, archived_at, actor }: HeadRow| {
            let environments = environments.remove(&id).unwrap_or_default();
            ArchivedHead { id, key, archived_at, actor, environments }
        };
        Ok(rows.into_iter().map(head).collect())
    }

    /// An entry of a project's archive.
    pub(crate) async fn archived(&self, project_id: i64, id: i64) -> anyhow::Result<Option<Archived>> {
        let mut session = self.read().await?;
        let archived = archived(&mut session, project_id, id).await?;
        session.end().await?;
        Ok(archived)
    }
}

async fn archived(session: &mut Session, project_id: i64, id: i64) -> anyhow::Result<Option<Archived>> {
    let row: Option<ArchivedRow> = sqlx::query_as(
        "SELECT id, flag_id, key, shared, created_at, archived_at, actor FROM archive WHERE project_id = $1 AND id = $2",
    )
    .bind(project_id)
    .bind(id)
    .fetch_optional(&mut *session)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let states: Vec<(i64, String, String)> = sqlx::query_as(
        "SELECT environment_id, environment, state FROM archive_states WHERE archive_id = $1 ORDER BY environment_id",
    )
    .bind(id)
    .fetch_all(&mut *session)
    .await?;
    let segments: Vec<(i64, String, String)> = sqlx::query_as(
        "SELECT s.environment_id, s.key, t.text FROM archive_segments s JOIN texts t ON t.id = s.text_id \
         WHERE s.archive_id = $1 ORDER BY s.key",
    )
    .bind(id)
    .fetch_all(session)
    .await?;
    let mut used: BTreeMap<i64, Vec<SegmentRecord>> = BTreeMap::new();
    for (environment_id, key, text) in segments {
        used.entry(environment_id).or_default().push(SegmentRecord::new(key, rules_of(&text)?));
    }
    let states = states.into_iter().map(|(environment_id, environment, state)| {
        let segments = used.remove(&environment_id).unwrap_or_default();
        Ok(ArchivedState { environment_id, environment, state: serde_json::from_str(&state)?, segments })
    });
    let states = states.collect::<anyhow::Result<_>>()?;
    let ArchivedRow { id, flag_id, key, shared, created_at, archived_at, actor } = row;
    let record = Record { id: flag_id, key, shared: serde_json::from_str(&shared)?, created_at };
    Ok(Some(Archived { id, record, archived_at, actor, states }))
}

impl Write {
    /// An entry of a project's archive, as this write sees it.
    pub(crate) async fn archived(&mut self, project_id: i64, id: i64) -> anyhow::Result<Option<Archived>> {
        archived(self.connection(), project_id, id).await
    }

    /// The newest entry of a project's archive for a flag of this key.
    pub(crate) async fn archived_by_key(&mut self, project_id: i64, key: &str) -> anyhow::Result<Option<Archived>> {
        let newest: Option<(i64,)> =
            sqlx::query_as("SELECT id FROM archive WHERE project_id = $1 AND key = $2 ORDER BY id DESC LIMIT 1")
                .bind(project_id)
                .bind(key)
                .fetch_optional(self.connection())
                .await?;
        match newest {
            Some((id,)) => self.archived(project_id, id).await,
            None => Ok(None),
        }
    }

    /// Moves a flag from its environments into the archive. Returns the entry's id.
    pub(crate) async fn archive_flag(&mut self, leaving: Leaving<'_>) -> anyhow::Result<i64> {
        let Leaving { account_id, project_id, actor, record, states } = leaving;
        let id = self.next_id().await?;
        sqlx::query(
            "INSERT INTO archive (id, project_id, flag_id, key, shared, created_at, archived_at, actor) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(id)
        .bind(project_id)
        .bind(record.id)
        .bind(&record.key)
        .bind(serde_json::to_string(&record.shared)?)
        .bind(&record.created_at)
        .bind(now())
        .bind(actor.to_string())
        .execute(self.connection())
        .await?;
        for LeavingState { environment_id, environment, presence, segments } in states {
            sqlx::query(
                "INSERT INTO archive_states (archive_id, environment_id, environment, state) VALUES ($1, $2, $3, $4)",
            )
            .bind(id)
            .bind(environment_id)
            .bind(environment)
            .bind(serde_json::to_string(&presence.state)?)
            .execute(self.connection())
            .await?;
            for segment in segments {
                let text_id = self.text_id(account_id, &definition(&segment.rules).to_string()).await?;
                sqlx::query(
                    "INSERT INTO archive_segments (archive_id, environment_id, key, text_id) VALUES ($1, $2, $3, $4)",
                )
                .bind(id)
                .bind(environment_id)
                .bind(&segment.key)
                .bind(text_id)
                .execute(self.connection())
                .await?;
            }
            self.delete_presence(record.id, environment_id).await?;
        }
        sqlx::query("DELETE FROM flags WHERE id = $1").bind(record.id).execute(self.connection()).await?;
        Ok(id)
    }

    /// Moves a flag out of the archive. No environment has it yet.
    pub(crate) async fn unarchive_flag(&mut self, project_id: i64, archived: &Archived) -> anyhow::Result<()> {
        self.delete_archived(archived.id).await?;
        self.insert_flag(project_id, &archived.record).await
    }

    /// Erases an archived flag, and what the audit says of it besides who changed it and when.
    pub(crate) async fn erase_archived(
        &mut self,
        account_id: i64,
        project_id: i64,
        archived: &Archived,
    ) -> sqlx::Result<()> {
        let Record { id: flag_id, key, .. } = &archived.record;
        self.delete_archived(archived.id).await?;
        self.delete_versions(*flag_id).await?;
        self.erase_documents(*flag_id, project_id, key).await?;
        self.delete_unused_texts(account_id).await
    }

    /// Deletes the oldest entries of all archives from before a time, up to a number. Returns their number.
    pub(crate) async fn prune_archive(&mut self, until: &str, limit: i64) -> sqlx::Result<usize> {
        let rows: Vec<(i64, i64, i64)> = sqlx::query_as(
            "SELECT a.id, a.flag_id, p.account_id FROM archive a JOIN projects p ON p.id = a.project_id \
             WHERE a.archived_at < $1 ORDER BY a.archived_at LIMIT $2",
        )
        .bind(until)
        .bind(limit)
        .fetch_all(self.connection())
        .await?;
        for (id, flag_id, _) in &rows {
            self.delete_archived(*id).await?;
            self.delete_versions(*flag_id).await?;
        }
        let mut accounts: Vec<i64> = rows.iter().map(|(_, _, account_id)| *account_id).collect();
        accounts.sort_unstable();
        accounts.dedup();
        for account_id in accounts {
            self.delete_unused_texts(account_id).await?;
        }
        Ok(rows.len())
    }

    async fn delete_archived(&mut self, id: i64) -> sqlx::Result<()> {
        sqlx::query("DELETE FROM archive WHERE id = $1").bind(id).execute(self.connection()).await?;
        Ok(())
    }

    async fn delete_versions(&mut self, flag_id: i64) -> sqlx::Result<()> {
        sqlx::query("DELETE FROM flag_versions WHERE flag_id = $1").bind(flag_id).execute(self.connection()).await?;
        Ok(())
    }
}

impl Storage {
    /// Returns whether any archive has an entry from before a time.
    pub(crate) async fn has_archived_before(&self, until: &str) -> sqlx::Result<bool> {
        let found: Option<(i64,)> = sqlx::query_as("SELECT id FROM archive WHERE archived_at < $1 LIMIT 1")
            .bind(until)
            .fetch_optional(self)
            .await?;
        Ok(found.is_some())
    }
}
