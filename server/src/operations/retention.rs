//! What is deleted by itself: old entries of the archive and of the audit, texts that nothing refers to any more, and old
//! usage.

use std::time::Duration;

use chrono::{Days, Utc};
use tokio::time::sleep;

use super::Result;
use crate::{
    settings::Audit,
    storage::{self, Storage},
    usage::HOUR,
    world::Follower,
};

/// The time between two rounds.
const ROUND: Duration = Duration::from_secs(3600);
/// The time for which the reports of clients are told from repeats, in seconds.
const REPEATS: i64 = 7 * 24 * HOUR;
/// The time between two writes, for the writes of others.
const PAUSE: Duration = Duration::from_millis(50);

/// Deletes what is too old, now and every hour, without an end.
pub(crate) async fn keep(follower: &Follower, archive_days: u32, audit: &Audit, usage_days: u32) {
    loop {
        if let Err(error) = round(follower, archive_days, audit).await {
            tracing::warn!(%error, "what is too old could not be deleted; the next attempt is in an hour");
        }
        if let Err(error) = usage_round(follower.storage(), usage_days).await {
            tracing::warn!(%error, "usage that is too old could not be deleted; the next attempt is in an hour");
        }
        sleep(ROUND).await;
    }
}

async fn round(follower: &Follower, archive_days: u32, audit: &Audit) -> Result<()> {
    let oldest = storage::stored_time(Utc::now() - Days::new(archive_days.into()));
    while follower.storage().has_archived_before(&oldest).await? {
        let mut write = follower.storage().write().await?;
        let count = write.prune_archive(&oldest).await?;
        follower.commit(write).await?;
        tracing::info!(count, "deleted archived flags that were kept for --archive-days");
        sleep(PAUSE).await;
    }
    if let Some(oldest) = audit.oldest() {
        let oldest = storage::stored_time(oldest);
        while let Some(entries) = follower.storage().old_entries(oldest.clone()).await? {
            let mut write = follower.storage().write().await?;
            write.delete_old_entries(&entries).await?;
            follower.commit(write).await?;
            sleep(PAUSE).await;
        }
    }
    let mut after = 0;
    while let Some(step) = follower.storage().texts_after(after).await? {
        after = step.last;
        if follower.storage().has_unused_text(step).await? {
            let mut write = follower.storage().write().await?;
            write.delete_unused_texts(step).await?;
            follower.commit(write).await?;
            sleep(PAUSE).await;
        }
    }
    Ok(())
}

/// Usage is deleted apart from the numbered writes, as it is written.
async fn usage_round(storage: &Storage, usage_days: u32) -> Result<()> {
    let now = Utc::now().timestamp();
    while storage.prune_usage(now / HOUR - 24 * i64::from(usage_days)).await? {
        sleep(PAUSE).await;
    }
    while storage.forget_instances(now - REPEATS).await? > 0 {
        sleep(PAUSE).await;
    }
    Ok(())
}
