//! The pace of a connection: what it has been doing, and since when.

use std::{
    io,
    num::NonZeroU32,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::{Body, Bytes};
use hyper::{
    Request,
    body::{Body as _, Frame, Incoming, SizeHint},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep_until},
};

use crate::settings::Connections;

/// The time for which the server goes on to read after an answer that came before the request's end. If it closed at
/// once, the connection would be reset, and the client would never see the answer.
const LINGER: Duration = Duration::from_secs(2);

/// The pace of one connection. One task at a time uses its parts. Times are milliseconds since the connection began, plus
/// one; 0 means never.
#[derive(Debug)]
pub(super) struct Pace {
    start: Instant,
    header_timeout: Duration,
    idle_timeout: Duration,
    write_timeout: Duration,
    /// The number of requests being answered.
    busy: AtomicU32,
    /// The time when the last byte came or went.
    active: AtomicU64,
    /// The time when the head that is being read began.
    head: AtomicU64,
    /// The time since when the client has not taken all that there is of an answer.
    blocked: AtomicU64,
    /// The bytes that it has taken since then.
    taken: AtomicU64,
    /// The bytes a second that it has to take; `None` for any.
    min_rate: Option<NonZeroU32>,
    /// `true` if the last request had a body. More of it may come.
    lingers: AtomicBool,
}

impl Pace {
    pub(super) fn new(settings: &Connections) -> Self {
        Self {
            start: Instant::now(),
            header_timeout: settings.header_timeout(),
            idle_timeout: settings.idle_timeout(),
            write_timeout: settings.body_timeout(),
            busy: AtomicU32::new(0),
            active: AtomicU64::new(1),
            // A client that connects has something to say.
            head: AtomicU64::new(1),
            blocked: AtomicU64::new(0),
            taken: AtomicU64::new(0),
            min_rate: NonZeroU32::new(settings.min_answer_bytes_per_second),
            lingers: AtomicBool::new(false),
        }
    }

    /// Notes that the head of a request is complete. The request is being answered until the returned value is dropped.
    pub(super) fn begin(this: &Arc<Self>, request: &Request<Incoming>) -> Busy {
        this.busy.fetch_add(1, Relaxed);
        this.head.store(0, Relaxed);
        this.lingers.store(!request.body().is_end_stream(), Relaxed);
        Busy(Arc::clone(this))
    }

    pub(super) fn is_busy(&self) -> bool {
        self.busy.load(Relaxed) > 0
    }

    /// Lets the client go at once, since the server stops.
    pub(super) fn do_not_linger(&self) {
        self.lingers.store(false, Relaxed);
    }

    /// Returns the time to look at the connection again. Nothing can be due before it.
    pub(super) fn check(&self) -> Instant {
        let shortest = self.header_timeout.min(self.idle_timeout).min(self.write_timeout);
        self.due().min(Instant::now() + shortest)
    }

    /// Returns the time to end the connection, unless something happens until then.
    pub(super) fn due(&self) -> Instant {
        let after =
            |since: u64, timeout: Duration| self.start + Duration::from_millis(since.saturating_sub(1)) + timeout;
        let (head, blocked) = (self.head.load(Relaxed), self.blocked.load(Relaxed));
        if blocked > 0 {
            let bought = self.min_rate.map_or(0, |rate| self.taken.load(Relaxed) * 1000 / u64::from(rate.get()));
            after(blocked, self.write_timeout + Duration::from_millis(bought))
        } else if self.is_busy() {
            Instant::now() + self.header_timeout
        } else if head > 0 {
            after(head, self.header_timeout)
        } else {
            after(self.active.load(Relaxed), self.idle_timeout)
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX - 1) + 1
    }

    fn has_read(&self) {
        let now = self.now();
        self.active.store(now, Relaxed);
        if !self.is_busy() && self.head.load(Relaxed) == 0 {
            self.head.store(now, Relaxed);
        }
    }

    fn has_written(&self, bytes: usize) {
        self.active.store(self.now(), Relaxed);
        if self.min_rate.is_none() {
            self.blocked.store(0, Relaxed);
        } else if self.blocked.load(Relaxed) > 0 {
            self.taken.fetch_add(bytes as u64, Relaxed);
        }
    }

    /// Notes that the client, or the system for it, has taken all that there is.
    fn has_written_all(&self) {
        self.blocked.store(0, Relaxed);
        self.taken.store(0, Relaxed);
    }

    fn cannot_write(&self) {
        if self.blocked.load(Relaxed) == 0 {
            self.blocked.store(self.now(), Relaxed);
        }
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct Busy(Arc<Pace>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.active.store(self.0.now(), Relaxed);
        self.0.busy.fetch_sub(1, Relaxed);
    }
}

/// The body of an answer; its end is the end of the request.
#[derive(Debug)]
pub(super) struct Tracked {
    body: Body,
    _busy: Busy,
}

impl Tracked {
    pub(super) fn new(body: Body, busy: Busy) -> Self {
        Self { body, _busy: busy }
    }
}

impl hyper::body::Body for Tracked {
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

/// A stream whose pace is noted.
#[derive(Debug)]
pub(super) struct Paced {
    stream: TcpStream,
    pace: Arc<Pace>,
    lingering: Option<Pin<Box<Sleep>>>,
}

impl Paced {
    pub(super) fn new(stream: TcpStream, pace: Arc<Pace>) -> Self {
        Self { stream, pace, lingering: None }
    }

    fn note(&self, written: &Poll<io::Result<usize>>) {
        match written {
            Poll::Pending => self.pace.cannot_write(),
            Poll::Ready(Ok(bytes)) => self.pace.has_written(*bytes),
            Poll::Ready(Err(_)) => {}
        }
    }

    /// Reads what the client still sends, to its end or for a while.
    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let sleep = self.lingering.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + LINGER)));
        let mut bytes = [0; 16 << 10];
        // The loop looks at the clock too: reads that are always ready leave the timer no turn.
        while sleep.deadline() > Instant::now() {
            let mut buffer = ReadBuf::new(&mut bytes);
            match Pin::new(&mut self.stream).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {}
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => return sleep.as_mut().poll(context),
            }
        }
        Poll::Ready(())
    }
}

impl AsyncRead for Paced {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if buffer.filled().len() > before {
            self.pace.has_read();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Paced {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.note(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.note(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // hyper flushes once it has written everything that it holds.
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        self.pace.has_written_all();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
        if self.pace.lingers.load(Relaxed) {
            ready!(self.poll_linger(context));
        }
        Poll::Ready(Ok(()))
    }
}
