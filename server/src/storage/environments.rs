//! Environments of projects.

use sqlx::{Any, Executor};

use super::{Storage, Write, audit::Actor, now};

/// An environment as it is stored.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct EnvironmentRow {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) revision: i64,
    pub(crate) created_at: String,
}

impl Storage {
    /// The environments of a project, the first first.
    pub(crate) async fn environments(&self, project_id: i64) -> sqlx::Result<Vec<EnvironmentRow>> {
        of_project(self, project_id).await
    }
}

impl Write {
    /// The environments of a project as this write sees them, the first first; none where the project is gone.
    pub(crate) async fn environments(&mut self, project_id: i64) -> sqlx::Result<Vec<EnvironmentRow>> {
        of_project(self.connection(), project_id).await
    }

    /// Creates an environment without flags; its id.
    pub(crate) async fn create_environment(&mut self, project_id: i64, name: &str) -> sqlx::Result<i64> {
        let id = self.next_id().await?;
        let revision = self.sequence();
        sqlx::query(
            "INSERT INTO environments (id, project_id, name, revision, changed, created_at) \
             VALUES ($1, $2, $3, $4, $4, $5)",
        )
        .bind(id)
        .bind(project_id)
        .bind(name)
        .bind(revision)
        .bind(now())
        .execute(self.connection())
        .await?;
        Ok(id)
    }

    /// Gives a new environment what another has: how its flags are set, and its segments. Their history begins with that.
    pub(crate) async fn copy_environment(&mut self, actor: Actor, from: i64, to: i64) -> sqlx::Result<()> {
        let now = now();
        sqlx::query(
            "INSERT INTO flag_states (flag_id, environment_id, state, rules_id, version, updated_at) \
             SELECT flag_id, $1, state, rules_id, 1, $2 FROM flag_states WHERE environment_id = $3",
        )
        .bind(to)
        .bind(&now)
        .bind(from)
        .execute(self.connection())
        .await?;
        sqlx::query(
            "INSERT INTO segments (environment_id, key, definition, version, created_at, updated_at) \
             SELECT $1, key, definition, 1, $2, $2 FROM segments WHERE environment_id = $3",
        )
        .bind(to)
        .bind(&now)
        .bind(from)
        .execute(self.connection())
        .await?;
        self.copy_history(&actor.to_string(), from, to, &now).await
    }

    /// Renames an environment, which its snapshot tells.
    pub(crate) async fn rename_environment(&mut self, id: i64, name: &str) -> sqlx::Result<()> {
        sqlx::query("UPDATE environments SET name = $1 WHERE id = $2")
            .bind(name)
            .bind(id)
            .execute(self.connection())
            .await?;
        self.touch(id).await
    }

    /// Deletes an environment with its keys and segments, and how flags are set there.
    pub(crate) async fn delete_environment(&mut self, id: i64) -> sqlx::Result<()> {
        sqlx::query("DELETE FROM environments WHERE id = $1").bind(id).execute(self.connection()).await?;
        Ok(())
    }
}

async fn of_project<'c>(
    executor: impl Executor<'c, Database = Any>,
    project_id: i64,
) -> sqlx::Result<Vec<EnvironmentRow>> {
    sqlx::query_as("SELECT id, name, revision, created_at FROM environments WHERE project_id = $1 ORDER BY id")
        .bind(project_id)
        .fetch_all(executor)
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Missing;

    #[tokio::test]
    async fn a_copy_has_the_flags_and_segments_of_the_original_and_nothing_of_others() {
        let folder = tempfile::TempDir::new().unwrap();
        let storage =
            Storage::open(&format!("sqlite://{}/flagbit.db", folder.path().display()), Missing::Create).await.unwrap();
        let mut write = storage.write().await.unwrap();
        let account_id = write.create_account("a@example.com").await.unwrap();
        let project = write.create_project(account_id, "p").await.unwrap();
        let other = write.create_environment(project.id, "staging").await.unwrap();
        for (environment_id, state) in [(project.environment_id, "here"), (other, "elsewhere")] {
            insert(&mut write, project.id, environment_id, state).await;
        }

        let copy = write.create_environment(project.id, "copy").await.unwrap();
        write.copy_environment(Actor::Signup, project.environment_id, copy).await.unwrap();
        let states: Vec<(String, i64)> =
            sqlx::query_as("SELECT state, version FROM flag_states WHERE environment_id = $1")
                .bind(copy)
                .fetch_all(write.connection())
                .await
                .unwrap();
        assert_eq!(states, [("here".into(), 1)]);
        let segments: Vec<(String, String, i64)> =
            sqlx::query_as("SELECT key, definition, version FROM segments WHERE environment_id = $1")
                .bind(copy)
                .fetch_all(write.connection())
                .await
                .unwrap();
        assert_eq!(segments, [("segment".into(), "here".into(), 1)]);
    }

    async fn insert(write: &mut Write, project_id: i64, environment_id: i64, state: &str) {
        let flag_id = write.next_id().await.unwrap();
        sqlx::query("INSERT INTO flags VALUES ($1, $2, $3, '{}', '')")
            .bind(flag_id)
            .bind(project_id)
            .bind(state)
            .execute(write.connection())
            .await
            .unwrap();
        sqlx::query("INSERT INTO flag_states VALUES ($1, $2, $3, NULL, 7, '')")
            .bind(flag_id)
            .bind(environment_id)
            .bind(state)
            .execute(write.connection())
            .await
            .unwrap();
        sqlx::query("INSERT INTO segments VALUES ($1, 'segment', $2, 7, '', '')")
            .bind(environment_id)
            .bind(state)
            .execute(write.connection())
            .await
            .unwrap();
    }
}
