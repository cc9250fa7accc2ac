//! The caller: the address that limits count for, and what the log says of the request.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{
        Arc, LazyLock, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::http::{HeaderMap, HeaderValue, Method};
use hyper::body::Incoming;
use ipnet::IpNet;
use parking_lot::Mutex;

use crate::{
    http::{
        route::{Needs, Purpose, Route},
        wire::body::BodyLimit,
    },
    state::budget::Share,
};

/// The route of a path that has none.
pub(super) const UNMATCHED: &str = "unmatched";

/// The caller of a request, in the extensions of every request. Handlers note here what the log and the metrics need.
#[derive(Debug, Clone)]
pub(crate) struct Caller(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    request_id: HeaderValue,
    address: IpAddr,
    key: OnceLock<NotedKey>,
    route: Option<Arc<Route>>,
    body: Mutex<RequestBody>,
}

/// What is known of the request's body.
#[derive(Debug)]
struct RequestBody {
    limit: BodyLimit,
    /// The memory that it takes.
    share: Option<Share>,
    /// The part that the handler left.
    unread: Option<Incoming>,
    is_cut: bool,
}

/// The valid key of a request.
#[derive(Debug, Clone, Copy)]
struct NotedKey {
    id: i64,
    account_id: i64,
    is_secret: bool,
}

/// Returns the address that stands for a customer in limits: the same for all addresses of an IPv6 network of /64.
pub(super) fn customer(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
    }
}

impl Caller {
    pub(super) fn new(
        headers: &HeaderMap,
        peer: SocketAddr,
        trusted_proxies: &[IpNet],
        route: Option<Arc<Route>>,
        limit: BodyLimit,
    ) -> Self {
        let body = RequestBody { limit, share: None, unread: None, is_cut: false };
        let (request_id, address) = (request_id(headers), address(headers, peer.ip(), trusted_proxies));
        Self(Arc::new(Parts { request_id, address, key: OnceLock::new(), route, body: body.into() }))
    }

    pub(crate) fn request_id(&self) -> &HeaderValue {
        &self.0.request_id
    }

    /// Returns the client's address for limits.
    pub(crate) fn address(&self) -> IpAddr {
        customer(self.0.address)
    }

    pub(crate) fn key_id(&self) -> Option<i64> {
        self.0.key.get().map(|key| key.id)
    }

    /// The account of the request's key.
    pub(super) fn account_id(&self) -> Option<i64> {
        self.0.key.get().map(|key| key.account_id)
    }

    pub(crate) fn note_key(&self, id: i64, account_id: i64, is_secret: bool) {
        _ = self.0.key.set(NotedKey { id, account_id, is_secret });
    }

    /// Returns whether anybody could have sent the request: it has no valid key, or a public one.
    pub(super) fn is_stranger(&self) -> bool {
        self.0.key.get().is_none_or(|key| !key.is_secret)
    }

    /// The template of the path that was asked for, or [`UNMATCHED`].
    pub(crate) fn route(&self) -> &str {
        self.0.route.as_ref().map_or(UNMATCHED, |route| &route.template)
    }

    /// See [`Route::known_parameters`].
    pub(crate) fn known_parameters(&self, method: &Method) -> Option<&[String]> {
        self.0.route.as_ref()?.known_parameters(method)
    }

    /// See [`Route::needs`].
    pub(crate) fn needs(&self, method: &Method) -> Option<Needs> {
        self.0.route.as_ref()?.needs(method)
    }

    pub(super) fn purpose(&self) -> Purpose {
        self.0.route.as_ref().map_or(Purpose::UNMATCHED, |route| route.purpose)
    }

    /// Returns the largest body that the caller may send.
    pub(super) fn body_limit(&self) -> BodyLimit {
        self.0.body.lock().limit
    }

    /// Lowers the limit of the body, once it is known whose request it is.
    pub(crate) fn lower_body_limit(&self, limit: BodyLimit) {
        let mut body = self.0.body.lock();
        if limit.bytes < body.limit.bytes {
            body.limit = limit;
        }
    }

