//! A connection over which the server tells of changes.

use std::{io::Read, time::Duration};

use ureq::{
    BodyReader,
    http::{StatusCode, Uri, header},
};

use super::{
    events::{Event, Parser},
    failure::Failure,
    fetch::refusal,
    place::Place,
    remote::Remote,
    requests::{Requests, text_of},
};
use crate::engine::scalars;

pub(super) struct Stream<'r> {
    place: &'r Place,
    requests: Requests,
    reader: BodyReader<'static>,
    parser: Parser,
    /// How long the next line may take.
    limit: Duration,
}

impl<'r> Stream<'r> {
    /// Opens the stream. `limit` is for its head, and then for its first line.
    pub(super) fn open(requests: Requests, remote: &'r Remote, uri: &Uri, limit: Duration) -> Result<Self, Failure> {
        // Compressed, events would come in clumps.
        let headers = [(header::ACCEPT, "text/event-stream"), (header::ACCEPT_ENCODING, "identity")];
        let mut response = requests.get(remote, uri.clone(), &headers, limit)?;
        if response.status() != StatusCode::OK {
            return Err(refusal(&requests, remote, response.status(), &mut response));
        }
        let place = &remote.place;
        if !text_of(response.headers(), header::CONTENT_TYPE).is_some_and(is_event_stream) {
            return Err(failure(place, "is no text/event-stream"));
        }
        let reader = response.into_body().into_reader();
        Ok(Self { place, requests, reader, parser: Parser::default(), limit })
    }

    /// Waits for lines and returns the revisions that they tell, in order; none after a comment.
    pub(super) fn next(&mut self) -> Result<Vec<u64>, Failure> {
        self.requests.allow(self.limit);
        let lines = self.parser.lines();
        let mut told = Vec::new();
        // A server that sends bytes but ends no line is as silent as one that sends nothing.
        while self.parser.lines() == lines {
            let mut piece = [0; 1024];
            let bytes = match self.reader.read(&mut piece) {
                Ok(0) => return Err(failure(self.place, "ended")),
                Ok(count) => piece.get(..count).unwrap_or_default(),
                Err(error) => return Err(Failure::of_stream_error(self.place, error.into(), self.limit)),
            };
            let events = self.parser.feed(bytes).map_err(|_| failure(self.place, "sent a line without an end"))?;
            let read = revisions(&events).ok_or_else(|| failure(self.place, "sent an event that cannot be read"))?;
            told.extend(read);
        }
        self.limit = self.place.stall_timeout;
        Ok(told)
    }
}

/// Whether a `Content-Type` is that of a stream, in any case and with any parameters.
fn is_event_stream(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("text/event-stream")
}

fn failure(place: &Place, problem: &str) -> Failure {
    Failure::unavailable(place, &format!("the stream of {place} {problem}"))
}

/// The revisions that events tell; `None` where one cannot be read.
fn revisions(events: &[Event]) -> Option<Vec<u64>> {
    let revision = |event: &Event| {
        let [revision] = scalars(event.data.as_bytes(), [&["revision"]])?;
        revision?.parse().ok()
    };
    events.iter().filter(|event| event.name == "snapshot").map(revision).collect()
}
