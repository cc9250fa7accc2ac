//! Answers that go before the snapshot's, for users' own tests.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::{
    Changes, Client, ClientError,
    shared::{Shared, number_variants},
};
use serde_json::Value;

use crate::engine::{PreparedFlag, Snapshot};

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// Holds an override in force; dropping it ends the override.
#[derive(Debug)]
#[must_use = "the override ends when this is dropped"]
pub struct Override {
    shared: Arc<Shared>,
    id: u64,
}

impl Drop for Override {
    fn drop(&mut self) {
        self.shared.end_override(self.id);
    }
}

impl Client {
    /// Opens a client whose flags give everybody the same answer, for your own tests. A `bool` makes a boolean flag; a string, a
    /// number, an object or a list makes a typed one.
    ///
    /// # Errors
    /// A key that is empty or repeated; null.
    pub fn for_testing<'k, V: Into<Value>>(
        values: impl IntoIterator<Item = (&'k str, V)>,
    ) -> Result<Self, ClientError> {
        Self::open(super::ClientOptions::values(values_text(values)))
    }

    /// Makes flags give everybody the same answer, before the snapshot's, until you drop the override. Of several
    /// overrides of a flag the latest wins. Flags that ask an overridden flag (`flag_is`) go on with the snapshot's answer.
    ///
    /// # Errors
    /// A key that is empty or repeated; null; a closed client.
    pub fn override_flags<'k, V: Into<Value>>(
        &self,
        values: impl IntoIterator<Item = (&'k str, V)>,
    ) -> Result<Override, ClientError> {
        let id = self.start_override(values_text(values).as_bytes())?;
        Ok(Override { shared: Arc::clone(&self.shared), id })
    }

    /// Starts an override of `{"KEY": true, "OTHER": "dark", ...}`; its id.
    pub(crate) fn start_override(&self, values: &[u8]) -> Result<u64, ClientError> {
        let mut flags = Snapshot::of_values(values)?;
        number_variants(&mut flags);
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        self.shared.publish(|serving, _| {
            let changes = keys(&flags);
            serving.overrides.push((id, Arc::new(flags)));
            changes
        })?;
        Ok(id)
    }

    /// Ends an override; `false` where there is none of that id.
    pub(crate) fn end_override(&self, id: u64) -> bool {
        self.shared.end_override(id)
    }
}

impl Shared {
    fn end_override(self: &Arc<Self>, id: u64) -> bool {
        let known = self.serving.load().overrides.iter().any(|(other, _)| *other == id);
        known
            && self
                .publish(|serving, _| {
                    let position = serving.overrides.iter().position(|(other, _)| *other == id);
                    position.map_or(Changes::Keys(Vec::new()), |position| keys(&serving.overrides.remove(position).1))
                })
                .is_ok()
    }
}

fn keys(flags: &Snapshot) -> Changes {
    Changes::Keys(flags.flags().map(PreparedFlag::key).map(Into::into).collect())
}

fn values_text<'k, V: Into<Value>>(values: impl IntoIterator<Item = (&'k str, V)>) -> String {
    let fields: Vec<String> =
        values.into_iter().map(|(key, value)| format!("{}:{}", Value::from(key), value.into())).collect();
    format!("{{{}}}", fields.join(","))
}
