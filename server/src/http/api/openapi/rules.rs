//! The parameters and the answers of an operation that follow from its path and its purpose.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::http::route::Purpose;

/// Describes a parameter in a path.
pub(super) fn path_parameter(name: &str) -> Value {
    let key = json!({"type": "string", "minLength": 1, "maxLength": 256, "pattern": "^[A-Za-z0-9._-]+$"});
    let id = json!({"type": "integer", "format": "int64", "minimum": 1});
    let (description, schema) = match name {
        "id" => ("the project", id),
        "version" => ("the version of the flag or the segment", id),
        "entry" => ("the entry of the archive, by its id", id),
        "key_id" => ("the key, by its id", id),
        "member_id" => ("the member, by their id", id),
        "key" => ("the flag or the segment", key),
        "environment" => {
            let schema = json!({"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[A-Za-z0-9._-]+$"});
            ("the environment, by its name", schema)
        }
        _ => ("", json!({"type": "string"})),
    };
    json!({"name": name, "in": "path", "required": true, "description": description, "schema": schema})
}

/// Describes the parameters by which an API key names the environment.
pub(super) fn own_environment_parameters() -> [Value; 2] {
    [
        json!({"name": "project_id", "in": "query", "required": false,
            "description": "the project, for an API key; other keys have theirs",
            "schema": {"type": "integer", "format": "int64", "minimum": 1}}),
        json!({"name": "environment", "in": "query", "required": false,
            "description": "the environment, for an API key; the default is the first",
            "schema": {"type": "string"}}),
    ]
}

/// Describes the reason of a change.
pub(super) fn reason_parameter() -> Value {
    json!({"name": "X-Change-Reason", "in": "header", "required": false,
        "description": "why the change is made, for the audit and the history: UTF-8 as it is, or `UTF-8''` and \
            percent-encoded UTF-8; at most 500 characters",
        "schema": {"type": "string"}})
}

/// Lists the answers that an operation has besides those of its handler, with their reasons.
pub(super) fn shared_answers(
    path: &str,
    method: &str,
    purpose: Purpose,
    has_body: bool,
) -> Vec<(StatusCode, &'static str)> {
    let is_limited = purpose != Purpose::Server;
    let is_addressed = path.contains('{') || purpose.is_about_environment_of_key();
    let has_parameters = is_addressed || has_body || method == "get" && is_limited;
    [
        (has_parameters, StatusCode::BAD_REQUEST, "something in the request cannot be read"),
        (purpose.needs_key(), StatusCode::UNAUTHORIZED, "no key, or a key that opens nothing"),
        (
            purpose.needs_key(),
            StatusCode::FORBIDDEN,
            "a key of another kind or without the role, or a secret key from a web page",
        ),
        (is_addressed, StatusCode::NOT_FOUND, "it does not exist in the account of the key"),
        (has_body, StatusCode::REQUEST_TIMEOUT, "the body took too long to arrive"),
        (has_body, StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than the server allows"),
        (has_body, StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body is not sent as JSON"),
        (is_limited, StatusCode::TOO_MANY_REQUESTS, "too many requests, or too many of them with wrong keys"),
        (
            purpose.uses_database(),
            StatusCode::SERVICE_UNAVAILABLE,
            "the database cannot be reached; nothing was changed",
        ),
    ]
    .into_iter()
    .filter_map(|(applies, status, description)| applies.then_some((status, description)))
    .collect()
}
