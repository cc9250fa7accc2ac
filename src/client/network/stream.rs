//! Following the server's stream of changes, as long as it lasts.

use std::{
    io::Read,
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use ureq::{
    Body,
    http::{Response, StatusCode, Uri, header},
};

use super::{
    agent::agent,
    events::{Event, Parser},
    failure::Failure,
    fetch::{get, refusal, text_of},
    refresher::Refresher,
};
use crate::{client::Level, engine::scalars};

/// The server sends something each 15 s, if only a comment.
pub(super) const SECONDS_TO_STALL: u32 = 45;
/// A stream that lasted so long was a good one: what ends it is no sign that the next will not do.
const SECONDS_OF_A_GOOD_ONE: u32 = 60;
/// However much a server tells, it is not asked more often.
const LEAST_PAUSE: Duration = Duration::from_millis(20);
/// Also a stream that is alive may have lost an event, so that the source is asked now and then.
const INTERVALS_BETWEEN_POLLS: u32 = 10;

/// When to follow the stream again.
#[derive(Debug)]
pub(super) struct Stream {
    uri: Uri,
    pub(super) due: Instant,
    /// How many short ones there were in a row.
    failures: u32,
    /// What the log has on it, so as not to repeat itself.
    said: Option<String>,
}

/// How a stream came to its end.
enum End {
    /// Somebody closed the client or asked for a fetch, or a fetch failed, which has waits of its own.
    Ours,
    Failed(Failure),
}

impl Stream {
    pub(super) fn new(uri: Uri) -> Self {
        Self { uri, due: Instant::now(), failures: 0, said: None }
    }
}

impl Refresher<'_> {
    /// Follows the stream until it ends, and decides when to try again.
    pub(super) fn follow(&mut self, stream: &mut Stream) {
        let start = Instant::now();
        // As in `poll`: a fault in what reads a server's words must not end refreshing.
        let end = catch_unwind(AssertUnwindSafe(|| self.follow_once(stream)));
        let end = end.unwrap_or_else(|_| End::Failed(Failure::fault()));
        self.hub.lock().streaming = false;
        self.hub.wake();
        let now = Instant::now();
        let End::Failed(failure) = end else {
            stream.due = now;
            return;
        };
        let pace = &self.remote.pace;
        let was_good = start.elapsed() >= pace.seconds(SECONDS_OF_A_GOOD_ONE);
        stream.failures = if was_good { 1 } else { stream.failures.saturating_add(1) };
        stream.due = now + pace.after_failure(&failure, stream.failures, &mut self.random);
        // Clients of a server that went away come back one after the other.
        let longest = (pace.interval / 3).max(pace.seconds(2));
        self.due = now + self.random.between(pace.second, longest);
        self.say(stream, Level::Warning, format!("{}; polling meanwhile", failure.message()));
    }

    fn follow_once(&mut self, stream: &mut Stream) -> End {
        let response = match self.open(&stream.uri) {
            Some(Ok(response)) => response,
            Some(Err(failure)) => return End::Failed(failure),
            None => return End::Ours,
        };
        let mut reader = response.into_body().into_reader();
        let (mut parser, mut piece) = (Parser::default(), [0; 1024]);
        let mut known = self.revision();
        let mut is_first = true;
        loop {
            let read = reader.read(&mut piece);
            if self.is_interrupted() {
                return End::Ours;
            }
            let bytes = match read {
                Ok(0) => return End::Failed(self.stream_failure("ended")),
                Ok(count) => piece.get(..count).unwrap_or_default(),
                Err(error) => return End::Failed(Failure::of_stream_error(self.remote, error.into())),
            };
            self.note_alive(stream);
            let Ok(events) = parser.feed(bytes) else {
                return End::Failed(self.stream_failure("sent a line without an end"));
            };
            let Some(told) = revisions(&events) else {
                return End::Failed(self.stream_failure("sent an event that cannot be read"));
            };
            let mut news = None;
            for told in told {
                // A connection begins with the current revision, which is another one also after the server was
                // restored from a backup; later ones only grow, or come late.
                let is_news = if is_first { known != Some(told) } else { news.or(known) < Some(told) };
                news = if is_news { Some(told) } else { news };
                is_first = false;
            }
            let is_time = self.polled.elapsed() >= self.remote.pace.interval * INTERVALS_BETWEEN_POLLS;
            if news.is_none() && !is_time {
                continue;
            }
            self.pause();
            self.poll(news.or(known));
            if self.failures > 0 {
                return End::Ours;
            }
            known = self.revision().max(news);
        }
    }

    /// The stream's answer; `None` where there is something else to do first.
    fn open(&self, uri: &Uri) -> Option<Result<Response<Body>, Failure>> {
        let mut cold = self.hub.lock();
        if cold.closed || cold.refreshes.is_waited_for() {
            return None;
        }
        let agent = agent(&self.remote.streaming, cold.connections.lookup());
        cold.connections.set_stream(&agent);
        drop(cold);
        // Compressed, events would come in clumps.
        let headers = [(header::ACCEPT, "text/event-stream"), (header::ACCEPT_ENCODING, "identity")];
        let response = get(&agent, self.remote, uri.clone(), &headers);
        if self.is_interrupted() {
            return None;
        }
        Some(response.and_then(|mut response| match response.status() {
            StatusCode::OK => {
                let kind = text_of(response.headers(), header::CONTENT_TYPE).unwrap_or_default();
                let is_stream = kind.starts_with("text/event-stream");
                if is_stream { Ok(response) } else { Err(self.stream_failure("is no text/event-stream")) }
            }
            status => Err(refusal(self.remote, status, &mut response)),
        }))
    }

    fn is_interrupted(&self) -> bool {
        let cold = self.hub.lock();
        cold.closed || cold.refreshes.is_waited_for()
    }

    fn note_alive(&self, stream: &mut Stream) {
        let mut cold = self.hub.lock();
        cold.streaming = true;
        self.hub.note_success(&mut cold);
        drop(cold);
        self.say(stream, Level::Info, format!("the stream of {} is open", self.remote.place()));
    }

    fn say(&self, stream: &mut Stream, level: Level, message: String) {
        if stream.said.as_ref() != Some(&message) {
            self.hub.log(level, message.clone());
            stream.said = Some(message);
        }
    }

    fn stream_failure(&self, what: &str) -> Failure {
        Failure::unavailable(format!("the stream of {} {what}", self.remote.place()))
    }

    /// Keeps fetches apart.
    fn pause(&self) {
        let left = LEAST_PAUSE.saturating_sub(self.polled.elapsed());
        drop(self.hub.wait(left, |cold| cold.closed));
    }

    /// The revision in force, where it is a number.
    fn revision(&self) -> Option<u64> {
        self.shared.serving.load().revision().and_then(|revision| revision.parse().ok())
    }
}

/// The revisions that events tell; nothing at all where one cannot be read.
fn revisions(events: &[Event]) -> Option<Vec<u64>> {
    let revision = |event: &Event| {
        let [revision] = scalars(event.data.as_bytes(), [&["revision"]])?;
        revision?.parse().ok()
    };
    events.iter().filter(|event| event.name == "snapshot").map(revision).collect()
}
