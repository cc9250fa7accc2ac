//! Server-sent events: the revision of an environment whenever it changes.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::Stream;
use serde::Serialize;
use tokio::time::sleep;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    http::{
        api::auth::RuleReader,
        route::{Purpose, Routes},
        wire::error::{ApiError, ApiResult, ErrorBody},
    },
    state::{App, subscribers::Subscription},
};

/// The time between two comments. Proxies cut a connection that is silent for a minute. A client that hears nothing for
/// twice this long connects again.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// The time after which an open stream counts as another read of the rules.
const NOTED: Duration = Duration::from_secs(3600);

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

pub(crate) fn routes() -> Routes {
    Routes::of(Purpose::Rules).routes(routes!(stream))
}

/// The data of an event `snapshot`; the event's id is the same number.
#[derive(Debug, Serialize, ToSchema)]
struct Changed {
    revision: i64,
}

/// Hear of changes of an environment's flags as server-sent events.
///
/// An event `snapshot` with the data `{"revision": 7}` and the id `7` comes at once, unless `Last-Event-ID` is the
/// present revision, and after every change; changes in quick succession may come as one. Fetch
/// `/api/v1/snapshot?min_revision=7` then. A comment comes every 15 seconds. The stream ends when the key is revoked, the
/// environment deleted or the server stopped; connect again after a moment.
#[utoipa::path(get, path = "/api/v1/stream", tag = "evaluation", params(
    ("project_id" = Option<i64>, Query, description = "the project, for an API key"),
    ("environment" = Option<String>, Query, description = "the environment, for an API key; the default is the project's first"),
    ("Last-Event-ID" = Option<String>, Header, description = "the revision that the client has"),
), responses(
    (status = 200, description = "events `snapshot`", body = Changed, content_type = "text/event-stream"),
    (status = 400, description = "an API key did not name a project", body = ErrorBody),
    (status = 404, description = "no such project or environment", body = ErrorBody),
    (status = 503, description = "too many streams are open", body = ErrorBody),
))]
async fn stream(State(app): State<App>, reader: RuleReader, headers: HeaderMap) -> ApiResult<Response> {
    let subscription = Subscription::new(&app.subscribers, reader.key_id)
        .ok_or_else(|| ApiError::unavailable("as many streams are open as may be; ask for the snapshot instead"))?;
    let known = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let events = Sse::new(events(app, reader, subscription, known));
    let mut response = events.keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx would collect events until it has a buffer full of them.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

/// The events of one client. A client that takes them slowly gets the last of several.
fn events(
    app: App,
    reader: RuleReader,
    subscription: Subscription,
    mut known: Option<i64>,
) -> impl Stream<Item = Result<Event, Infallible>> {
    async_stream::stream! {
        let _subscription = subscription;
        let mut changes = app.follower().subscribe();
        let mut stopping = app.stopping.clone();
        let mut epoch = app.world().epoch;
        loop {
            // Before looking: what comes while it looks is seen next time.
            changes.mark_unchanged();
            let Some(revision) = revision(&app, &reader) else { break };
            reader.reader.note(&app, reader.environment_id);
            // A database that lost writes gives their revisions to others.
            let now = app.world().epoch;
            if known != Some(revision) || epoch != now {
                (known, epoch) = (Some(revision), now);
                yield Ok(event(revision));
                continue;
            }
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { break },
                () = sleep(NOTED) => {}
                _ = stopping.wait_for(|stopping| *stopping) => break,
            }
        }
    }
}

/// The present revision; `None` once the key opens nothing any more, or there is nothing left to open.
fn revision(app: &App, reader: &RuleReader) -> Option<i64> {
    let world = app.world();
    world.key(&reader.key_hash).filter(|key| world.opens(key))?;
    world.environment(reader.environment_id).map(|environment| environment.revision)
}

fn event(revision: i64) -> Event {
    Event::default().event("snapshot").id(revision.to_string()).data(format!(r#"{{"revision":{revision}}}"#))
}
