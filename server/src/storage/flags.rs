//! Flags: what all environments share, and the state in each.

use std::collections::{BTreeMap, HashSet};

use sqlx::FromRow;

use super::{
    Storage, Write, now,
    rows::{Cell, Many},
    session::Session,
    states::{StateRow, StoredState},
    texts::LargeText,
};
use crate::flags::{Presence, Record, Shared, State};

#[derive(FromRow)]
pub(super) struct FlagRow {
    id: i64,
    pub(super) key: String,
    shared: String,
    created_at: String,
}

/// The part of a flag that all environments share, in the form in which it is stored.
#[derive(Debug)]
pub(crate) struct StoredRecord {
    pub(crate) id: i64,
    pub(crate) key: String,
    /// JSON.
    pub(crate) shared: String,
    pub(crate) created_at: String,
}

/// A flag in an environment, in the form in which it is stored.
#[derive(Debug)]
pub(crate) struct StoredPresence {
    pub(crate) flag_id: i64,
    pub(crate) environment_id: i64,
    /// `None` for the state that is there.
    pub(crate) state: Option<StoredState>,
    pub(crate) version: i64,
    pub(crate) updated_at: String,
}

impl StoredPresence {
    /// The texts that it refers to.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &LargeText> {
        self.state.iter().filter_map(|state| state.rules.as_ref())
    }
}

impl StoredRecord {
    /// Makes a flag ready to be stored.
    ///
    /// # Errors
    /// The fields cannot be written as JSON.
    pub(crate) fn new(record: &Record) -> serde_json::Result<Self> {
        let Record { id, key, shared, created_at } = record;
        let shared = serde_json::to_string(shared)?;
        Ok(Self { id: *id, key: key.clone(), shared, created_at: created_at.clone() })
    }
}

#[derive(FromRow)]
struct PresenceRow {
    #[sqlx(flatten)]
    state: StateRow,
    version: i64,
    updated_at: String,
}

#[derive(FromRow)]
struct PresentFlagRow {
    #[sqlx(flatten)]
    flag: FlagRow,
    #[sqlx(flatten)]
    presence: PresenceRow,
}

#[derive(FromRow)]
struct PlacedRow {
    environment_id: i64,
    #[sqlx(flatten)]
    presence: PresenceRow,
}

impl TryFrom<FlagRow> for Record {
    type Error = anyhow::Error;

    fn try_from(row: FlagRow) -> anyhow::Result<Self> {
        let FlagRow { id, key, shared, created_at } = row;
        Ok(Self { id, key, shared: serde_json::from_str(&shared)?, created_at })
    }
}

impl TryFrom<PresenceRow> for Presence {
    type Error = anyhow::Error;

    fn try_from(row: PresenceRow) -> anyhow::Result<Self> {
        let PresenceRow { state, version, updated_at } = row;
        Ok(Self { state: state.read()?, version, updated_at })
    }
}

impl PresentFlagRow {
    fn read(self) -> anyhow::Result<(Record, Presence)> {
        Ok((self.flag.try_into()?, self.presence.try_into()?))
    }
}

impl Storage {
    /// A flag of a project in one of its environments.
    pub(crate) async fn flag(&self, environment_id: i64, key: &str) -> anyhow::Result<Option<(Record, Presence)>> {
        let row: Option<PresentFlagRow> = sqlx::query_as(
            "SELECT f.id, f.key, f.shared, f.created_at, s.state, t.text AS rules, s.version, s.updated_at \
             FROM environments e JOIN flags f ON f.project_id = e.project_id AND f.key = $2 \
             JOIN flag_states s ON s.environment_id = e.id AND s.flag_id = f.id \
             LEFT JOIN texts t ON t.id = s.rules_id WHERE e.id = $1",
        )
        .bind(environment_id)
        .bind(key)
        .fetch_optional(self)
        .await?;
        row.map(PresentFlagRow::read).transpose()
    }

    /// The part of a flag that all environments share.
    pub(crate) async fn flag_of_project(&self, project_id: i64, key: &str) -> anyhow::Result<Option<Record>> {
        let row: Option<FlagRow> =
            sqlx::query_as("SELECT id, key, shared, created_at FROM flags WHERE project_id = $1 AND key = $2")
                .bind(project_id)
                .bind(key)
                .fetch_optional(self)
                .await?;
        row.map(Record::try_from).transpose()
    }

