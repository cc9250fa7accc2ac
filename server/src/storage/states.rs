//! How a flag is set in an environment. Large rules are stored apart, so that a switch does not write them again.

use sqlx::FromRow;

use super::{
    Write,
    object::Object,
    rows::{Cell, Many},
    texts::{LARGE, LargeText},
};
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

/// How a flag is set in an environment, in the form in which it is stored.
#[derive(Debug)]
pub(crate) struct StoredState {
    pub(crate) flag_id: i64,
    pub(crate) environment_id: i64,
    /// JSON, without large rules.
    rest: String,
    rules: Option<LargeText>,
}

impl StoredState {
    /// Makes a state ready to be stored.
    ///
    /// # Errors
    /// The state cannot be written as JSON.
    pub(crate) fn new(flag_id: i64, environment_id: i64, state: &State) -> serde_json::Result<Self> {
        let rules = serde_json::to_string(&state.rules)?;
        if rules.len() <= LARGE {
            return Ok(Self { flag_id, environment_id, rest: serde_json::to_string(state)?, rules: None });
        }
        let State { enabled, default_enabled, off, rules: _ } = state;
        let rest = State { enabled: *enabled, default_enabled: *default_enabled, off: off.clone(), rules: Vec::new() };
        let rules = Some(LargeText::new(rules));
        Ok(Self { flag_id, environment_id, rest: serde_json::to_string(&rest)?, rules })
    }
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

    /// Stores how flags of an account are set in environments.
    pub(crate) async fn put_states(&mut self, account_id: i64, states: &[StoredState]) -> sqlx::Result<()> {
        let text_ids = self.text_ids(account_id, states.iter().filter_map(|state| state.rules.as_ref())).await?;
        let many = Many {
            begin: "INSERT INTO flag_states (flag_id, environment_id, state, rules_id) VALUES",
            end: "ON CONFLICT (environment_id, flag_id) DO UPDATE SET state = excluded.state, rules_id = excluded.rules_id",
        };
        let rows = states.iter().map(|state| {
            let rules_id = state.rules.as_ref().and_then(|rules| text_ids.get(rules));
            [Cell::from(state.flag_id), state.environment_id.into(), (&state.rest).into(), rules_id.into()]
        });
        self.many(many, rows.collect()).await
    }
}
