//! The options of a client over the network.

use std::{path::PathBuf, time::Duration};

use super::{
    super::{ClientError, ClientOptions, options::Source},
    address::{Account, Secret},
};

/// What can be set beside the source; `None` is the default.
#[derive(Debug, Clone, Default)]
pub(in crate::client) struct NetworkOptions {
    pub(in crate::client) bootstrap: Option<Vec<u8>>,
    pub(super) cache_path: Option<PathBuf>,
    pub(super) poll_interval: Option<Duration>,
    pub(super) connect_timeout: Option<Duration>,
    pub(super) timeout: Option<Duration>,
    pub(super) stale_after: Option<Duration>,
    pub(super) stream: Option<bool>,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) system_roots: Option<bool>,
    pub(super) proxy: Option<Secret>,
    pub(super) headers: Vec<(String, Secret)>,
    /// A second of the waits between requests, which tests shorten.
    pub(super) second: Option<Duration>,
}

impl NetworkOptions {
    /// That nothing is set, for a source that knows no network.
    pub(in crate::client) fn require_unset(&self) -> Result<(), ClientError> {
        let set = [
            ("bootstrap", self.bootstrap.is_some()),
            ("cache_path", self.cache_path.is_some()),
            ("poll_interval", self.poll_interval.is_some()),
            ("connect_timeout", self.connect_timeout.is_some()),
            ("timeout", self.timeout.is_some()),
            ("stale_after", self.stale_after.is_some()),
            ("stream", self.stream.is_some()),
            ("ca_file", self.ca_file.is_some()),
            ("system_roots", self.system_roots.is_some()),
            ("proxy", self.proxy.is_some()),
            ("header", !self.headers.is_empty()),
        ];
        match set.iter().find(|(_, is_set)| *is_set) {
            None => Ok(()),
            Some((name, _)) => {
                let message =
                    format!("the option {name} is for a server or a hosted project, not for a text or a file");
                Err(ClientError::Options(message))
            }
        }
    }
}

/// Options of a client over the network. On any other source they are an error of [`Client::open`](crate::Client::open),
/// as is a value out of its range.
impl ClientOptions {
    /// The flags of a FlagBit server, `http` or `https`, by a server key (`fbsrv_...`), which knows project and
    /// environment. They are fetched in the background, and again each [`poll_interval`](Self::poll_interval).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use flagbit::{Client, ClientOptions, Context};
    ///
    /// let options = ClientOptions::server("http://127.0.0.1:8080", "fbsrv_example")
    ///     .bootstrap(r#"{"flags": [{"key": "new-search", "enabled": false}]}"#)
    ///     .poll_interval(Duration::from_secs(10));
    /// let client = Client::open(options)?;
    /// assert!(!client.is_enabled("new-search", &Context::EMPTY, true));
    /// # Ok::<(), flagbit::ClientError>(())
    /// ```
    pub fn server(base_url: impl AsRef<str>, server_key: impl AsRef<str>) -> Self {
        Self::new(Source::Remote(Account::new(base_url.as_ref(), server_key.as_ref(), None)), Vec::new())
    }

    /// The flags of a project of the hosted FlagBit, by an API key (`fb_...`): the hosted service has no other way to
    /// read rules. Such a key may do everything in its account; keep it where nobody else reads it.
    pub fn hosted(base_url: impl AsRef<str>, api_key: impl AsRef<str>, project_id: u64) -> Self {
        Self::new(Source::Remote(Account::new(base_url.as_ref(), api_key.as_ref(), Some(project_id))), Vec::new())
    }

    /// The text of a snapshot that serves until there is a better one.
    pub fn bootstrap(mut self, snapshot: impl Into<Vec<u8>>) -> Self {
        self.network.bootstrap = Some(snapshot.into());
        self
    }

    /// A file that keeps the last good snapshot, for a start without the server. Written only for its owner; several
    /// processes may share it.
    pub fn cache_path(mut self, path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        // A host may change its working directory later.
        self.network.cache_path = Some(std::path::absolute(&path).unwrap_or(path));
        self
    }

    /// How often the source is asked, give or take a tenth: 30 s unless set, 1 s at least; a hosted project 60 s at least.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.network.poll_interval = Some(interval);
        self
    }

    /// How long resolving the name, and then connecting, may take each: 5 s unless set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.network.connect_timeout = Some(timeout);
        self
    }

    /// How long a request may take as a whole: 30 s unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.network.timeout = Some(timeout);
        self
    }

    /// How long after the last successful contact the client says that it is [stale](crate::State::Stale): three
    /// intervals unless set.
    pub fn stale_after(mut self, age: Duration) -> Self {
        self.network.stale_after = Some(age);
        self
    }

    /// Whether the server tells of changes at once, over a connection that stays open; off unless set. Where that does
    /// not work, the client polls.
    pub fn stream(mut self, stream: bool) -> Self {
        self.network.stream = Some(stream);
        self
    }

    /// A PEM file with the certificates of the authorities to trust, in the place of those that are compiled in.
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.network.ca_file = Some(path.into());
        self
    }

    /// Whether to trust the authorities that the operating system trusts, in the place of those that are compiled in;
    /// off unless set.
    pub fn system_roots(mut self, system_roots: bool) -> Self {
        self.network.system_roots = Some(system_roots);
        self
    }

    /// A proxy, `http://[user:password@]host:port`, `https://` or `socks5h://` and the like. Unless set, that of the
    /// environment when the client is opened: `https_proxy` or `http_proxy`, `all_proxy`, `no_proxy`.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.network.proxy = Some(Secret(url.into()));
        self
    }

    /// One more header of each request. Not those that the client sends itself, but for `User-Agent`.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.network.headers.push((name.into(), Secret(value.into())));
        self
    }
}
