//! The URLs of a source, and what a key may be sent to.

use std::{fmt, net::IpAddr};

use ureq::http::{Uri, uri::Scheme};

use super::super::ClientError;

/// A text that no output shows.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::client) struct Secret(pub(super) String);

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

/// Where flags come from, as the options state it.
#[derive(Debug, Clone)]
pub(in crate::client) struct Account {
    base_url: String,
    key: Secret,
    /// Of the hosted listing; the snapshot endpoint knows the project by the key.
    project_id: Option<u64>,
}

impl Account {
    pub(super) fn new(base_url: &str, key: &str, project_id: Option<u64>) -> Self {
        let base_url = base_url.trim().trim_end_matches('/').to_owned();
        Self { base_url, key: Secret(key.to_owned()), project_id }
    }

    /// In words, for the status and as the identity of a cached snapshot. A URL that may hold a password is not shown.
    pub(in crate::client) fn describe(&self) -> String {
        let base_url = if self.base_url.contains('@') { "(a URL with a user name)" } else { &self.base_url };
        match self.project_id {
            None => format!("server {base_url}"),
            Some(id) => format!("project {id} of {base_url}"),
        }
    }

    pub(super) fn is_hosted(&self) -> bool {
        self.project_id.is_some()
    }

    /// The key, where it is one that can read rules from this source.
    pub(super) fn key(&self) -> Result<&str, ClientError> {
        let (key, wanted, name) = match self.project_id {
            None => (&*self.key.0, "fbsrv_", "server key"),
            Some(_) => (&*self.key.0, "fb_", "API key"),
        };
        let problem = if key.is_empty() {
            "is empty"
        } else if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            "has a character that no key has, perhaps a space or a line break at its end"
        } else if key.starts_with("fbsdk_") {
            "is an SDK key (fbsdk_...), which can read no rules"
        } else if !key.starts_with(wanted) {
            "is of another kind"
        } else {
            return Ok(key);
        };
        Err(ClientError::Options(format!("the {name} {problem}: give one that begins with {wanted}")))
    }

    pub(super) fn address(&self) -> Result<Address, ClientError> {
        let invalid = |problem: &str| ClientError::Options(format!("the base URL {problem}"));
        if self.base_url.contains('@') {
            return Err(invalid("must not hold a user name or password: give the key as its own option"));
        }
        if self.base_url.contains(['?', '#']) {
            return Err(invalid("must end before any ? or #: the paths of the API are added to it"));
        }
        let example = "is not a URL such as https://flags.example.com";
        let base: Uri = self.base_url.parse().map_err(|_| invalid(example))?;
        let (Some(scheme), Some(authority)) = (base.scheme_str(), base.authority()) else {
            return Err(invalid(example));
        };
        if !matches!(scheme, "http" | "https") || authority.host().is_empty() {
            return Err(invalid(example));
        }
        let origin = format!("{scheme}://{authority}");
        let at = |path: &str| format!("{}{path}", self.base_url).parse::<Uri>().map_err(|_| invalid(example));
        let (snapshot, stream) = match self.project_id {
            None => (at("/api/v1/snapshot")?, Some(at("/api/v1/stream")?)),
            Some(id) => (at(&format!("/api/v1/projects/{id}/flags"))?, None),
        };
        Ok(Address { origin, snapshot, stream })
    }
}

/// The URLs of a source, known to be good.
#[derive(Debug)]
pub(super) struct Address {
    /// `https://flags.example.com:8443`
    pub(super) origin: String,
    pub(super) snapshot: Uri,
    pub(super) stream: Option<Uri>,
}

impl Address {
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

    /// Whether what is sent stays on this machine.
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

/// Where a `Location` leads from a URL; `None` for something that is no http or https URL.
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
    use super::*;

    fn server(base_url: &str) -> Result<Address, ClientError> {
        Account::new(base_url, "fbsrv_1", None).address()
    }

    #[test]
    fn paths_are_added_to_the_base() {
        let address = server("https://example.com/flags/").unwrap();
        assert_eq!(address.origin, "https://example.com");
        assert_eq!(address.snapshot(None), "https://example.com/flags/api/v1/snapshot");
        assert_eq!(address.snapshot(Some(7)), "https://example.com/flags/api/v1/snapshot?min_revision=7");
        let hosted = Account::new("http://[::1]:80", "fb_1", Some(42)).address().unwrap();
        assert_eq!(hosted.snapshot, "http://[::1]:80/api/v1/projects/42/flags");
        assert!(hosted.is_loopback() && hosted.stream.is_none());
    }

    #[test]
    fn what_is_no_base_url_is_refused_without_repeating_it() {
        for url in
            ["", "example.com", "ftp://example.com", "http://", "http:///x", "http://a b", "http://x?y", "http://x#y"]
        {
            assert!(server(url).is_err(), "{url}");
        }
        let error = server("http://user:secret@example.com").unwrap_err().to_string();
        assert!(error.contains("user name") && !error.contains("secret"), "{error}");
    }

    #[test]
    fn keys_are_checked_and_never_repeated() {
        let refusal = |key: &str, project_id| match Account::new("http://x", key, project_id).key() {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        };
        for (key, project_id, part) in [
            ("", None, "is empty"),
            ("fbsdk_secret", None, "can read no rules"),
            ("fbsdk_secret", Some(1), "can read no rules"),
            ("fb_secret", None, "begins with fbsrv_"),
            ("fbsrv_secret", Some(1), "begins with fb_"),
            ("fbsrv_secret\n", None, "line break"),
            ("fbsrv_sécret", None, "no key has"),
        ] {
            let error = refusal(key, project_id);
            assert!(error.contains(part) && !error.contains("secret") && !error.contains("sécret"), "{key}: {error}");
        }
        assert_eq!((refusal("fbsrv_1", None), refusal("fb_1", Some(1))), (String::new(), String::new()));
        assert!(!format!("{:?}", Account::new("http://x", "fbsrv_secret", None)).contains("fbsrv_secret"));
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
