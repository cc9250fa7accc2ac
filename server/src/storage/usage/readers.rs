//! Who reads the rules of an environment without reporting what becomes of them.

use std::collections::BTreeMap;

use crate::storage::{
    Storage,
    rows::{Cell, Many},
};

/// The time by which a client that reads must have reported, in seconds. Clients report at least once an hour.
const REPORTED_WITHIN: i64 = 3 * 3600;

const INSTANCES: Many = Many {
    begin: "INSERT INTO usage_instances (environment_id, instance, read_at)",
    end: "ON CONFLICT (environment_id, instance) DO UPDATE SET read_at = \
          CASE WHEN usage_instances.read_at > excluded.read_at THEN usage_instances.read_at ELSE excluded.read_at END",
};
const SILENT: Many = Many {
    begin: "INSERT INTO usage_silent_reads (environment_id, at)",
    end: "ON CONFLICT (environment_id) DO UPDATE SET \
          at = CASE WHEN usage_silent_reads.at > excluded.at THEN usage_silent_reads.at ELSE excluded.at END",
};

/// Somebody who read the rules of an environment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Read {
    pub(crate) environment_id: i64,
    /// The client, if it says who it is.
    pub(crate) instance: Option<String>,
}

/// What the server did not hear, in seconds since 1970.
#[derive(Debug, Default)]
pub(crate) struct Silence {
    /// When counting began.
    pub(crate) start: i64,
    /// When clients that do not report last read each environment, by its id.
    pub(crate) reads: BTreeMap<i64, i64>,
}

impl Storage {
    /// Notes that counting began, unless it had begun.
    pub(crate) async fn begin_usage(&self, now: i64) -> sqlx::Result<()> {
        let known: Option<(i64,)> = sqlx::query_as("SELECT at FROM usage_start").fetch_optional(self).await?;
        if known.is_some() {
            return Ok(());
        }
        let mut session = self.counting().await?;
        sqlx::query("INSERT INTO usage_start (id, at) VALUES (1, $1) ON CONFLICT (id) DO NOTHING")
            .bind(now)
            .execute(&mut session)
            .await?;
        session.commit("COMMIT").await
    }

    /// Notes who read, and when.
    pub(crate) async fn note_readers(&self, reads: &BTreeMap<Read, i64>) -> sqlx::Result<()> {
        if reads.is_empty() {
            return Ok(());
        }
        let (mut instances, mut silent) = (Vec::new(), Vec::new());
        for (Read { environment_id, instance }, at) in reads {
            match instance {
                Some(instance) => instances.push([Cell::from(*environment_id), instance.into(), (*at).into()]),
                None => silent.push([Cell::from(*environment_id), (*at).into()]),
            }
        }
        let mut session = self.counting().await?;
        session.many(INSTANCES, instances).await?;
        session.many(SILENT, silent).await?;
        session.commit("COMMIT").await
    }

    /// When clients that do not report last read the environments of a project.
    pub(crate) async fn silence(&self, project_id: i64, now: i64) -> sqlx::Result<Silence> {
        let mut session = self.read().await?;
        let start: Option<(i64,)> = sqlx::query_as("SELECT at FROM usage_start").fetch_optional(&mut session).await?;
        let silent: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT r.environment_id, r.at FROM usage_silent_reads r JOIN environments e ON e.id = r.environment_id \
             WHERE e.project_id = $1",
        )
        .bind(project_id)
        .fetch_all(&mut session)
        .await?;
        let unheard: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT i.environment_id, MAX(i.read_at) FROM usage_instances i JOIN environments e ON e.id = i.environment_id \
             WHERE e.project_id = $1 AND i.read_at < $2 AND (i.reported_at IS NULL OR i.reported_at < i.read_at - $3) \
             GROUP BY i.environment_id",
        )
        .bind(project_id)
        .bind(now - REPORTED_WITHIN)
        .bind(REPORTED_WITHIN)
        .fetch_all(&mut session)
        .await?;
        session.end().await?;
        let mut reads = BTreeMap::new();
        for (environment_id, at) in silent.into_iter().chain(unheard) {
            let last = reads.entry(environment_id).or_insert(at);
            *last = at.max(*last);
        }
        Ok(Silence { start: start.map_or(now, |(at,)| at), reads })
    }

    /// Forgets clients that were last heard of before a time, as many as one step may. What those read that did not report
    /// stays known. Returns the number of those that were forgotten.
    pub(crate) async fn forget_instances(&self, until: i64) -> sqlx::Result<usize> {
        let old: Vec<(i64, String, Option<i64>, Option<i64>)> = sqlx::query_as(
            "SELECT environment_id, instance, reported_at, read_at FROM usage_instances \
             WHERE COALESCE(reported_at, 0) < $1 AND COALESCE(read_at, 0) < $1 LIMIT 500",
        )
        .bind(until)
        .fetch_all(self)
        .await?;
        if old.is_empty() {
            return Ok(0);
        }
        let mut silent = BTreeMap::new();
        for (environment_id, _, reported_at, read_at) in &old {
            let is_silent =
                |read_at: &i64| reported_at.is_none_or(|reported_at| reported_at < read_at - REPORTED_WITHIN);
            if let Some(read_at) = read_at.filter(is_silent) {
                let last = silent.entry(*environment_id).or_insert(read_at);
                *last = read_at.max(*last);
            }
        }
        let mut session = self.counting().await?;
        let rows = silent.into_iter().map(|(environment_id, at)| [Cell::from(environment_id), at.into()]);
        session.many(SILENT, rows.collect()).await?;
        let delete = Many { begin: "DELETE FROM usage_instances WHERE (environment_id, instance) IN (", end: ")" };
        let rows = old.iter().map(|(environment_id, instance, ..)| [Cell::from(*environment_id), instance.into()]);
        session.many(delete, rows.collect()).await?;
        session.commit("COMMIT").await?;
        Ok(old.len())
    }
}
