//! The API: a file for each kind of thing, with its routes, its handlers and their documents.

mod actor;
mod archive;
mod audit;
mod auth;
mod environments;
mod evaluate;
mod flags;
mod flags_as_code;
mod health;
mod history;
mod keys;
mod members;
pub(crate) mod metrics;
mod ofrep;
mod openapi;
mod projects;
mod promote;
mod reader;
mod segments;
mod signup;
mod snapshot;
mod stream;
mod target;
mod tools;
mod usage;
mod watched;

use std::sync::Arc;

use axum::Router;

use crate::{
    http::{
        route::{Purpose, Routes, Table},
        wire::error,
    },
    state::App,
};
use openapi::Document;

/// All routes and their documents. Each handler's first argument says which key may do what, see [`auth`].
fn routes(document: &Document) -> Routes {
    Routes::of(Purpose::Server)
        .merge(archive::routes())
        .merge(audit::routes())
        .merge(environments::routes())
        .merge(evaluate::routes())
        .merge(health::routes())
        .merge(keys::routes())
        .merge(members::routes())
        .merge(ofrep::routes())
        .merge(openapi::routes(document))
        .merge(projects::routes())
        .merge(promote::routes())
        .merge(signup::routes())
        .merge(snapshot::routes())
        .merge(stream::routes())
        .merge(tools::routes())
        .merge(usage::read::routes_of_project())
        .merge(usage::report::routes())
        .nest("/api/v1/projects/{id}", in_environment())
        .nest("/api/v1/projects/{id}/environments/{environment}", in_environment())
}

/// The routes about one environment: that of the path, or the first of the project.
fn in_environment() -> Routes {
    let routes = flags::routes().merge(flags_as_code::routes()).merge(history::routes());
    routes.merge(segments::routes()).merge(usage::read::routes())
}

/// Answers requests that are within the limits of [`crate::http::edge`], which needs the table.
///
/// # Errors
/// Two paths cannot be told apart.
pub(crate) fn router(app: App) -> anyhow::Result<(Router, Arc<Table>)> {
    let document = Document::default();
    let (router, generated, table) = routes(&document).into_parts()?;
    document.set(generated, &table);
    let router = router.fallback(error::no_route).method_not_allowed_fallback(error::no_method);
    Ok((router.with_state(app), Arc::new(table)))
}
