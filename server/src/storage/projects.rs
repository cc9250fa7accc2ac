//! Projects.

use sqlx::{Any, Executor};

use super::{Storage, Write, now};

/// The name of a project's first environment, until it is renamed.
pub(crate) const FIRST_ENVIRONMENT: &str = "production";

/// The ids of a new project.
pub(crate) struct NewProject {
    pub(crate) id: i64,
    pub(crate) environment_id: i64,
}

/// A project as it is stored.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct ProjectRow {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) created_at: String,
}

impl Storage {
    /// The projects of an account, oldest first.
    pub(crate) async fn projects(&self, account_id: i64) -> sqlx::Result<Vec<ProjectRow>> {
        sqlx::query_as("SELECT id, name, created_at FROM projects WHERE account_id = $1 ORDER BY id")
            .bind(account_id)
            .fetch_all(self)
            .await
    }

    /// A project of an account.
    pub(crate) async fn project(&self, account_id: i64, project_id: i64) -> sqlx::Result<Option<ProjectRow>> {
        find(self, account_id, project_id).await
    }
}

impl Write {
    /// A project of an account, as this write sees it.
    pub(crate) async fn project(&mut self, account_id: i64, project_id: i64) -> sqlx::Result<Option<ProjectRow>> {
        find(self.connection(), account_id, project_id).await
    }

    pub(crate) async fn count_projects(&mut self, account_id: i64) -> sqlx::Result<i64> {
        let (count,) = sqlx::query_as("SELECT COUNT(*) FROM projects WHERE account_id = $1")
            .bind(account_id)
            .fetch_one(self.connection())
            .await?;
        Ok(count)
    }

    /// Creates a project with its first environment.
    pub(crate) async fn create_project(&mut self, account_id: i64, name: &str) -> sqlx::Result<NewProject> {
        let id = self.next_id().await?;
        sqlx::query("INSERT INTO projects (id, account_id, name, created_at) VALUES ($1, $2, $3, $4)")
            .bind(id)
            .bind(account_id)
            .bind(name)
            .bind(now())
            .execute(self.connection())
            .await?;
        let environment_id = self.create_environment(id, FIRST_ENVIRONMENT).await?;
        Ok(NewProject { id, environment_id })
    }

    pub(crate) async fn rename_project(&mut self, project_id: i64, name: &str) -> sqlx::Result<()> {
        sqlx::query("UPDATE projects SET name = $1 WHERE id = $2")
            .bind(name)
            .bind(project_id)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Deletes a project with its environments, flags and keys. What was recorded of it stays.
    pub(crate) async fn delete_project(&mut self, project_id: i64) -> sqlx::Result<()> {
        sqlx::query("DELETE FROM projects WHERE id = $1").bind(project_id).execute(self.connection()).await?;
        Ok(())
    }
}

async fn find<'c>(
    executor: impl Executor<'c, Database = Any>,
    account_id: i64,
    project_id: i64,
) -> sqlx::Result<Option<ProjectRow>> {
    sqlx::query_as("SELECT id, name, created_at FROM projects WHERE account_id = $1 AND id = $2")
        .bind(account_id)
        .bind(project_id)
        .fetch_optional(executor)
        .await
}
