//! A server that does what the tests tell it, good or bad. Threads and blocking sockets, nothing else.

use std::{
    collections::HashMap,
    io::{self, BufRead, BufReader, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// With the query.
    pub(crate) path: String,
    /// By lower-case names.
    pub(crate) headers: HashMap<String, String>,
    /// Which of the server's connections it came over.
    pub(crate) connection: usize,
    /// How many requests for a snapshot were under way, this one included.
    pub(crate) in_flight: usize,
    /// Of the request line and the headers.
    pub(crate) bytes: usize,
}

/// What the server does with a request; whether the connection stays open.
pub(crate) type Answer = Arc<dyn Fn(&Request, &mut TcpStream) -> io::Result<bool> + Send + Sync>;

struct Inner {
    snapshot: Mutex<Answer>,
    stream: Mutex<Answer>,
    requests: Mutex<Vec<Request>>,
    in_flight: AtomicUsize,
    connections: Mutex<Vec<TcpStream>>,
}

/// Listens on a port of its own until it is dropped.
pub(crate) struct Server {
    inner: Arc<Inner>,
    address: SocketAddr,
}

impl Server {
    /// A server that answers every request for the snapshot like this, and knows no stream.
    pub(crate) fn new(answer: Answer) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap(), answer)
    }

    pub(crate) fn on(listener: TcpListener, answer: Answer) -> Self {
        let inner = Arc::new(Inner {
            snapshot: Mutex::new(answer),
            stream: Mutex::new(status(404, &[], "")),
            requests: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            connections: Mutex::default(),
        });
        let address = listener.local_addr().unwrap();
        let accepting = Arc::clone(&inner);
        thread::spawn(move || {
            for (number, connection) in (1..).zip(listener.incoming().map_while(Result::ok)) {
                // The last one is that which wakes this thread at the end.
                if Arc::strong_count(&accepting) == 1 {
                    return;
                }
                accepting.connections.lock().unwrap().push(connection.try_clone().unwrap());
                let inner = Arc::downgrade(&accepting);
                thread::spawn(move || serve(&inner, connection, number));
            }
        });
        Self { inner, address }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests for the snapshot like this from now on.
    pub(crate) fn answer(&self, answer: Answer) {
        *self.inner.snapshot.lock().unwrap() = answer;
    }

    /// Answers requests for the stream like this from now on.
    pub(crate) fn stream(&self, answer: Answer) {
        *self.inner.stream.lock().unwrap() = answer;
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.inner.requests.lock().unwrap().clone()
    }

    /// So that long tests do not measure their own notes.
    pub(crate) fn forget_requests(&self) {
        self.inner.requests.lock().unwrap().clear();
    }

    pub(crate) fn snapshot_requests(&self) -> Vec<Request> {
        self.requests().into_iter().filter(|request| !is_stream(request)).collect()
    }

    pub(crate) fn stream_requests(&self) -> Vec<Request> {
        self.requests().into_iter().filter(is_stream).collect()
    }

    /// Closes the copies by which connections can be cut, so that they are gone when both ends are done.
    pub(crate) fn forget_connections(&self) {
        self.inner.connections.lock().unwrap().clear();
    }

    /// Cuts all connections.
    pub(crate) fn cut(&self) {
        for connection in self.inner.connections.lock().unwrap().iter() {
            _ = connection.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.cut();
        let address = self.address;
        // Replaced, so that the accepting thread's is the last one.
        self.inner = Arc::new(Inner {
            snapshot: Mutex::new(status(404, &[], "")),
            stream: Mutex::new(status(404, &[], "")),
            requests: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            connections: Mutex::default(),
        });
        _ = TcpStream::connect(address);
    }
}

fn is_stream(request: &Request) -> bool {
    request.path.ends_with("/api/v1/stream")
}

fn serve(inner: &std::sync::Weak<Inner>, mut connection: TcpStream, number: usize) {
    let mut reader = BufReader::new(connection.try_clone().unwrap());
    while let Ok(Some(mut request)) = read(&mut reader, number) {
        let Some(inner) = inner.upgrade() else { return };
        let stream = is_stream(&request);
        if !stream {
            request.in_flight = inner.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        }
        inner.requests.lock().unwrap().push(request.clone());
        let answer = Arc::clone(&*if stream { inner.stream.lock() } else { inner.snapshot.lock() }.unwrap());
        let weak = Arc::downgrade(&inner);
        drop(inner);
        let stays = answer(&request, &mut connection);
        if let Some(inner) = weak.upgrade().filter(|_| !stream) {
            inner.in_flight.fetch_sub(1, Ordering::SeqCst);
        }
        if !matches!(stays, Ok(true)) {
            break;
        }
    }
    _ = connection.shutdown(Shutdown::Both);
}

fn read(reader: &mut impl BufRead, connection: usize) -> io::Result<Option<Request>> {
    let mut line = String::new();
    let mut bytes = reader.read_line(&mut line)?;
    let Some(path) = line.split(' ').nth(1).map(Into::into) else { return Ok(None) };
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        bytes += reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    Ok(Some(Request { path, headers, connection, in_flight: 0, bytes }))
}

/// An answer with a status, headers and a body.
pub(crate) fn status(code: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Answer {
    let body = body.into();
    let mut text = format!("HTTP/1.1 {code} X\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    text += "\r\n";
    let bytes = [text.into_bytes(), if code == 204 { Vec::new() } else { body }].concat();
    Arc::new(move |_, connection| connection.write_all(&bytes).map(|()| true))
}

/// Exactly these bytes, and then the end of the connection.
pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Answer {
    let bytes = bytes.into();
    Arc::new(move |_, connection| connection.write_all(&bytes).map(|()| false))
}

/// No answer, while the connection stays open.
pub(crate) fn silence() -> Answer {
    Arc::new(|_, connection| io::copy(connection, &mut io::sink()).map(|_| false))
}

/// A snapshot whose one flag `f` is on or off, with an entity tag, by which the next one may be unchanged.
pub(crate) fn good(revision: u64, on: bool) -> Answer {
    let etag = format!("\"{revision}\"");
    let full = status(200, &[("ETag", &etag)], snapshot(revision, on));
    let unchanged = raw(format!("HTTP/1.1 304 X\r\nETag: {etag}\r\n\r\n"));
    Arc::new(move |request, connection| match request.headers.get("if-none-match") == Some(&etag) {
        true => unchanged(request, connection).map(|_| true),
        false => full(request, connection),
    })
}

pub(crate) fn snapshot(revision: u64, on: bool) -> String {
    format!(
        r#"{{"revision": {revision}, "project": "shop", "environment": "production",
            "flags": [{{"key": "f", "enabled": true, "default_enabled": {on}}}]}}"#
    )
}
