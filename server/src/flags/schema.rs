//! The shapes of bodies, for the API's description. The server reads bodies field by field, see [`super::Changes`], so
//! that errors name every place.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Lifetime;

/// A rule: `{"attribute", "operator", "value"}`, or `{"conditions": [...], "value"}`, which holds when all conditions do
/// and answers the value: `true` (also when it is missing), `false`, or in a typed flag a variant's name or a split.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    #[serde(skip_serializing_if = "Option::is_none")]
    attribute: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<Condition>)]
    conditions: Option<Vec<Condition>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value)]
    value: Option<Value>,
}

/// One condition of a rule.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Condition {
    #[serde(skip_serializing_if = "Option::is_none")]
    attribute: Option<String>,
    /// `eq`, `neq`, `contains`, `in`, `percent`, ...: docs/concepts/operators.md.
    operator: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value)]
    value: Option<Value>,
}

/// The fields of a flag to set. A field that is not given stays; `null` removes one that may be missing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FlagChanges {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 256)]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 10000)]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 100)]
    tags: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 256)]
    owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifetime: Option<Lifetime>,
    /// The moment after which the flag should be gone, in RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_visible: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    variants: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool)]
    enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    off: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<Vec<Rule>>,
    /// The key of the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    key: Option<String>,
    /// The version that the changes were made from: 412 when it is not the present one, as with `If-Match`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64)]
    version: Option<i64>,
    /// Ignored, so that what was read can be sent back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    created_at: Option<String>,
    /// Ignored, so that what was read can be sent back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    updated_at: Option<String>,
    /// Ignored, so that an answer can be sent back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<String>)]
    environments: Option<Vec<String>>,
    /// Ignored, so that an answer can be sent back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = std::collections::HashMap<String, f64>)]
    moved: Option<Value>,
    /// Why the change is made, for the audit and the history. It may stand in the header `X-Change-Reason` instead, and in an
    /// import it has to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, max_length = 500)]
    reason: Option<String>,
    /// Ignored, so that what was read can be sent back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    usage: Option<Value>,
}

/// A new flag.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewFlag {
    /// 1 to 256 of `A-Z a-z 0-9 . _ -`, not only dots.
    #[schema(min_length = 1, max_length = 256, pattern = "^[A-Za-z0-9._-]*[A-Za-z0-9_-][A-Za-z0-9._-]*$")]
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 256)]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 10000)]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 100)]
    tags: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 256)]
    owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifetime: Option<Lifetime>,
    /// The moment after which the flag should be gone, in RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// `true` if client keys (`fbsdk_...`) see the flag. The default is `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_visible: Option<bool>,
    /// The values of a typed flag by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    variants: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<String>,
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    off: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<Vec<Rule>>,
    /// Why the change is made, for the audit and the history. It may stand in the header `X-Change-Reason` instead, and in an
    /// import it has to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, max_length = 500)]
    reason: Option<String>,
}

/// The rules of a segment.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SegmentRules {
    rules: Vec<Rule>,
    /// The key of the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    key: Option<String>,
    /// The version that the rules were made from: 412 when it is not the present one, as with `If-Match`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64)]
    version: Option<i64>,
    /// Ignored, so that what was read can be sent back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    created_at: Option<String>,
    /// Ignored, so that what was read can be sent back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    updated_at: Option<String>,
    /// Ignored, so that an answer can be sent back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<String>)]
    environments: Option<Vec<String>>,
    /// Why the change is made, for the audit and the history. It may stand in the header `X-Change-Reason` instead, and in an
    /// import it has to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, max_length = 500)]
    reason: Option<String>,
}

/// The flags and segments of an environment, in one of the three shapes of a snapshot.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "it describes bodies that are read flag by flag")]
pub(crate) enum SnapshotBody {
    /// Flags without segments.
    List(Vec<NewFlag>),
    Document(Box<DocumentBody>),
}

/// Flags with segments.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DocumentBody {
    flags: FlagsBody,
    /// The segments by key.
    #[serde(skip_serializing_if = "Option::is_none")]
    segments: Option<HashMap<String, SegmentRules>>,
    /// Ignored, like `project` and `environment`, so that a snapshot can be imported as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    revision: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    project: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    environment: Option<Value>,
}

/// The flags of a document.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "it describes bodies that are read flag by flag")]
pub(crate) enum FlagsBody {
    List(Vec<NewFlag>),
    /// Flags by key; they may leave out their own `key`.
    ByKey(HashMap<String, FlagChanges>),
}
