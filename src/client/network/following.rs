//! When to follow the stream again, and what its connection has told.

use std::time::Instant;

use ureq::http::Uri;

/// The state of the stream between its connections.
#[derive(Debug)]
pub(super) struct Following {
    pub(super) uri: Uri,
    pub(super) due: Instant,
    /// The number of short connections in a row.
    pub(super) failures: u32,
    /// The last log line on it, which is not repeated.
    pub(super) said: Option<String>,
}

impl Following {
    pub(super) fn new(uri: Uri) -> Self {
        Self { uri, due: Instant::now(), failures: 0, said: None }
    }
}

/// Which of the revisions that one connection tells are news.
#[derive(Debug)]
pub(super) struct News {
    pub(super) known: Option<u64>,
    is_first: bool,
}

impl News {
    pub(super) fn new(known: Option<u64>) -> Self {
        Self { known, is_first: true }
    }

    /// The latest of these revisions that is news.
    pub(super) fn of(&mut self, told: Vec<u64>) -> Option<u64> {
        let mut news = None;
        for told in told {
            // A connection begins with the current revision, which is another one also after the server was restored
            // from a backup. Later ones only grow, or come late.
            let is_news = if self.is_first { self.known != Some(told) } else { news.or(self.known) < Some(told) };
            news = if is_news { Some(told) } else { news };
            self.is_first = false;
        }
        news
    }
}
