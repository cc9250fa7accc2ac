//! Flags: what all environments share, and the state in each.

use sqlx::FromRow;

use super::{
    Storage, Write, now,
    rows::{Cell, Many},
    session::Session,
    states::StateRow,
};
use crate::flags::{Record, Shared, State};

#[derive(FromRow)]
struct FlagRow {
    id: i64,
    key: String,
    shared: String,
    version: i64,
    created_at: String,
    updated_at: String,
}

/// The part of a flag that all environments share, in the form in which it is stored.
#[derive(Debug)]
pub(crate) struct StoredRecord {
    pub(crate) id: i64,
    pub(crate) key: String,
    /// JSON.
    pub(crate) shared: String,
    pub(crate) version: i64,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}

impl StoredRecord {
    /// Makes a flag ready to be stored.
    ///
    /// # Errors
    /// The fields cannot be written as JSON.
    pub(crate) fn new(record: &Record) -> serde_json::Result<Self> {
        let Record { id, key, shared, version, created_at, updated_at } = record.clone();
        Ok(Self { id, key, shared: serde_json::to_string(&shared)?, version, created_at, updated_at })
    }
}

#[derive(FromRow)]
struct FlagWithState {
    #[sqlx(flatten)]
    flag: FlagRow,
    #[sqlx(flatten)]
    state: StateRow,
}

impl TryFrom<FlagRow> for Record {
    type Error = anyhow::Error;

    fn try_from(row: FlagRow) -> anyhow::Result<Self> {
        let FlagRow { id, key, shared, version, created_at, updated_at } = row;
        Ok(Self { id, key, shared: serde_json::from_str(&shared)?, version, created_at, updated_at })
    }
}

impl FlagWithState {
    fn read(self) -> anyhow::Result<(Record, State)> {
        Ok((self.flag.try_into()?, self.state.read()?))
    }
}

impl Storage {
    /// A flag of a project in one of its environments.
    pub(crate) async fn flag(&self, environment_id: i64, key: &str) -> anyhow::Result<Option<(Record, State)>> {
        let row: Option<FlagWithState> = sqlx::query_as(
            "SELECT f.id, f.key, f.shared, f.version, f.created_at, f.updated_at, s.state, t.text AS rules \
             FROM environments e JOIN flags f ON f.project_id = e.project_id AND f.key = $2 \
             JOIN flag_states s ON s.environment_id = e.id AND s.flag_id = f.id \
             LEFT JOIN texts t ON t.id = s.rules_id WHERE e.id = $1",
        )
        .bind(environment_id)
        .bind(key)
        .fetch_optional(self)
        .await?;
        row.map(FlagWithState::read).transpose()
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

    /// The flags and segments of an environment, sorted by key, and up to which write of the project that is.
    pub(crate) async fn environment(&self, environment_id: i64) -> anyhow::Result<Option<EnvironmentContent>> {
        let mut session = self.read().await?;
        let changed: Option<(i64,)> = sqlx::query_as(
            "SELECT p.flags_changed FROM environments e JOIN projects p ON p.id = e.project_id WHERE e.id = $1",
        )
        .bind(environment_id)
        .fetch_optional(&mut session)
        .await?;
        let Some((changed,)) = changed else { return Ok(None) };
        let flags = environment_flags(&mut session, environment_id).await?;
        let segments = super::segments::environment_segments(&mut session, environment_id).await?;
        session.end().await?;
        Ok(Some(EnvironmentContent { changed, flags, segments }))
    }
}

/// Everything that an environment has.
pub(crate) struct EnvironmentContent {
    /// The last write that changed any of it, or of its project's other environments.
    pub(crate) changed: i64,
    pub(crate) flags: Vec<(Record, State)>,
    pub(crate) segments: Vec<crate::flags::SegmentRecord>,
}

async fn environment_flags(session: &mut Session, environment_id: i64) -> anyhow::Result<Vec<(Record, State)>> {
    let rows: Vec<FlagWithState> = sqlx::query_as(
        "SELECT f.id, f.key, f.shared, f.version, f.created_at, f.updated_at, s.state, t.text AS rules \
         FROM flag_states s JOIN flags f ON f.id = s.flag_id LEFT JOIN texts t ON t.id = s.rules_id \
         WHERE s.environment_id = $1",
    )
    .bind(environment_id)
    .fetch_all(session)
    .await?;
    let mut flags = rows.into_iter().map(FlagWithState::read).collect::<anyhow::Result<Vec<_>>>()?;
    // Databases sort by their own rules.
    flags.sort_unstable_by(|(flag, _), (other, _)| flag.key.cmp(&other.key));
    Ok(flags)
}

impl Write {
    pub(crate) async fn flag(&mut self, project_id: i64, key: &str) -> anyhow::Result<Option<Record>> {
        let row: Option<FlagRow> = sqlx::query_as(
            "SELECT id, key, shared, version, created_at, updated_at FROM flags WHERE project_id = $1 AND key = $2",
        )
        .bind(project_id)
        .bind(key)
        .fetch_optional(self.connection())
        .await?;
        row.map(Record::try_from).transpose()
    }

