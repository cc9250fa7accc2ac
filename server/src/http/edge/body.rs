//! Bodies of requests: bounded in size and in time.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, Bytes};
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use tokio::time::Sleep;

use super::caller::Caller;
use crate::http::wire::body::BodyError;

/// A body within its bounds.
pub(super) fn bounded(body: Incoming, max_bytes: usize, timeout: Duration, caller: &Caller) -> Body {
    if body.is_end_stream() {
        return Body::empty();
    }
    Body::new(Bounded { body: Some(body), caller: caller.clone(), left: max_bytes, max_bytes, timeout, deadline: None })
}

/// Limits for the rest of a body that the handler did not need.
const MAX_UNREAD_BYTES: u64 = 64 << 10;
const MAX_UNREAD_TIME: Duration = Duration::from_secs(1);

/// Reads the rest of a short body and returns whether that was all. A connection with the rest of a body in it cannot be used again,
/// and where it is closed without a word, the client's next request fails.
pub(super) async fn read_rest(caller: &Caller) -> bool {
    let Some(mut body) = caller.unread() else { return true };
    // A client that announces a long body may be waiting until it is told to send it.
    let mut left = MAX_UNREAD_BYTES;
    if body.size_hint().lower() > left {
        return false;
    }
    let rest = async {
        while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            let Ok(frame) = frame else { return false };
            let length = frame.data_ref().map_or(0, Bytes::len) as u64;
            match left.checked_sub(length) {
                Some(less) => left = less,
                None => return false,
            }
        }
        true
    };
    tokio::time::timeout(MAX_UNREAD_TIME, rest).await.unwrap_or(false)
}

struct Bounded {
    /// `None` after its end.
    body: Option<Incoming>,
    caller: Caller,
    left: usize,
    max_bytes: usize,
    timeout: Duration,
    /// Set once there is something to wait for: most bodies come with their head.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl hyper::body::Body for Bounded {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        match Pin::new(body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                let length = frame.data_ref().map_or(0, Bytes::len);
                let Some(left) = self.left.checked_sub(length) else {
                    self.body = None;
                    return Poll::Ready(Some(Err(BodyError::TooLarge { max_bytes: self.max_bytes })));
                };
                self.left = left;
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => {
                self.body = None;
                Poll::Ready(Some(Err(BodyError::Broken(error))))
            }
            Poll::Ready(None) => {
                self.body = None;
                Poll::Ready(None)
            }
            Poll::Pending => {
                let timeout = self.timeout;
                let deadline = self.deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
                std::task::ready!(deadline.as_mut().poll(context));
                self.body = None;
                Poll::Ready(Some(Err(BodyError::TooSlow)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), Incoming::size_hint)
    }
}

impl Drop for Bounded {
    fn drop(&mut self) {
        if let Some(body) = self.body.take().filter(|body| !body.is_end_stream()) {
            self.caller.give_back(body);
        }
    }
}
