//! What can be told of an operation by its path: which key it needs, which parameters it has, what it can answer.

use axum::http::StatusCode;
use serde_json::{Value, json};

/// Paths that need no key.
pub(super) fn is_keyless(path: &str) -> bool {
    const KEYLESS: [&str; 5] =
        ["/healthz", "/readyz", "/openapi.json", "/api/v1/signup", "/api/v1/evaluate-playground"];
    KEYLESS.contains(&path) || path.starts_with("/api/v1/rollout/")
}

/// Paths about the environment of the key, which an API key has to name.
pub(super) fn is_about_own_environment(path: &str) -> bool {
    ["/api/v1/evaluate", "/api/v1/snapshot", "/api/v1/stream"].contains(&path) || is_ofrep(path)
}

pub(super) fn is_ofrep(path: &str) -> bool {
    path.starts_with("/ofrep/")
}

/// Paths of which nothing is limited, counted or kept.
fn is_operations(path: &str) -> bool {
    ["/healthz", "/readyz", "/openapi.json"].contains(&path)
}

/// What stands for a part of a path.
pub(super) fn path_parameter(name: &str) -> Value {
    let key = json!({"type": "string", "minLength": 1, "maxLength": 256, "pattern": "^[A-Za-z0-9._-]+$"});
    let id = json!({"type": "integer", "format": "int64", "minimum": 1});
    let (description, schema) = match name {
        "id" => ("the project", id),
        "key_id" => ("the key, by its id", id),
        "key" => ("the flag or the segment", key),
        "environment" => {
            let schema = json!({"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[A-Za-z0-9._-]+$"});
            ("the environment, by its name", schema)
        }
        _ => ("", json!({"type": "string"})),
    };
    json!({"name": name, "in": "path", "required": true, "description": description, "schema": schema})
}

/// What an API key names in the query.
pub(super) fn own_environment_parameters() -> [Value; 2] {
    [
        json!({"name": "project_id", "in": "query", "required": false,
            "description": "the project, for an API key; other keys have theirs",
            "schema": {"type": "integer", "format": "int64", "minimum": 1}}),
        json!({"name": "environment", "in": "query", "required": false,
            "description": "the environment, for an API key; the first without it",
            "schema": {"type": "string"}}),
    ]
}

/// What an operation can answer besides what its handler does: status, what for.
pub(super) fn shared_answers(path: &str, method: &str, has_body: bool) -> Vec<(StatusCode, &'static str)> {
    let is_keyless = is_keyless(path);
    let is_database = !is_operations(path) && !is_about_own_environment(path) && !is_tool(path);
    let is_addressed = path.contains('{') || is_about_own_environment(path);
    let has_parameters = is_addressed || has_body || method == "get" && !is_operations(path);
    [
        (has_parameters, StatusCode::BAD_REQUEST, "something in the request cannot be read"),
        (!is_keyless, StatusCode::UNAUTHORIZED, "no key, or none that opens anything"),
        (!is_keyless, StatusCode::FORBIDDEN, "a key of another kind, or a secret key from a web page"),
        (is_addressed, StatusCode::NOT_FOUND, "there is no such thing in the account of the key"),
        (has_body, StatusCode::REQUEST_TIMEOUT, "the body took too long to arrive"),
        (has_body, StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than the server allows"),
        (has_body, StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body is not sent as JSON"),
        (!is_operations(path), StatusCode::TOO_MANY_REQUESTS, "too many requests, or too many with wrong keys"),
        (is_database, StatusCode::SERVICE_UNAVAILABLE, "the database cannot be reached; nothing was changed"),
    ]
    .into_iter()
    .filter_map(|(applies, status, description)| applies.then_some((status, description)))
    .collect()
}

fn is_tool(path: &str) -> bool {
    is_keyless(path) && path != "/api/v1/signup"
}
