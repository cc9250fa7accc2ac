//! Tests of minutes, with seconds of a few milliseconds.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{Client, ClientOptions, State};

const SECOND: Duration = Duration::from_millis(2);
/// The least interval there is, in those seconds.
const INTERVAL: f64 = 500.0;
/// How much later than it should something may happen on a busy machine. Earlier never.
const SLACK: f64 = 1_000.0;
const PATIENCE: Duration = Duration::from_secs(20);
const TROUBLE: &str = "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n";
const SNAPSHOT: &str = r#"{"revision": 1, "flags": [{"key": "f", "enabled": true, "default_enabled": true}]}"#;

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// A server of one answer a connection.
#[derive(Clone)]
struct Server {
    url: String,
    /// The answers to requests for the snapshot; the last one is repeated.
    answers: Arc<Mutex<VecDeque<String>>>,
    /// When requests for the snapshot came, and how many were under way at the most.
    times: Arc<Mutex<Vec<Instant>>>,
    most: Arc<AtomicU32>,
    streams: Arc<AtomicU64>,
}

impl Server {
    /// `stream` is what a stream sends at first, and `drip` what it sends again and again, if it is not empty.
    fn new(answer: &str, stream: &'static str, drip: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answers = Arc::new(Mutex::new([answer.to_owned()].into()));
        let server = Self { url, answers, times: Arc::default(), most: Arc::default(), streams: Arc::default() };
        let (accepting, under_way) = (server.clone(), Arc::new(AtomicU32::new(0)));
        thread::spawn(move || {
            for mut connection in listener.incoming().map_while(Result::ok) {
                let (server, under_way) = (accepting.clone(), Arc::clone(&under_way));
                thread::spawn(move || {
                    let path = read(&connection);
                    if path.contains("/stream") {
                        server.streams.fetch_add(1, Ordering::SeqCst);
                        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
                        connection.write_all(format!("{head}{stream}").as_bytes()).unwrap();
                        while !drip.is_empty() && connection.write_all(drip.as_bytes()).is_ok() {
                            thread::sleep(SECOND * 3);
                        }
                        return read(&connection);
                    }
                    server.most.fetch_max(under_way.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    server.times.lock().unwrap().push(Instant::now());
                    let answer = server.next_answer();
                    under_way.fetch_sub(1, Ordering::SeqCst);
                    _ = connection.write_all(answer.as_bytes());
                    path
                });
            }
        });
        server
    }

    fn answer(&self, answer: &str) {
        *self.answers.lock().unwrap() = [answer.to_owned()].into();
    }

    /// Answers so once what comes now has been answered.
    fn then(self, answer: &str) -> Self {
        self.answers.lock().unwrap().push_back(answer.to_owned());
        self
    }

    fn next_answer(&self) -> String {
        let mut answers = self.answers.lock().unwrap();
        if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() }.unwrap_or_default()
    }

    fn times(&self) -> Vec<Instant> {
        self.times.lock().unwrap().clone()
    }
}

/// The path of a request.
fn read(connection: &TcpStream) -> String {
    let mut lines = BufReader::new(connection).lines().map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    lines.find(String::is_empty);
    first
}

fn open(server: &Server, stream: bool) -> Client {
    let mut options =
        ClientOptions::server(&server.url, "fbsrv_1").poll_interval(Duration::from_secs(1)).stream(stream);
    options.network.second = Some(SECOND);
    Client::open(options).unwrap()
}

fn eventually(client: &Client, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "{:?}", client.status());
        thread::sleep(Duration::from_millis(1));
    }
}

/// Seconds between requests.
fn pauses(times: &[Instant]) -> Vec<f64> {
    let pause = |pair: &[Instant]| (pair[1] - pair[0]).as_secs_f64() / SECOND.as_secs_f64();
    times.windows(2).map(pause).collect()
}

fn print(what: &str, times: &[Instant]) {
    let rounded: Vec<_> = pauses(times).iter().map(|pause| pause.round()).collect();
    println!("{what}: {} requests, seconds between them: {rounded:?}", times.len());
}

