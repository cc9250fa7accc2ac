//! A body that is served many times: plain and compressed, each with its own entity tag.

use std::io::Write;

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

/// A prepared body.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    pub(crate) plain: Encoded,
    pub(crate) gzip: Encoded,
}

/// A body in one encoding.
#[derive(Debug, Clone)]
pub(crate) struct Encoded {
    pub(crate) bytes: Bytes,
    /// A strong entity tag with its quotes. Each encoding has its own.
    pub(crate) etag: String,
}

impl Body {
    /// The tag holds the content's hash next to the revision: a database that was restored may give a revision again to
    /// other flags.
    pub(crate) fn new(revision: i64, text: String) -> Self {
        let hash = Sha256::digest(&text);
        let hash = hash[..8].iter().fold(0_u64, |hash, &byte| hash << 8 | u64::from(byte));
        let gzip =
            Encoded { bytes: compress(text.as_bytes()).into(), etag: format!("\"{revision}-{hash:016x}-gzip\"") };
        Self { plain: Encoded { bytes: text.into(), etag: format!("\"{revision}-{hash:016x}\"") }, gzip }
    }
}

fn compress(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 4), Compression::default());
    // Writing to memory does not fail.
    _ = encoder.write_all(text);
    encoder.finish().unwrap_or_default()
}
