//! Bounds for each account: nobody takes all of what accounts share.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
};

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The same bound for each account.
#[derive(Debug)]
pub(crate) struct ByAccount {
    pub(crate) limit: usize,
    /// The accounts that hold something.
    holding: Mutex<HashMap<i64, Weak<Semaphore>>>,
}

impl ByAccount {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, holding: Mutex::default() }
    }

    /// Takes a part of what an account may hold, until the permit is dropped; `None` if not as much is left.
    pub(crate) fn take(&self, account_id: i64, count: u32) -> Option<OwnedSemaphorePermit> {
        self.of(account_id).try_acquire_many_owned(count).ok()
    }

    fn of(&self, account_id: i64) -> Arc<Semaphore> {
        let mut holding = self.holding.lock();
        if let Some(known) = holding.get(&account_id).and_then(Weak::upgrade) {
            return known;
        }
        holding.retain(|_, semaphore| semaphore.strong_count() > 0);
        let semaphore = Arc::new(Semaphore::new(self.limit));
        holding.insert(account_id, Arc::downgrade(&semaphore));
        semaphore
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_bounded_and_others_are_not() {
        let bounds = ByAccount::new(3);
        let two = bounds.take(1, 2);
        let one = bounds.take(1, 1);
        assert!(two.is_some() && one.is_some() && bounds.take(1, 1).is_none());
        assert!(bounds.take(2, 3).is_some());
        drop(two);
        assert!(bounds.take(1, 3).is_none() && bounds.take(1, 2).is_some());
        drop(one);
        assert!(bounds.take(3, 1).is_some());
        assert_eq!(bounds.holding.lock().len(), 1, "accounts that hold nothing are forgotten");
    }
}
