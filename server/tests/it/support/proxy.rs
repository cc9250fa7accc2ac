//! A network to PostgreSQL that can fall silent: connections stay open, and nothing arrives any more.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use super::Database;

/// A proxy of TCP on a port of its own. Its threads end with the test.
pub(crate) struct Proxy {
    port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// Connections with a lower number are silent.
    silent_below: AtomicUsize,
    connections: AtomicUsize,
    /// Whether new connections are silent too.
    is_silent: AtomicBool,
    /// What the server may not say: everything is silent once it does.
    trigger: Mutex<Option<&'static [u8]>>,
}

impl Proxy {
    pub(crate) fn new(database: &Database) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (state, destination) = (Arc::<State>::default(), database.port());
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for from in listener.incoming().map_while(Result::ok) {
                let to = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], destination))).expect("PostgreSQL");
                let number = shared.connections.fetch_add(1, Ordering::SeqCst);
                let clone = |stream: &TcpStream| stream.try_clone().expect("a descriptor");
                let (back, other) = ((clone(&to), clone(&from)), Arc::clone(&shared));
                let forth = Arc::clone(&shared);
                thread::spawn(move || forth.pump(from, to, number, true));
                thread::spawn(move || other.pump(back.0, back.1, number, false));
            }
        });
        Self { port, state }
    }

    /// The URL of a database through the proxy.
    pub(crate) fn url(&self, database: &Database) -> String {
        database.url().replace(&format!(":{}/", database.port()), &format!(":{}/", self.port))
    }

    /// The connections that are open fall silent. New ones work.
    pub(crate) fn silence_open_connections(&self) {
        self.state.silence();
    }

    /// Nothing passes any more.
    pub(crate) fn silence(&self) {
        self.state.is_silent.store(true, Ordering::SeqCst);
        self.state.silence();
    }

    /// Nothing passes once the server says this, which does not pass either.
    pub(crate) fn silence_at(&self, text: &'static [u8]) {
        *self.state.trigger.lock().expect("no panic") = Some(text);
    }

    /// New connections work again. Those that fell silent stay so.
    pub(crate) fn heal(&self) {
        self.state.silence();
        self.state.is_silent.store(false, Ordering::SeqCst);
    }
}

impl State {
    fn silence(&self) {
        self.silent_below.store(self.connections.load(Ordering::SeqCst), Ordering::SeqCst);
    }

    fn is_silent(&self, number: usize) -> bool {
        self.is_silent.load(Ordering::SeqCst) || number < self.silent_below.load(Ordering::SeqCst)
    }

    fn pump(&self, mut from: TcpStream, mut to: TcpStream, number: usize, is_from_server: bool) {
        let mut buffer = [0; 65536];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            let bytes = &buffer[..length];
            if is_from_server {
                let mut trigger = self.trigger.lock().expect("no panic");
                if trigger.is_some_and(|text| bytes.windows(text.len()).any(|window| window == text)) {
                    *trigger = None;
                    self.is_silent.store(true, Ordering::SeqCst);
                }
            }
            while self.is_silent(number) {
                thread::sleep(Duration::from_millis(50));
            }
            if to.write_all(bytes).is_err() {
                break;
            }
        }
        if !self.is_silent(number) {
            _ = to.shutdown(std::net::Shutdown::Both);
        }
    }
}
