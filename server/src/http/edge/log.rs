//! The line that a request leaves in the log.

use std::time::Duration;

use axum::http::{Method, StatusCode};

use super::caller::{Caller, UNMATCHED};

/// The part of the log, for filters.
const TARGET: &str = "flagbit::access";

/// Logs a request, without any text of the client except its method and request id.
///
/// Requests that fail or change something are logged at `info`. Evaluations come by tens of thousands a second, and
/// requests that cost a stranger nothing must not fill a disk, so both are logged at `debug`.
pub(super) fn line(caller: &Caller, method: &Method, status: StatusCode, duration: Duration) {
    let is_reading = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    let is_quiet = status == StatusCode::TOO_MANY_REQUESTS || caller.route() == UNMATCHED;
    macro_rules! log {
        ($level:ident) => {
            tracing::$level!(
                target: TARGET,
                method = method.as_str(),
                route = caller.route(),
                status = status.as_u16(),
                duration_ms = duration.as_micros() as f64 / 1000.0,
                key_id = caller.key_id(),
                client = %caller.address(),
                "answered"
            )
        };
    }
    if status.is_server_error() {
        log!(warn);
    } else if is_quiet {
        log!(debug);
    } else if status == StatusCode::UNAUTHORIZED
        || !caller.purpose().is_evaluation() && (!is_reading || status.is_client_error())
    {
        log!(info);
    } else {
        log!(debug);
    }
}
