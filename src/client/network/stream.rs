//! A connection over which the server tells of changes.

use std::io::Read;

use ureq::{
    Agent, BodyReader,
    http::{StatusCode, Uri, header},
};

use super::{
    events::{Event, Parser},
    failure::Failure,
    fetch::{get, refusal, text_of},
    place::Place,
    remote::Remote,
};
use crate::engine::scalars;

pub(super) struct Stream<'r> {
    place: &'r Place,
    reader: BodyReader<'static>,
    parser: Parser,
}

impl<'r> Stream<'r> {
    pub(super) fn open(agent: &Agent, remote: &'r Remote, uri: &Uri) -> Result<Self, Failure> {
        // Compressed, events would come in clumps.
        let headers = [(header::ACCEPT, "text/event-stream"), (header::ACCEPT_ENCODING, "identity")];
        let mut response = get(agent, remote, uri.clone(), &headers)?;
        if response.status() != StatusCode::OK {
            return Err(refusal(remote, response.status(), &mut response));
        }
        let kind = text_of(response.headers(), header::CONTENT_TYPE).unwrap_or_default();
        if !kind.starts_with("text/event-stream") {
            return Err(failure(&remote.place, "is no text/event-stream"));
        }
        Ok(Self { place: &remote.place, reader: response.into_body().into_reader(), parser: Parser::default() })
    }

    /// Waits for the next bytes and returns the revisions that they tell, in order; none after a comment.
    pub(super) fn next(&mut self) -> Result<Vec<u64>, Failure> {
        let mut piece = [0; 1024];
        let bytes = match self.reader.read(&mut piece) {
            Ok(0) => return Err(failure(self.place, "ended")),
            Ok(count) => piece.get(..count).unwrap_or_default(),
            Err(error) => return Err(Failure::of_stream_error(self.place, error.into())),
        };
        let events = self.parser.feed(bytes).map_err(|_| failure(self.place, "sent a line without an end"))?;
        revisions(&events).ok_or_else(|| failure(self.place, "sent an event that cannot be read"))
    }
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
