//! The archive: flags that are in no environment any more.

use std::{collections::BTreeMap, ops::Range};

use sqlx::FromRow;

use super::{
    Storage, Write,
    audit::Actor,
    flags::StoredRecord,
    now,
    rows::{Cell, Many},
    segments::rules_of,
    session::Session,
    states::{StateRow, StoredState},
    texts::LargeText,
};
use crate::flags::{Presence, Record, SegmentRecord, State, definition};

/// An archived flag in a list.
#[derive(Debug)]
pub(crate) struct ArchivedHead {
    pub(crate) id: i64,
    pub(crate) key: String,
    pub(crate) archived_at: String,
    /// The names of the environments that it was in, the project's first first.
    pub(crate) environments: Vec<String>,
}

/// An archived flag.
#[derive(Debug)]
pub(crate) struct Archived {
    pub(crate) id: i64,
    pub(crate) record: Record,
    pub(crate) archived_at: String,
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

/// A flag to archive, in the form in which it is stored.
#[derive(Debug)]
pub(crate) struct Leaving {
    flag: StoredRecord,
    states: Vec<LeavingState>,
}

#[derive(Debug)]
struct LeavingState {
    environment_id: i64,
    environment: String,
    version: i64,
    state: StoredState,
    /// Keys and definitions of the segments that it uses.
    segments: Vec<(String, LargeText)>,
}

impl Leaving {
    /// Begins with the fields that all environments share.
    ///
    /// # Errors
    /// They cannot be written as JSON.
    pub(crate) fn new(record: &Record) -> serde_json::Result<Self> {
        Ok(Self { flag: StoredRecord::new(record)?, states: Vec::new() })
    }

    /// The texts that it refers to.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &LargeText> {
        self.states.iter().flat_map(|place| {
            let segments = place.segments.iter().map(|(_, text)| text);
            place.state.rules.iter().chain(segments)
        })
    }

    /// Adds what the flag has in one of its environments, with the segments that it uses there.
    ///
    /// # Errors
    /// The state cannot be written as JSON.
    pub(crate) fn add<'s>(
        &mut self,
        (environment, environment_id): (&str, i64),
        presence: &Presence,
        segments: impl Iterator<Item = &'s SegmentRecord>,
    ) -> serde_json::Result<()> {
        let text = |segment: &SegmentRecord| LargeText::new(definition(&segment.rules).to_string());
        self.states.push(LeavingState {
            environment_id,
            environment: environment.into(),
            version: presence.version,
            state: StoredState::new(&presence.state)?,
            segments: segments.map(|segment| (segment.key.clone(), text(segment))).collect(),
        });
        Ok(())
    }
}

#[derive(FromRow)]
struct HeadRow {
    id: i64,
    key: String,
    archived_at: String,
}

#[derive(FromRow)]
struct ArchivedRow {
    id: i64,
    flag_id: i64,
    key: String,
    shared: String,
    created_at: String,
    archived_at: String,
}

#[derive(FromRow)]
struct PlaceRow {
    environment_id: i64,
    environment: String,
    #[sqlx(flatten)]
    state: StateRow,
}

