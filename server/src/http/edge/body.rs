//! Bodies of requests: bounded in size and in time.

use std::{
    error::Error,
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, Bytes};
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use tokio::time::Sleep;

use super::Caller;
use crate::http::wire::error::ApiError;

/// Why a body ended early.
#[derive(Debug)]
pub(crate) enum BodyError {
    /// Larger than allowed.
    TooLarge { max_bytes: usize },
    /// Not there within the time allowed, however steadily it trickled.
    TooSlow,
    /// The connection broke, or what came is no HTTP.
    Broken(hyper::Error),
}

impl fmt::Display for BodyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { max_bytes } => {
                write!(formatter, "the body is larger than the {max_bytes} bytes that this server allows")
            }
            Self::TooSlow => formatter.write_str("the body took too long to arrive; send it again, faster or in parts"),
            Self::Broken(_) => formatter.write_str("the body could not be read to its end"),
        }
    }
}

impl Error for BodyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Broken(error) => Some(error),
            _ => None,
        }
    }
}

impl BodyError {
    /// What an extractor's error is about.
    pub(crate) fn in_chain<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(found) = error.downcast_ref() {
                return Some(found);
            }
            next = error.source();
        }
        None
    }
}

impl From<&BodyError> for ApiError {
    fn from(error: &BodyError) -> Self {
        match error {
            BodyError::TooLarge { .. } => Self::too_large(error.to_string()),
            BodyError::TooSlow => Self::too_slow(error.to_string()),
            BodyError::Broken(_) => Self::invalid(error.to_string()),
        }
    }
}

/// A body within its bounds.
pub(super) fn bounded(body: Incoming, max_bytes: usize, timeout: Duration, caller: &Caller) -> Body {
    if body.is_end_stream() {
        return Body::empty();
    }
    Body::new(Bounded { body: Some(body), caller: caller.clone(), left: max_bytes, max_bytes, timeout, deadline: None })
}

/// What is read of a body that the handler did not want: the answer was clear before.
const MAX_UNREAD_BYTES: u64 = 64 << 10;
const MAX_UNREAD_TIME: Duration = Duration::from_secs(1);

/// Reads the rest of a short body; whether that was all. A connection with the rest of a body in it cannot be used again,
/// and where it is closed without a word, the client's next request fails.
pub(super) async fn read_rest(caller: &Caller) -> bool {
    let Some(mut body) = caller.unread() else { return true };
    // Who announces a long body may be waiting to be told to send it.
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
    /// From when there was something to wait for: most bodies come with their head.
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
