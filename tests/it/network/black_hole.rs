//! An address that never answers, as Linux makes one: a listener whose queue is full.

use std::{
    net::{TcpListener, TcpStream},
    os::fd::AsRawFd,
    time::{Duration, Instant},
};

use flagbit::{Client, ClientError, ClientOptions, State};

use super::{KEY, PATIENCE, is_on, server::snapshot};

/// An address that takes no further connection and refuses none: one that is full.
pub(crate) struct BlackHole {
    listener: TcpListener,
    _waiting: Vec<TcpStream>,
}

impl BlackHole {
    #[allow(unsafe_code, reason = "std's listeners have a long queue")]
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        // SAFETY: a live descriptor of a listening socket, whose queue this makes short.
        assert_eq!(unsafe { libc::listen(listener.as_raw_fd(), 0) }, 0);
        let address = listener.local_addr().unwrap();
        let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok();
        let waiting = std::iter::from_fn(connect).collect();
        Self { listener, _waiting: waiting }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.listener.local_addr().unwrap())
    }
}

#[test]
fn a_black_hole_is_given_up() {
    let hole = BlackHole::new();
    let options =
        ClientOptions::server(hole.url(), KEY).bootstrap(snapshot(1, true)).connect_timeout(Duration::from_millis(300));
    let client = Client::open(options).unwrap();
    assert_eq!(client.status().state, State::Stale, "only the bootstrap so far");
    let error = client.refresh(PATIENCE).unwrap_err().to_string();
    assert!(error.starts_with("no connection to http://127.0.0.1:"), "{error}");
    assert!(error.ends_with("within 0.3 s; check the address, firewalls and proxies"), "{error}");
    assert!(is_on(&client));
}

#[test]
fn opening_and_evaluating_wait_for_nothing() {
    let hole = BlackHole::new();
    let start = Instant::now();
    let client = Client::open(ClientOptions::server(hole.url(), KEY)).unwrap();
    assert!(!is_on(&client));
    assert!(matches!(client.refresh(Duration::from_millis(20)), Err(ClientError::Timeout)));
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}
