//! How a flag is set in an environment. Large rules are stored apart, so that a switch does not write them again.

use sqlx::FromRow;

use super::{Write, object::Object, texts::LARGE};
use crate::flags::State;

/// A state as it is stored.
#[derive(Debug, FromRow)]
pub(super) struct StateRow {
    state: String,
    /// The rules, where they are not in `state`.
    rules: Option<String>,
}

#[derive(FromRow)]
struct StateOfEnvironment {
    environment_id: i64,
    #[sqlx(flatten)]
    row: StateRow,
}

impl StateRow {
    /// Returns the whole state as JSON.
    pub(super) fn text(self) -> String {
        let Some(rules) = self.rules else { return self.state };
        let mut object = Object::with_capacity(self.state.len() + rules.len() + 16);
        object.extend(&self.state);
        object.push("rules", &rules);
        object.end()
    }

    pub(super) fn read(self) -> serde_json::Result<State> {
        serde_json::from_str(&self.text())
    }
}

impl Write {
    /// The flag's state in each environment.
    pub(crate) async fn flag_states(&mut self, flag_id: i64) -> anyhow::Result<Vec<(i64, State)>> {
        let rows: Vec<StateOfEnvironment> = sqlx::query_as(
            "SELECT s.environment_id, s.state, t.text AS rules FROM flag_states s \
             LEFT JOIN texts t ON t.id = s.rules_id WHERE s.flag_id = $1 ORDER BY s.environment_id",
        )
        .bind(flag_id)
        .fetch_all(self.connection())
        .await?;
        rows.into_iter().map(|StateOfEnvironment { environment_id, row }| Ok((environment_id, row.read()?))).collect()
    }

    pub(crate) async fn create_state(
        &mut self,
        account_id: i64,
        flag_id: i64,
        environment_id: i64,
        state: &State,
    ) -> anyhow::Result<()> {
        let (text, rules_id) = self.store(account_id, state).await?;
        sqlx::query("INSERT INTO flag_states (flag_id, environment_id, state, rules_id) VALUES ($1, $2, $3, $4)")
            .bind(flag_id)
            .bind(environment_id)
            .bind(text)
            .bind(rules_id)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    pub(crate) async fn update_state(
        &mut self,
        account_id: i64,
        flag_id: i64,
        environment_id: i64,
        state: &State,
    ) -> anyhow::Result<()> {
        let (text, rules_id) = self.store(account_id, state).await?;
        sqlx::query("UPDATE flag_states SET state = $1, rules_id = $2 WHERE flag_id = $3 AND environment_id = $4")
            .bind(text)
            .bind(rules_id)
            .bind(flag_id)
            .bind(environment_id)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Stores large rules. Returns the text of the rest of the state, and the id of the rules' text.
    async fn store(&mut self, account_id: i64, state: &State) -> anyhow::Result<(String, Option<i64>)> {
        let rules = serde_json::to_string(&state.rules)?;
        if rules.len() <= LARGE {
            return Ok((serde_json::to_string(state)?, None));
        }
        let State { enabled, default_enabled, off, rules: _ } = state;
        let rest = State { enabled: *enabled, default_enabled: *default_enabled, off: off.clone(), rules: Vec::new() };
        Ok((serde_json::to_string(&rest)?, Some(self.text_id(account_id, &rules).await?)))
    }
}
