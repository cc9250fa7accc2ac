//! Flags as code: an environment as a document that is kept next to the code, compared and brought back.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use tracing::Instrument;
use utoipa::IntoParams;
use utoipa_axum::routes;

use super::reader::Reader;
use crate::{
    flags::{
        document::{self, Objection},
        schema::SnapshotBody,
    },
    http::{
        route::{Purpose, Routes},
        wire::{
            error::{ApiError, ApiResult, ErrorBody},
            etag::{etag_header, quoted, read_status},
            json::JsonBytes,
            parameters::{self, Parameters},
            precondition::precondition,
        },
    },
    operations::{
        import::{self, Difference, Export, FlagsAsCode, Options},
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
    #[serde(default, deserialize_with = "parameters::switch")]
    #[param(default = false)]
    dry_run: bool,
    /// The number of flags and segments that the document lacks and that leave the environment, as a dry run gives it.
    #[serde(default, deserialize_with = "parameters::count")]
    removes: Option<usize>,
    /// On the path of an environment: also change the fields that all environments share, in every environment that has the
    /// flags.
    #[serde(default, deserialize_with = "parameters::switch")]
    #[param(default = false)]
    shared: bool,
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
    Reader::of(&headers).note(&app, target.environment_id);
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
/// The document has one of the three shapes of a snapshot: `{"flags": [...]}`, `{"flags": {"KEY": {...}}}`, or a list of
/// flags. The import happens as a whole or not at all: errors are listed by place, a line each. A flag or a segment that the
/// document lacks leaves this environment alone; a flag that leaves its last environment is archived. An import that takes any
/// out must repeat how many, as `removes`: without the right number it is a 409 that names them. A dry run gives the number.
///
/// On the path of an environment, the import touches that environment alone: a new flag is in it alone, and the fields that
/// all environments share (names, descriptions, tags, owners, `lifetime`, `expires_at`, `client_visible`, variants and
/// default) must be those that are there, unless `shared` is true. On a path without an environment, shared fields change in every environment that has the flag, and
/// a new flag is in all: as given in the first, and switched off in the others. Segments that it uses and that an environment
/// lacks are copied there.
///
/// A flag that does not change keeps its version. Further fields of `GET /flags` or an SDK's snapshot (`version`, times,
/// `revision`, `project`, `environment`) are ignored. The entity tag is that of the export, before a dry run and after
/// an import: with it as `If-Match`, the import does what the dry run showed.
#[utoipa::path(put, path = "/snapshot", tag = "flags as code", request_body = SnapshotBody,
    params(
        ImportOptions,
        ("If-Match" = Option<String>, Header, description = "the entity tag of the export that was changed"),
    ),
    responses(
        (status = 200, description = "what changed, or would change", body = Difference, headers(("ETag" = String))),
        (status = 400, description = "something is wrong; the message lists all of it by place", body = ErrorBody),
        (status = 409, description = "flags or segments would leave and `removes` does not give their number, a shared field \
            differs on the path of an environment, other environments need what the import takes away, or flags ask each \
            other in a circle", body = ErrorBody),
        (status = 412, description = "somebody else has changed the flags since", body = ErrorBody),
        (status = 503, description = "other imports are running, or other changes came in between", body = ErrorBody),
    ))]
async fn import_flags(
    target: EnvironmentTarget,
    State(app): State<App>,
    Parameters(ImportOptions { dry_run, removes, shared }): Parameters<ImportOptions>,
    headers: HeaderMap,
    JsonBytes(body): JsonBytes,
) -> ApiResult<Response> {
    let options = Options { dry_run, removes, is_shared: shared };
    let precondition = precondition(&headers)?;
    let turn = app.imports.turn(target.who.account_id).await?;
    // A task of its own: it holds the turn until the work is done, also when the client hangs up.
    let work = async move {
        let _turn = turn;
        let limits = app.backend.limits.clone();
        let document = tokio::task::spawn_blocking(move || document::read(&body, &limits)).await;
        let document = document.map_err(anyhow::Error::from)??;
        let imported = import::import(&app.backend, &target, &precondition, document, options).await?;
        Ok::<_, ApiError>(imported)
    };
    // The lines in the log name the request.
    let imported = tokio::spawn(work.in_current_span()).await.map_err(anyhow::Error::from)??;
    Ok((etag_header(&quoted(&imported.tag)), Json(imported.difference)).into_response())
}

impl From<Objection> for ApiError {
    fn from(objection: Objection) -> Self {
        Self::invalid(match objection {
            Objection::NotJson(error) => format!("the body: {error}"),
            Objection::Wrong(problems) => problems.to_string(),
        })
    }
}

impl From<Busy> for ApiError {
    fn from(busy: Busy) -> Self {
        Self::unavailable(match busy {
            Busy::All => "other imports are running; nothing was changed; try again once they are done",
            Busy::Account => {
                "other imports of this account are running; nothing was changed; try again once they are done"
            }
        })
    }
}
