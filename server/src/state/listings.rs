//! The listing of an environment's flags, which SDKs can poll: built once for each change, and then served from memory.

use std::{collections::HashMap, sync::Arc};

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::sync::Mutex;
use utoipa::ToSchema;

use crate::{
    flags::{Flag, definition},
    http::wire::{
        conditional::takes_gzip,
        error::{ApiError, ApiResult},
        precondition::{etag_header, read_status},
    },
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

/// What the listings may take together; beyond it those that were asked for before are built again.
const MAX_BYTES: usize = 256 << 20;

/// The listings that were asked for lately, by environment.
#[derive(Debug, Default)]
pub(crate) struct Listings(Mutex<HashMap<i64, Arc<Listing>>>);

#[derive(Debug)]
struct Listing {
    /// The last write that changed it.
    changed: i64,
    body: Body,
}

impl Listing {
    fn bytes(&self) -> usize {
        self.body.plain.bytes.len() + self.body.gzip.bytes.len()
    }
}

impl Listings {
    /// The listing of an environment as of the newest write.
    async fn get(&self, storage: &Storage, world: &World, target: (i64, i64)) -> anyhow::Result<Option<Arc<Listing>>> {
        let (project_id, environment_id) = target;
        let changed = world.flags_changed(project_id);
        // Whoever comes while one is built waits for it instead of building another.
        let mut listings = self.0.lock().await;
        if let Some(known) = listings.get(&environment_id)
            && Some(known.changed) == changed
        {
            return Ok(Some(Arc::clone(known)));
        }
        let Some(content) = storage.environment(environment_id).await? else {
            listings.remove(&environment_id);
            return Ok(None);
        };
        let changed = content.changed;
        let body = tokio::task::spawn_blocking(move || {
            // The tag is the content's, so that a change of another environment leaves it.
            serde_json::to_string(&FlagListing::from(content)).map(|text| Body::new(environment_id, text))
        });
        let listing = Arc::new(Listing { changed, body: body.await?? });
        listings.insert(environment_id, Arc::clone(&listing));
        let total: usize = listings.values().map(|listing| listing.bytes()).sum();
        if total > MAX_BYTES {
            listings.retain(|id, _| *id == environment_id);
        }
        Ok(Some(listing))
    }

    pub(crate) async fn respond(
        &self,
        storage: &Storage,
        world: &World,
        target: (i64, i64),
        headers: &HeaderMap,
    ) -> ApiResult<Response> {
        let listing = self.get(storage, world, target).await?;
        let listing = listing.ok_or_else(|| ApiError::not_found("the environment was deleted meanwhile"))?;
        let is_gzip = takes_gzip(headers);
        let encoded = if is_gzip { &listing.body.gzip } else { &listing.body.plain };
        let status = read_status(headers, &encoded.etag);
        let etag = etag_header(&encoded.etag);
        let caching =
            [(header::CACHE_CONTROL, "private, no-cache"), (header::VARY, "Authorization, X-API-Key, Accept-Encoding")];
        if status == StatusCode::NOT_MODIFIED {
            return Ok((status, etag, caching).into_response());
        }
        let mut response =
            (etag, caching, [(header::CONTENT_TYPE, "application/json")], encoded.bytes.clone()).into_response();
        if is_gzip {
            response.headers_mut().insert(header::CONTENT_ENCODING, header::HeaderValue::from_static("gzip"));
        }
        Ok(response)
    }
}
