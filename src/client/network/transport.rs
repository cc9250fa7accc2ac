//! Connections that ureq makes, with what ureq has no option for: a deadline that the client moves, a proxy that takes
//! requests and sends them on, and whether an answer began.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use ureq::{
    Error, Timeout,
    http::Uri,
    unversioned::transport::{
        Buffers, ConnectionDetails, Connector, DefaultConnector, NextTimeout, Transport, time::Duration,
    },
};

/// As many as ureq reads.
const MOST_HEADERS: usize = 128;
const SWITCHING_PROTOCOLS: u16 = 101;

/// The activity of one agent's connections. Only the client's thread asks, one request at a time.
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

/// Makes connections as ureq does by itself, or to the proxy that takes all requests.
#[derive(Debug)]
pub(super) struct WatchedConnector {
    inner: DefaultConnector,
    activity: Activity,
    forwarder: Option<Uri>,
}

impl WatchedConnector {
    pub(super) fn new(activity: Activity, forwarder: Option<Uri>) -> Self {
        Self { inner: DefaultConnector::default(), activity, forwarder }
    }
}

impl Connector for WatchedConnector {
    type Out = WatchedTransport;

    fn connect(&self, details: &ConnectionDetails<'_>, chained: Option<()>) -> Result<Option<Self::Out>, Error> {
        self.activity.lock().has_connected = true;
        let made = match &self.forwarder {
            None => self.inner.connect(details, chained)?,
            // The addresses are the proxy's already, by the resolver.
            Some(proxy) => self.inner.connect(
                &ConnectionDetails {
                    uri: proxy,
                    addrs: details.addrs.clone(),
                    config: details.config,
                    request_level: details.request_level,
                    resolver: details.resolver,
                    now: details.now,
                    timeout: details.timeout,
                    current_time: Arc::clone(&details.current_time),
                    run_connector: Arc::clone(&details.run_connector),
                    register_shutdown: Arc::clone(&details.register_shutdown),
                },
                chained,
            )?,
        };
        let origin = self.forwarder.as_ref().and_then(|_| {
            let (scheme, authority) = (details.uri.scheme_str()?, details.uri.authority()?);
            Some(format!("{scheme}://{authority}"))
        });
        let (activity, begins, is_in_head) = (self.activity.clone(), true, true);
        Ok(made.map(|inner| WatchedTransport { inner, activity, origin, begins, is_in_head }))
    }
}

/// A connection that notes whether an answer comes, and ends what is waited for at the deadline.
pub(super) struct WatchedTransport {
    inner: Box<dyn Transport>,
    activity: Activity,
    /// The origin that goes before each path, for a proxy that takes requests.
    origin: Option<String>,
    /// Whether the next bytes to send are the beginning of a request.
    begins: bool,
    /// Whether the next bytes to read are of an answer's head.
    is_in_head: bool,
}

impl WatchedTransport {
    /// Drops informational answers, which come before the real one. ureq refuses a 100 that has headers.
    fn skip_informational(&mut self) {
        let buffers = self.inner.buffers();
        while let Some((code, length)) = head(buffers.input()) {
            if !(100..200).contains(&code) || code == SWITCHING_PROTOCOLS {
                self.is_in_head = false;
                return;
            }
            buffers.input_consume(length);
        }
    }

    /// Sends the beginning of a request whose path is preceded by the origin: `GET http://flags.example.com/path`.
    fn transmit_absolute(&mut self, origin: &str, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let output = self.inner.buffers().output();
        let head = output.get(..amount).unwrap_or_default();
        let path = head.iter().position(|&byte| byte == b' ').map_or(0, |space| space + 1);
        let (method, rest) = head.split_at(path);
        let absolute = [method, origin.as_bytes(), rest].concat();
        for piece in absolute.chunks(output.len().max(1)) {
            self.inner.buffers().output().iter_mut().zip(piece).for_each(|(to, from)| *to = *from);
            self.inner.transmit_output(piece.len(), timeout)?;
        }
        Ok(())
    }
}

impl Transport for WatchedTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let timeout = self.activity.shorten(timeout)?;
        self.is_in_head = true;
        match self.origin.clone().filter(|_| std::mem::replace(&mut self.begins, false)) {
            Some(origin) => self.transmit_absolute(&origin, amount, timeout),
            None => self.inner.transmit_output(amount, timeout),
        }
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.begins = true;
        let has_input = self.inner.await_input(self.activity.shorten(timeout)?)?;
        self.activity.lock().has_answer |= has_input;
        if self.is_in_head {
            self.skip_informational();
        }
        Ok(has_input)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

/// The status and the length of an answer's head, once it is whole.
fn head(input: &[u8]) -> Option<(u16, usize)> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut head = httparse::Response::new(&mut headers);
    match head.parse(input) {
        Ok(httparse::Status::Complete(length)) => Some((head.code?, length)),
        // ureq says what is wrong with it.
        Ok(httparse::Status::Partial) | Err(_) => None,
    }
}

/// Its own output would show what is sent.
impl fmt::Debug for WatchedTransport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("WatchedTransport").finish_non_exhaustive()
    }
}
