//! Which proxy a source is asked through.

use std::env;

use ureq::{Proxy, ProxyProtocol};

use super::{
    super::{
        ClientError,
        options::{Language, Secret, Setting},
    },
    address::Address,
};

/// The proxy that the option names, or else the one that the environment has for this address.
pub(super) fn choose(
    option: Option<&Secret>,
    address: &Address,
    language: Language,
) -> Result<Option<Proxy>, ClientError> {
    match option {
        // It may hold a password, so it is not repeated.
        Some(url) => Proxy::new(&url.0).map(Some).map_err(|_| {
            language.wrong(Setting::Proxy, "takes a URL such as http://proxy.example.com:3128 or socks5h://...")
        }),
        None => Ok(from_environment(address, |name| env::var(name).ok().filter(|value| !value.is_empty()))),
    }
}

/// As curl reads it: `https_proxy` or `http_proxy` by the address, else `all_proxy`, but for the hosts of `no_proxy`. What
/// cannot be read is as good as nothing.
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
    if is_exception(&exceptions, address.host()) { None } else { Proxy::new(&url).ok() }
}

/// Whether `no_proxy` has a host: `*`, or a name that it is or lies under.
fn is_exception(exceptions: &str, host: &str) -> bool {
    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    exceptions.split([',', ' ']).any(|exception| {
        let exception = exception.trim_start_matches("*.").trim_start_matches('.').trim_matches(['[', ']']);
        let suffix = host.strip_suffix(&exception.to_ascii_lowercase());
        exception == "*" || !exception.is_empty() && suffix.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// For people: `proxy.example.com:3128`, without a password.
pub(super) fn describe(proxy: &Proxy) -> String {
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
    fn exceptions_are_hosts_and_what_lies_under_them() {
        for (exceptions, host, expected) in [
            ("", "a.b", false),
            ("*", "a.b", true),
            ("localhost, a.b", "a.b", true),
            ("B", "a.b", true),
            (".b", "a.b", true),
            ("*.b", "a.b", true),
            ("b", "ab", false),
            ("::1,127.0.0.1", "[::1]", true),
        ] {
            assert_eq!(is_exception(exceptions, host), expected, "{exceptions} {host}");
        }
        assert_eq!(chosen("http://x", &[("http_proxy", "a:1"), ("no_proxy", "x")]), None);
    }
}
