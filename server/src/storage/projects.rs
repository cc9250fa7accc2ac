//! Projects and their environments.

use super::{Write, now};

/// The name of a project's first environment, unless it is given another.
pub(crate) const FIRST_ENVIRONMENT: &str = "production";

/// The ids of a new project.
pub(crate) struct NewProject {
    pub(crate) id: i64,
    pub(crate) environment_id: i64,
}

impl Write {
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

    /// Creates an environment without flags; its id.
    pub(crate) async fn create_environment(&mut self, project_id: i64, name: &str) -> sqlx::Result<i64> {
        let id = self.next_id().await?;
        let revision = self.sequence();
        sqlx::query(
            "INSERT INTO environments (id, project_id, name, revision, created_at) VALUES ($1, $2, $3, $4, $5)",
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
}
