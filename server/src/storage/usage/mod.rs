//! How often flags are evaluated. These tables are changed apart from the numbered writes: no change of a flag waits for
//! them longer than for one small transaction on SQLite, and not at all on PostgreSQL.

mod count;
mod prune;
mod read;
mod readers;

use std::sync::Arc;

use tokio::time::timeout;

use super::{ACQUIRE_TIMEOUT, Outage, Storage, dialect::Dialect, session::Session};

pub(crate) use read::{JudgedFlag, JudgedPlace, SeriesRow, Total};
pub(crate) use readers::{Read, Silence};

/// A flag of an environment with one of its results.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Series {
    pub(crate) environment_id: i64,
    /// A key. The environment may not have such a flag.
    pub(crate) flag: String,
    pub(crate) result: String,
}

/// Counts that came together. They count once, by the instance and the number of the report.
#[derive(Debug, Clone)]
pub(crate) struct Counts {
    pub(crate) environment_id: i64,
    pub(crate) instance: String,
    pub(crate) sequence: i64,
    /// The time at which they count, in seconds since 1970.
    pub(crate) at: i64,
    /// Evaluations that the client could not count.
    pub(crate) dropped: u64,
    /// Positions in the series of the batch, with counts.
    pub(crate) counts: Vec<(u32, i64)>,
}

/// Counts that are stored in one transaction.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) series: Vec<Arc<Series>>,
    pub(crate) reports: Vec<Counts>,
}

impl Storage {
    /// Begins a transaction that changes usage alone.
    async fn counting(&self) -> sqlx::Result<Session> {
        // SQLite lets one writer in at a time, and picks one of those that wait by chance.
        let turn = match self.dialect {
            Dialect::Sqlite => {
                let turn = timeout(ACQUIRE_TIMEOUT, Arc::clone(&self.writing).lock_owned()).await;
                Some(turn.map_err(|_| Outage::Busy)?)
            }
            Dialect::Postgres => None,
        };
        self.begin(self.dialect.begin_counting(), turn).await
    }
}
