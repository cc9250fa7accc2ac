//! Reading the archive.

use super::no_entry;
use crate::{
    operations::{Backend, Result, target::ProjectTarget},
    storage::archive::{Archived, ArchivedHead},
};

/// Lists the newest entries with lower ids than `before`.
///
/// # Errors
/// The database fails.
pub(crate) async fn list(
    backend: &Backend,
    target: &ProjectTarget,
    before: i64,
    limit: usize,
) -> Result<Vec<ArchivedHead>> {
    Ok(backend.follower.storage().archive(target.project_id, before, limit).await?)
}

/// Reads an entry.
///
/// # Errors
/// [`super::Error::NotFound`]; the database fails.
pub(crate) async fn read(backend: &Backend, target: &ProjectTarget, id: i64) -> Result<Archived> {
    backend.follower.storage().archived(target.project_id, id).await?.ok_or_else(|| no_entry(id))
}
