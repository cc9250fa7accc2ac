//! The listing of an environment's flags, which SDKs can poll: built once for each change, and then served from memory.

use std::{collections::HashMap, sync::Arc};

use serde::Serialize;
use serde_json::{Map, Value};
use tokio::sync::Mutex;
use utoipa::ToSchema;

use crate::{
    flags::{Flag, definition},
    storage::{Storage, flags::EnvironmentContent},
    world::{Body, World},
};

/// The flags of an environment, sorted by key.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlagListing {
    flags: Vec<Flag>,
    /// The segments by key, where there are any.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Option<Object>)]
    segments: Map<String, Value>,
}

impl From<EnvironmentContent> for FlagListing {
    fn from(content: EnvironmentContent) -> Self {
        let flags = content.flags.into_iter().map(|(record, state)| Flag::new(record, state)).collect();
        let segments = content.segments.into_iter().map(|segment| (segment.key, definition(&segment.rules))).collect();
        Self { flags, segments }
    }
}

/// The most bytes of all listings together. Beyond it, listings that were asked for earlier are built again.
const MAX_BYTES: usize = 256 << 20;

/// The listings that were asked for lately, by environment.
#[derive(Debug, Default)]
pub(crate) struct Listings(Mutex<HashMap<i64, Listing>>);

#[derive(Debug)]
struct Listing {
    /// The last write that changed it.
    changed: i64,
    body: Arc<Body>,
}

impl Listing {
    fn bytes(&self) -> usize {
        self.body.plain.bytes.len() + self.body.gzip.bytes.len()
    }
}

impl Listings {
    /// Returns the listing of an environment as of the newest write; `None` for an environment that was deleted. `target` are
    /// the ids of the project and the environment.
    pub(crate) async fn get(
        &self,
        storage: &Storage,
        world: &World,
        target: (i64, i64),
    ) -> anyhow::Result<Option<Arc<Body>>> {
        let (project_id, environment_id) = target;
        let changed = world.flags_changed(project_id);
        // A request that comes while a listing is built waits for it instead of building another.
        let mut listings = self.0.lock().await;
        if let Some(known) = listings.get(&environment_id)
            && Some(known.changed) == changed
        {
            return Ok(Some(Arc::clone(&known.body)));
        }
        let Some(content) = storage.environment(environment_id).await? else {
            listings.remove(&environment_id);
            return Ok(None);
        };
        let changed = content.changed;
        let body = tokio::task::spawn_blocking(move || {
            // The tag is the tag of the content, so a change of another environment does not change it.
            serde_json::to_string(&FlagListing::from(content)).map(|text| Body::new(environment_id, text))
        });
        let body = Arc::new(body.await??);
        listings.insert(environment_id, Listing { changed, body: Arc::clone(&body) });
        let total: usize = listings.values().map(Listing::bytes).sum();
        if total > MAX_BYTES {
            listings.retain(|id, _| *id == environment_id);
        }
        Ok(Some(body))
    }
}
