//! The API: a file for each kind of thing, with its routes, its handlers and their documents.

mod audit;
pub(crate) mod auth;
mod change;
mod environments;
mod evaluate;
mod flags;
mod flags_as_code;
mod health;
mod keys;
mod names;
mod ofrep;
mod openapi;
mod projects;
mod segments;
pub(crate) mod signup;
mod snapshot;
mod stream;
mod target;
mod tools;

use axum::Router;
use utoipa_axum::router::OpenApiRouter;

use crate::{http::wire::error, state::App};

/// All routes and their documents. Each handler's first argument says which key may do what, see [`auth`].
fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(audit::routes())
        .merge(environments::routes())
        .merge(evaluate::routes())
        .merge(health::routes())
        .merge(keys::routes())
        .merge(ofrep::routes())
        .merge(openapi::routes())
        .merge(projects::routes())
        .merge(signup::routes())
        .merge(snapshot::routes())
        .merge(stream::routes())
        .merge(tools::routes())
        .nest("/api/v1/projects/{id}", in_environment())
        .nest("/api/v1/projects/{id}/environments/{environment}", in_environment())
}

/// Answers requests that are within the limits of [`crate::http::edge`].
pub(crate) fn router(app: App) -> Router {
    let (router, _document) = routes().split_for_parts();
    router.fallback(error::no_route).method_not_allowed_fallback(error::no_method).with_state(app)
}

/// The routes about one environment: that of the path, or the first of the project.
fn in_environment() -> OpenApiRouter<App> {
    OpenApiRouter::new().merge(flags::routes()).merge(flags_as_code::routes()).merge(segments::routes())
}
