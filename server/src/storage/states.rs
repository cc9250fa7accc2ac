//! The state of a flag in an environment. Large rules are stored apart, so that a switch does not write them again.

use sqlx::FromRow;

use super::{
    object::Object,
    texts::{LARGE, LargeText},
};
use crate::flags::State;

/// A state as it is read.
#[derive(Debug, FromRow)]
pub(super) struct StateRow {
    state: String,
    /// The rules, where they are not in `state`.
    rules: Option<String>,
}

/// A state in the form in which it is stored.
#[derive(Debug)]
pub(crate) struct StoredState {
    /// JSON, without the rules where they are apart.
    pub(super) text: String,
    pub(super) rules: Option<LargeText>,
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

impl StoredState {
    /// Makes a state ready to be stored.
    ///
    /// # Errors
    /// The state cannot be written as JSON.
    pub(crate) fn new(state: &State) -> serde_json::Result<Self> {
        let rules = serde_json::to_string(&state.rules)?;
        if rules.len() <= LARGE {
            return Ok(Self { text: serde_json::to_string(state)?, rules: None });
        }
        let State { enabled, default_enabled, off, rules: _ } = state;
        let rest = State { enabled: *enabled, default_enabled: *default_enabled, off: off.clone(), rules: Vec::new() };
        Ok(Self { text: serde_json::to_string(&rest)?, rules: Some(LargeText::new(rules)) })
    }
}