    /// Keeps a share of the memory for bodies until the request has ended.
    pub(super) fn hold(&self, share: Share) {
        match &mut self.0.body.lock().share {
            Some(held) => held.add(share),
            none => *none = Some(share),
        }
    }

    /// Notes that the rest of the body will not be read.
    pub(super) fn cut(&self) {
        self.0.body.lock().is_cut = true;
    }

    pub(super) fn is_cut(&self) -> bool {
        self.0.body.lock().is_cut
    }

    /// Takes back a body that the handler does not read to its end.
    pub(super) fn give_back(&self, body: Incoming) {
        self.0.body.lock().unread = Some(body);
    }

    /// Returns the part of the request's body that its handler left.
    pub(super) fn unread(&self) -> Option<Incoming> {
        self.0.body.lock().unread.take()
    }
}

/// Returns the address of the peer or, if the peer is a trusted proxy, the address that it names. Proxies add to the right
/// of the header. Anybody can have written what stands left of the first address that is not a trusted proxy's.
fn address(headers: &HeaderMap, peer: IpAddr, trusted_proxies: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted_proxies.iter().any(|network| network.contains(address));
    let mut nearest = peer.to_canonical();
    if !is_trusted(&nearest) {
        return nearest;
    }
    let values: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).collect();
    for text in values.iter().rev().flat_map(|value| value.rsplit(',')) {
        // Some proxies add the port.
        let text = text.trim();
        let address = text.parse::<IpAddr>().ok().or_else(|| text.parse().ok().map(|it: SocketAddr| it.ip()));
        let Some(address) = address else { break };
        nearest = address.to_canonical();
        if !is_trusted(&nearest) {
            break;
        }
    }
    nearest
}

/// Returns the client's own id, which lets people trace requests through several services, if it can be logged.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    headers.get("x-request-id").filter(|value| is_sane(value.as_bytes())).cloned().unwrap_or_else(new_request_id)
}

fn is_sane(id: &[u8]) -> bool {
    let is_key = |prefix: &[u8]| id.windows(prefix.len()).any(|part| part == prefix);
    (1..=128).contains(&id.len())
        && id.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(byte))
        && !crate::key::Kind::ALL.iter().any(|kind| is_key(kind.prefix().as_bytes()))
}

/// Returns a new id. A random number for each server and a counter make it unique.
fn new_request_id() -> HeaderValue {
    static SERVER: LazyLock<u64> = LazyLock::new(|| getrandom::u64().unwrap_or_default());
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let id = format!("{:016x}-{:x}", *SERVER, NEXT.fetch_add(1, Ordering::Relaxed));
    HeaderValue::try_from(id).unwrap_or(HeaderValue::from_static("none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        address(&headers, peer.parse().unwrap(), &trusted).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(seen("1.2.3.4", &["5.6.7.8"]), "1.2.3.4");
        assert_eq!(seen("10.0.0.1", &["5.6.7.8"]), "5.6.7.8");
        assert_eq!(seen("::ffff:10.0.0.1", &["5.6.7.8:1234"]), "5.6.7.8");
        assert_eq!(seen("::1", &["[2001:db8::1]:80"]), "2001:db8::1");
        assert_eq!(seen("10.0.0.1", &["9.9.9.9, 5.6.7.8, 10.0.0.2"]), "5.6.7.8");
        assert_eq!(seen("10.0.0.1", &["9.9.9.9", "5.6.7.8", "10.0.0.2"]), "5.6.7.8");
        assert_eq!(seen("10.0.0.1", &["5.6.7.8, nonsense"]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &["10.0.0.3"]), "10.0.0.3");
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn a_request_id_is_taken_if_it_can_be_logged() {
        assert!(is_sane(b"7f0c5a2e-8d6b-4b7e-9c51-0d5e0c2f0a11"));
        assert!(is_sane(b"Root=1-67891233-abcdef012345678912345678"));
        for id in [&b""[..], b"two words", b"line\nline", b"\xff", b"fbsrv_0123", b"x-fb_0123", &[b'a'; 129]] {
            assert!(!is_sane(id));
        }
        assert_ne!(new_request_id(), new_request_id());
    }
}
