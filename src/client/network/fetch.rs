//! One request for the snapshot.

use std::time::SystemTime;

use ureq::{
    Agent, Body,
    http::{HeaderMap, HeaderName, Response, StatusCode, Uri, header},
};

use super::{
    address::{is_same_origin, resolve},
    failure::{Failure, quote},
    remote::Remote,
    retry::retry_after,
};
use crate::engine::scalars;

const MOST_REDIRECTS: usize = 5;
/// Beyond this an entity tag is not sent back.
const LONGEST_ETAG: usize = 256;
/// How much of an error's body is looked at for its message.
const LONGEST_ERROR: u64 = 4 << 10;

/// What a request came to when it went well.
#[derive(Debug)]
pub(super) enum Fetched {
    New { text: Vec<u8>, etag: Option<Box<str>> },
    Unchanged,
}

/// Asks for the snapshot, unless it is the one with this entity tag; with a revision, for none that is older.
pub(super) fn fetch(
    agent: &Agent,
    remote: &Remote,
    etag: Option<&str>,
    min_revision: Option<u64>,
) -> Result<Fetched, Failure> {
    let conditional: Vec<_> = etag.map(|etag| (header::IF_NONE_MATCH, etag)).into_iter().collect();
    let mut response = get(agent, remote, remote.address.snapshot(min_revision), &conditional)?;
    match response.status() {
        StatusCode::OK => {}
        StatusCode::NOT_MODIFIED if etag.is_some() => return Ok(Fetched::Unchanged),
        status => return Err(refusal(remote, status, &mut response)),
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

/// A request that follows redirects as far as the key may go with them.
pub(super) fn get(
    agent: &Agent,
    remote: &Remote,
    mut uri: Uri,
    headers: &[(HeaderName, &str)],
) -> Result<Response<Body>, Failure> {
    for _ in 0..=MOST_REDIRECTS {
        let mut request = agent.get(&uri);
        for (name, value) in &remote.headers {
            request = request.header(name, value);
        }
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let response = request.call().map_err(|error| Failure::of_error(&remote.place, &error))?;
        let is_redirect = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
        let Some(location) = text_of(response.headers(), header::LOCATION).filter(|_| is_redirect) else {
            return Ok(response);
        };
        uri = match resolve(&uri, location) {
            Some(target) if is_same_origin(&uri, &target) => target,
            target => {
                let target = target.map_or_else(|| location.to_owned(), |target| target.to_string());
                let (place, target) = (&remote.place, quote(&target));
                return Err(Failure::unavailable(
                    place,
                    &format!(
                        "{place} redirects to {target}, where the key is not sent; if that is right, make it the base URL"
                    ),
                ));
            }
        };
    }
    let place = &remote.place;
    Err(Failure::unavailable(
        place,
        &format!("{place} redirects in a circle; check the base URL and what is on the way"),
    ))
}

/// The failure that a status means, with what the server says of it itself.
pub(super) fn refusal(remote: &Remote, status: StatusCode, response: &mut Response<Body>) -> Failure {
    let date = text_of(response.headers(), header::DATE);
    let wish =
        text_of(response.headers(), header::RETRY_AFTER).and_then(|value| retry_after(value, date, SystemTime::now()));
    let body = response.body_mut().with_config().limit(LONGEST_ERROR).read_to_vec().unwrap_or_default();
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

pub(super) fn text_of(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