    /// The names of the environments that have a flag, the project's first first.
    pub(crate) async fn environments_of_flag(&self, project_id: i64, key: &str) -> sqlx::Result<Vec<String>> {
        let names: Vec<(String,)> = sqlx::query_as(
            "SELECT e.name FROM flags f JOIN flag_states s ON s.flag_id = f.id \
             JOIN environments e ON e.id = s.environment_id WHERE f.project_id = $1 AND f.key = $2 ORDER BY e.id",
        )
        .bind(project_id)
        .bind(key)
        .fetch_all(self)
        .await?;
        Ok(names.into_iter().map(|(name,)| name).collect())
    }

    /// The bytes of the stored texts of an environment's flags and segments. No text is read for it.
    pub(crate) async fn environment_bytes(&self, environment_id: i64) -> sqlx::Result<usize> {
        let (bytes,): (i64,) = sqlx::query_as(
            "SELECT CAST( \
             COALESCE((SELECT SUM(OCTET_LENGTH(f.shared) + OCTET_LENGTH(s.state) + COALESCE(t.bytes, 0)) \
             FROM flag_states s JOIN flags f ON f.id = s.flag_id LEFT JOIN texts t ON t.id = s.rules_id \
             WHERE s.environment_id = $1), 0) \
             + COALESCE((SELECT SUM(OCTET_LENGTH(definition)) FROM segments WHERE environment_id = $1), 0) AS BIGINT)",
        )
        .bind(environment_id)
        .fetch_one(self)
        .await?;
        Ok(usize::try_from(bytes).unwrap_or_default())
    }

    /// The flags and segments of an environment, sorted by key, and up to which write that is.
    pub(crate) async fn environment(&self, environment_id: i64) -> anyhow::Result<Option<EnvironmentContent>> {
        let mut session = self.read().await?;
        let content = content(&mut session, environment_id).await?;
        session.end().await?;
        Ok(content)
    }
}

/// The flags and segments of an environment; `None` where it is gone.
pub(super) async fn content(session: &mut Session, environment_id: i64) -> anyhow::Result<Option<EnvironmentContent>> {
    let changed: Option<(i64,)> = sqlx::query_as("SELECT changed FROM environments WHERE id = $1")
        .bind(environment_id)
        .fetch_optional(&mut *session)
        .await?;
    let Some((changed,)) = changed else { return Ok(None) };
    let flags = environment_flags(session, environment_id).await?;
    let segments = super::segments::environment_segments(session, environment_id).await?;
    Ok(Some(EnvironmentContent { changed, flags, segments }))
}

/// Everything that an environment has.
#[derive(Debug)]
pub(crate) struct EnvironmentContent {
    /// The last write that changed any of it.
    pub(crate) changed: i64,
    pub(crate) flags: Vec<(Record, Presence)>,
    pub(crate) segments: Vec<crate::flags::SegmentRecord>,
}

async fn environment_flags(session: &mut Session, environment_id: i64) -> anyhow::Result<Vec<(Record, Presence)>> {
    let rows: Vec<PresentFlagRow> = sqlx::query_as(
        "SELECT f.id, f.key, f.shared, f.created_at, s.state, t.text AS rules, s.version, s.updated_at \
         FROM flag_states s JOIN flags f ON f.id = s.flag_id LEFT JOIN texts t ON t.id = s.rules_id \
         WHERE s.environment_id = $1",
    )
    .bind(environment_id)
    .fetch_all(session)
    .await?;
    let mut flags = rows.into_iter().map(PresentFlagRow::read).collect::<anyhow::Result<Vec<_>>>()?;
    // Databases sort by their own rules.
    flags.sort_unstable_by(|(flag, _), (other, _)| flag.key.cmp(&other.key));
    Ok(flags)
}

impl Write {
    pub(crate) async fn flag(&mut self, project_id: i64, key: &str) -> anyhow::Result<Option<Record>> {
        let row: Option<FlagRow> =
            sqlx::query_as("SELECT id, key, shared, created_at FROM flags WHERE project_id = $1 AND key = $2")
                .bind(project_id)
                .bind(key)
                .fetch_optional(self.connection())
                .await?;
        row.map(Record::try_from).transpose()
    }

    /// The flag in each environment that has it, by the environment's id; the project's first comes first.
    pub(crate) async fn presences(&mut self, flag_id: i64) -> anyhow::Result<BTreeMap<i64, Presence>> {
        let rows: Vec<PlacedRow> = sqlx::query_as(
            "SELECT s.environment_id, s.state, t.text AS rules, s.version, s.updated_at FROM flag_states s \
             LEFT JOIN texts t ON t.id = s.rules_id WHERE s.flag_id = $1",
        )
        .bind(flag_id)
        .fetch_all(self.connection())
        .await?;
        rows.into_iter().map(|row| Ok((row.environment_id, row.presence.try_into()?))).collect()
    }