impl Storage {
    /// The newest entries of a project with lower ids than `before`.
    pub(crate) async fn archive(&self, project_id: i64, before: i64, limit: usize) -> sqlx::Result<Vec<ArchivedHead>> {
        let mut session = self.read().await?;
        let rows: Vec<HeadRow> = sqlx::query_as(
            "SELECT id, key, archived_at FROM archive WHERE project_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
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
        let head = |HeadRow { id, key, archived_at }: HeadRow| {
            let environments = environments.remove(&id).unwrap_or_default();
            ArchivedHead { id, key, archived_at, environments }
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
        "SELECT id, flag_id, key, shared, created_at, archived_at FROM archive WHERE project_id = $1 AND id = $2",
    )
    .bind(project_id)
    .bind(id)
    .fetch_optional(&mut *session)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let states: Vec<PlaceRow> = sqlx::query_as(
        "SELECT s.environment_id, s.environment, s.state, t.text AS rules FROM archive_states s \
         LEFT JOIN texts t ON t.id = s.rules_id WHERE s.archive_id = $1 ORDER BY s.environment_id",
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
    let states = states.into_iter().map(|PlaceRow { environment_id, environment, state }| {
        let segments = used.remove(&environment_id).unwrap_or_default();
        Ok(ArchivedState { environment_id, environment, state: state.read()?, segments })
    });
    let states = states.collect::<anyhow::Result<_>>()?;
    let ArchivedRow { id, flag_id, key, shared, created_at, archived_at } = row;
    let record = Record { id: flag_id, key, shared: serde_json::from_str(&shared)?, created_at };
    Ok(Some(Archived { id, record, archived_at, states }))
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

    /// Moves flags from all their environments into the archive. Returns the entries' ids in the same order.
    pub(crate) async fn archive_flags(
        &mut self,
        account_id: i64,
        project_id: i64,
        actor: Actor,
        flags: &[Leaving],
    ) -> sqlx::Result<Range<i64>> {
        let ids = self.next_ids(flags.len()).await?;
        let (now, actor) = (now(), actor.to_string());
        let (mut rows, mut states, mut segments) = (Vec::new(), Vec::new(), Vec::new());
        for (id, Leaving { flag, states: places }) in ids.clone().zip(flags) {
            let (key, shared, created_at) = ((&flag.key).into(), (&flag.shared).into(), (&flag.created_at).into());
            let (id, project_id) = (Cell::from(id), project_id.into());
            rows.push([id, project_id, flag.id.into(), key, shared, created_at, (&now).into(), (&actor).into()]);
            for place in places {
                let environment_id = Cell::from(place.environment_id);
                let (environment, text) = ((&place.environment).into(), (&place.state.text).into());
                states.push(([id, environment_id, environment, text], place.state.rules.as_ref()));
                let used = place.segments.iter();
                segments.extend(used.map(|(key, text)| ([id, environment_id, key.into()], text)));
            }
        }
        let begin = "INSERT INTO archive (id, project_id, flag_id, key, shared, created_at, archived_at, actor)";
        self.many(Many { begin, end: "" }, rows).await?;
        let rules = states.iter().filter_map(|(_, rules)| *rules);
        let texts: Vec<&LargeText> = rules.chain(segments.iter().map(|(_, text)| *text)).collect();
        let text_ids = self.text_ids(account_id, texts.into_iter()).await?;
        let states = states.into_iter().map(|([id, environment_id, environment, text], rules)| {
            [id, environment_id, environment, text, rules.and_then(|rules| text_ids.get(rules)).into()]
        });
        let begin = "INSERT INTO archive_states (archive_id, environment_id, environment, state, rules_id)";
        self.many(Many { begin, end: "" }, states.collect()).await?;
        let segments = segments
            .into_iter()
            .map(|([id, environment_id, key], text)| [id, environment_id, key, text_ids.get(text).into()]);
        let begin = "INSERT INTO archive_segments (archive_id, environment_id, key, text_id)";
        self.many(Many { begin, end: "" }, segments.collect()).await?;

        let mut presences = Vec::new();
        for Leaving { flag, states } in flags {
            presences.extend(states.iter().map(|place| (flag.id, place.environment_id, place.version)));
        }
        self.remember_versions(&presences).await?;
        self.delete_flags(flags.iter().map(|leaving| leaving.flag.id)).await?;
        Ok(ids)
    }

    /// Moves a flag out of the archive. No environment has it yet.
    pub(crate) async fn unarchive_flag(&mut self, project_id: i64, archived: &Archived) -> anyhow::Result<()> {
        self.delete_archived(archived.id).await?;
        self.insert_flag(project_id, &archived.record).await
    }

    /// Erases an archived flag with its history, and what the audit says of it besides who changed it and when.
    pub(crate) async fn erase_archived(
        &mut self,
        account_id: i64,
        project_id: i64,
        archived: &Archived,
    ) -> sqlx::Result<()> {
        let Record { id: flag_id, key, .. } = &archived.record;
        self.delete_archived(archived.id).await?;
        self.delete_versions(*flag_id).await?;
        self.delete_history(project_id, *flag_id).await?;
        self.erase_documents(*flag_id, project_id, key).await?;
        self.forget_usage(project_id, key).await?;
        self.delete_unused_texts_of(account_id).await
    }

    /// Deletes the oldest entries of all archives from before a time, as many as one write may. Returns their number. Their
    /// texts go with the next sweep of unused texts.
    pub(crate) async fn prune_archive(&mut self, until: &str) -> sqlx::Result<usize> {
        let rows: Vec<(i64, i64, i64)> = sqlx::query_as(
            "SELECT id, project_id, flag_id FROM archive WHERE archived_at < $1 ORDER BY archived_at LIMIT 100",
        )
        .bind(until)
        .fetch_all(self.connection())
        .await?;
        for (id, project_id, flag_id) in &rows {
            self.delete_archived(*id).await?;
            self.delete_versions(*flag_id).await?;
            self.delete_history(*project_id, *flag_id).await?;
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
