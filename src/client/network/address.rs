//! The URLs of a source, and where a key may be sent.

use std::net::IpAddr;

use ureq::http::{Uri, uri::Scheme};

use super::super::{
    ClientError,
    options::{Account, Language, Setting},
};

/// The URLs of a source, known to be good.
#[derive(Debug)]
pub(super) struct Address {
    /// `https://flags.example.com:8443`
    pub(super) origin: String,
    pub(super) snapshot: Uri,
    pub(super) stream: Option<Uri>,
}

impl Address {
    pub(super) fn new(account: &Account, language: Language) -> Result<Self, ClientError> {
        let base_url = &account.base_url;
        let invalid = |wanted: &str| Err(language.wrong(Setting::Url, wanted));
        if base_url.contains('@') {
            return invalid("takes no user name or password: give the key as an option of its own");
        }
        if base_url.contains(['?', '#']) {
            return invalid("takes a URL without ? and #: the client adds the paths of the API to it");
        }
        let at = |path: &str| format!("{base_url}{path}").parse::<Uri>().ok();
        let base = at("").filter(|base| matches!(base.scheme_str(), Some("http" | "https")));
        let authority = base.as_ref().and_then(Uri::authority).filter(|authority| !authority.host().is_empty());
        let (snapshot, stream) = match account.project_id() {
            None => (at("/api/v1/snapshot"), at("/api/v1/stream")),
            Some(id) => (at(&format!("/api/v1/projects/{id}/flags")), None),
        };
        let (Some(base), Some(authority), Some(snapshot)) = (&base, authority, snapshot) else {
            return invalid("takes a URL such as https://flags.example.com");
        };
        let origin = format!("{}://{authority}", base.scheme_str().unwrap_or_default());
        Ok(Self { origin, snapshot, stream })
    }

    /// The snapshot's URL; with a revision, that of a snapshot which is no older.
    pub(super) fn snapshot(&self, min_revision: Option<u64>) -> Uri {
        let with = |revision| format!("{}?min_revision={revision}", self.snapshot).parse().ok();
        min_revision.and_then(with).unwrap_or_else(|| self.snapshot.clone())
    }

    pub(super) fn host(&self) -> &str {
        self.snapshot.host().unwrap_or_default()
    }

    pub(super) fn port(&self) -> u16 {
        port(&self.snapshot)
    }

    pub(super) fn is_https(&self) -> bool {
        self.snapshot.scheme() == Some(&Scheme::HTTPS)
    }

    /// Whether requests stay on this machine.
    pub(super) fn is_loopback(&self) -> bool {
        let host = self.host().trim_matches(['[', ']']);
        match host.parse::<IpAddr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => host.eq_ignore_ascii_case("localhost") || host.to_ascii_lowercase().ends_with(".localhost"),
        }
    }
}

/// Whether two URLs have scheme, host and port in common, so that a key for one may be sent to the other.
pub(super) fn is_same_origin(one: &Uri, other: &Uri) -> bool {
    let same_host = one.host().zip(other.host()).is_some_and(|(one, other)| one.eq_ignore_ascii_case(other));
    one.scheme() == other.scheme() && same_host && port(one) == port(other)
}

fn port(uri: &Uri) -> u16 {
    uri.port_u16().unwrap_or(if uri.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 })
}

/// Resolves a `Location` against a URL. `None` if the result is no http or https URL.
pub(super) fn resolve(base: &Uri, location: &str) -> Option<Uri> {
    let location = location.split('#').next().unwrap_or_default();
    let (scheme, authority) = (base.scheme_str()?, base.authority()?);
    let absolute = if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        format!("{scheme}://{authority}{location}")
    } else if location.contains("://") {
        location.to_owned()
    } else if location.starts_with('?') {
        format!("{scheme}://{authority}{}{location}", base.path())
    } else {
        let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{scheme}://{authority}{folder}/{location}")
    };
    let uri: Uri = absolute.parse().ok()?;
    let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
    (is_http && uri.host().is_some()).then_some(uri)
}

#[cfg(test)]
mod tests {
    use super::{
        super::super::{ClientOptions, options::Source},
        *,
    };

    fn parse(options: &ClientOptions) -> Result<Address, ClientError> {
        match options.source()? {
            Source::Remote(account) => Address::new(&account, Language::Node),
            other => panic!("{other:?}"),
        }
    }

    fn server(base_url: &str) -> Result<Address, ClientError> {
        parse(&ClientOptions::server(base_url, "fbsrv_1"))
    }

    #[test]
    fn paths_are_added_to_the_base() {
        let address = server("https://example.com/flags/").unwrap();
        assert_eq!(address.origin, "https://example.com");
        assert_eq!(address.snapshot(None), "https://example.com/flags/api/v1/snapshot");
        assert_eq!(address.snapshot(Some(7)), "https://example.com/flags/api/v1/snapshot?min_revision=7");
        let hosted = parse(&ClientOptions::hosted("http://[::1]:80", "fb_1", 42)).unwrap();
        assert_eq!(hosted.snapshot, "http://[::1]:80/api/v1/projects/42/flags");
        assert!(hosted.is_loopback() && hosted.stream.is_none());
    }

    #[test]
    fn a_wrong_base_url_is_refused_without_repeating_it() {
        for url in
            ["", "example.com", "ftp://example.com", "http://", "http:///x", "http://a b", "http://x?y", "http://x#y"]
        {
            let error = server(url).unwrap_err().to_string();
            assert!(error.starts_with("url takes a URL "), "{url}: {error}");
        }
        let error = server("http://user:secret@example.com").unwrap_err().to_string();
        assert!(error.contains("user name") && !error.contains("secret"), "{error}");
    }

    #[test]
    fn origins_are_scheme_host_and_port() {
        let same = |one: &str, other: &str| is_same_origin(&one.parse().unwrap(), &other.parse().unwrap());
        assert!(same("http://a/x", "http://A:80/y"));
        assert!(same("https://a:443/", "https://a/"));
        assert!(!same("http://a/", "https://a/"));
        assert!(!same("http://a/", "http://a:8080/"));
        assert!(!same("http://a/", "http://b/"));
    }

    #[test]
    fn locations_are_resolved() {
        let base: Uri = "http://a:1/b/c?d".parse().unwrap();
        for (location, expected) in [
            ("/x?y", "http://a:1/x?y"),
            ("x", "http://a:1/b/x"),
            ("?y", "http://a:1/b/c?y"),
            ("//b/x", "http://b/x"),
            ("https://b/x#z", "https://b/x"),
        ] {
            assert_eq!(resolve(&base, location).unwrap(), expected, "{location}");
        }
        for location in ["ftp://a/", "http://", "javascript://x", "a b"] {
            assert!(resolve(&base, location).is_none(), "{location}");
        }
    }
}
