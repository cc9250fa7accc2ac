//! Connections, and everything that a request passes before and after its handler: limits, its id, other origins,
//! panics, metrics and the log.
//!
//! One function does it instead of a layer for each: a layer costs every request allocations, and one function is
//! easier to read from top to bottom.

pub(crate) mod accept;
mod body;
mod caller;
pub(crate) mod connection;
mod cors;
mod head;
mod log;
mod pace;

use std::{
    future::poll_fn,
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Instant,
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, Request, StatusCode, header},
    response::{IntoResponse, Response},
};
use hyper::body::{Body as _, Incoming};
use tower::Service;
use tracing::Instrument;

pub(crate) use caller::Caller;

use crate::{
    http::{
        route::{Purpose, Table},
        wire::{
            body::BodyError,
            error::{ApiError, ApiResult},
            prepared::Shared,
        },
    },
    state::{
        App,
        budget::{Share, Spent},
    },
};

/// The largest answer that is not counted, in bytes.
const SMALL_ANSWER_BYTES: u64 = 64 << 10;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The application behind its limits.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    app: App,
    router: Router,
    table: Arc<Table>,
    strangers: Arc<log::Strangers>,
}

impl Edge {
    /// Puts the limits of `app` before what answers requests.
    pub(crate) fn new(app: App, (router, table): (Router, Arc<Table>)) -> Self {
        let strangers = Arc::new(log::Strangers::new(app.requests.stranger_log_lines_per_minute()));
        Self { app, router, table, strangers }
    }

    /// Answers a request of a peer.
    pub(crate) async fn answer(&self, peer: SocketAddr, request: Request<Incoming>) -> Response {
        let started = Instant::now();
        let route = self.table.find(request.uri().path());
        let limit = route.as_ref().map_or(Purpose::UNMATCHED, |route| route.purpose).body_limit(&self.app.requests);
        let caller = Caller::new(request.headers(), peer, &self.app.connections.trusted_proxies, route, limit);
        let method = request.method().clone();
        let is_open = cors::is_open(&request, caller.purpose());
        let span = tracing::info_span!("request", id = caller.request_id().to_str().unwrap_or_default());
        let mut answer = self.pass(&caller, request).instrument(span.clone()).await;

        let (status, headers) = (answer.status(), answer.headers_mut());
        headers.insert(REQUEST_ID, caller.request_id().clone());
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        // Answers may hold keys, or be for one key alone. Handlers whose answers may be kept say so.
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        if is_open {
            cors::open(headers);
        }
        let is_cut = matches!(status, StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT);
        if is_cut || caller.is_cut() || !body::read_rest(&caller).await {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        let duration = started.elapsed();
        self.app.metrics.answered(caller.route(), &method, status, duration);
        if status == StatusCode::TOO_MANY_REQUESTS {
            self.app.metrics.rate_limited.increment(1);
        }
        span.in_scope(|| log::line(&caller, &method, status, duration, &self.strangers));
        answer
    }

    async fn pass(&self, caller: &Caller, request: Request<Incoming>) -> Response {
        if let Err(error) = head::check(request.version(), request.headers()) {
            return shape(caller.purpose(), error);
        }
        if let Some(answer) = cors::preflight(&request, caller.purpose()) {
            return answer;
        }
        let purpose = caller.purpose();
        let (budget, timeout) = (&self.app.bodies, self.app.connections.body_timeout());
        let mut request = request.map(|incoming| body::bounded(incoming, budget, timeout, caller));
        if let Err(error) = self.admit(caller, &request) {
            return shape(purpose, error);
        }
        // The body has its bound already; axum has another.
        DefaultBodyLimit::disable().apply(&mut request);
        request.extensions_mut().insert(caller.clone());
        let answer = self.call(request).await.unwrap_or_else(|Panicked| shape(purpose, ApiError::internal()));
        self.count(caller, answer).await.unwrap_or_else(|error| shape(purpose, error))
    }

    /// Counts an answer that takes memory of its own until the client has taken it, or refuses it.
    async fn count(&self, caller: &Caller, answer: Response) -> ApiResult<Response> {
        let bytes = answer.body().size_hint().exact().unwrap_or_default();
        if bytes <= SMALL_ANSWER_BYTES || answer.extensions().get::<Shared>().is_some() {
            return Ok(answer);
        }
        let share = self.app.answers.take(bytes, caller.account_id()).map_err(|spent| {
            ApiError::unavailable(match spent {
                Spent::All { bytes } => format!(
                    "clients have not taken answers of {bytes} bytes, the limit of this server (--max-answers-bytes)"
                ),
                Spent::Account { bytes } => format!(
                    "clients of this account have not taken answers of {bytes} bytes, half of the limit of this server \
                     (--max-answers-bytes)"
                ),
            })
        })?;
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.map_err(anyhow::Error::from)?;
        Ok(Response::from_parts(parts, Bytes::from_owner(Counted { bytes, _share: share }).into()))
    }

    /// Refuses a request whose body is not worth reading.
    fn admit(&self, caller: &Caller, request: &Request<Body>) -> ApiResult<()> {
        let limit = caller.body_limit();
        let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        if length.and_then(|text| text.parse::<u64>().ok()).is_some_and(|length| length > limit.bytes as u64) {
            return Err(ApiError::from(&BodyError::TooLarge(limit)));
        }
        if caller.purpose().is_counted_by_address() {
            self.app.rates.count_keyless(caller.address())?;
        }
        Ok(())
    }

    /// Calls the handler. A panic in it ends this request, and not the others of its connection.
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

/// An answer and its share of the memory for answers. hyper drops a body once it has queued the last of it, but the bytes
/// only when the client has taken them.
struct Counted {
    bytes: Bytes,
    _share: Share,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// OpenFeature's clients expect errors in a shape of their own.
fn shape(purpose: Purpose, error: ApiError) -> Response {
    if purpose == Purpose::Ofrep { error.into_ofrep(None) } else { error.into_response() }
}
