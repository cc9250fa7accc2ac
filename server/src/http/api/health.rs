//! Whether the server lives, and whether it can answer.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::App;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(readyz))
}

/// Whether the server lives.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, description = "it does", body = String)))]
async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether the server can answer: its flags are loaded. It goes on without its database, from memory.
#[utoipa::path(get, path = "/readyz", tag = "operations", responses((status = 200, description = "it can", body = String)))]
async fn readyz(State(app): State<App>) -> &'static str {
    // The listener accepts before the world is loaded, but nothing is answered until then.
    _ = app.world();
    "ready\n"
}
