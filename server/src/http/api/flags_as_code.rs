//! Flags as code: an environment as a document that is kept next to the code, compared and brought back.

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use super::import_body;
use crate::{
    http::{
        route::{Purpose, Routes},
        wire::{
            error::{ApiError, ApiResult, ErrorBody},
            etag::{etag_header, quoted, read_status},
            json::JsonBytes,
            precondition::precondition,
        },
    },
    operations::{
        import::{self, Difference, Export, FlagsAsCode},
        target::EnvironmentTarget,
    },
    state::{App, imports::Busy},
};

/// Relative to a project or an environment.
pub(crate) fn routes() -> Routes {
    Routes::of(Purpose::Definitions).routes(routes!(export_flags, import_flags))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ImportOptions {
    /// Only answer what would change.
    #[serde(default)]
    #[param(default = false)]
    dry_run: bool,
}

/// Export the flags and segments of an environment as code.
///
/// Sorted, indented, and without versions, times and ids, so that it compares well. The entity tag is of the content.
#[utoipa::path(get, path = "/snapshot", tag = "flags as code",
    params(("If-None-Match" = Option<String>, Header, description = "the entity tag of the export that is known")),
    responses(
        (status = 200, description = "the flags and segments", body = FlagsAsCode, headers(("ETag" = String))),
        (status = 304, description = "the caller has them already"),
    ))]
async fn export_flags(target: EnvironmentTarget, State(app): State<App>, headers: HeaderMap) -> ApiResult<Response> {
    let _turn = app.large_reads.turn(app.storage().environment_bytes(target.environment_id).await?).await?;
    let Export { text, tag } = import::export(&app.backend, &target).await?;
    let etag = quoted(&tag);
    let status = read_status(&headers, &etag);
    if status == StatusCode::NOT_MODIFIED {
        return Ok((status, etag_header(&etag)).into_response());
    }
    Ok((etag_header(&etag), [(header::CONTENT_TYPE, "application/json")], text).into_response())
}

/// Import flags as code. Afterwards the environment has the flags and segments of the document, and no others.
///
/// The import happens as a whole or not at all: errors are listed by place, a line each. The fields that all environments share (names, descriptions,
/// tags, `client_visible`, variants and default) is replaced in all environments of the project. A flag that is new is
/// created in all of them, switched off in the others; a flag that is missing is deleted in all of them. Fields of single
/// environments (`enabled`, `default_enabled`, `off`, rules) and segments change in this environment alone. But a segment
/// that a new flag uses is copied to environments that have none of that name.
///
/// A flag that does not change keeps its version. Further fields of `GET /flags` or an SDK's snapshot (`version`, times,
/// `revision`, `project`, `environment`) are ignored. The entity tag is that of the export, before a dry run and after
/// an import: with it as `If-Match`, the import does what the dry run showed.
#[utoipa::path(put, path = "/snapshot", tag = "flags as code", request_body = FlagsAsCode,
    params(
        ImportOptions,
        ("If-Match" = Option<String>, Header, description = "the entity tag of the export that was changed"),
    ),
    responses(
        (status = 200, description = "what changed, or would change", body = Difference, headers(("ETag" = String))),
        (status = 400, description = "something is wrong; the message lists all of it by place", body = ErrorBody),
        (status = 409, description = "other environments need what the import takes away, or flags ask each other in a \
            circle", body = ErrorBody),
        (status = 412, description = "somebody else has changed the flags since", body = ErrorBody),
        (status = 503, description = "other imports are running, or other changes came in between", body = ErrorBody),
    ))]
async fn import_flags(
    target: EnvironmentTarget,
    State(app): State<App>,
    options: Result<Query<ImportOptions>, QueryRejection>,
    headers: HeaderMap,
    JsonBytes(body): JsonBytes,
) -> ApiResult<Response> {
    let Query(ImportOptions { dry_run }) = options.map_err(|_| ApiError::invalid("dry_run: expected true or false"))?;
    let precondition = precondition(&headers)?;
    let turn = app.imports.turn().await?;
    // A task of its own: it holds the turn until the work is done, also when the client hangs up.
    let work = tokio::spawn(async move {
        let _turn = turn;
        let limits = app.backend.limits.clone();
        let document = tokio::task::spawn_blocking(move || import_body::read(&body, &limits)).await;
        let document = document.map_err(anyhow::Error::from)??;
        let imported = import::import(&app.backend, &target, &precondition, document, dry_run).await?;
        Ok::<_, ApiError>(imported)
    });
    let imported = work.await.map_err(anyhow::Error::from)??;
    Ok((etag_header(&quoted(&imported.tag)), Json(imported.difference)).into_response())
}

impl From<Busy> for ApiError {
    fn from(_: Busy) -> Self {
        Self::unavailable("other imports are running; nothing was changed; try again once they are done")
    }
}
