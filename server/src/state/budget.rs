//! Memory that all requests share.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes that all requests together may take.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    left: Arc<Semaphore>,
    /// The bytes in all.
    pub(crate) bytes: u32,
}

/// A part of a budget. It is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Share(OwnedSemaphorePermit);

impl Budget {
    pub(crate) fn new(bytes: u32) -> Self {
        Self { left: Arc::new(Semaphore::new(bytes as usize)), bytes }
    }

    /// Takes bytes; `None` if not as many are left.
    pub(crate) fn take(&self, bytes: u64) -> Option<Share> {
        let bytes = u32::try_from(bytes).ok()?;
        Arc::clone(&self.left).try_acquire_many_owned(bytes).ok().map(Share)
    }
}

impl Share {
    pub(crate) fn add(&mut self, other: Self) {
        self.0.merge(other.0);
    }
}
