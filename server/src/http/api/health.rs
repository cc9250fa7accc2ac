//! Liveness and readiness.

use axum::extract::State;
use utoipa_axum::routes;

use crate::{
    http::route::{Purpose, Routes},
    state::App,
};

pub(crate) fn routes() -> Routes {
    Routes::of(Purpose::Server).routes(routes!(healthz)).routes(routes!(readyz))
}

/// Tell that the server lives.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, description = "the server lives", body = String)))]
async fn healthz() -> &'static str {
    "ok\n"
}

/// Tell that the server can answer: its flags are loaded. Without its database it goes on answering from memory.
#[utoipa::path(get, path = "/readyz", tag = "operations", responses((status = 200, description = "the server can answer", body = String)))]
async fn readyz(State(app): State<App>) -> &'static str {
    // The listener accepts before the world is loaded, but nothing is answered until then.
    _ = app.world();
    "ready\n"
}
