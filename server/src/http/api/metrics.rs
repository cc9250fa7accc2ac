//! The metrics, on a listener of their own.

use axum::{Router, extract::State, http::header, response::IntoResponse, routing::get};

use crate::state::App;

/// The routes of the metrics' own listener.
pub(crate) fn router(app: App) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(app)
}

async fn metrics(State(app): State<App>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics.render(app.follower()))
}
