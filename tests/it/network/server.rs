//! Stub servers of the kit in `tests/kit`: one process for all of a test program, which ends with it.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{LazyLock, Mutex, PoisonError},
    thread,
};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// One answer, as `tests/kit/README.md` describes it.
pub(crate) type Answer = Value;

/// A request as it arrived.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Request {
    /// The path with the query.
    pub(crate) path: String,
    /// The headers by their names in lower case.
    pub(crate) headers: HashMap<String, String>,
    /// The request line and the headers.
    pub(crate) head: String,
    /// Which of the server's connections it came over.
    pub(crate) connection: usize,
    /// How many requests for a snapshot were under way, this one included.
    pub(crate) in_flight: usize,
    /// The status of the answer.
    pub(crate) status: u16,
    /// The bytes of the answer.
    pub(crate) sent: usize,
}

struct Kit {
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
    _process: Child,
}

static KIT: LazyLock<Mutex<Kit>> = LazyLock::new(|| {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kit/kit.py");
    let python = if cfg!(windows) { "python" } else { "python3" };
    let mut process = Command::new(python)
        .arg(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python 3 is missing");
    let (commands, answers) = (process.stdin.take().unwrap(), BufReader::new(process.stdout.take().unwrap()));
    Mutex::new(Kit { commands, answers, _process: process })
});

/// Sends a command, and reads what its answer has.
fn ask<T: DeserializeOwned>(command: &Value) -> T {
    let mut line = String::new();
    {
        // A test that failed meanwhile has read its answer.
        let mut kit = KIT.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(kit.commands, "{command}").unwrap();
        kit.answers.read_line(&mut line).unwrap();
    }
    let mut answer: Value = serde_json::from_str(&line).unwrap();
    assert!(answer.get("error").is_none(), "{answer}");
    serde_json::from_value(answer["ok"].take()).unwrap()
}

/// Listens on a port of its own until it is dropped.
pub(crate) struct Server {
    number: usize,
    port: u16,
}

impl Server {
    /// A server that answers every request for the snapshot like this, and knows no stream.
    pub(crate) fn new(answer: Answer) -> Self {
        Self::start(&json!({"do": "stub"}), answer)
    }

    /// The same, on this port.
    pub(crate) fn on(port: u16, answer: Answer) -> Self {
        Self::start(&json!({"do": "stub", "port": port}), answer)
    }

    /// The same over TLS, with a certificate and a key in these files.
    pub(crate) fn tls(certificate: &Path, key: &Path, answer: Answer) -> Self {
        Self::start(&json!({"do": "stub", "certificate": certificate, "key": key}), answer)
    }

    fn start(command: &Value, answer: Answer) -> Self {
        #[derive(Deserialize)]
        struct Facts {
            number: usize,
            port: u16,
        }
        let Facts { number, port } = ask(command);
        let server = Self { number, port };
        server.answer(answer);
        server.stream(status(404, &[], ""));
        server
    }

    fn tell<T: DeserializeOwned>(&self, mut command: Value) -> T {
        command["on"] = self.number.into();
        ask(&command)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Answers requests for the snapshot like this from now on.
    pub(crate) fn answer(&self, answer: Answer) {
        self.answer_path("*", answer);
    }

    /// Answers requests for the stream like this from now on.
    pub(crate) fn stream(&self, answer: Answer) {
        self.answer_path("/api/v1/stream", answer);
    }

    /// Answers requests for this path, or with this method, like this from now on.
    pub(crate) fn answer_path(&self, path: &str, answer: Answer) {
        self.tell(json!({"do": "answer", "path": path, "answers": Value::Array(vec![answer])}))
    }

    /// Answers requests for the snapshot with these, one after the other, and those that follow like the last.
    pub(crate) fn answer_in_turn(&self, answers: &[Answer]) {
        self.tell(json!({"do": "answer", "answers": answers}))
    }

    /// Answers the first request of each connection like this, and the others otherwise.
    pub(crate) fn answer_first_and_later(&self, first: &Answer, later: &Answer) {
        self.tell(json!({"do": "answer", "answers": [first], "later": later}))
    }

    /// Sends a text over the open streams; how many there are.
    pub(crate) fn send(&self, text: &str) -> usize {
        self.tell(json!({"do": "event", "text": text}))
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.tell(json!({"do": "requests"}))
    }

    /// Forgets the requests so far, so that long tests do not measure their own notes.
    pub(crate) fn forget_requests(&self) {
        self.tell(json!({"do": "forget"}))
    }

    pub(crate) fn snapshot_requests(&self) -> Vec<Request> {
        self.requests().into_iter().filter(|request| !is_stream(request)).collect()
    }

    pub(crate) fn stream_requests(&self) -> Vec<Request> {
        self.requests().into_iter().filter(is_stream).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The kit ends what a test leaves behind that has failed.
        if !thread::panicking() {
            self.tell(json!({"do": "end"}))
        }
    }
}

fn is_stream(request: &Request) -> bool {
    request.path.ends_with("/api/v1/stream")
}

/// Bytes as hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An answer with a status, headers and a body.
pub(crate) fn status(code: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Answer {
    let headers: HashMap<_, _> = headers.iter().copied().collect();
    json!({"status": code, "headers": headers, "body_hex": hex(body.as_ref())})
}

/// Exactly these bytes, and then the end of the connection.
pub(crate) fn raw(bytes: &str) -> Answer {
    json!({"steps": [{"send": bytes}]})
}

/// These bytes, and then nothing more, while the connection stays open.
pub(crate) fn stop_after(bytes: &str) -> Answer {
    json!({"steps": [{"send": bytes}, {"hold": true}]})
}

/// No answer, while the connection stays open.
pub(crate) fn silence() -> Answer {
    stop_after("")
}

/// An event stream that begins like this and stays open.
pub(crate) fn events(text: &str) -> Answer {
    json!({"events": true, "body": text})
}

/// A proxy that makes tunnels to one server, whatever name it is asked for.
pub(crate) fn tunnels_to(server: &Server) -> Server {
    let proxy = Server::new(status(404, &[], ""));
    proxy.answer_path("CONNECT", json!({"tunnel": server.address().port()}));
    proxy
}

/// A snapshot whose one flag `f` is on or off, with an entity tag, by which the next one may be unchanged.
pub(crate) fn good(revision: u64, on: bool) -> Answer {
    json!({"body": snapshot(revision, on), "etag": format!("\"{revision}\"")})
}

pub(crate) fn snapshot(revision: u64, on: bool) -> String {
    format!(
        r#"{{"revision": {revision}, "project": "shop", "environment": "production",
            "flags": [{{"key": "f", "enabled": true, "default_enabled": {on}}}]}}"#
    )
}
