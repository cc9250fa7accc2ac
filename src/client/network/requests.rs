//! Sending requests of one kind, for snapshots or for the stream: redirects, deadlines, connections that were kept.

use std::{
    io::{self, Read},
    sync::Arc,
    time::{Duration, Instant},
};

use ureq::{
    Agent, Body, Error, Timeout,
    config::Config,
    http::{HeaderMap, HeaderName, Response, Uri, header},
};

use super::{
    address::{is_same_origin, resolve},
    encoding::decode,
    failure::{Failure, quote},
    remote::Remote,
    resolver::{Lookup, LookupResolver},
    transport::{Activity, WatchedConnector},
};

const MOST_REDIRECTS: usize = 5;
/// The largest part of an error's body that is read for its message, in bytes, and the time that this may take.
const LONGEST_ERROR: u64 = 4 << 10;
const ERROR_PATIENCE: Duration = Duration::from_secs(1);

/// An agent of ureq's with connections and locks of its own.
pub(super) struct Requests {
    agent: Agent,
    activity: Activity,
}

impl Requests {
    /// `forwarder` is the proxy that takes all requests, if there is one.
    pub(super) fn new(config: &Config, forwarder: Option<&Uri>, lookup: &Arc<Lookup>) -> Self {
        let (activity, forwarder) = (Activity::default(), forwarder.cloned());
        let connector = WatchedConnector::new(activity.clone(), forwarder.clone());
        let resolver = LookupResolver { lookup: Arc::clone(lookup), forwarder };
        let agent = Agent::with_parts(config.clone(), connector, resolver);
        Self { agent, activity }
    }

    /// The agent, through which other threads interrupt the requests.
    pub(super) fn agent(&self) -> &Agent {
        &self.agent
    }

    /// Sends a request and follows redirects as far as the key may go with them. From now on until the end of the answer's
    /// body it may take `limit`.
    pub(super) fn get(
        &self,
        remote: &Remote,
        mut uri: Uri,
        headers: &[(HeaderName, &str)],
        limit: Duration,
    ) -> Result<Response<Body>, Failure> {
        let place = &remote.place;
        let deadline = Instant::now() + limit;
        self.activity.set_deadline(deadline);
        for _ in 0..=MOST_REDIRECTS {
            if Instant::now() >= deadline {
                return Err(Failure::of_slow_answer(place, limit));
            }
            let response = self.send(remote, &uri, headers).map_err(|error| match error {
                Error::Timeout(Timeout::Global) => Failure::of_slow_answer(place, limit),
                error => Failure::of_error(place, &error),
            })?;
            let is_redirect = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
            let Some(location) = text_of(response.headers(), header::LOCATION).filter(|_| is_redirect) else {
                return Ok(response);
            };
            uri = match resolve(&uri, location) {
                Some(target) if is_same_origin(&uri, &target) => target,
                target => {
                    let target = target.map_or_else(|| location.to_owned(), |target| target.to_string());
                    let message = format!(
                        "{place} redirects to {}, where the key is not sent; if that is right, make it the base URL",
                        quote(&target)
                    );
                    return Err(Failure::unavailable(place, &message));
                }
            };
        }
        let message = format!("{place} redirects in a circle; check the base URL and what is on the way");
        Err(Failure::unavailable(place, &message))
    }

    /// Sends one request. A server may close a connection that was kept while the request is on its way: where nothing of an
    /// answer came, the request goes once more, over a fresh connection.
    fn send(&self, remote: &Remote, uri: &Uri, headers: &[(HeaderName, &str)]) -> Result<Response<Body>, Error> {
        let answer = self.send_once(remote, uri, headers);
        match &answer {
            Err(Error::Io(error)) if is_hang_up(error) && self.activity.met_silence_on_a_kept_connection() => {
                self.send_once(remote, uri, headers)
            }
            _ => answer,
        }
    }

    fn send_once(&self, remote: &Remote, uri: &Uri, headers: &[(HeaderName, &str)]) -> Result<Response<Body>, Error> {
        self.activity.begin();
        let mut request = self.agent.get(uri);
        for (name, value) in &remote.headers {
            request = request.header(name, value);
        }
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        request.call()
    }

    /// Moves the deadline to this long from now.
    pub(super) fn allow(&self, limit: Duration) {
        self.activity.set_deadline(Instant::now() + limit);
    }

    /// Returns the part of an error's body that comes at once.
    pub(super) fn error_body(&self, response: &mut Response<Body>) -> Vec<u8> {
        self.allow(ERROR_PATIENCE);
        let (headers, mut text) = (response.headers().clone(), Vec::new());
        if let Ok(reader) = decode(&headers, response.body_mut().as_reader()) {
            // The part of a message that came before a failure is not JSON, so nobody reads it.
            _ = reader.take(LONGEST_ERROR).read_to_end(&mut text);
        }
        text
    }
}

/// Whether the other end has closed the connection.
fn is_hang_up(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

pub(super) fn text_of(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
