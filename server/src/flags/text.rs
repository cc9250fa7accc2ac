//! The text of a snapshot. The engine judges, byte for byte, the text that SDKs download.

use std::collections::BTreeMap;

use serde_json::Value;

/// The fields that a snapshot has of its own.
#[derive(Debug, Clone)]
pub(crate) struct Labels {
    pub(crate) project_id: i64,
    pub(crate) environment: String,
    pub(crate) revision: i64,
}

/// Writes a snapshot from the JSON of its flags and segments by key. Without labels, the
/// snapshot is for the engine alone.
pub(crate) fn snapshot_of(
    labels: Option<&Labels>,
    flags: &BTreeMap<impl AsRef<str> + Ord, impl AsRef<str>>,
    segments: &BTreeMap<impl AsRef<str> + Ord, impl AsRef<str>>,
) -> String {
    let mut text = String::from("{");
    if let Some(Labels { project_id, environment, revision }) = labels {
        let environment = Value::from(environment.as_str());
        text += &format!(r#""project":{project_id},"environment":{environment},"revision":{revision},"#);
    }
    text += r#""flags":["#;
    for (index, flag) in flags.values().enumerate() {
        text += if index == 0 { "" } else { "," };
        text += flag.as_ref();
    }
    text.push(']');
    for (index, (key, segment)) in segments.iter().enumerate() {
        text += if index == 0 { r#","segments":{"# } else { "," };
        text += &Value::from(key.as_ref()).to_string();
        text.push(':');
        text += segment.as_ref();
    }
    text += if segments.is_empty() { "}" } else { "}}" };
    text
}
