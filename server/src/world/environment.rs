//! An environment, compiled.

use std::collections::HashSet;

use flagbit::Snapshot;
use serde_json::{Map, Value};

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
    /// Compiles an environment. Flags are taken one by one, so that they are never all in memory as trees.
    ///
    /// # Errors
    /// What the database holds is no snapshot, which no write can bring about.
    pub(super) fn compile(
        project_id: i64,
        name: String,
        revision: i64,
        flags: impl Iterator<Item = anyhow::Result<StoredFlag>>,
        segments: Map<String, Value>,
    ) -> anyhow::Result<Self> {
        let mut client_visible = HashSet::new();
        let label = Value::from(name.as_str());
        let mut text = format!(r#"{{"project":{project_id},"environment":{label},"revision":{revision},"flags":["#);
        for (index, flag) in flags.enumerate() {
            let flag = flag?;
            if flag.shared.get("client_visible") == Some(&Value::Bool(true)) {
                client_visible.insert(flag.key.clone());
            }
            if index > 0 {
                text.push(',');
            }
            text += &Value::Object(flag.into_snapshot()).to_string();
        }
        text.push(']');
        if !segments.is_empty() {
            text += &format!(r#","segments":{}"#, Value::Object(segments));
        }
        text.push('}');
        text.shrink_to_fit();
        let snapshot = Snapshot::parse(text.as_bytes(), usize::MAX)?;
        Ok(Self { project_id, name, revision, snapshot, client_visible, body: Body::new(revision, text) })
    }
}

impl StoredFlag {
    fn into_snapshot(self) -> Map<String, Value> {
        let mut flag = Map::new();
        flag.insert("key".into(), self.key.into());
        let shared = self.shared.into_iter().filter(|(field, _)| !NOT_FOR_SDKS.contains(&field.as_str()));
        flag.extend(shared.chain(self.state));
        flag
    }
}
