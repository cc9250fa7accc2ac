//! What can be set before a client is opened.

use super::{error::Failure, status::Status};

/// What can be set before a client is opened. Exactly one source is needed: SNAPSHOT, FILE, VALUES or URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Setting {
    /// String, a source: the text of a snapshot.
    Snapshot = 1,
    /// String, a source: the path of a file with a snapshot, in UTF-8.
    File = 2,
    /// String, a source: flags that answer everybody alike, as JSON: `{"KEY": true, "OTHER": "dark", ...}`, where a
    /// boolean makes a boolean flag and a string, a number, an object or a list a typed one. For tests.
    Values = 3,
    /// Integer, 0 or 1: look at the file each second and follow its changes. The file may be missing at first.
    Watch = 4,
    /// Integer, bytes: the size limit of a snapshot's text; 32 MiB unless set.
    MaxSnapshotBytes = 5,
    /// String, a source: the base URL of a FlagBit server, `http://` or `https://`. Needs SERVER_KEY, or API_KEY and
    /// PROJECT_ID for the hosted service.
    Url = 10,
    /// String, secret: a server key, `fbsrv_...`, which knows its project and environment.
    ServerKey = 11,
    /// String, secret: an API key, `fb_...`. It may do everything in its account: keep it where nobody else reads it.
    ApiKey = 12,
    /// Integer: the project of an API key.
    ProjectId = 13,
    /// String: the text of a snapshot that serves until there is a better one.
    Bootstrap = 14,
    /// String: the path of a file, in UTF-8, that keeps the last good snapshot for a start without the server. Written
    /// only for its owner; several processes may share it.
    CachePath = 15,
    /// Integer, milliseconds: how often the server is asked, give or take a tenth; 30 s unless set, 1 s at least (60 s
    /// with an API key).
    PollIntervalMs = 16,
    /// Integer, milliseconds: how long resolving the name, and then connecting, may take each; 5 s unless set.
    ConnectTimeoutMs = 17,
    /// Integer, milliseconds: how long a request may take as a whole; 30 s unless set.
    TimeoutMs = 18,
    /// Integer, milliseconds: how long after the last successful contact the client is STALE; 3 intervals unless set.
    StaleAfterMs = 19,
    /// Integer, 0 or 1: whether the server tells of changes at once, over a connection that stays open; 0 unless set.
    /// Where that does not work, the client polls.
    Stream = 20,
    /// String: the path of a PEM file, in UTF-8, with the authorities to trust, in the place of those compiled in.
    CaFile = 21,
    /// Integer, 0 or 1: trust the authorities that the operating system trusts, in the place of those compiled in.
    SystemRoots = 22,
    /// String, secret: a proxy, `http://[user:password@]host:port`, `https://` or `socks5h://`. Unless set, that of the
    /// environment when the client is opened.
    Proxy = 23,
    /// String, secret: one more header of each request, `Name: value`. Each call adds one.
    Header = 24,
}

/// What an option holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    /// Bytes whose form is looked at where they are used, with the place of what is wrong.
    Text,
    Utf8,
    /// Of this or more.
    Integer(i64),
    /// 0 or 1.
    Switch,
}

impl Setting {
    pub(super) const SOURCES: [Self; 4] = [Self::Snapshot, Self::File, Self::Values, Self::Url];

    const ALL: [Self; 20] = [
        Self::Snapshot,
        Self::File,
        Self::Values,
        Self::Watch,
        Self::MaxSnapshotBytes,
        Self::Url,
        Self::ServerKey,
        Self::ApiKey,
        Self::ProjectId,
        Self::Bootstrap,
        Self::CachePath,
        Self::PollIntervalMs,
        Self::ConnectTimeoutMs,
        Self::TimeoutMs,
        Self::StaleAfterMs,
        Self::Stream,
        Self::CaFile,
        Self::SystemRoots,
        Self::Proxy,
        Self::Header,
    ];

    pub(super) fn new(number: i32) -> Result<Self, Failure> {
        Self::ALL
            .into_iter()
            .find(|known| *known as i32 == number)
            .ok_or_else(|| Failure::new(Status::InvalidArgument, format!("unknown option {number}")))
    }

    /// The name in the header, and what the option holds.
    pub(super) fn describe(self) -> (&'static str, Type) {
        match self {
            Self::Snapshot => ("SNAPSHOT", Type::Text),
            Self::File => ("FILE", Type::Utf8),
            Self::Values => ("VALUES", Type::Text),
            Self::Watch => ("WATCH", Type::Switch),
            Self::MaxSnapshotBytes => ("MAX_SNAPSHOT_BYTES", Type::Integer(1)),
            Self::Url => ("URL", Type::Utf8),
            Self::ServerKey => ("SERVER_KEY", Type::Utf8),
            Self::ApiKey => ("API_KEY", Type::Utf8),
            Self::ProjectId => ("PROJECT_ID", Type::Integer(0)),
            Self::Bootstrap => ("BOOTSTRAP", Type::Text),
            Self::CachePath => ("CACHE_PATH", Type::Utf8),
            Self::PollIntervalMs => ("POLL_INTERVAL_MS", Type::Integer(1)),
            Self::ConnectTimeoutMs => ("CONNECT_TIMEOUT_MS", Type::Integer(1)),
            Self::TimeoutMs => ("TIMEOUT_MS", Type::Integer(1)),
            Self::StaleAfterMs => ("STALE_AFTER_MS", Type::Integer(1)),
            Self::Stream => ("STREAM", Type::Switch),
            Self::CaFile => ("CA_FILE", Type::Utf8),
            Self::SystemRoots => ("SYSTEM_ROOTS", Type::Switch),
            Self::Proxy => ("PROXY", Type::Utf8),
            Self::Header => ("HEADER", Type::Utf8),
        }
    }
}
