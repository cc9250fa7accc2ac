//! `GET /openapi.json`: what the handlers say of themselves, completed by what is the same for all of them.

mod complete;
mod rules;

use std::sync::LazyLock;

use axum::{
    body::Bytes,
    http::{HeaderName, header},
};
use serde_json::{Value, json};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::App;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(openapi))
}

const DESCRIPTION: &str = "\
Feature flags: manage them, evaluate them, and download them for evaluation inside of programs.

Every call but a few needs a key, as `Authorization: Bearer KEY` or `X-API-Key: KEY`. An API key (`fb_...`) may do \
everything in its account; a server key (`fbsrv_...`) evaluates and downloads the flags of one environment; a client key \
(`fbsdk_...`) evaluates those flags of one environment that are visible to clients.

Errors are `{\"error\": {\"code\", \"message\"}}`: the code is for programs, the message says which field is wrong. Every \
answer has an `X-Request-ID`, which is in the server's log too.";

/// The document, made once: it says what is compiled.
static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| document().to_string().into());

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "operations", responses(
    (status = 200, description = "OpenAPI 3.1", body = Value, content_type = "application/json"),
))]
async fn openapi() -> ([(HeaderName, &'static str); 1], Bytes) {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.clone())
}

fn document() -> Value {
    let generated = super::routes().into_openapi();
    let mut document = serde_json::to_value(generated).unwrap_or_default();
    document["info"] = json!({
        "title": "FlagBit",
        "summary": "Feature flags for programs in any language",
        "description": DESCRIPTION,
        "version": env!("CARGO_PKG_VERSION"),
        "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
    });
    complete::complete(&mut document);
    document
}

#[cfg(test)]
mod tests;
