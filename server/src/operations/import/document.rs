//! The document, which is written so that it compares well.

use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::flags::{Record, SegmentRecord, State, as_code, definition, schema};

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

/// Writes the flags and segments of an environment as a document.
pub(super) fn content_text(flags: &[(Record, State)], segments: &[SegmentRecord]) -> anyhow::Result<String> {
    let flags = flags.iter().map(|(record, state)| as_code(&record.key, &record.shared, state)).collect();
    let segments = segments.iter().map(|segment| (segment.key.clone(), definition(&segment.rules))).collect();
    Ok(serde_json::to_string_pretty(&FlagsAsCode { flags, segments })? + "\n")
}

/// The tag of a document, which stands for its content.
pub(super) fn tag_of(text: &str) -> String {
    Sha256::digest(text)[..16].iter().fold(String::new(), |tag, byte| format!("{tag}{byte:02x}"))
}
