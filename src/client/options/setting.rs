//! The names and numbers of the options.

/// The options of a client. Exactly one source is needed: SNAPSHOT, FILE, VALUES or URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub(crate) enum Setting {
    /// String, a source: the text of a snapshot.
    Snapshot = 1,
    /// String, a source: the path of a file with a snapshot, in UTF-8.
    File = 2,
    /// String, a source: flags with one answer for every context, as JSON: `{"KEY": true, "OTHER": "dark", ...}`. A
    /// boolean makes a boolean flag; a string, a number, an object or a list makes a typed one. For tests.
    Values = 3,
    /// Integer, 0 or 1: check the file each second and follow its changes. The file may be missing at first. Needs
    /// FILE.
    Watch = 4,
    /// Integer, bytes: the size limit of a snapshot's text; 32 MiB unless set.
    MaxSnapshotBytes = 5,
    /// String, a source: the base URL of a FlagBit server, `http://` or `https://`. Needs SERVER_KEY, or API_KEY and
    /// PROJECT_ID for the hosted service. All options below except LANGUAGE need URL.
    Url = 10,
    /// String, secret: a server key, `fbsrv_...`. It belongs to one project and environment.
    ServerKey = 11,
    /// String, secret: an API key, `fb_...`. It may do everything in its account: keep it where nobody else reads it.
    ApiKey = 12,
    /// Integer: the project to read with API_KEY.
    ProjectId = 13,
    /// String: the text of a snapshot that the client serves until it has a newer one.
    Bootstrap = 14,
    /// String: the path of a file, in UTF-8, that keeps the last good snapshot for a start without the server. The
    /// client makes it readable only for its owner. Several processes may share it.
    CachePath = 15,
    /// Integer, milliseconds: how often the client asks the server, give or take a tenth; 30 s unless set, 1 s at least
    /// (60 s with an API key).
    PollIntervalMs = 16,
    /// Integer, milliseconds: the time limit for resolving the name, and again for connecting; 5 s unless set.
    ConnectTimeoutMs = 17,
    /// Integer, milliseconds: the time limit of a whole request; 30 s unless set.
    TimeoutMs = 18,
    /// Integer, milliseconds: how long after the last successful contact the client is STALE; 3 intervals unless set.
    StaleAfterMs = 19,
    /// Integer, 0 or 1: whether the server reports changes at once, over a connection that stays open; 0 unless set.
    /// When that fails, the client polls.
    Stream = 20,
    /// String: the path of a PEM file, in UTF-8, with the certificate authorities to trust instead of the built-in
    /// ones.
    CaFile = 21,
    /// Integer, 0 or 1: whether to trust the operating system's certificate authorities instead of the built-in ones.
    SystemRoots = 22,
    /// String, secret: a proxy, `http://[user:password@]host:port`, `https://` or `socks5h://`. Unless set, the client
    /// takes the proxy of the environment when it is opened.
    Proxy = 23,
    /// String, secret: an additional header of each request, `Name: value`. Each call adds one.
    Header = 24,
    /// String: the language of the caller's code, `c`, `go`, `node` or `python`; `c` unless set. Error messages then
    /// name options as that language spells them, such as `server_key=` for Python. A binding sets it first. Since: ABI
    /// 1.1.
    Language = 25,
}
