//! Erasing an archived flag, for personal data.

use serde::Serialize;
use utoipa::ToSchema;

use super::no_entry;
use crate::{
    operations::{Backend, Result, access, target::ProjectTarget},
    storage::audit::Entry,
};

/// A flag that was erased.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErasedFlag {
    key: String,
    /// Always empty: an archived flag is in no environment.
    environments: Vec<String>,
}

/// Erases an entry of the archive with all that was recorded of the flag, besides who changed it and when. Nothing brings it
/// back.
///
/// # Errors
/// [`super::Error::NotFound`]; the errors of [`access::begin`].
pub(crate) async fn erase(backend: &Backend, target: &ProjectTarget, id: i64) -> Result<ErasedFlag> {
    let mut write = access::begin(&backend.follower, &target.who).await?;
    let archived = write.archived(target.project_id, id).await?.ok_or_else(|| no_entry(id))?;
    write.erase_archived(target.who.account_id, target.project_id, &archived).await?;
    let key = archived.record.key;
    let flag_id = Some(archived.record.id);
    write.record(Entry { action: "flag.erase", target: &key, flag_id, ..target.entry() }).await?;
    backend.follower.commit(write).await?;
    Ok(ErasedFlag { key, environments: Vec::new() })
}
