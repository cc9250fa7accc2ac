//! Memory that all requests share.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::by_account::ByAccount;

/// Bytes that all requests together may take, and those of one account about half of them.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    left: Arc<Semaphore>,
    accounts: Arc<ByAccount>,
    /// The bytes in all.
    pub(crate) bytes: u32,
}

/// A part of a budget. It is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    all: OwnedSemaphorePermit,
    of_account: Option<OwnedSemaphorePermit>,
}

/// Not as many bytes are left.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Spent {
    /// All requests together have as many bytes as they may.
    All { bytes: u32 },
    /// The requests of the account do.
    Account { bytes: usize },
}

impl Budget {
    /// `largest`: the bytes that one request may take in any case, also where that is more than half.
    pub(crate) fn new(bytes: u32, largest: usize) -> Self {
        let all = bytes as usize;
        let accounts = ByAccount::new((all / 2).max(largest));
        Self { left: Arc::new(Semaphore::new(all)), accounts: Arc::new(accounts), bytes }
    }

    /// Takes bytes for a request, of an account if it has a valid key. An account that holds nothing yet may take more than
    /// its share at once.
    pub(crate) fn take(&self, bytes: u64, account_id: Option<i64>) -> Result<Share, Spent> {
        let count = u32::try_from(bytes).unwrap_or(u32::MAX);
        let limit = self.accounts.limit;
        let share = u32::try_from(limit).map_or(count, |limit| count.min(limit));
        let of_account = match account_id {
            Some(id) => Some(self.accounts.take(id, share).ok_or(Spent::Account { bytes: limit })?),
            None => None,
        };
        let all = Arc::clone(&self.left).try_acquire_many_owned(count);
        let all = all.map_err(|_| Spent::All { bytes: self.bytes })?;
        Ok(Share { all, of_account })
    }
}

impl Share {
    /// Adds another share of the same request.
    pub(crate) fn add(&mut self, other: Self) {
        self.all.merge(other.all);
        match (&mut self.of_account, other.of_account) {
            (Some(held), Some(more)) => held.merge(more),
            (_, None) => {}
            (held @ None, more) => *held = more,
        }
    }
}
