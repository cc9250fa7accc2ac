//! An environment with what its project's other environments have in common with it, read as one state.

use std::collections::{BTreeMap, HashMap};

use super::{
    Storage,
    flags::{EnvironmentContent, FlagRow, content},
};
use crate::flags::Record;

/// What an import into an environment is compared with.
#[derive(Debug)]
pub(crate) struct Surroundings {
    /// The environments of the project by their ids, each with the last write that changed it.
    pub(crate) changed: BTreeMap<i64, i64>,
    pub(crate) content: EnvironmentContent,
    /// The flags of the project that the environment does not have, by key.
    pub(crate) absent: BTreeMap<String, Record>,
    /// The other environments that have a flag, by its id.
    pub(crate) elsewhere: HashMap<i64, Vec<Elsewhere>>,
    /// The last versions of flags that left the environment, by their ids.
    pub(crate) left: HashMap<i64, i64>,
    /// The last versions of segments in all environments of the project, deleted ones too, by environment and key.
    pub(crate) segment_versions: HashMap<(i64, String), i64>,
}

/// A flag in another environment, without its state.
#[derive(Debug, Clone)]
pub(crate) struct Elsewhere {
    pub(crate) environment_id: i64,
    pub(crate) version: i64,
    pub(crate) updated_at: String,
}

impl Storage {
    /// Reads an environment of a project with its surroundings; `None` where it is gone.
    pub(crate) async fn surroundings(
        &self,
        project_id: i64,
        environment_id: i64,
    ) -> anyhow::Result<Option<Surroundings>> {
        let mut session = self.read().await?;
        let Some(content) = content(&mut session, environment_id).await? else { return Ok(None) };
        let changed: Vec<(i64, i64)> = sqlx::query_as("SELECT id, changed FROM environments WHERE project_id = $1")
            .bind(project_id)
            .fetch_all(&mut session)
            .await?;
        let absent: Vec<FlagRow> = sqlx::query_as(
            "SELECT f.id, f.key, f.shared, f.created_at FROM flags f WHERE f.project_id = $1 AND NOT EXISTS \
             (SELECT 1 FROM flag_states s WHERE s.flag_id = f.id AND s.environment_id = $2)",
        )
        .bind(project_id)
        .bind(environment_id)
        .fetch_all(&mut session)
        .await?;
        let others: Vec<(i64, i64, i64, String)> = sqlx::query_as(
            "SELECT s.flag_id, s.environment_id, s.version, s.updated_at FROM environments e \
             JOIN flag_states s ON s.environment_id = e.id WHERE e.project_id = $1 AND e.id <> $2",
        )
        .bind(project_id)
        .bind(environment_id)
        .fetch_all(&mut session)
        .await?;
        let left: Vec<(i64, i64)> =
            sqlx::query_as("SELECT flag_id, version FROM flag_versions WHERE environment_id = $1")
                .bind(environment_id)
                .fetch_all(&mut session)
                .await?;
        let segment_versions: Vec<(i64, String, i64)> = sqlx::query_as(
            "SELECT h.environment_id, h.segment, MAX(h.version) FROM environments e JOIN history h \
             ON h.environment_id = e.id AND h.segment IS NOT NULL WHERE e.project_id = $1 \
             GROUP BY h.environment_id, h.segment",
        )
        .bind(project_id)
        .fetch_all(&mut session)
        .await?;
        session.end().await?;

        let mut elsewhere: HashMap<i64, Vec<Elsewhere>> = HashMap::new();
        for (flag_id, environment_id, version, updated_at) in others {
            elsewhere.entry(flag_id).or_default().push(Elsewhere { environment_id, version, updated_at });
        }
        let absent = absent.into_iter().map(|row| Ok((row.key.clone(), Record::try_from(row)?)));
        Ok(Some(Surroundings {
            changed: changed.into_iter().collect(),
            content,
            absent: absent.collect::<anyhow::Result<_>>()?,
            elsewhere,
            left: left.into_iter().collect(),
            segment_versions: segment_versions.into_iter().map(|(id, key, version)| ((id, key), version)).collect(),
        }))
    }
}
