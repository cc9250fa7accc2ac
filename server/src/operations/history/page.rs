//! Pages of the history, with what differs from version to version.

use serde_json::{Map, Value};

use super::{Kind, find_flag, flag_here, no_flag, segment_here};
use crate::{
    flags::{Difference, Shared, State, as_code},
    json,
    operations::{Backend, Error, Result, target::EnvironmentTarget},
    storage::history::{Entry, Head, Page},
};

/// The bytes that are read for a page, about. One entry may take more.
const MAX_PAGE_BYTES: usize = 1 << 20;

/// An entry of the history.
#[derive(Debug)]
pub(crate) struct ListedEntry {
    pub(crate) head: Head,
    /// What differs from the version before. `None` for the first version, and if the flag or the segment left.
    pub(crate) difference: Option<Difference>,
}

/// Measures the newest entries with lower ids than `before`: at most `limit`.
///
/// # Errors
/// [`Error::FlagNotFound`]; [`Error::NotFound`]; the database fails.
pub(crate) async fn measure(
    backend: &Backend,
    target: &EnvironmentTarget,
    (kind, key): (Kind, &str),
    before: i64,
    limit: usize,
) -> Result<Page> {
    let subject = match kind {
        Kind::Flag => flag_here(target, find_flag(backend, target, key).await?.id),
        Kind::Segment => segment_here(target, key),
    };
    let page = backend.follower.storage().history_page(subject, before, limit, MAX_PAGE_BYTES).await?;
    if page.last().is_none() && before == i64::MAX {
        return Err(match kind {
            Kind::Flag => no_flag(backend, target, key).await?,
            Kind::Segment => Error::no_segment(key),
        });
    }
    Ok(page)
}

/// Reads a page that was measured, newest entry first.
///
/// # Errors
/// The database fails.
pub(crate) async fn read(backend: &Backend, kind: Kind, page: Page) -> Result<Vec<ListedEntry>> {
    let entries = backend.follower.storage().read_history_page(page).await?;
    let compare = move || entries.into_iter().map(|entry| listed(kind, entry)).collect();
    tokio::task::spawn_blocking(compare).await.map_err(anyhow::Error::from)?
}

fn listed(kind: Kind, Entry { head, change }: Entry) -> Result<ListedEntry> {
    let difference = match change {
        Some((before, after)) => Some(Difference::between(&fields(kind, &before)?, &fields(kind, &after)?)),
        None => None,
    };
    Ok(ListedEntry { head, difference })
}

/// Reads a document without the large fields that do not differ.
fn fields(kind: Kind, document: &str) -> Result<Map<String, Value>> {
    let value = match kind {
        Kind::Flag => {
            let (shared, mut state): (Shared, State) =
                (serde_json::from_str(document)?, serde_json::from_str(document)?);
            // A boolean flag without the field answers `false`, and the documents tell it in both ways.
            state.default_enabled = state.default_enabled.filter(|enabled| *enabled);
            let mut fields = as_code("", &shared, &state);
            fields.as_object_mut().map(|fields| fields.shift_remove("key"));
            fields
        }
        Kind::Segment => json::read(document.as_bytes())?,
    };
    Ok(match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    })
}
