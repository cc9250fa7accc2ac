//! Flags written past the server, straight into its database: also those that it would refuse to write.

use serde_json::{Map, Value};
use sqlx::{Any, Transaction};

use super::Database;

/// A write like the server's own.
pub(crate) struct Load {
    transaction: Transaction<'static, Any>,
    /// The revision of what it changes.
    pub(crate) revision: i64,
}

impl Database {
    /// Writes, and gives the revision. Running servers hear of it as of a write of another replica.
    pub(crate) fn load<F: AsyncFnOnce(&mut Load)>(&self, work: F) -> i64 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut load = Load::begin(self).await;
            work(&mut load).await;
            if self.url().starts_with("postgres:") {
                load.execute("SELECT pg_notify('flagbit', '')", &[], &[]).await;
            }
            load.transaction.commit().await.expect("a commit");
            load.revision
        })
    }

    /// Makes these the flags of a project's first environment, and gives the revision.
    pub(crate) fn load_flags(&self, project: i64, flags: &Value) -> i64 {
        self.load(async |load| {
            load.execute("DELETE FROM flags WHERE project_id = $1", &[project], &[]).await;
            let environment =
                load.one("SELECT id FROM environments WHERE project_id = $1 ORDER BY id LIMIT 1", &[project]).await;
            for flag in flags.as_array().expect("a list of flags") {
                let shared = serde_json::json!({"client_visible": flag["client_visible"]});
                let key = flag["key"].as_str().expect("a key");
                load.flag(project, environment, key, &shared.to_string(), &flag.to_string()).await;
            }
            load.touch(environment).await;
        })
    }
}

impl Load {
    async fn begin(database: &Database) -> Self {
        sqlx::any::install_default_drivers();
        let pool = sqlx::any::AnyPoolOptions::new().max_connections(1).connect(database.url()).await;
        let pool = pool.expect("the database");
        let begin = if database.url().starts_with("sqlite:") { "BEGIN IMMEDIATE" } else { "BEGIN" };
        let transaction = pool.begin_with(begin).await.expect("a transaction");
        let mut load = Self { transaction, revision: 0 };
        load.revision = load.one("UPDATE meta SET sequence = sequence + 1 WHERE id = 1 RETURNING sequence", &[]).await;
        load
    }

    pub(crate) async fn execute(&mut self, statement: &'static str, numbers: &[i64], texts: &[&str]) {
        let mut query = sqlx::query(statement);
        for number in numbers {
            query = query.bind(number);
        }
        for text in texts {
            query = query.bind(*text);
        }
        query.execute(&mut *self.transaction).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    pub(crate) async fn one(&mut self, statement: &'static str, numbers: &[i64]) -> i64 {
        let mut query = sqlx::query_scalar(statement);
        for number in numbers {
            query = query.bind(number);
        }
        query.fetch_one(&mut *self.transaction).await.unwrap_or_else(|error| panic!("{statement}: {error}"))
    }

    pub(crate) async fn id(&mut self) -> i64 {
        self.one("UPDATE meta SET last_id = last_id + 1 WHERE id = 1 RETURNING last_id", &[]).await
    }

    /// A project with one environment: their ids.
    pub(crate) async fn project(&mut self, account: i64) -> (i64, i64) {
        let (project, environment) = (self.id().await, self.id().await);
        let statement = "INSERT INTO projects (id, account_id, name, created_at) VALUES ($1, $2, '', '')";
        self.execute(statement, &[project, account], &[]).await;
        let statement =
            "INSERT INTO environments (id, project_id, revision, name, created_at) VALUES ($1, $2, $3, '', '')";
        self.execute(statement, &[environment, project, self.revision], &[]).await;
        (project, environment)
    }

    /// A flag with its state in one environment, which may be a whole flag.
    pub(crate) async fn flag(&mut self, project: i64, environment: i64, key: &str, shared: &str, state: &str) {
        let mut state: Map<String, Value> = serde_json::from_str(state).expect("an object");
        state.remove("key");
        let id = self.id().await;
        let statement = "INSERT INTO flags (id, project_id, key, shared, created_at) \
                         VALUES ($1, $2, $3, $4, '')";
        self.execute(statement, &[id, project], &[key, shared]).await;
        let statement = "INSERT INTO flag_states (flag_id, environment_id, state) VALUES ($1, $2, $3)";
        self.execute(statement, &[id, environment], &[&Value::Object(state).to_string()]).await;
    }

    pub(crate) async fn segment(&mut self, environment: i64, key: &str, definition: &str) {
        let statement = "INSERT INTO segments (environment_id, version, key, definition, created_at, updated_at) \
                         VALUES ($1, 1, $2, $3, '', '')";
        self.execute(statement, &[environment], &[key, definition]).await;
    }

    pub(crate) async fn touch(&mut self, environment: i64) {
        self.execute("UPDATE environments SET revision = $1 WHERE id = $2", &[self.revision, environment], &[]).await;
    }
}
