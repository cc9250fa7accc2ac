//! Which proxy a source is asked through, and how.

use std::{env, net::IpAddr};

use base64::{Engine, prelude::BASE64_STANDARD};
use ipnet::IpNet;
use ureq::{Proxy, ProxyProtocol, http::Uri};

use super::{
    super::{
        ClientError,
        options::{Language, Secret, Setting},
    },
    address::Address,
};

/// The way of requests to a server.
#[derive(Debug, Clone)]
pub(super) enum Route {
    Direct,
    /// Through a connection that the proxy makes: by SOCKS, or by `CONNECT` for https.
    Tunnel(Proxy),
    /// The proxy takes each request and sends it on: plain http through an HTTP proxy.
    Forward(Proxy),
}

impl Route {
    /// The way through the proxy that the option names, or else through the environment's for this address.
    pub(super) fn choose(option: Option<&Secret>, address: &Address, language: Language) -> Result<Self, ClientError> {
        let proxy = match option {
            // It may hold a password, so it is not repeated.
            Some(url) => Some(Proxy::new(&url.0).map_err(|_| {
                language.wrong(Setting::Proxy, "takes a URL such as http://proxy.example.com:3128 or socks5h://...")
            })?),
            None => from_environment(address, |name| env::var(name).ok().filter(|value| !value.is_empty())),
        };
        Ok(match proxy {
            None => Self::Direct,
            Some(proxy) if !address.is_https() && is_http(&proxy) => Self::Forward(proxy),
            Some(proxy) => Self::Tunnel(proxy),
        })
    }

    /// The proxy that ureq makes a tunnel through.
    pub(super) fn tunnel(&self) -> Option<&Proxy> {
        if let Self::Tunnel(proxy) = self { Some(proxy) } else { None }
    }

    /// The URL of the proxy that requests are sent to.
    pub(super) fn forwarder(&self) -> Option<&Uri> {
        if let Self::Forward(proxy) = self { Some(proxy.uri()) } else { None }
    }

    /// The header by which a proxy that forwards requests knows who asks. A tunnel is asked for by ureq.
    pub(super) fn authorization(&self) -> Option<String> {
        let Self::Forward(proxy) = self else {
            return None;
        };
        let (user, password) = (proxy.username(), proxy.password().unwrap_or_default());
        Some(format!("Basic {}", BASE64_STANDARD.encode(format!("{}:{password}", user?))))
    }

    /// The proxy for people: `proxy.example.com:3128`, without a password.
    pub(super) fn describe(&self) -> Option<String> {
        match self {
            Self::Direct => None,
            Self::Tunnel(proxy) | Self::Forward(proxy) => Some(describe(proxy)),
        }
    }
}

fn is_http(proxy: &Proxy) -> bool {
    matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https)
}

/// Reads the variables as curl does: `https_proxy` or `http_proxy` by the address's scheme, else `all_proxy`, except for the
/// hosts of `no_proxy`. A variable that is no proxy's URL counts as not set.
fn from_environment(address: &Address, variable: impl Fn(&str) -> Option<String>) -> Option<Proxy> {
    // In a CGI program this one holds what a client sent as the header `Proxy`.
    let is_cgi = variable("REQUEST_METHOD").is_some();
    let either = |lower: &str, upper: &str| variable(lower).or_else(|| variable(upper));
    let own = match address.is_https() {
        true => either("https_proxy", "HTTPS_PROXY"),
        false if is_cgi => variable("http_proxy"),
        false => either("http_proxy", "HTTP_PROXY"),
    };
    let url = own.or_else(|| either("all_proxy", "ALL_PROXY"))?;
    let exceptions = either("no_proxy", "NO_PROXY").unwrap_or_default();
    if is_exception(&exceptions, address.host(), address.port()) { None } else { Proxy::new(&url).ok() }
}

/// Whether `no_proxy` has a host and port: `*`, a name that it is or lies under, an address, a network in CIDR form. All but
/// `*` and networks may end with a port, which must then be the same.
pub(super) fn is_exception(exceptions: &str, host: &str, port: u16) -> bool {
    let host = host.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase();
    let address: Option<IpAddr> = host.parse().ok();
    exceptions.split([',', ' ', '\t']).filter(|exception| !exception.is_empty()).any(|exception| {
        let (name, only_port) = split_port(exception);
        let name = name.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase();
        let is_here = match (name.parse::<IpNet>(), name.parse::<IpAddr>(), address) {
            (Ok(network), _, Some(address)) => network.contains(&address.to_canonical()),
            (_, Ok(known), Some(address)) => known.to_canonical() == address.to_canonical(),
            _ => is_under(&host, &name),
        };
        name == "*" || is_here && only_port.is_none_or(|only| only == port)
    })
}

