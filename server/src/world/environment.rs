//! An environment, compiled.

use std::collections::HashSet;

use anyhow::Context;
use flagbit::Snapshot;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

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

/// A flag as it is stored: the JSON of the fields that all environments share, and of those of this one.
pub(super) struct StoredFlag {
    pub(super) key: String,
    pub(super) shared: String,
    pub(super) state: String,
}

/// The shared fields that programs read; people's would be downloaded for nothing.
#[derive(Deserialize)]
struct ForPrograms<'t> {
    #[serde(default)]
    client_visible: Option<bool>,
    #[serde(borrow)]
    variants: Option<&'t RawValue>,
    #[serde(borrow)]
    default: Option<&'t RawValue>,
}

impl Environment {
    /// Compiles an environment. Texts are put together from those that are stored: reading them all into trees would take
    /// several times as long as the rest.
    ///
    /// # Errors
    /// What the database holds is no snapshot, which no write can bring about.
    pub(super) fn compile(
        project_id: i64,
        name: String,
        revision: i64,
        flags: Vec<StoredFlag>,
        segments: Vec<(String, String)>,
    ) -> anyhow::Result<Self> {
        let mut client_visible = HashSet::new();
        let label = Value::from(name.as_str());
        let mut text = format!(r#"{{"project":{project_id},"environment":{label},"revision":{revision},"flags":["#);
        for (index, flag) in flags.into_iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            let is_visible = flag.write(&mut text)?;
            if is_visible {
                client_visible.insert(flag.key);
            }
        }
        text.push(']');
        for (index, (key, definition)) in segments.iter().enumerate() {
            text += if index == 0 { r#","segments":{"# } else { "," };
            text += &format!("{}:{definition}", Value::from(key.as_str()));
        }
        if !segments.is_empty() {
            text.push('}');
        }
        text.push('}');
        text.shrink_to_fit();
        let snapshot = Snapshot::parse(text.as_bytes(), usize::MAX)?;
        Ok(Self { project_id, name, revision, snapshot, client_visible, body: Body::new(revision, text) })
    }
}

impl StoredFlag {
    /// Writes the flag as it stands in the snapshot. Whether client keys see it.
    fn write(&self, text: &mut String) -> anyhow::Result<bool> {
        let shared: ForPrograms = serde_json::from_str(&self.shared)?;
        let state = self.state.trim_start().strip_prefix('{').context("the state of a flag is an object")?;
        *text += &format!(r#"{{"key":{}"#, Value::from(self.key.as_str()));
        for (field, value) in [("variants", shared.variants), ("default", shared.default)] {
            if let Some(value) = value {
                *text += &format!(r#","{field}":{}"#, value.get());
            }
        }
        if state.trim_start() != "}" {
            text.push(',');
        }
        *text += state;
        Ok(shared.client_visible == Some(true))
    }
}
