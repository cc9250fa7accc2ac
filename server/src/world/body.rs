//! A body that is served many times: plain and compressed, each with its own entity tag.

use std::{
    io::Write,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};
use tokio::{sync::Mutex, task::spawn_blocking};

/// A prepared body.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) plain: Bytes,
    /// A strong entity tag with its quotes. Each encoding has its own.
    pub(crate) plain_etag: String,
    pub(crate) gzip_etag: String,
    gzip: Arc<Gzip>,
}

/// The compressed form. It is made when somebody first asks for it, so that no write waits for it.
#[derive(Debug, Default)]
struct Gzip {
    bytes: OnceLock<Bytes>,
    making: Arc<Mutex<()>>,
}

impl Body {
    /// The tag holds the content's hash next to the revision: a database that was restored may give a revision again to
    /// other flags.
    pub(crate) fn new(revision: i64, plain: Bytes) -> Self {
        let hash = Sha256::digest(&plain);
        let hash = hash[..8].iter().fold(0_u64, |hash, &byte| hash << 8 | u64::from(byte));
        let plain_etag = format!("\"{revision}-{hash:016x}\"");
        let gzip_etag = format!("\"{revision}-{hash:016x}-gzip\"");
        Self { plain, plain_etag, gzip_etag, gzip: Arc::default() }
    }

    /// The compressed form. Of those who first ask for it together, one thread makes it for all. `None` where the server
    /// has no thread for it any more.
    pub(crate) async fn gzip(&self) -> Option<Bytes> {
        if let Some(bytes) = self.gzip.bytes.get() {
            return Some(bytes.clone());
        }
        let made = Arc::clone(&self.gzip.making).lock_owned().await;
        let (gzip, plain) = (Arc::clone(&self.gzip), self.plain.clone());
        // The work goes on when the client hangs up, and nobody begins it a second time.
        let work = spawn_blocking(move || {
            let _made = made;
            gzip.bytes.get_or_init(|| compress(&plain).into()).clone()
        });
        work.await.ok()
    }

    /// The bytes of both forms, as far as they were made.
    pub(crate) fn len(&self) -> usize {
        self.plain.len() + self.gzip.bytes.get().map_or(0, Bytes::len)
    }
}

fn compress(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 4), Compression::default());
    // Writing to memory does not fail.
    _ = encoder.write_all(text);
    encoder.finish().unwrap_or_default()
}