    /// All flags of an environment, sorted by key.
    pub(crate) async fn environment_flags(&mut self, environment_id: i64) -> anyhow::Result<Vec<(Record, Presence)>> {
        environment_flags(self.connection(), environment_id).await
    }

    /// The flags of an environment that no other environment has, sorted by key.
    pub(crate) async fn flags_only_in(&mut self, environment_id: i64) -> anyhow::Result<Vec<(Record, Presence)>> {
        let elsewhere: Vec<(i64,)> = sqlx::query_as(
            "SELECT s.flag_id FROM flag_states s WHERE s.environment_id = $1 AND EXISTS (SELECT 1 FROM flag_states o \
             WHERE o.flag_id = s.flag_id AND o.environment_id <> $1)",
        )
        .bind(environment_id)
        .fetch_all(self.connection())
        .await?;
        let elsewhere: HashSet<i64> = elsewhere.into_iter().map(|(id,)| id).collect();
        let mut flags = self.environment_flags(environment_id).await?;
        flags.retain(|(record, _)| !elsewhere.contains(&record.id));
        Ok(flags)
    }

    pub(crate) async fn count_flags(&mut self, project_id: i64) -> sqlx::Result<usize> {
        let (count,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM flags WHERE project_id = $1")
            .bind(project_id)
            .fetch_one(self.connection())
            .await?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// Creates a flag that no environment has yet.
    pub(crate) async fn create_flag(&mut self, project_id: i64, key: &str, shared: &Shared) -> anyhow::Result<Record> {
        let id = self.next_id().await?;
        let record = Record { id, key: key.into(), shared: shared.clone(), created_at: now() };
        self.insert_flag(project_id, &record).await?;
        Ok(record)
    }

    /// Stores a flag that has its id already.
    pub(super) async fn insert_flag(&mut self, project_id: i64, record: &Record) -> anyhow::Result<()> {
        sqlx::query("INSERT INTO flags (id, project_id, key, shared, created_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(record.id)
            .bind(project_id)
            .bind(&record.key)
            .bind(serde_json::to_string(&record.shared)?)
            .bind(&record.created_at)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Gives a flag its shared fields. Each environment that has it gets a version by [`Self::update_presence`].
    pub(crate) async fn update_shared(&mut self, flag: &Record) -> anyhow::Result<()> {
        sqlx::query("UPDATE flags SET shared = $1 WHERE id = $2")
            .bind(serde_json::to_string(&flag.shared)?)
            .bind(flag.id)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Makes a flag present in an environment. Its versions go on from where they were when it left.
    pub(crate) async fn create_presence(
        &mut self,
        account_id: i64,
        flag_id: i64,
        environment_id: i64,
        state: State,
    ) -> anyhow::Result<Presence> {
        let last: Option<(i64,)> =
            sqlx::query_as("SELECT version FROM flag_versions WHERE flag_id = $1 AND environment_id = $2")
                .bind(flag_id)
                .bind(environment_id)
                .fetch_optional(self.connection())
                .await?;
        let presence = Presence { state, version: last.map_or(1, |(version,)| version + 1), updated_at: now() };
        let stored = StoredPresence {
            flag_id,
            environment_id,
            state: Some(StoredState::new(&presence.state)?),
            version: presence.version,
            updated_at: presence.updated_at.clone(),
        };
        self.put_presences(account_id, &[stored]).await?;
        Ok(presence)
    }

    /// Gives a flag the next version in an environment, and another state there if one is given.
    pub(crate) async fn update_presence(
        &mut self,
        account_id: i64,
        flag_id: i64,
        environment_id: i64,
        presence: &mut Presence,
        state: Option<State>,
    ) -> anyhow::Result<()> {
        presence.version += 1;
        presence.updated_at = now();
        let stored = StoredPresence {
            flag_id,
            environment_id,
            state: state.as_ref().map(StoredState::new).transpose()?,
            version: presence.version,
            updated_at: presence.updated_at.clone(),
        };
        self.put_presences(account_id, &[stored]).await?;
        if let Some(state) = state {
            presence.state = state;
        }
        Ok(())
    }

    /// Stores flags: new ones, and those that have other shared fields.
    pub(crate) async fn put_flags(&mut self, project_id: i64, flags: &[StoredRecord]) -> sqlx::Result<()> {
        let statement = Many {
            begin: "INSERT INTO flags (id, project_id, key, shared, created_at)",
            end: "ON CONFLICT (id) DO UPDATE SET shared = excluded.shared",
        };
        let rows = flags.iter().map(|flag| {
            let StoredRecord { id, key, shared, created_at } = flag;
            [Cell::from(*id), project_id.into(), key.into(), shared.into(), created_at.into()]
        });
        self.many(statement, rows.collect()).await
    }

    /// Stores flags in environments: those that are new there, and those with other states or other shared fields.
    pub(crate) async fn put_presences(&mut self, account_id: i64, presences: &[StoredPresence]) -> sqlx::Result<()> {
        let stored: Vec<(&StoredPresence, &StoredState)> =
            presences.iter().filter_map(|presence| Some((presence, presence.state.as_ref()?))).collect();
        let rules: Vec<&LargeText> = stored.iter().filter_map(|(_, state)| state.rules.as_ref()).collect();
        let rules_ids = self.text_ids(account_id, rules.into_iter()).await?;
        let with_states = Many {
            begin: "INSERT INTO flag_states (flag_id, environment_id, state, rules_id, version, updated_at)",
            end: "ON CONFLICT (environment_id, flag_id) DO UPDATE SET state = excluded.state, \
                  rules_id = excluded.rules_id, version = excluded.version, updated_at = excluded.updated_at",
        };
        let rows = stored.into_iter().map(|(presence, state)| {
            let StoredPresence { flag_id, environment_id, version, updated_at, .. } = presence;
            let (flag_id, environment_id) = (Cell::from(*flag_id), Cell::from(*environment_id));
            let rules_id = state.rules.as_ref().and_then(|rules| rules_ids.get(rules));
            [flag_id, environment_id, (&state.text).into(), rules_id.into(), (*version).into(), updated_at.into()]
        });
        self.many(with_states, rows.collect()).await?;
        let versions = Many {
            begin: "UPDATE flag_states SET version = v.column3, updated_at = v.column4 FROM (",
            end: ") AS v WHERE flag_states.flag_id = v.column1 AND flag_states.environment_id = v.column2",
        };
        let rows = presences.iter().filter(|presence| presence.state.is_none()).map(|presence| {
            let StoredPresence { flag_id, environment_id, version, updated_at, .. } = presence;
            [Cell::from(*flag_id), (*environment_id).into(), (*version).into(), updated_at.into()]
        });
        self.many(versions, rows.collect()).await
    }

    /// Takes flags out of environments, given by the ids of both and the flag's version there, which is remembered.
    pub(crate) async fn delete_presences(&mut self, presences: &[(i64, i64, i64)]) -> sqlx::Result<()> {
        self.remember_versions(presences).await?;
        let delete = Many { begin: "DELETE FROM flag_states WHERE (environment_id, flag_id) IN (", end: ")" };
        let rows =
            presences.iter().map(|(flag_id, environment_id, _)| [Cell::from(*environment_id), (*flag_id).into()]);
        self.many(delete, rows.collect()).await
    }

    /// Remembers the versions of flags that leave environments, given as to [`Self::delete_presences`].
    pub(super) async fn remember_versions(&mut self, presences: &[(i64, i64, i64)]) -> sqlx::Result<()> {
        let remember = Many {
            begin: "INSERT INTO flag_versions (flag_id, environment_id, version)",
            end: "ON CONFLICT (flag_id, environment_id) DO UPDATE SET version = excluded.version",
        };
        let rows = presences.iter().map(|(flag_id, environment_id, version)| {
            [Cell::from(*flag_id), (*environment_id).into(), (*version).into()]
        });
        self.many(remember, rows.collect()).await
    }

    /// Deletes flags, in all environments.
    pub(super) async fn delete_flags(&mut self, ids: impl Iterator<Item = i64>) -> sqlx::Result<()> {
        let statement = Many { begin: "DELETE FROM flags WHERE id IN (", end: ")" };
        self.many(statement, ids.map(|id| [Cell::from(id)]).collect()).await
    }

    /// Notes that flags or segments of an environment change with this write, be it for people only.
    pub(crate) async fn environment_changed(&mut self, environment_id: i64) -> sqlx::Result<()> {
        let sequence = self.sequence();
        sqlx::query("UPDATE environments SET changed = $1 WHERE id = $2")
            .bind(sequence)
            .bind(environment_id)
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
