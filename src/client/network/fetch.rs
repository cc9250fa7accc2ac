//! One request for the snapshot.

use std::time::SystemTime;

use ureq::{
    Body,
    http::{Response, StatusCode, header},
};

use super::{
    failure::{Failure, quote},
    remote::Remote,
    requests::{Requests, text_of},
    retry::retry_after,
};
use crate::engine::scalars;

/// Beyond this an entity tag is not sent back.
const LONGEST_ETAG: usize = 256;

/// What a request came to when it went well.
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
    let conditional: Vec<_> = etag.map(|etag| (header::IF_NONE_MATCH, etag)).into_iter().collect();
    let uri = remote.address.snapshot(min_revision);
    let mut response = requests.get(remote, uri, &conditional, remote.place.timeout)?;
    match response.status() {
        StatusCode::OK => {}
        StatusCode::NOT_MODIFIED if etag.is_some() => return Ok(Fetched::Unchanged),
        status => return Err(refusal(requests, remote, status, &mut response)),
    }
    let limit = remote.max_snapshot_bytes as u64;
    if response.body().content_length().is_some_and(|length| length > limit) {
        return Err(Failure::too_large(&remote.place, limit));
    }
    if let Some(encoding) = text_of(response.headers(), header::CONTENT_ENCODING).filter(|name| *name != "identity") {
        let (place, encoding) = (&remote.place, quote(encoding));
        return Err(Failure::unavailable(
            place,
            &format!(
                "{place} sent the snapshot compressed as {encoding:?}, which was not asked for; look at what is on the way"
            ),
        ));
    }
    let etag = text_of(response.headers(), header::ETAG).filter(|etag| etag.len() <= LONGEST_ETAG).map(Into::into);
    let text = response.body_mut().with_config().limit(limit).read_to_vec();
    Ok(Fetched::New { text: text.map_err(|error| Failure::of_error(&remote.place, &error))?, etag })
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
    let body = requests.error_body(response.body_mut());
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