    pub(crate) async fn count_flags(&mut self, project_id: i64) -> sqlx::Result<usize> {
        let (count,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM flags WHERE project_id = $1")
            .bind(project_id)
            .fetch_one(self.connection())
            .await?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// Creates a flag without a state in any environment.
    pub(crate) async fn create_flag(&mut self, project_id: i64, key: &str, shared: &Shared) -> anyhow::Result<Record> {
        let id = self.next_id().await?;
        let now = now();
        sqlx::query(
            "INSERT INTO flags (id, project_id, key, shared, version, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, 1, $5, $5)",
        )
        .bind(id)
        .bind(project_id)
        .bind(key)
        .bind(serde_json::to_string(shared)?)
        .bind(&now)
        .execute(self.connection())
        .await?;
        let (key, shared) = (key.to_owned(), shared.clone());
        Ok(Record { id, key, shared, version: 1, created_at: now.clone(), updated_at: now })
    }

    /// Gives a flag its shared fields and the next version. `before` are its shared fields as they are stored.
    pub(crate) async fn update_flag(&mut self, flag: &mut Record, before: &Shared) -> anyhow::Result<()> {
        flag.version += 1;
        flag.updated_at = now();
        // A text that stays is not written again: it may be large, and a switch leaves it as it is.
        let shared = (flag.shared != *before).then(|| serde_json::to_string(&flag.shared)).transpose()?;
        sqlx::query("UPDATE flags SET version = $1, updated_at = $2, shared = COALESCE($3, shared) WHERE id = $4")
            .bind(flag.version)
            .bind(&flag.updated_at)
            .bind(shared)
            .bind(flag.id)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Stores flags: new ones, and those that have other shared fields or another version.
    pub(crate) async fn put_flags(&mut self, project_id: i64, flags: &[StoredRecord]) -> sqlx::Result<()> {
        let statement = Many {
            begin: "INSERT INTO flags (id, project_id, key, shared, version, created_at, updated_at) VALUES",
            end: "ON CONFLICT (id) DO UPDATE SET shared = excluded.shared, version = excluded.version, \
                  updated_at = excluded.updated_at",
        };
        let rows = flags.iter().map(|flag| {
            let StoredRecord { id, key, shared, version, created_at, updated_at } = flag;
            let (id, version) = (Cell::from(*id), Cell::from(*version));
            [id, project_id.into(), key.into(), shared.into(), version, created_at.into(), updated_at.into()]
        });
        self.many(statement, rows.collect()).await
    }

    /// Deletes flags in all environments.
    pub(crate) async fn delete_flags(&mut self, ids: &[i64]) -> sqlx::Result<()> {
        let statement = Many { begin: "DELETE FROM flags WHERE id IN (VALUES", end: ")" };
        self.many(statement, ids.iter().map(|id| [Cell::from(*id)]).collect()).await
    }

    /// Deletes a flag in all environments.
    pub(crate) async fn delete_flag(&mut self, flag_id: i64) -> sqlx::Result<()> {
        sqlx::query("DELETE FROM flags WHERE id = $1").bind(flag_id).execute(self.connection()).await?;
        Ok(())
    }

    /// Notes that flags or segments of a project change with this write, be it for people only.
    pub(crate) async fn flags_changed(&mut self, project_id: i64) -> sqlx::Result<()> {
        let sequence = self.sequence();
        sqlx::query("UPDATE projects SET flags_changed = $1 WHERE id = $2")
            .bind(sequence)
            .bind(project_id)
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
