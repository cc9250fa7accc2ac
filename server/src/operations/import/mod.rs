//! Flags as code: an environment as a document that is kept next to the code, compared and brought back.

mod apply;
mod difference;
mod document;
mod plan;
mod read;
mod weight;

pub(crate) use difference::Difference;
pub(crate) use document::{Document, FlagsAsCode};
pub(crate) use read::Reader;
pub(crate) use weight::Weight;

use super::{Backend, Error, Precondition, Result, change::Change, target::EnvironmentTarget};
use crate::flags::{Record, SegmentRecord, State};
use document::{content_text, tag_of};
use plan::Plan;

/// An environment as a document.
#[derive(Debug)]
pub(crate) struct Export {
    /// JSON: sorted, indented, and without versions, times and ids.
    pub(crate) text: String,
    /// Stands for the content, see [`Precondition`].
    pub(crate) tag: String,
}

/// An import that was made, or tried.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) difference: Difference,
    /// The tag of the export: before a dry run, after an import.
    pub(crate) tag: String,
}

/// Exports the flags and segments of an environment.
///
/// # Errors
/// [`Error::NotFound`] where the environment was deleted since; the database fails.
pub(crate) async fn export(backend: &Backend, target: &EnvironmentTarget) -> Result<Export> {
    let content = backend.follower.storage().environment(target.environment_id).await?;
    let content = content.ok_or_else(|| Error::NotFound("the environment was deleted in the meantime".into()))?;
    let text = content_text(&content.flags, &content.segments)?;
    Ok(Export { tag: tag_of(&text), text })
}

/// Makes the flags and segments of an environment those of a document. A dry run only tells what would change.
///
/// # Errors
/// [`Error::Invalid`], which lists by place what the engine would set aside; [`Error::Conflict`] where other environments need
/// what the import takes away; [`Error::Outdated`]; the errors of `Change::begin`.
pub(crate) async fn import(
    backend: &Backend,
    target: &EnvironmentTarget,
    precondition: &Precondition,
    document: Document,
    dry_run: bool,
) -> Result<Import> {
    let mut change = Change::begin(backend, target).await?;
    let (flags, segments) = content(&mut change).await?;
    let tag = tag_of(&content_text(&flags, &segments)?);
    precondition.check(&tag, || "the flags are at another entity tag".into())?;
    let plan = Plan::new(flags, segments, document);
    let difference = plan.difference(dry_run);
    let brought = plan.check(&mut change).await?;
    if dry_run || plan.is_empty() {
        return Ok(Import { difference, tag });
    }
    apply::apply(plan, brought, &mut change).await?;
    let (flags, segments) = content(&mut change).await?;
    let tag = tag_of(&content_text(&flags, &segments)?);
    change.commit().await?;
    Ok(Import { difference, tag })
}

async fn content(change: &mut Change<'_>) -> Result<(Vec<(Record, State)>, Vec<SegmentRecord>)> {
    let environment_id = change.environment_id();
    Ok((change.write.environment_flags(environment_id).await?, change.write.segments(environment_id).await?))
}
