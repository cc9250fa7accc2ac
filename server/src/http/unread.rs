//! Bodies that were not read because the answer was clear before: a wrong key, a missing project.
//!
//! The connection cannot be used again with the rest of a body in it, and hyper closes it without a word; the client's
//! next request then fails. So what is short is read to its end, and for what is long the client is told.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};
use futures_util::StreamExt;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

const MOST_BYTES: u64 = 64 * 1024;
const LONGEST: Duration = Duration::from_secs(1);

/// Where a body goes that is dropped before its end.
type Rest = Arc<Mutex<Option<Body>>>;

/// Reads the rest of a short body before the answer goes out; with a long one the connection ends.
pub(crate) async fn read_the_rest(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let rest = Rest::default();
    let request = request.map(|body| Body::new(Kept { body, rest: Arc::clone(&rest) }));
    let mut response = next.run(request).await;
    let body = rest.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(body) = body
        && !tokio::time::timeout(LONGEST, ends(body)).await.unwrap_or(false)
    {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Reads a body; whether it ended before it was too long.
async fn ends(body: Body) -> bool {
    // Nothing is read of a body that announces its length: its client may be waiting to be told to send it.
    let mut left = MOST_BYTES;
    if body.size_hint().lower() > left {
        return false;
    }
    let mut data = body.into_data_stream();
    while let Some(chunk) = data.next().await {
        match chunk.map(|chunk| chunk.len() as u64) {
            Ok(length) if length <= left => left -= length,
            _ => return false,
        }
    }
    true
}

/// A body that is given back when nobody wants more of it.
struct Kept {
    body: Body,
    rest: Rest,
}

impl HttpBody for Kept {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if !self.body.is_end_stream() {
            let body = std::mem::take(&mut self.body);
            *self.rest.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
        }
    }
}
