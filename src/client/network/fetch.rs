//! One request for the snapshot.

use std::{io::Read, time::SystemTime};

use ureq::{
    Body,
    http::{Response, StatusCode, header},
};

use super::{
    encoding::{ACCEPTED, decode},
    failure::{Failure, quote},
    remote::Remote,
    requests::{Requests, text_of},
    retry::retry_after,
};
use crate::engine::scalars;

/// Beyond this an entity tag is not sent back.
const LONGEST_ETAG: usize = 256;

/// The result of a request that succeeded.
#[derive(Debug)]
pub(super) enum Fetched {
    New { text: Vec<u8>, etag: Option<Box<str>> },
    Unchanged,
}

/// Asks for the snapshot, unless it is the one with this entity tag; with a revision, for none that is older.
pub(super) fn fetch(
    requests: &Requests,
    remote: &Remote,
    etag: Option<&str>,
    min_revision: Option<u64>,
) -> Result<Fetched, Failure> {
    let mut headers = vec![(header::ACCEPT_ENCODING, ACCEPTED)];
    headers.extend(etag.map(|etag| (header::IF_NONE_MATCH, etag)));
    let uri = remote.address.snapshot(min_revision);
    let mut response = requests.get(remote, uri, &headers, remote.place.timeout)?;
    match response.status() {
        StatusCode::OK => {}
        StatusCode::NOT_MODIFIED if etag.is_some() => return Ok(Fetched::Unchanged),
        status => return Err(refusal(requests, remote, status, &mut response)),
    }
    let etag = text_of(response.headers(), header::ETAG).filter(|etag| etag.len() <= LONGEST_ETAG).map(Into::into);
    Ok(Fetched::New { text: read(remote, response)?, etag })
}

/// The text of a snapshot, uncompressed and no longer than the limit.
fn read(remote: &Remote, response: Response<Body>) -> Result<Vec<u8>, Failure> {
    let (place, limit) = (&remote.place, remote.max_snapshot_bytes as u64);
    let (head, mut body) = response.into_parts();
    if body.content_length().is_some_and(|length| length > limit) {
        return Err(Failure::too_large(place, limit));
    }
    let reader = decode(&head.headers, body.with_config().limit(limit).reader()).map_err(|codings| {
        let codings = quote(&codings);
        let advice = "which was not asked for; look at what is on the way";
        Failure::unavailable(place, &format!("{place} sent the snapshot compressed as {codings:?}, {advice}"))
    })?;
    let mut text = Vec::new();
    reader
        .take(limit.saturating_add(1))
        .read_to_end(&mut text)
        .map_err(|error| Failure::of_body_error(place, error))?;
    if text.len() as u64 > limit { Err(Failure::too_large(place, limit)) } else { Ok(text) }
}

/// The failure that a status means, with what the server says of it itself.
pub(super) fn refusal(
    requests: &Requests,
    remote: &Remote,
    status: StatusCode,
    response: &mut Response<Body>,
) -> Failure {
    let date = text_of(response.headers(), header::DATE);
    let wish =
        text_of(response.headers(), header::RETRY_AFTER).and_then(|value| retry_after(value, date, SystemTime::now()));
    let body = requests.error_body(response);
    Failure::of_status(&remote.place, status, &own_words(&body)).after(wish)
}

/// `: CODE: message` of a body `{"error": {"code", "message"}}`; empty for any other.
fn own_words(body: &[u8]) -> String {
    match scalars(body, [&["error", "code"], &["error", "message"]]).unwrap_or_default() {
        [None, None] => String::new(),
        [Some(one), None] | [None, Some(one)] => format!(": {}", quote(&one)),
        [Some(code), Some(message)] => format!(": {}", quote(&format!("{code}: {message}"))),
    }
}
