//! Completing the document: every operation gets what [`super::rules`] says of its path.

use std::collections::HashMap;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::rules;
use crate::http::route::{Needs, Purpose, Table};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

pub(super) fn complete(document: &mut Value, table: &Table) {
    add_schemes(document);
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return };
    let ids = operation_ids(paths);
    for (path, item) in paths {
        let (Some(item), Some(purpose)) = (item.as_object_mut(), table.purpose(path)) else { continue };
        for (method, operation) in item.iter_mut().filter(|(method, _)| METHODS.contains(&method.as_str())) {
            if let Some(id) = ids.get(&(path.clone(), method.clone())) {
                operation["operationId"] = id.as_str().into();
            }
            add_parameters(path, method, purpose, operation);
            let keys = if purpose.needs_key() { json!([{"bearer": []}, {"x_api_key": []}]) } else { json!([]) };
            operation["security"] = keys;
            if let Some(needs) = table.needs(method, path) {
                add_needs(needs, operation);
            }
            add_answers(path, method, purpose, operation);
        }
    }
}

fn add_schemes(document: &mut Value) {
    document["components"]["securitySchemes"] = json!({
        "bearer": {"type": "http", "scheme": "bearer", "description": "a key: `fb_...`, `fbsrv_...` or `fbsdk_...`"},
        "x_api_key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "the same, in another header"},
    });
    // The answers that are added refer to them, even if no handler does.
    let schemas = &mut document["components"]["schemas"];
    for (name, schema) in [("ErrorBody", error_schema()), ("OfrepErrorBody", ofrep_error_schema())] {
        if schemas.get(name).is_none() {
            schemas[name] = schema;
        }
    }
}

fn error_schema() -> Value {
    let text = json!({"type": "string"});
    let detail =
        json!({"type": "object", "required": ["code", "message"], "properties": {"code": text, "message": text}});
    json!({"type": "object", "required": ["error"], "properties": {"error": detail}})
}

fn ofrep_error_schema() -> Value {
    let text = json!({"type": "string"});
    let properties = json!({"key": text, "errorCode": text, "errorDetails": text});
    json!({"type": "object", "required": ["errorCode", "errorDetails"], "properties": properties})
}

/// Gives each operation a unique id: the handler's name. Handlers that share a name, and a handler with two routes, get
/// the path added.
fn operation_ids(paths: &Map<String, Value>) -> HashMap<(String, String), String> {
    let mut ids: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for (path, item) in paths {
        let Some(item) = item.as_object() else { continue };
        for (method, operation) in item.iter().filter(|(method, _)| METHODS.contains(&method.as_str())) {
            let name = operation.get("operationId").and_then(Value::as_str).unwrap_or(method);
            let suffix = if path.contains("{environment}/") { "_in_environment" } else { "" };
            ids.entry(format!("{name}{suffix}")).or_default().push((path.clone(), method.clone()));
        }
    }
    let mut unique = HashMap::new();
    for (id, operations) in ids {
        if let [operation] = operations.as_slice() {
            unique.insert(operation.clone(), id);
            continue;
        }
        for operation in operations {
            let (path, method) = &operation;
            let words = path.trim_start_matches("/api/v1").split(['/', '{', '}']).filter(|word| !word.is_empty());
            let id = words.fold(method.clone(), |id, word| id + "_" + word);
            unique.insert(operation, id);
        }
    }
    unique
}

fn add_parameters(path: &str, method: &str, purpose: Purpose, operation: &mut Value) {
    let mut parameters = operation.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut add = |parameter: Value| {
        let is_same = |other: &Value| other["name"] == parameter["name"] && other["in"] == parameter["in"];
        if !parameters.iter().any(is_same) {
            parameters.push(parameter);
        }
    };
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names.map(rules::path_parameter).for_each(&mut add);
    if purpose.is_about_environment_of_key() {
        rules::own_environment_parameters().into_iter().for_each(&mut add);
    }
    if purpose.is_management() && method != "get" {
        add(rules::reason_parameter());
    }
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
}

/// Says which role a call needs.
fn add_needs(Needs { role, reach }: Needs, operation: &mut Value) {
    let text = format!("Needs the role {role} {}.", reach.words());
    operation["description"] = match operation.get("description").and_then(Value::as_str) {
        Some(description) if !description.is_empty() => format!("{description}\n\n{text}").into(),
        _ => text.into(),
    };
}

fn add_answers(path: &str, method: &str, purpose: Purpose, operation: &mut Value) {
    let has_body = operation.get("requestBody").is_some();
    let Some(answers) = operation["responses"].as_object_mut() else { return };
    let schema = if purpose == Purpose::Ofrep { "OfrepErrorBody" } else { "ErrorBody" };
    for (status, description) in rules::shared_answers(path, method, purpose, has_body) {
        let answer = answers.entry(status.as_u16().to_string()).or_insert_with(|| json!({"description": description}));
        // An answer that a handler documents without a shape has the shape of all errors.
        if answer.get("content").is_none() {
            let schema = json!({"$ref": format!("#/components/schemas/{schema}")});
            answer["content"] = json!({"application/json": {"schema": schema}});
        }
        if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            answer["headers"]["Retry-After"] =
                json!({"description": "seconds", "schema": {"type": "integer", "minimum": 1}});
        }
        if status == StatusCode::UNAUTHORIZED {
            answer["headers"]["WWW-Authenticate"] = json!({"schema": {"type": "string"}});
        }
    }
    for answer in answers.values_mut() {
        answer["headers"]["X-Request-ID"] =
            json!({"description": "names the request in the server's log", "schema": {"type": "string"}});
    }
    answers.sort_keys();
}
