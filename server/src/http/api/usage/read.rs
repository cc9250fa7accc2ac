//! Reading how flags are used, and which are stale.

use axum::{
    Json,
    extract::{OriginalUri, State},
    http::Uri,
    response::{IntoResponse, Response},
};
use chrono::{Days, Utc};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use utoipa_axum::routes;

use crate::{
    http::{
        route::{Purpose, Routes},
        wire::{
            error::{ApiError, ApiResult, ErrorBody},
            page,
            parameters::{self, Parameters},
        },
    },
    operations::{
        stale::{self, StalePage},
        target::{EnvironmentTarget, ProjectTarget},
        usage::{self, UsagePage, Wanted},
    },
    quote::quoted,
    state::App,
    usage::HOUR,
};

/// Relative to a project or an environment.
pub(crate) fn routes() -> Routes {
    Routes::of(Purpose::Management).routes(routes!(read_usage))
}

pub(crate) fn routes_of_project() -> Routes {
    Routes::of(Purpose::Management).routes(routes!(read_stale))
}

/// A page of keys.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Page {
    /// The largest number of keys. The default is 1000. A page has about 1 MiB, so it may have fewer.
    #[param(value_type = Option<usize>, nullable = false, minimum = 1, maximum = 1000)]
    limit: Option<String>,
    /// Only keys after this one. To go on, give the `next` of the page before.
    #[param(nullable = false)]
    after: Option<String>,
}

/// The evaluations to read.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// The key of one flag, or one that no flag has.
    #[param(nullable = false)]
    flag: Option<String>,
    /// From the hour of this time on: a time such as `2026-11-30T12:00:00Z`, or a day, which begins at midnight UTC. The
    /// default is 30 days ago.
    #[param(nullable = false)]
    since: Option<String>,
    /// Up to the hour of this time, given like `since`. The default is now.
    #[param(nullable = false)]
    until: Option<String>,
}

impl Filter {
    fn wanted(self, page: Page) -> ApiResult<Wanted> {
        let until = parameters::time("until", self.until.as_deref())?.unwrap_or_else(Utc::now);
        let since = parameters::time("since", self.since.as_deref())?.unwrap_or(until - Days::new(30));
        if since >= until {
            return Err(ApiError::invalid("until: expected a time after that of since"));
        }
        Ok(Wanted {
            key: key("flag", self.flag)?,
            limit: page.limit()?,
            after: key("after", page.after)?,
            since: since.timestamp().div_euclid(HOUR),
            until: (until.timestamp() - 1).div_euclid(HOUR) + 1,
        })
    }
}

impl Page {
    fn limit(&self) -> ApiResult<usize> {
        page::limit(self.limit.as_deref(), 1000)
    }
}

/// Reads the key of a flag, which may not exist.
fn key(name: &str, text: Option<String>) -> ApiResult<Option<String>> {
    match text {
        Some(text) if !crate::flags::is_key(&text) => {
            Err(ApiError::invalid(format!("{name}: expected the key of a flag, found {}", quoted(&text))))
        }
        text => Ok(text),
    }
}

fn answer(uri: &Uri, next: Option<String>, body: impl Serialize) -> Response {
    (page::link(uri, "after", next), Json(body)).into_response()
}

/// Read how often the flags of an environment were evaluated.
///
/// Evaluations are added up by hour (`--usage-days` of them), so `since` and `until` mean whole hours. SDKs report theirs;
/// the server counts those that it answers itself over HTTP and OFREP. Evaluations of several flags at once are `bulk`.
#[utoipa::path(get, path = "/usage", tag = "usage", params(Filter, Page), responses(
    (status = 200, description = "the evaluations by key, sorted", body = UsagePage,
        headers(("Link" = String, description = "the path of the next page"))),
    (status = 400, description = "a parameter cannot be read", body = ErrorBody),
))]
async fn read_usage(
    target: EnvironmentTarget,
    State(app): State<App>,
    Parameters(filter): Parameters<Filter>,
    Parameters(page): Parameters<Page>,
    OriginalUri(uri): OriginalUri,
) -> ApiResult<Response> {
    let wanted = filter.wanted(page)?;
    app.write_usage().await;
    let usage = usage::read(&app.backend, &target, &wanted).await?;
    Ok(answer(&uri, usage.next.clone(), usage))
}

/// List the flags that can go, with the reasons, and the keys that no flag has.
///
/// `unused`: created and last changed more than 14 days ago (`--new-days`), and evaluated in no environment for 30 days
/// (`--unused-days`). `constant`: one result for everybody in all environments for 30 days (`--constant-days`), and unchanged
/// for as long. `overdue`: past its `expires_at`.
///
/// A flag is not unused or constant if it is `permanent`, if another flag asks it, or if a client that does not report has
/// read its rules meanwhile; `not_judged` names the environments where that is so. What was evaluated in bulk alone is in
/// `only_bulk`, and not judged.
#[utoipa::path(get, path = "/api/v1/projects/{id}/stale", tag = "usage", params(Page), responses(
    (status = 200, description = "the flags by key, sorted", body = StalePage,
        headers(("Link" = String, description = "the path of the next page"))),
    (status = 400, description = "a parameter cannot be read", body = ErrorBody),
))]
async fn read_stale(
    target: ProjectTarget,
    State(app): State<App>,
    Parameters(page): Parameters<Page>,
    OriginalUri(uri): OriginalUri,
) -> ApiResult<Response> {
    let limit = page.limit()?;
    let after = key("after", page.after)?;
    // It reads all flags of the project.
    let _turn = app.large_reads.turn(usize::MAX).await?;
    app.write_usage().await;
    let stale = stale::read(&app.backend, &target, &app.staleness, after.as_deref(), limit).await?;
    Ok(answer(&uri, stale.next.clone(), stale))
}