#[test]
fn the_timeline_of_a_dead_and_a_recovering_server() {
    let server = Server::new(TROUBLE, "", "");
    let client = open(&server, false);
    eventually(&client, || server.times().len() == 12);
    assert_eq!(client.status().state, State::Initializing);
    let dead = server.times();
    print("a dead server", &dead);
    for (failures, pause) in (1..).zip(pauses(&dead)) {
        let most = f64::from(2_u32 << failures).min(300.0);
        assert!(pause > 0.99, "failure {failures} of a hot loop: {pause}");
        assert!(pause < most + SLACK, "failure {failures}: {pause}");
    }
    let rounded: std::collections::BTreeSet<_> = pauses(&dead).iter().map(|pause| *pause as u32).collect();
    assert!(rounded.len() > 4, "without jitter: {rounded:?}");

    server.answer(&ok(SNAPSHOT));
    client.ready_within(PATIENCE).unwrap();
    let count = server.times().len();
    eventually(&client, || server.times().len() == count + 2);
    let recovered = server.times().split_off(count - 1);
    print("once it is back", &recovered);
    assert!(pauses(&recovered).iter().all(|pause| (INTERVAL * 0.89..INTERVAL * 1.1 + SLACK).contains(pause)));
    assert_eq!(server.most.load(Ordering::SeqCst), 1, "one request in flight");
}

#[test]
fn a_refusal_slows_down_and_ends_by_itself() {
    let server = Server::new(&ok(SNAPSHOT), "", "");
    let client = open(&server, false);
    client.ready_within(PATIENCE).unwrap();
    server.answer("HTTP/1.1 401 X\r\nContent-Length: 0\r\n\r\n");
    client.refresh(PATIENCE).unwrap_err();
    let refused = server.times().len();
    eventually(&client, || server.times().len() > refused + 1);
    let times = server.times().split_off(refused - 1);
    print("a server that does not know the key", &times);
    assert!(pauses(&times).iter().all(|pause| *pause > INTERVAL * 0.99), "no more often than the interval");
    server.answer(&ok(SNAPSHOT));
    eventually(&client, || client.status().last_error.is_none());
}

#[test]
fn a_stream_that_stalls_is_left_and_polled_for() {
    leaves_a_silent_stream(&Server::new(&ok(SNAPSHOT), ": hello\n\ndata: half an ev", ""));
}

#[test]
fn a_stream_that_ends_no_line_is_silent() {
    leaves_a_silent_stream(&Server::new(&ok(SNAPSHOT), ": hello\n\n", "x"));
}

fn leaves_a_silent_stream(server: &Server) {
    let client = open(server, true);
    client.ready_within(PATIENCE).unwrap();
    server.answer(&ok(&SNAPSHOT.replace("true", "false")));
    let mut log = Vec::new();
    let start = Instant::now();
    while !log.iter().any(|line: &String| line.contains("was silent for 0.09 s; polling meanwhile")) {
        assert!(start.elapsed() < PATIENCE, "{log:?}");
        log.extend(client.take_log().into_iter().map(|line| line.message));
    }
    eventually(&client, || client.status().generation == 2);
    eventually(&client, || server.streams.load(Ordering::SeqCst) > 2);
    let status = client.status();
    assert_eq!((status.state, status.last_error), (State::Ready, None));
}

/// A stream that is alive and tells of nothing more must not keep the client from asking again after a failure.
#[test]
fn a_fetch_that_the_stream_asked_for_is_tried_again_when_it_fails() {
    let second = SNAPSHOT.replace("\"revision\": 1", "\"revision\": 2");
    let server = Server::new(&ok(SNAPSHOT), "event: snapshot\ndata: {\"revision\": 2}\n\n", ": alive\n\n")
        .then(TROUBLE)
        .then(&ok(&second));
    let client = open(&server, true);
    eventually(&client, || client.status().revision.as_deref() == Some("2"));
    let times = server.times();
    print("a failure that the stream led to", &times);
    assert!(times.len() >= 3 && pauses(&times)[1] < 4.0 + SLACK, "{:?}", pauses(&times));
}
