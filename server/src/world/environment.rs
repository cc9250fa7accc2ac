//! An environment, compiled.

use std::collections::HashSet;

use flagbit::Snapshot;
use serde_json::{Map, Value, json};

use super::Body;

/// The flags of one environment at one revision. Immutable.
#[derive(Debug)]
pub(crate) struct Environment {
    pub(crate) project_id: i64,
    pub(crate) name: String,
    pub(crate) revision: i64,
    /// What evaluations read.
    pub(crate) snapshot: Snapshot,
    /// The keys of the flags that client keys may see.
    pub(crate) client_visible: HashSet<String>,
    /// What SDKs download.
    pub(crate) body: Body,
}

/// A flag as it is stored: the fields that all environments share, and those of this one.
pub(super) struct StoredFlag {
    pub(super) key: String,
    pub(super) shared: Map<String, Value>,
    pub(super) state: Map<String, Value>,
}

/// What only people read, or the server itself; SDKs would download it for nothing.
const NOT_FOR_SDKS: [&str; 4] = ["name", "description", "tags", "client_visible"];

impl Environment {
    /// Compiles an environment.
    ///
    /// # Errors
    /// What the database holds is no snapshot, which no write can bring about.
    pub(super) fn compile(
        project_id: i64,
        name: String,
        revision: i64,
        flags: Vec<StoredFlag>,
        segments: Map<String, Value>,
    ) -> anyhow::Result<Self> {
        let is_visible = |flag: &StoredFlag| flag.shared.get("client_visible") == Some(&Value::Bool(true));
        let client_visible = flags.iter().filter(|flag| is_visible(flag)).map(|flag| flag.key.clone()).collect();
        let flags: Vec<Value> = flags.into_iter().map(StoredFlag::into_snapshot).collect();
        let mut document = json!({"project": project_id, "environment": name, "revision": revision, "flags": flags});
        if !segments.is_empty() {
            document["segments"] = Value::Object(segments);
        }
        let text = document.to_string();
        let snapshot = Snapshot::parse(text.as_bytes(), usize::MAX)?;
        Ok(Self { project_id, name, revision, snapshot, client_visible, body: Body::new(revision, text) })
    }
}

impl StoredFlag {
    fn into_snapshot(self) -> Value {
        let mut flag = Map::new();
        flag.insert("key".into(), self.key.into());
        let shared = self.shared.into_iter().filter(|(field, _)| !NOT_FOR_SDKS.contains(&field.as_str()));
        flag.extend(shared.chain(self.state));
        Value::Object(flag)
    }
}
