//! The line that a request leaves in the log.

use std::{
    num::NonZeroU32,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use axum::http::{Method, StatusCode};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use super::caller::{Caller, UNMATCHED};
use crate::state::metrics::known;

/// The part of the log, for filters.
const TARGET: &str = "flagbit::access";

/// Limits the lines that anybody can cause, so that nobody fills a disk.
#[derive(Debug)]
pub(super) struct Strangers {
    limit: Option<DefaultDirectRateLimiter>,
    /// The number of lines since the last one that was written.
    left_out: AtomicU64,
}

impl Strangers {
    /// `None` for no limit.
    pub(super) fn new(lines_per_minute: Option<NonZeroU32>) -> Self {
        let limit = lines_per_minute.map(|rate| RateLimiter::direct(Quota::per_minute(rate)));
        Self { limit, left_out: AtomicU64::new(0) }
    }

    /// Returns the number of lines that were left out before this one; `None` if this one is left out too.
    fn next(&self) -> Option<u64> {
        if self.limit.as_ref().is_none_or(|limit| limit.check().is_ok()) {
            return Some(self.left_out.swap(0, Relaxed));
        }
        self.left_out.fetch_add(1, Relaxed);
        None
    }
}

/// Logs a request, without any text of the client except its request id.
///
/// Requests that fail or change something are logged at `info`. Evaluations come by tens of thousands a second, and
/// requests that cost a stranger nothing must not fill a disk, so both are logged at `debug`.
pub(super) fn line(caller: &Caller, method: &Method, status: StatusCode, duration: Duration, strangers: &Strangers) {
    let is_reading = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    let is_quiet = status == StatusCode::TOO_MANY_REQUESTS || caller.route() == UNMATCHED;
    macro_rules! log {
        ($level:ident, $left_out:expr) => {
            tracing::$level!(
                target: TARGET,
                method = known(method).as_str(),
                route = caller.route(),
                status = status.as_u16(),
                duration_ms = duration.as_micros() as f64 / 1000.0,
                key_id = caller.key_id(),
                client = %caller.address(),
                left_out = $left_out,
                "answered"
            )
        };
    }
    let is_failure = status.is_server_error();
    let is_told = status == StatusCode::UNAUTHORIZED
        || !caller.purpose().is_evaluation() && (!is_reading || status.is_client_error());
    if !is_failure && (is_quiet || !is_told) {
        log!(debug, None::<u64>);
        return;
    }
    let Some(left_out) = (if caller.is_stranger() { strangers.next() } else { Some(0) }) else { return };
    let left_out = Some(left_out).filter(|lines| *lines > 0);
    if is_failure {
        log!(warn, left_out);
    } else {
        log!(info, left_out);
    }
}
