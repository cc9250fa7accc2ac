//! Segments.

use serde_json::Value;
use sqlx::FromRow;

use super::{
    Storage, Write, now,
    rows::{Cell, Many},
    session::Session,
};
use crate::{
    flags::{SegmentRecord, definition},
    json,
};

#[derive(FromRow)]
struct SegmentRow {
    key: String,
    definition: String,
    version: i64,
    created_at: String,
    updated_at: String,
}

/// A segment in the form in which it is stored.
#[derive(Debug)]
pub(crate) struct StoredSegment {
    environment_id: i64,
    key: String,
    /// JSON.
    definition: String,
    version: i64,
    created_at: String,
    updated_at: String,
}

impl StoredSegment {
    /// Makes a segment ready to be stored.
    pub(crate) fn new(environment_id: i64, segment: &SegmentRecord) -> Self {
        let SegmentRecord { key, rules, version, created_at, updated_at } = segment.clone();
        let definition = definition(&rules).to_string();
        Self { environment_id, key, definition, version, created_at, updated_at }
    }
}

impl TryFrom<SegmentRow> for SegmentRecord {
    type Error = anyhow::Error;

    fn try_from(row: SegmentRow) -> anyhow::Result<Self> {
        let SegmentRow { key, definition, version, created_at, updated_at } = row;
        Ok(Self { key, rules: rules_of(&definition)?, version, created_at, updated_at })
    }
}

/// Reads the rules of a segment's definition.
pub(crate) fn rules_of(definition: &str) -> anyhow::Result<Vec<Value>> {
    let mut definition: Value = json::read(definition.as_bytes())?;
    Ok(match definition.get_mut("rules").map(Value::take) {
        Some(Value::Array(rules)) => rules,
        _ => Vec::new(),
    })
}

/// The segments of an environment, sorted by key.
pub(super) async fn environment_segments(
    session: &mut Session,
    environment_id: i64,
) -> anyhow::Result<Vec<SegmentRecord>> {
    let rows: Vec<SegmentRow> = sqlx::query_as(
        "SELECT key, definition, version, created_at, updated_at FROM segments WHERE environment_id = $1",
    )
    .bind(environment_id)
    .fetch_all(session)
    .await?;
    let mut segments = rows.into_iter().map(SegmentRecord::try_from).collect::<anyhow::Result<Vec<_>>>()?;
    segments.sort_unstable_by(|segment, other| segment.key.cmp(&other.key));
    Ok(segments)
}

async fn segment(session: &mut Session, environment_id: i64, key: &str) -> anyhow::Result<Option<SegmentRecord>> {
    let row: Option<SegmentRow> = sqlx::query_as(
        "SELECT key, definition, version, created_at, updated_at FROM segments WHERE environment_id = $1 AND key = $2",
    )
    .bind(environment_id)
    .bind(key)
    .fetch_optional(session)
    .await?;
    row.map(SegmentRecord::try_from).transpose()
}

impl Storage {
    pub(crate) async fn segments(&self, environment_id: i64) -> anyhow::Result<Vec<SegmentRecord>> {
        let mut session = self.read().await?;
        let segments = environment_segments(&mut session, environment_id).await?;
        session.end().await?;
        Ok(segments)
    }

    pub(crate) async fn segment(&self, environment_id: i64, key: &str) -> anyhow::Result<Option<SegmentRecord>> {
        let mut session = self.read().await?;
        let segment = segment(&mut session, environment_id, key).await?;
        session.end().await?;
        Ok(segment)
    }
}

impl Write {
    pub(crate) async fn segments(&mut self, environment_id: i64) -> anyhow::Result<Vec<SegmentRecord>> {
        environment_segments(self.connection(), environment_id).await
    }

    pub(crate) async fn segment(&mut self, environment_id: i64, key: &str) -> anyhow::Result<Option<SegmentRecord>> {
        segment(self.connection(), environment_id, key).await
    }

    pub(crate) async fn count_segments(&mut self, environment_id: i64) -> sqlx::Result<usize> {
        let (count,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM segments WHERE environment_id = $1")
            .bind(environment_id)
            .fetch_one(self.connection())
            .await?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// Creates a segment. Its versions go on from where they were when a segment of its key was deleted.
    pub(crate) async fn create_segment(
        &mut self,
        environment_id: i64,
        key: &str,
        rules: Vec<Value>,
    ) -> sqlx::Result<SegmentRecord> {
        let now = now();
        let (last,): (Option<i64>,) =
            sqlx::query_as("SELECT MAX(version) FROM history WHERE environment_id = $1 AND segment = $2")
                .bind(environment_id)
                .bind(key)
                .fetch_one(self.connection())
                .await?;
        let version = last.unwrap_or(0) + 1;
        sqlx::query(
            "INSERT INTO segments (environment_id, key, definition, version, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $5)",
        )
        .bind(environment_id)
        .bind(key)
        .bind(definition(&rules).to_string())
        .bind(version)
        .bind(&now)
        .execute(self.connection())
        .await?;
        Ok(SegmentRecord { key: key.into(), rules, version, created_at: now.clone(), updated_at: now })
    }

    /// Gives a segment its rules and the next version.
    pub(crate) async fn update_segment(
        &mut self,
        environment_id: i64,
        segment: &mut SegmentRecord,
    ) -> sqlx::Result<()> {
        segment.version += 1;
        segment.updated_at = now();
        sqlx::query(
            "UPDATE segments SET definition = $1, version = $2, updated_at = $3 WHERE environment_id = $4 AND key = $5",
        )
        .bind(definition(&segment.rules).to_string())
        .bind(segment.version)
        .bind(&segment.updated_at)
        .bind(environment_id)
        .bind(&segment.key)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Stores segments of environments: new ones, and those that have other rules.
    pub(crate) async fn put_segments(&mut self, segments: &[StoredSegment]) -> sqlx::Result<()> {
        let statement = Many {
            begin: "INSERT INTO segments (environment_id, key, definition, version, created_at, updated_at)",
            end: "ON CONFLICT (environment_id, key) DO UPDATE SET definition = excluded.definition, \
                  version = excluded.version, updated_at = excluded.updated_at",
        };
        let rows = segments.iter().map(|segment| {
            let StoredSegment { environment_id, key, definition, version, created_at, updated_at } = segment;
            let (id, version) = (Cell::from(*environment_id), Cell::from(*version));
            [id, key.into(), definition.into(), version, created_at.into(), updated_at.into()]
        });
        self.many(statement, rows.collect()).await
    }

    /// Deletes segments of an environment.
    pub(crate) async fn delete_segments(&mut self, environment_id: i64, keys: &[String]) -> sqlx::Result<()> {
        let statement = Many { begin: "DELETE FROM segments WHERE (environment_id, key) IN (", end: ")" };
        let rows = keys.iter().map(|key| [environment_id.into(), Cell::from(key)]);
        self.many(statement, rows.collect()).await
    }

    pub(crate) async fn delete_segment(&mut self, environment_id: i64, key: &str) -> sqlx::Result<()> {
        sqlx::query("DELETE FROM segments WHERE environment_id = $1 AND key = $2")
            .bind(environment_id)
            .bind(key)
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
