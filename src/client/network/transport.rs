//! Connections that ureq makes, with what the client must know of them and what ureq has no option for: a deadline that
//! the client moves.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use ureq::{
    Error, Timeout,
    unversioned::transport::{
        Buffers, ConnectionDetails, Connector, DefaultConnector, NextTimeout, Transport, time::Duration,
    },
};

/// What the connections of one agent are doing. Only the client's thread asks, one request at a time.
#[derive(Debug, Clone, Default)]
pub(super) struct Activity(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// Whether a connection was made for this request.
    has_connected: bool,
    /// Whether any byte of an answer to this request came.
    has_answer: bool,
    /// Until when bytes may be sent and waited for.
    deadline: Option<Instant>,
}

impl Activity {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that another request begins.
    pub(super) fn begin(&self) {
        let mut state = self.lock();
        (state.has_connected, state.has_answer) = (false, false);
    }

    /// Whether the request went over a connection that was kept, and nothing of an answer came.
    pub(super) fn met_silence_on_a_kept_connection(&self) -> bool {
        let state = self.lock();
        !state.has_connected && !state.has_answer
    }

    /// Ends at this time whatever is being read then.
    pub(super) fn set_deadline(&self, deadline: Instant) {
        self.lock().deadline = Some(deadline);
    }

    /// A timeout of ureq's, or what is left until the deadline where that is less.
    fn shorten(&self, mut timeout: NextTimeout) -> Result<NextTimeout, Error> {
        if let Some(deadline) = self.lock().deadline {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::Timeout(Timeout::Global));
            }
            if left < *timeout.after {
                (timeout.after, timeout.reason) = (Duration::Exact(left), Timeout::Global);
            }
        }
        Ok(timeout)
    }
}

/// Makes connections as ureq does by itself.
#[derive(Debug)]
pub(super) struct WatchedConnector {
    inner: DefaultConnector,
    activity: Activity,
}

impl WatchedConnector {
    pub(super) fn new(activity: Activity) -> Self {
        Self { inner: DefaultConnector::default(), activity }
    }
}

impl Connector for WatchedConnector {
    type Out = WatchedTransport;

    fn connect(&self, details: &ConnectionDetails<'_>, chained: Option<()>) -> Result<Option<Self::Out>, Error> {
        self.activity.lock().has_connected = true;
        let made = self.inner.connect(details, chained)?;
        Ok(made.map(|inner| WatchedTransport { inner, activity: self.activity.clone() }))
    }
}

/// A connection that notes whether an answer comes, and ends what is waited for at the deadline.
pub(super) struct WatchedTransport {
    inner: Box<dyn Transport>,
    activity: Activity,
}

impl Transport for WatchedTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.inner.transmit_output(amount, self.activity.shorten(timeout)?)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let has_input = self.inner.await_input(self.activity.shorten(timeout)?)?;
        self.activity.lock().has_answer |= has_input;
        Ok(has_input)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

/// Its own output would show what is sent.
impl fmt::Debug for WatchedTransport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("WatchedTransport").finish_non_exhaustive()
    }
}
