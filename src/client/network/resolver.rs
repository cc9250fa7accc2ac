//! Names are looked up on a thread of their own, since nothing can interrupt the system's resolver.

use std::{
    error, fmt, io,
    net::{IpAddr, SocketAddr, ToSocketAddrs},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use ureq::{
    Error, Timeout,
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{ResolvedSocketAddrs, Resolver},
        transport::NextTimeout,
    },
};

use super::super::process;

/// More addresses of one name are not tried.
const MOST_ADDRESSES: usize = 16;
const SOCKS_PORT: u16 = 1080;
/// The system's resolver may load modules that want a good part of this.
const STACK_BYTES: usize = 1 << 20;

/// At most one look-up at a time, which may be given up but goes on until the system answers.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    cancelled: bool,
    is_running: bool,
    answer: Option<(Name, io::Result<Vec<SocketAddr>>)>,
}

/// With the port.
type Name = (String, u16);

/// A name that has no address.
#[derive(Debug)]
pub(super) struct LookupError {
    host: String,
    error: io::Error,
}

impl fmt::Display for LookupError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.error.to_string();
        let reason = text.strip_prefix("failed to lookup address information: ").unwrap_or(&text);
        write!(formatter, "the name {} has no address ({reason}); check the address, and DNS", self.host)
    }
}

impl error::Error for LookupError {}

/// The [`Lookup`] as ureq takes it.
#[derive(Debug)]
pub(super) struct LookupResolver {
    pub(super) lookup: Arc<Lookup>,
    /// The proxy that takes all requests, so that no other name is looked up.
    pub(super) forwarder: Option<Uri>,
}

impl Resolver for LookupResolver {
    fn resolve(&self, uri: &Uri, _: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let uri = self.forwarder.as_ref().unwrap_or(uri);
        let port = uri.port_u16().unwrap_or(match uri.scheme_str() {
            Some("http") | None => 80,
            Some("https") => 443,
            Some(_) => SOCKS_PORT,
        });
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let found = match host.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, port)],
            Err(_) => self.lookup.find(&(host.to_owned(), port), *timeout.after)?,
        };
        let mut addresses = self.empty();
        for address in found.into_iter().take(MOST_ADDRESSES) {
            addresses.push(address);
        }
        if addresses.is_empty() { Err(Error::HostNotFound) } else { Ok(addresses) }
    }
}

impl Lookup {
    /// Ends the waiting for look-ups, now and later.
    pub(super) fn cancel(&self) {
        self.lock().cancelled = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(self: &Arc<Self>, name: &Name, timeout: Duration) -> Result<Vec<SocketAddr>, Error> {
        let start = Instant::now();
        let mut state = self.lock();
        loop {
            // Also the answer to a look-up that was given up: where names take long, the next attempt profits.
            if let Some((_, answer)) = state.answer.take_if(|(answered, _)| answered == name) {
                return answer.map_err(|error| Error::Other(Box::new(LookupError { host: name.0.clone(), error })));
            }
            let left = timeout.saturating_sub(start.elapsed());
            if state.cancelled || left.is_zero() {
                return Err(Error::Timeout(Timeout::Resolve));
            }
            // One that still runs is waited for: a name server that is down gathers no threads.
            if !state.is_running {
                self.start(name.clone())?;
                state.is_running = true;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn start(self: &Arc<Self>, name: Name) -> io::Result<()> {
        let lookup = Arc::clone(self);
        process::spawn(c"flagbit-resolve", STACK_BYTES, move || {
            let answer = (&*name.0, name.1).to_socket_addrs().map(Iterator::collect);
            let mut state = lookup.lock();
            state.answer = Some((name, answer));
            state.is_running = false;
            lookup.changed.notify_all();
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{net::Ipv4Addr, thread};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn name(host: &str) -> Name {
        (host.into(), 80)
    }

    /// As if a name server did not answer.
    fn hanging() -> Arc<Lookup> {
        let lookup = Arc::new(Lookup::default());
        lookup.lock().is_running = true;
        lookup
    }

    fn answer(lookup: &Lookup, host: &str) {
        let mut state = lookup.lock();
        state.answer = Some((name(host), Ok(vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 80))])));
        state.is_running = false;
        lookup.changed.notify_all();
    }

    #[test]
    fn names_are_found_or_not() {
        let lookup = Arc::new(Lookup::default());
        assert!(!lookup.find(&name("localhost"), PATIENCE).unwrap().is_empty());
        let error = lookup.find(&name("flags.invalid"), PATIENCE).unwrap_err().to_string();
        assert!(error.contains("the name flags.invalid has no address"), "{error}");
    }

    #[test]
    fn closing_ends_a_look_up_that_hangs() {
        let lookup = hanging();
        let waiting = Arc::clone(&lookup);
        let waiter = thread::spawn(move || waiting.find(&name("a"), Duration::from_secs(600)));
        thread::sleep(Duration::from_millis(20));
        let start = Instant::now();
        lookup.cancel();
        assert!(waiter.join().unwrap().is_err());
        assert!(start.elapsed() < Duration::from_millis(100), "{:?}", start.elapsed());
        assert!(lookup.find(&name("localhost"), PATIENCE).is_err(), "nothing begins after that");
    }

    #[test]
    fn a_look_up_that_was_given_up_is_waited_for_again() {
        let lookup = hanging();
        let given_up = lookup.find(&name("a"), Duration::from_millis(10));
        assert!(matches!(given_up, Err(Error::Timeout(Timeout::Resolve))));
        let waiting = Arc::clone(&lookup);
        let waiter = thread::spawn(move || waiting.find(&name("a"), PATIENCE));
        answer(&lookup, "a");
        assert_eq!(waiter.join().unwrap().unwrap().len(), 1);
        // The answer for another name is none.
        lookup.lock().is_running = true;
        answer(&lookup, "b");
        assert!(!lookup.find(&name("localhost"), PATIENCE).unwrap().is_empty());
    }
}
