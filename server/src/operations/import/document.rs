//! The document, which is written so that it compares well.

use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::flags::{Shared, State, as_code, definition, schema};

/// The flags and segments of an environment as code.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlagsAsCode {
    #[schema(value_type = Vec<schema::NewFlag>)]
    flags: Vec<Value>,
    /// The segments by key: each `{"rules": [...]}`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Option<std::collections::HashMap<String, schema::SegmentRules>>, nullable = false)]
    segments: Map<String, Value>,
}

/// Writes flags and segments, sorted by key, as a document.
pub(super) fn content_text<'a>(
    flags: impl Iterator<Item = (&'a str, &'a Shared, &'a State)>,
    segments: impl Iterator<Item = (&'a str, &'a [Value])>,
) -> anyhow::Result<String> {
    let flags = flags.map(|(key, shared, state)| as_code(key, shared, state)).collect();
    let segments = segments.map(|(key, rules)| (key.to_owned(), definition(rules))).collect();
    Ok(serde_json::to_string_pretty(&FlagsAsCode { flags, segments })? + "\n")
}

/// The tag of a document, which stands for its content.
pub(super) fn tag_of(text: &str) -> String {
    Sha256::digest(text)[..16].iter().fold(String::new(), |tag, byte| format!("{tag}{byte:02x}"))
}