/// An exception without its port. An IPv6 address has one only after its bracket.
fn split_port(exception: &str) -> (&str, Option<u16>) {
    let split = exception.rsplit_once(':').filter(|(name, _)| name.ends_with(']') || !name.contains(':'));
    match split.map(|(name, port)| (name, port.parse())) {
        Some((name, Ok(port))) => (name, Some(port)),
        _ => (exception, None),
    }
}

/// Whether a host is a name of `no_proxy` or lies under it.
fn is_under(host: &str, name: &str) -> bool {
    let name = name.trim_start_matches("*.").trim_start_matches('.');
    let rest = host.strip_suffix(name).filter(|_| !name.is_empty());
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn describe(proxy: &Proxy) -> String {
    let scheme = match proxy.protocol() {
        ProxyProtocol::Http => "",
        ProxyProtocol::Https => "https://",
        _ => "socks://",
    };
    format!("{scheme}{}:{}", proxy.host(), proxy.port())
}

#[cfg(test)]
mod tests {
    use super::{
        super::super::{ClientOptions, options::Source},
        *,
    };

    fn chosen(base_url: &str, environment: &[(&str, &str)]) -> Option<String> {
        let Ok(Source::Remote(account)) = ClientOptions::server(base_url, "fbsrv_1").source() else { panic!() };
        let address = Address::new(&account, Language::Rust).unwrap();
        let variable =
            |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into());
        from_environment(&address, variable).as_ref().map(describe)
    }

    #[test]
    fn the_environment_is_read_by_the_scheme() {
        let environment = [("http_proxy", "http://u:p@a:1"), ("HTTPS_PROXY", "b:2"), ("ALL_PROXY", "socks5h://c")];
        assert_eq!(chosen("http://x", &environment).unwrap(), "a:1");
        assert_eq!(chosen("https://x", &environment).unwrap(), "b:2");
        assert_eq!(chosen("https://x", &environment[2..]).unwrap(), "socks://c:1080");
        assert_eq!(chosen("https://x", &environment[..1]), None);
        assert_eq!(chosen("http://x", &[("HTTP_PROXY", "a:1"), ("REQUEST_METHOD", "GET")]), None);
    }

    #[test]
    fn exceptions_are_names_addresses_and_networks() {
        for (exceptions, host, expected) in [
            ("", "a.b", false),
            (",, ,", "a.b", false),
            ("*", "a.b", true),
            ("*", "[::1]", true),
            ("localhost, a.b", "a.b", true),
            ("localhost a.b", "a.b", true),
            ("B", "a.b", true),
            (".b", "a.b", true),
            ("..b", "a.b", true),
            ("*.b", "a.b", true),
            (".", "a.b", false),
            ("b", "ab", false),
            ("a.b.", "a.b", true),
            ("a.b", "a.b.", true),
            ("a.b:81", "a.b", true),
            ("a.b:80", "a.b", false),
            ("b:81", "a.b", true),
            ("a.b:", "a.b", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1:81", "127.0.0.1", true),
            ("127.0.0.1:8", "127.0.0.1", false),
            ("0.0.1", "127.0.0.1", true),
            ("127.0.0.0/8", "127.9.9.9", true),
            ("10.0.0.0/8,127.0.0.0/16", "127.9.9.9", false),
            ("127.0.0.0/33", "127.0.0.1", false),
            ("0.0.0.0/0", "a.b", false),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("::1,127.0.0.1", "[::1]", true),
            ("[::1]", "[::1]", true),
            ("0:0:0:0:0:0:0:1", "[::1]", true),
            ("[::1]:81", "[::1]", true),
            ("[::1]:80", "[::1]", false),
            ("fd00::/8", "[fd12::7]", true),
            ("[fd00::]/8", "[fd12::7]", false),
            ("fd00::/8", "[fe80::7]", false),
            ("127.0.0.1", "[::ffff:127.0.0.1]", true),
            ("127.0.0.0/8", "[::ffff:127.0.0.1]", true),
        ] {
            assert_eq!(is_exception(exceptions, host, 81), expected, "{exceptions:?} {host}");
        }
        assert_eq!(chosen("http://x", &[("http_proxy", "a:1"), ("no_proxy", "x")]), None);
        assert_eq!(chosen("http://x", &[("http_proxy", "a:1"), ("no_proxy", "x:80")]), None);
        assert_eq!(chosen("https://x", &[("https_proxy", "a:1"), ("NO_PROXY", "x:443")]), None);
        assert_eq!(chosen("http://x:81", &[("http_proxy", "a:1"), ("no_proxy", "x:80")]).unwrap(), "a:1");
    }
}
