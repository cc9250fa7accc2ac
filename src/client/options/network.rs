//! The options of a client over the network.

use std::{path::PathBuf, time::Duration};

use super::{ClientOptions, Secret, absolute};

/// The options of a server besides its URL and keys; `None` is the default.
#[derive(Debug, Clone, Default)]
pub(in crate::client) struct NetworkOptions {
    pub(in crate::client) bootstrap: Option<Vec<u8>>,
    pub(in crate::client) cache_path: Option<PathBuf>,
    pub(in crate::client) poll_interval: Option<Duration>,
    pub(in crate::client) connect_timeout: Option<Duration>,
    pub(in crate::client) timeout: Option<Duration>,
    pub(in crate::client) stale_after: Option<Duration>,
    pub(in crate::client) stream: bool,
    pub(in crate::client) ca_file: Option<PathBuf>,
    pub(in crate::client) system_roots: bool,
    pub(in crate::client) proxy: Option<Secret>,
    pub(in crate::client) headers: Vec<(String, Secret)>,
    /// The length of a second in the waits between requests. Tests shorten it.
    pub(in crate::client) second: Option<Duration>,
}

/// Options of a client over the network. [`Client::open`](crate::Client::open) refuses them for any other source, and
/// refuses values out of their range.
impl ClientOptions {
    /// The flags of a FlagBit server, `http` or `https`. The server key (`fbsrv_...`) belongs to one project and
    /// environment. The client fetches the flags in the background, and again each
    /// [`poll_interval`](Self::poll_interval).
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
        Self::empty().with_url(base_url.as_ref()).with_server_key(server_key.as_ref())
    }

    /// The flags of a project of the hosted FlagBit. The hosted service needs an API key (`fb_...`) to read rules. Such
    /// a key may do everything in its account: keep it where nobody else reads it.
    pub fn hosted(base_url: impl AsRef<str>, api_key: impl AsRef<str>, project_id: u64) -> Self {
        Self::empty().with_url(base_url.as_ref()).with_api_key(api_key.as_ref()).with_project_id(project_id)
    }

    /// The text of a snapshot that the client serves until it has a newer one.
    pub fn bootstrap(mut self, snapshot: impl Into<Vec<u8>>) -> Self {
        self.network.bootstrap = Some(snapshot.into());
        self
    }

    /// A file that keeps the last good snapshot, for a start without the server. The client makes it readable only for
    /// its owner. Several processes may share it.
    pub fn cache_path(mut self, path: impl Into<PathBuf>) -> Self {
        self.network.cache_path = Some(absolute(path.into()));
        self
    }

    /// How often the client asks the server, give or take a tenth: 30 s unless set, 1 s at least. For a hosted project,
    /// 60 s unless set and at least.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.network.poll_interval = Some(interval);
        self
    }

    /// The time limit for resolving the name, and again for connecting: 5 s unless set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.network.connect_timeout = Some(timeout);
        self
    }

    /// The time limit of a whole request: 30 s unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.network.timeout = Some(timeout);
        self
    }

    /// How long after the last successful contact the client is [stale](crate::State::Stale): three intervals unless
    /// set.
    pub fn stale_after(mut self, age: Duration) -> Self {
        self.network.stale_after = Some(age);
        self
    }

    /// Whether the server reports changes at once, over a connection that stays open; off unless set. When that fails,
    /// the client polls.
    pub fn stream(mut self, stream: bool) -> Self {
        self.network.stream = stream;
        self
    }

    /// A PEM file with the certificate authorities to trust instead of the built-in ones.
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.network.ca_file = Some(path.into());
        self
    }

    /// Whether to trust the operating system's certificate authorities instead of the built-in ones; off unless set.
    pub fn system_roots(mut self, system_roots: bool) -> Self {
        self.network.system_roots = system_roots;
        self
    }

    /// A proxy, such as `http://[user:password@]host:port`, `https://` or `socks5h://`. Unless set, the client takes
    /// the proxy of the environment when it is opened: `https_proxy` or `http_proxy`, `all_proxy`, `no_proxy`.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.network.proxy = Some(Secret(url.into()));
        self
    }

    /// An additional header of each request. Of the headers that the client sends itself, you can only set
    /// `User-Agent`.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.network.headers.push((name.into(), Secret(value.into())));
        self
    }

    /// Adds a header of the form `Name: value`; returns whether the line has it.
    pub(super) fn add_header_line(&mut self, line: &str) -> bool {
        let header = line.split_once(':').map(|(name, value)| (name.to_owned(), Secret(value.trim().to_owned())));
        self.network.headers.extend(header.clone());
        header.is_some()
    }
}
