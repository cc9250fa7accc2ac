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
use crate::{http::wire::body::BodyError, state::budget::Budget};

/// A body within its bounds.
pub(super) fn bounded(body: Incoming, budget: &Budget, timeout: Duration, caller: &Caller) -> Body {
    if body.is_end_stream() {
        return Body::empty();
    }
    Body::new(Bounded {
        body: Some(body),
        caller: caller.clone(),
        read: 0,
        budget: budget.clone(),
        timeout,
        deadline: None,
    })
}

/// The beginning of a body that is not counted, in bytes. Small requests are answered while large ones take all the memory.
const UNCOUNTED_BYTES: u64 = 8 << 10;

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
    /// The bytes that were read.
    read: u64,
    budget: Budget,
    timeout: Duration,
    /// Set once there is something to wait for: most bodies come with their head.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl Bounded {
    /// Reads no further.
    fn end(&mut self, error: BodyError) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.body = None;
        self.caller.cut();
        Poll::Ready(Some(Err(error)))
    }
}

impl hyper::body::Body for Bounded {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        let Some(body) = &mut this.body else { return Poll::Ready(None) };
        let limit = this.caller.body_limit();
        if this.read == 0 && body.size_hint().lower() > limit.bytes as u64 {
            return this.end(BodyError::TooLarge(limit));
        }
        match Pin::new(body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                let read = this.read + frame.data_ref().map_or(0, Bytes::len) as u64;
                if read > limit.bytes as u64 {
                    return this.end(BodyError::TooLarge(limit));
                }
                let counted = read.saturating_sub(UNCOUNTED_BYTES) - this.read.saturating_sub(UNCOUNTED_BYTES);
                this.read = read;
                if counted > 0 {
                    match this.budget.take(counted, this.caller.account_id()) {
                        Ok(share) => this.caller.hold(share),
                        Err(spent) => return this.end(BodyError::NoRoom(spent)),
                    }
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => this.end(BodyError::Broken(error)),
            Poll::Ready(None) => {
                this.body = None;
                Poll::Ready(None)
            }
            Poll::Pending => {
                let timeout = this.timeout;
                let deadline = this.deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
                std::task::ready!(deadline.as_mut().poll(context));
                this.end(BodyError::TooSlow)
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
