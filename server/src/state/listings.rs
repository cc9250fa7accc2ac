//! The listing of an environment's flags, which SDKs can poll: built once for each change, and then served from memory.

use std::{collections::HashMap, sync::Arc, time::Duration};

use parking_lot::Mutex;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::large_reads::LargeReads;
use crate::{
    flags::{Flag, definition},
    operations::usage::FlagUsage,
    storage::{Storage, flags::EnvironmentContent},
    world::{Body, World},
};

/// The flags of an environment, sorted by key.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlagListing {
    flags: Vec<ListedFlag>,
    /// The segments by key, where there are any.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Option<Object>)]
    segments: Map<String, Value>,
}

#[derive(Debug, Serialize, ToSchema)]
struct ListedFlag {
    #[serde(flatten)]
    flag: Flag,
    /// How the flag was used in the last 7 days, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    usage: Option<FlagUsage>,
}

impl FlagListing {
    /// Lists flags with how each was used, by key.
    pub(crate) fn with_usage(content: EnvironmentContent, mut usage: HashMap<String, FlagUsage>) -> Self {
        let mut listing = Self::from(content);
        for listed in &mut listing.flags {
            listed.usage = Some(usage.remove(&listed.flag.key).unwrap_or_default());
        }
        listing
    }
}

impl From<EnvironmentContent> for FlagListing {
    fn from(content: EnvironmentContent) -> Self {
        let listed = |(record, presence)| ListedFlag { flag: Flag::new(record, presence), usage: None };
        let flags = content.flags.into_iter().map(listed).collect();
        let segments = content.segments.into_iter().map(|segment| (segment.key, definition(&segment.rules))).collect();
        Self { flags, segments }
    }
}

/// The most bytes of all listings together. Beyond it, listings that were asked for earlier are built again.
const MAX_BYTES: usize = 256 << 20;

/// The time for which a request waits for another one that reads the same listing. The database has as much time by itself.
const WAIT: Duration = Duration::from_secs(5);

/// The listings that were asked for lately, by environment.
#[derive(Debug, Default)]
pub(crate) struct Listings(Mutex<HashMap<i64, Slot>>);

/// The listing of one environment. Whoever builds it holds the lock, so that requests for other environments do not wait.
type Slot = Arc<tokio::sync::Mutex<Option<Listing>>>;

/// Why there is no listing.
#[derive(Debug)]
pub(crate) enum NoListing {
    /// Another request has been reading the listing for a long time.
    Busy,
    /// The listing cannot be read.
    Failed(anyhow::Error),
}

#[derive(Debug)]
struct Listing {
    /// The last write that changed it, and the epoch of that number.
    changed: i64,
    epoch: u64,
    body: Arc<Body>,
}

impl Listing {
    fn bytes(&self) -> usize {
        self.body.len()
    }
}

impl From<anyhow::Error> for NoListing {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl Listings {
    /// Returns the listing of an environment as of the newest write; `None` for an environment that was deleted.
    pub(crate) async fn get(
        &self,
        storage: &Storage,
        large_reads: &LargeReads,
        world: &World,
        environment_id: i64,
    ) -> Result<Option<Arc<Body>>, NoListing> {
        let (changed, epoch) = (world.changed(environment_id), world.epoch);
        let slot = Arc::clone(self.0.lock().entry(environment_id).or_default());
        // A request that comes while the listing is built waits for it instead of building another.
        let mut listing = tokio::time::timeout(WAIT, slot.lock()).await.map_err(|_| NoListing::Busy)?;
        if let Some(known) = &*listing
            && Some(known.changed) == changed
            && known.epoch == epoch
        {
            return Ok(Some(Arc::clone(&known.body)));
        }
        let bytes = storage.environment_bytes(environment_id).await.map_err(anyhow::Error::from)?;
        let _turn = large_reads.turn(bytes).await.map_err(|_| NoListing::Busy)?;
        let Some(content) = storage.environment(environment_id).await? else {
            self.0.lock().remove(&environment_id);
            return Ok(None);
        };
        let changed = content.changed;
        let body = tokio::task::spawn_blocking(move || {
            // The tag is the content's, so that a change of another environment leaves it.
            serde_json::to_string(&FlagListing::from(content)).map(|text| Body::new(environment_id, text.into()))
        });
        let body = Arc::new(body.await.map_err(anyhow::Error::from)?.map_err(anyhow::Error::from)?);
        *listing = Some(Listing { changed, epoch, body: Arc::clone(&body) });
        drop(listing);
        self.forget_if_too_large(environment_id);
        Ok(Some(body))
    }

    /// Forgets all listings but one when they are too large together. A listing that is being built counts next time.
    fn forget_if_too_large(&self, kept: i64) {
        let mut listings = self.0.lock();
        let bytes = |slot: &Slot| slot.try_lock().map_or(0, |listing| listing.as_ref().map_or(0, Listing::bytes));
        let total: usize = listings.values().map(bytes).sum();
        if total > MAX_BYTES {
            listings.retain(|id, _| *id == kept);
        }
    }
}
