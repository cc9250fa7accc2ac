//! An environment, compiled.

use std::collections::HashSet;

use anyhow::Context;
use flagbit::Snapshot;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::Body;
use crate::storage::load::{StoredContent, StoredFlag};

/// The flags of one environment at one revision. Immutable.
#[derive(Debug)]
pub(crate) struct Environment {
    pub(crate) project_id: i64,
    pub(crate) name: String,
    pub(crate) revision: i64,
    /// The compiled flags, for evaluations.
    pub(crate) snapshot: Snapshot,
    /// The keys of the flags that client keys may see.
    pub(crate) client_visible: HashSet<String>,
    /// The text that SDKs download.
    pub(crate) body: Body,
}

/// The shared fields that programs read. SDKs need no field that is for people alone.
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
    /// The database does not hold a snapshot. No write can bring that about.
    pub(super) fn compile(
        project_id: i64,
        name: String,
        revision: i64,
        content: StoredContent,
    ) -> anyhow::Result<Self> {
        let mut client_visible = HashSet::new();
        let label = Value::from(name.as_str());
        let mut text = format!(r#"{{"project":{project_id},"environment":{label},"revision":{revision},"flags":["#);
        for (index, flag) in content.flags.into_iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            let is_visible = write_flag(&flag, &mut text)?;
            if is_visible {
                client_visible.insert(flag.key);
            }
        }
        text.push(']');
        for (index, (key, definition)) in content.segments.iter().enumerate() {
            text += if index == 0 { r#","segments":{"# } else { "," };
            text += &format!("{}:{definition}", Value::from(key.as_str()));
        }
        if !content.segments.is_empty() {
            text.push('}');
        }
        text.push('}');
        text.shrink_to_fit();
        let snapshot = Snapshot::parse(text.as_bytes(), usize::MAX)?;
        Ok(Self { project_id, name, revision, snapshot, client_visible, body: Body::new(revision, text) })
    }
}

/// Writes a flag as it stands in the snapshot. Returns whether client keys see it.
fn write_flag(flag: &StoredFlag, text: &mut String) -> anyhow::Result<bool> {
    let shared: ForPrograms = serde_json::from_str(&flag.shared)?;
    let state = flag.state.trim_start().strip_prefix('{').context("the state of a flag is an object")?;
    *text += &format!(r#"{{"key":{}"#, Value::from(flag.key.as_str()));
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
