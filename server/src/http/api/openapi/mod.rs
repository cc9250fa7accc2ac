//! `GET /openapi.json`: the handlers' own descriptions, completed by everything that is the same for all of them.

mod complete;
mod rules;

use std::sync::{Arc, OnceLock};

use axum::{
    Extension,
    body::Bytes,
    http::{HeaderName, header},
};
use serde_json::{Value, json};
use utoipa::openapi::OpenApi;
use utoipa_axum::routes;

use crate::http::{
    route::{Purpose, Routes, Table},
    wire::prepared::Shared,
};

/// The document as it is served. It is complete once all routes are known.
#[derive(Debug, Clone, Default)]
pub(super) struct Document(Arc<OnceLock<Bytes>>);

impl Document {
    /// Completes the document from what the handlers say of themselves.
    pub(super) fn set(&self, generated: OpenApi, table: &Table) {
        self.0.get_or_init(|| complete(generated, table).to_string().into());
    }
}

pub(super) fn routes(document: &Document) -> Routes {
    let (schemas, paths, handlers) = routes!(openapi);
    Routes::of(Purpose::Server).routes((schemas, paths, handlers.layer(Extension(document.clone()))))
}

const DESCRIPTION: &str = "\
Feature flags: manage them, evaluate them, and download them for evaluation inside of programs.

Every call but a few needs a key, as `Authorization: Bearer KEY` or `X-API-Key: KEY`. An API key (`fb_...`) may do \
in its account what its role allows; a server key (`fbsrv_...`) evaluates and downloads the flags of one environment; a client key \
(`fbsdk_...`) evaluates those flags of one environment that are visible to clients.

Errors are `{\"error\": {\"code\", \"message\"}}`: the code is for programs, the message says which field is wrong. Every \
answer has an `X-Request-ID`, which is in the server's log too.";

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "operations", responses(
    (status = 200, description = "OpenAPI 3.1", body = Value, content_type = "application/json"),
))]
async fn openapi(
    Extension(document): Extension<Document>,
) -> ([(HeaderName, &'static str); 1], Extension<Shared>, Bytes) {
    ([(header::CONTENT_TYPE, "application/json")], Extension(Shared), document.0.get().cloned().unwrap_or_default())
}

fn complete(generated: OpenApi, table: &Table) -> Value {
    let mut document = serde_json::to_value(generated).unwrap_or_default();
    document["info"] = json!({
        "title": "FlagBit",
        "summary": "Feature flags for programs in any language",
        "description": DESCRIPTION,
        "version": env!("CARGO_PKG_VERSION"),
        "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
    });
    complete::complete(&mut document, table);
    document
}

#[cfg(test)]
mod tests;
