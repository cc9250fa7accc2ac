//! The texts that a write has asked for already.

use std::collections::HashMap;

/// The ids of texts of one account, by hash.
#[derive(Debug, Default)]
pub(super) struct Known {
    account_id: i64,
    ids: HashMap<String, i64>,
}

impl Known {
    /// The ids of an account's texts. Those of another account are forgotten.
    pub(super) fn of(&mut self, account_id: i64) -> &mut HashMap<String, i64> {
        if self.account_id != account_id {
            *self = Self { account_id, ids: HashMap::new() };
        }
        &mut self.ids
    }
}
