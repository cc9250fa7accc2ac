//! Usage on its way to the database: it comes together in memory and is written every few seconds.

mod own;
mod pending;
mod readers;

use std::time::Duration;

use chrono::Utc;
use parking_lot::Mutex;
use tokio::time::sleep;

use super::metrics::Metrics;
use crate::{
    storage::{Storage, usage::Batch},
    usage::Report,
    world::{Environment, Follower},
};
use own::Own;
use pending::Pending;
use readers::Readers;

pub(crate) use own::Counted;
pub(crate) use pending::Full;

/// The time between two writes. kill -9 loses at most this much.
const INTERVAL: Duration = Duration::from_secs(5);
/// The time between two transactions, for the writes of others.
const PAUSE: Duration = Duration::from_millis(10);

/// The usage that one server has heard of and not written yet.
#[derive(Debug)]
pub(crate) struct Usage {
    /// What this server evaluated itself.
    own: Own,
    pending: Mutex<Pending>,
    readers: Readers,
    /// Held by whoever is writing.
    writing: tokio::sync::Mutex<Writing>,
}

#[derive(Debug, Default)]
struct Writing {
    has_begun: bool,
    is_failing: bool,
}

impl Usage {
    pub(crate) fn new() -> anyhow::Result<Self> {
        Ok(Self {
            own: Own::new()?,
            pending: Mutex::default(),
            readers: Readers::default(),
            writing: Default::default(),
        })
    }

    /// Takes a report that was checked.
    ///
    /// # Errors
    /// The database has been away for so long that there is no more room.
    pub(crate) fn accept(&self, environment_id: i64, environment: &Environment, report: &Report) -> Result<(), Full> {
        self.pending.lock().accept(environment_id, environment, report, now())
    }

    /// Counts an evaluation of this server.
    pub(crate) fn count(&self, environment_id: i64, counted: Counted<'_>) {
        self.own.count(environment_id, counted);
    }

    /// Notes that somebody reads the rules of an environment. `instance` is the client, if it says who it is.
    pub(crate) fn read(&self, environment_id: i64, instance: Option<&str>) {
        self.readers.note(environment_id, instance, now());
    }

    /// Writes what came together, every few seconds, until the task is dropped.
    pub(crate) async fn keep(&self, follower: &Follower, metrics: &Metrics) {
        loop {
            self.write(follower, metrics).await;
            sleep(INTERVAL).await;
        }
    }

    /// Writes what came together. What cannot be written stays for the next time.
    pub(crate) async fn write(&self, follower: &Follower, metrics: &Metrics) {
        let mut writing = self.writing.lock().await;
        let outcome = self.try_write(follower, metrics, &mut writing).await;
        match &outcome {
            Err(error) if !writing.is_failing => {
                tracing::warn!(%error, "usage cannot be written; it is kept in memory meanwhile");
            }
            Ok(()) if writing.is_failing => tracing::info!("usage is written again"),
            _ => {}
        }
        writing.is_failing = outcome.is_err();
    }

    async fn try_write(&self, follower: &Follower, metrics: &Metrics, writing: &mut Writing) -> anyhow::Result<()> {
        let storage = follower.storage();
        if !writing.has_begun {
            storage.begin_usage(now()).await?;
            writing.has_begun = true;
        }
        // What this server counts itself is bounded in its place, and stays there while nothing can be written.
        if !writing.is_failing {
            let reports = self.own.take(now());
            let mut pending = self.pending.lock();
            for report in reports {
                pending.push(report);
            }
        }
        self.write_readers(storage).await?;
        while let Some(batch) = Unwritten::next(&self.pending) {
            self.write_batch(follower, metrics, batch).await?;
            sleep(PAUSE).await;
        }
        Ok(())
    }

    async fn write_batch(
        &self,
        follower: &Follower,
        metrics: &Metrics,
        mut batch: Unwritten<'_>,
    ) -> anyhow::Result<()> {
        let is_new = follower.storage().add_usage(&batch.batch, now()).await?;
        let world = follower.world();
        for (report, is_new) in batch.written().reports.iter().zip(is_new) {
            if let Some(environment) = world.environment(report.environment_id)
                && is_new
                && !self.own.is_of(report)
            {
                let count = report.counts.iter().map(|(_, count)| count.unsigned_abs()).sum();
                metrics.reported(report.environment_id, environment, count, report.dropped);
            }
        }
        Ok(())
    }

    async fn write_readers(&self, storage: &Storage) -> anyhow::Result<()> {
        let reads = self.readers.take();
        if let Err(error) = storage.note_readers(&reads).await {
            self.readers.give_back(reads);
            return Err(error.into());
        }
        Ok(())
    }
}

/// A batch that is being written. If it is dropped before, it waits again: adding it twice counts it once.
struct Unwritten<'p> {
    pending: &'p Mutex<Pending>,
    batch: Batch,
}

impl<'p> Unwritten<'p> {
    fn next(pending: &'p Mutex<Pending>) -> Option<Self> {
        let batch = pending.lock().take()?;
        Some(Self { pending, batch })
    }

    fn written(&mut self) -> Batch {
        std::mem::take(&mut self.batch)
    }
}

impl Drop for Unwritten<'_> {
    fn drop(&mut self) {
        if !self.batch.reports.is_empty() {
            self.pending.lock().give_back(std::mem::take(&mut self.batch));
        }
    }
}

/// The present time in seconds since 1970.
fn now() -> i64 {
    Utc::now().timestamp()
}
