//! The readers of what servers, files and variables say, for `fuzz/network.c`.

use std::time::{Duration, SystemTime};

use super::{address::resolve, cache, events::Parser, proxy::is_exception, retry::retry_after};

/// Gives bytes to the reader that the first of them chooses.
///
/// # Panics
/// A reader answers what it must not.
pub(crate) fn read(bytes: &[u8]) {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let text = String::from_utf8_lossy(bytes);
    let (one, other) = text.split_once('\n').unwrap_or((&text, ""));
    match choice % 5 {
        0 => stream(bytes),
        1 => _ = cache::parse(bytes, "server http://127.0.0.1", 1 << 20),
        2 => {
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 30);
            _ = retry_after(one, Some(other), now);
        }
        3 => {
            let base = "http://127.0.0.1:8080/a/b?c".parse().unwrap_or_default();
            let target = resolve(&base, &text);
            assert!(target.is_none_or(|target| target.host().is_some()), "a place without a host");
        }
        _ => {
            let is_exception = is_exception(one, other, 443);
            assert!(is_exception || !one.split(',').any(|exception| exception == "*"), "* is everything");
        }
    }
}

/// Events are the same wherever the text is cut.
fn stream(bytes: &[u8]) {
    let whole = Parser::default().feed(bytes);
    let mut parser = Parser::default();
    let pieces: Result<Vec<_>, _> = bytes.chunks(3).map(|piece| parser.feed(piece)).collect();
    assert_eq!(whole, pieces.map(|events| events.into_iter().flatten().collect()), "events depend on pieces");
}
