//! Reading what was added up.

use sqlx::Row;

use crate::storage::{
    Storage,
    rows::{Cell, Many},
};

const TOTALS: Many = Many {
    begin: "SELECT s.flag, s.result, s.last_at, COALESCE(SUM(CAST(h.count AS DOUBLE PRECISION)), 0.0) AS count FROM (",
    end: ") AS k JOIN usage_series s ON s.environment_id = k.column1 AND s.flag = k.column2 \
          LEFT JOIN usage_hours h ON h.series_id = s.id AND h.hour >= k.column3 AND h.hour < k.column4 \
          GROUP BY s.id, s.flag, s.result, s.last_at",
};

/// The evaluations of a flag with one result in a time.
#[derive(Debug)]
pub(crate) struct Total {
    pub(crate) flag: String,
    pub(crate) result: String,
    /// The last evaluation at any time, in seconds since 1970.
    pub(crate) last_at: i64,
    pub(crate) count: u64,
}

/// A result of a flag in an environment, with the times at which it first and last came.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct SeriesRow {
    pub(crate) environment_id: i64,
    pub(crate) flag: String,
    pub(crate) result: String,
    /// In seconds since 1970, like `last_at`.
    pub(crate) first_at: i64,
    pub(crate) last_at: i64,
}

/// An environment that has a flag to judge.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct JudgedPlace {
    pub(crate) flag_id: i64,
    pub(crate) environment_id: i64,
    pub(crate) updated_at: String,
}

/// A flag that is to be judged.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct JudgedFlag {
    pub(crate) id: i64,
    pub(crate) key: String,
    /// The JSON of its shared fields.
    pub(crate) shared: String,
    pub(crate) created_at: String,
}

impl Storage {
    /// The flags of a project, and where they are.
    pub(crate) async fn flags_to_judge(&self, project_id: i64) -> sqlx::Result<(Vec<JudgedFlag>, Vec<JudgedPlace>)> {
        let mut session = self.read().await?;
        let flags = sqlx::query_as("SELECT id, key, shared, created_at FROM flags WHERE project_id = $1")
            .bind(project_id)
            .fetch_all(&mut session)
            .await?;
        let places = sqlx::query_as(
            "SELECT s.flag_id, s.environment_id, s.updated_at FROM flag_states s JOIN flags f ON f.id = s.flag_id \
             WHERE f.project_id = $1",
        )
        .bind(project_id)
        .fetch_all(&mut session)
        .await?;
        session.end().await?;
        Ok((flags, places))
    }

    /// All results of all flags of a project.
    pub(crate) async fn usage_series(&self, project_id: i64) -> sqlx::Result<Vec<SeriesRow>> {
        sqlx::query_as(
            "SELECT s.environment_id, s.flag, s.result, s.first_at, s.last_at FROM usage_series s \
             JOIN environments e ON e.id = s.environment_id WHERE e.project_id = $1",
        )
        .bind(project_id)
        .fetch_all(self)
        .await
    }

    /// The keys with a result in an environment.
    pub(crate) async fn keys_with_result(&self, environment_id: i64, result: &str) -> sqlx::Result<Vec<String>> {
        let keys: Vec<(String,)> =
            sqlx::query_as("SELECT flag FROM usage_series WHERE environment_id = $1 AND result = $2")
                .bind(environment_id)
                .bind(result)
                .fetch_all(self)
                .await?;
        Ok(keys.into_iter().map(|(key,)| key).collect())
    }

    /// The evaluations of some keys in an environment, in hours from `since` up to before `until`.
    pub(crate) async fn usage_totals(
        &self,
        environment_id: i64,
        keys: &[&str],
        (since, until): (i64, i64),
    ) -> sqlx::Result<Vec<Total>> {
        let rows = keys.iter().map(|key| [Cell::from(environment_id), (*key).into(), since.into(), until.into()]);
        let mut session = self.read().await?;
        let found = session.find_many(TOTALS, rows.collect()).await?;
        session.end().await?;
        let total = |row: sqlx::any::AnyRow| {
            let count: f64 = row.try_get("count")?;
            let (flag, result, last_at) = (row.try_get("flag")?, row.try_get("result")?, row.try_get("last_at")?);
            Ok(Total { flag, result, last_at, count: count as u64 })
        };
        found.into_iter().map(total).collect()
    }
}
