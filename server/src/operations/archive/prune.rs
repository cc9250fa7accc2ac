//! Forgetting what has been in the archive for long.

use std::time::Duration;

use chrono::{SecondsFormat, Utc};

use crate::{storage, world::Follower};

/// The time between two looks.
const INTERVAL: Duration = Duration::from_secs(3600);
/// The most entries of one write, which others wait for.
const AT_A_TIME: i64 = 100;
/// The time between two writes.
const PAUSE: Duration = Duration::from_millis(200);

/// Deletes the entries of all archives that are older than this many days, until the task is dropped.
pub(crate) async fn prune(follower: &Follower, days: u32) {
    loop {
        if let Err(error) = prune_now(follower, days).await {
            tracing::warn!(%error, "cannot delete the oldest archived flags; trying again in an hour");
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

async fn prune_now(follower: &Follower, days: u32) -> Result<(), storage::Error> {
    let until = Utc::now() - chrono::Duration::days(days.into());
    let until = until.to_rfc3339_opts(SecondsFormat::Millis, true);
    while follower.storage().has_archived_before(&until).await? {
        let mut write = follower.storage().write().await?;
        let count = write.prune_archive(&until, AT_A_TIME).await?;
        follower.commit(write).await?;
        tracing::info!(count, days, "deleted archived flags that were kept for --archive-days");
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
