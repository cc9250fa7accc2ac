//! Clients that do not keep to the rules.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

/// A connection on which bytes are sent as they are.
pub(crate) struct Raw {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Raw {
    pub(crate) fn new(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(Duration::from_millis(20))).expect("a timeout");
        Self { stream, received: Vec::new() }
    }

    /// Sends; whether the connection took it.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).is_ok()
    }

    /// Waits until the server has closed the connection; everything that it sent.
    #[track_caller]
    pub(crate) fn end(mut self, limit: Duration) -> String {
        let deadline = Instant::now() + limit;
        while !self.is_closed() {
            assert!(Instant::now() < deadline, "still open, after {:?}", self.text());
        }
        self.text()
    }

    /// Waits until what was received holds a text.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.text().contains(text) {
            assert!(!self.is_closed() || self.text().contains(text), "closed, after {:?}", self.text());
            assert!(Instant::now() < deadline, "no {text:?}, but {:?}", self.text());
        }
    }

    /// Reads what is there; whether that was the end.
    pub(crate) fn is_closed(&mut self) -> bool {
        let mut bytes = [0; 1 << 16];
        match self.stream.read(&mut bytes) {
            Ok(0) => true,
            Ok(length) => {
                self.received.extend(&bytes[..length]);
                false
            }
            Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.received).into_owned()
    }

    /// The statuses of the answers so far.
    pub(crate) fn statuses(&self) -> Vec<u16> {
        let text = self.text();
        text.split("HTTP/1.").skip(1).filter_map(|answer| answer.get(2..5)?.parse().ok()).collect()
    }
}
