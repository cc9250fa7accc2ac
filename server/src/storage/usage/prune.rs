//! Deleting what is too old, and what is left of environments and flags that are gone. Each step is small, since nobody is to
//! wait for it.

use sqlx::{Any, Database, query::Query};

use crate::{
    storage::{
        Storage, Write,
        rows::{Cell, Many},
    },
    usage::HOUR,
};

/// The rows of a step.
const ROWS: i64 = 1000;

const OLD: &str = "DELETE FROM usage_hours WHERE (series_id, hour) IN \
                   (SELECT series_id, hour FROM usage_hours WHERE hour < $1 LIMIT $2)";
/// What is left of environments that are gone.
const GONE: [&str; 2] = [
    "DELETE FROM usage_silent_reads WHERE environment_id IN (SELECT r.environment_id FROM usage_silent_reads r \
     WHERE NOT EXISTS (SELECT 1 FROM environments e WHERE e.id = r.environment_id) LIMIT $1)",
    "DELETE FROM usage_instances WHERE (environment_id, instance) IN (SELECT i.environment_id, i.instance \
     FROM usage_instances i WHERE NOT EXISTS (SELECT 1 FROM environments e WHERE e.id = i.environment_id) LIMIT $1)",
];

impl Storage {
    /// Deletes some of the hours before one, and of what is left of environments that are gone. Returns whether there may be
    /// more.
    pub(crate) async fn prune_usage(&self, hour: i64) -> sqlx::Result<bool> {
        let mut deleted = self.delete(sqlx::query(OLD).bind(hour)).await?;
        for statement in GONE {
            deleted += self.delete(sqlx::query(statement)).await?;
        }
        Ok(self.prune_series(hour * HOUR).await? || deleted > 0)
    }

    /// Deletes the rows of a step. Returns their number.
    async fn delete(&self, statement: Query<'_, Any, <Any as Database>::Arguments>) -> sqlx::Result<u64> {
        let mut session = self.counting().await?;
        let deleted = statement.bind(ROWS).execute(&mut session).await?.rows_affected();
        session.commit("COMMIT").await?;
        Ok(deleted)
    }

    /// Deletes some series that were last counted before a time, or whose environment is gone. Returns whether there was any.
    async fn prune_series(&self, until: i64) -> sqlx::Result<bool> {
        let old: Vec<(i64,)> = sqlx::query_as(
            "SELECT s.id FROM usage_series s WHERE s.last_at < $1 \
             OR NOT EXISTS (SELECT 1 FROM environments e WHERE e.id = s.environment_id) LIMIT 10",
        )
        .bind(until)
        .fetch_all(self)
        .await?;
        if old.is_empty() {
            return Ok(false);
        }
        let mut session = self.counting().await?;
        let rows = || old.iter().map(|(id,)| [Cell::from(*id)]).collect();
        session.many(Many { begin: "DELETE FROM usage_hours WHERE series_id IN (", end: ")" }, rows()).await?;
        session.many(Many { begin: "DELETE FROM usage_series WHERE id IN (", end: ")" }, rows()).await?;
        session.commit("COMMIT").await?;
        Ok(true)
    }
}

impl Write {
    /// Takes the usage of a key from the environments of a project, unless a flag has the key. The rows go later.
    pub(in crate::storage) async fn forget_usage(&mut self, project_id: i64, key: &str) -> sqlx::Result<()> {
        sqlx::query(
            "UPDATE usage_series SET environment_id = -id WHERE flag = $2 \
             AND environment_id IN (SELECT id FROM environments WHERE project_id = $1) \
             AND NOT EXISTS (SELECT 1 FROM flags WHERE project_id = $1 AND key = $2)",
        )
        .bind(project_id)
        .bind(key)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
