//! What every request passes before and after its handler: limits, its id, other origins, panics, metrics and the log.
//!
//! One function instead of a layer for each: a layer costs every request allocations, and the order is easier to read
//! from top to bottom.

pub(crate) mod accept;
mod body;
mod caller;
pub(crate) mod connection;
mod cors;
mod log;
mod pace;

use std::{
    future::poll_fn,
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
    time::Instant,
};

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, MatchedPath},
    http::{HeaderName, HeaderValue, Request, StatusCode, header},
    response::{IntoResponse, Response},
};
use hyper::body::Incoming;
use tower::{Service, util::MapRequestLayer};
use tracing::Instrument;

pub(crate) use body::BodyError;
pub(crate) use caller::Caller;

use crate::{
    http::wire::error::{ApiError, ApiResult},
    state::App,
};

/// The route of what has none.
pub(crate) const UNMATCHED: &str = "unmatched";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The application behind its limits.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    app: App,
    router: Router,
}

impl Edge {
    /// Puts the limits of `app` before what answers requests.
    pub(crate) fn new(app: App, router: Router) -> Self {
        Self { app, router: router.layer(MapRequestLayer::new(note_route)) }
    }

    /// Answers a request of a peer.
    pub(crate) async fn answer(&self, peer: SocketAddr, request: Request<Incoming>) -> Response {
        let started = Instant::now();
        let caller = Caller::new(request.headers(), peer, &self.app.settings.connections.trusted_proxies);
        let method = request.method().clone();
        let (is_evaluation, is_open) = (is_evaluation(request.uri().path()), cors::is_open(&request));
        let span = tracing::info_span!("request", id = caller.request_id().to_str().unwrap_or_default());
        let mut answer = self.pass(&caller, request).instrument(span.clone()).await;

        let (status, headers) = (answer.status(), answer.headers_mut());
        headers.insert(REQUEST_ID, caller.request_id().clone());
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        // Answers may hold keys, or be for one key: who may keep them says so.
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        if is_open {
            cors::open(headers);
        }
        let is_cut = matches!(status, StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT);
        if is_cut || !body::read_rest(&caller).await {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        let duration = started.elapsed();
        self.app.metrics.answered(caller.route(), &method, status, duration);
        if status == StatusCode::TOO_MANY_REQUESTS {
            self.app.metrics.rate_limited.increment(1);
        }
        span.in_scope(|| log::line(&caller, &method, is_evaluation, status, duration));
        answer
    }

    async fn pass(&self, caller: &Caller, request: Request<Incoming>) -> Response {
        if let Some(answer) = cors::preflight(&request) {
            return answer;
        }
        let (max_bytes, is_ofrep) = (self.max_bytes(&request), is_ofrep(request.uri().path()));
        let timeout = self.app.settings.connections.body_timeout();
        let mut request = request.map(|incoming| body::bounded(incoming, max_bytes, timeout, caller));
        if let Err(error) = self.admit(caller, &request, max_bytes) {
            return shape(is_ofrep, error);
        }
        // The body has its bound; that of axum is another.
        DefaultBodyLimit::disable().apply(&mut request);
        request.extensions_mut().insert(caller.clone());
        self.call(request).await.unwrap_or_else(|Panicked| shape(is_ofrep, ApiError::internal()))
    }

    /// Refuses what is not worth reading on.
    fn admit(&self, caller: &Caller, request: &Request<Body>, max_bytes: usize) -> ApiResult<()> {
        let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        if length.and_then(|text| text.parse::<u64>().ok()).is_some_and(|length| length > max_bytes as u64) {
            return Err(ApiError::from(&BodyError::TooLarge { max_bytes }));
        }
        if is_keyless(request.uri().path()) {
            self.app.rates.count_keyless(caller.address())?;
        }
        Ok(())
    }

    fn max_bytes(&self, request: &Request<Incoming>) -> usize {
        let settings = &self.app.settings.requests;
        if is_definition(request.uri().path()) { settings.max_definition_bytes } else { settings.max_body_bytes }
    }

    /// Calls the handler. A defect of one request is no reason to end the others of its connection.
    async fn call(&self, request: Request<Body>) -> Result<Response, Panicked> {
        let mut future = pin!(self.router.clone().call(request));
        poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(Poll::Ready(Ok(answer))) => Poll::Ready(Ok(answer)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(_logged) => Poll::Ready(Err(Panicked)),
        })
        .await
    }
}

struct Panicked;

/// Only the router knows which route it took.
fn note_route(request: Request<Body>) -> Request<Body> {
    if let (Some(caller), Some(route)) =
        (request.extensions().get::<Caller>(), request.extensions().get::<MatchedPath>())
    {
        caller.note_route(route);
    }
    request
}

/// Whether a path is one that programs ask on every request of theirs.
fn is_evaluation(path: &str) -> bool {
    path == "/api/v1/evaluate" || is_ofrep(path) || is_tool(path)
}

fn is_ofrep(path: &str) -> bool {
    path.starts_with("/ofrep/")
}

/// The free tools, which need no key.
fn is_tool(path: &str) -> bool {
    path == "/api/v1/evaluate-playground" || path.starts_with("/api/v1/rollout/")
}

/// What defines flags or segments, with lists of users perhaps.
fn is_definition(path: &str) -> bool {
    let is_one = |part| ["flags", "segments", "snapshot"].contains(&part);
    path.strip_prefix("/api/v1/projects/").is_some_and(|path| path.split('/').any(is_one))
}

/// What costs the server something without a key.
fn is_keyless(path: &str) -> bool {
    path == "/api/v1/signup" || is_tool(path)
}

/// OpenFeature's clients expect errors in a shape of their own.
fn shape(is_ofrep: bool, error: ApiError) -> Response {
    if is_ofrep { error.into_ofrep(None) } else { error.into_response() }
}
