//! Flags as code: an environment as a document that is kept next to the code, compared and brought back.
//!
//! An import may change 10,000 flags, and other writes wait for it. So it is compared, judged and made ready while others
//! write; the write itself only checks that nothing else has changed, and stores rows.

mod basis;
mod checks;
mod difference;
mod document;
mod drafts;
mod options;
mod plan;
mod rows;

use std::sync::Arc;

pub(crate) use difference::Difference;
pub(crate) use document::FlagsAsCode;
pub(crate) use options::Options;

use super::{Backend, Error, Precondition, Result, change::Change, target::EnvironmentTarget};
use crate::flags::document::Document;
use basis::{Basis, deleted};
use document::{content_text, tag_of};
use plan::Plan;
use rows::Rows;

/// How often an import is made ready anew because something else has changed.
const ATTEMPTS: usize = 3;

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
    let content = content.ok_or_else(deleted)?;
    let write = move || {
        let flags =
            content.flags.iter().map(|(record, presence)| (record.key.as_str(), &record.shared, &presence.state));
        let segments = content.segments.iter().map(|segment| (segment.key.as_str(), segment.rules.as_slice()));
        content_text(flags, segments).map(|text| Export { tag: tag_of(&text), text })
    };
    Ok(tokio::task::spawn_blocking(write).await.map_err(anyhow::Error::from)??)
}

/// Makes the flags and segments of an environment those of a document.
///
/// A flag that the document lacks leaves the environment of the target alone. A new flag is in that environment alone, and in
/// all where the target names none. Shared fields change everywhere, or not at all, as in a change of one flag.
///
/// # Errors
/// [`Error::Invalid`], which lists by place everything that is wrong; [`Error::Conflict`] where shared fields differ, flags or
/// segments would leave and their number was not given, or environments need what the import takes away;
/// [`Error::LimitReached`]; [`Error::Outdated`]; [`Error::Busy`]; the errors of `Change::begin_in`.
pub(crate) async fn import(
    backend: &Backend,
    target: &EnvironmentTarget,
    precondition: &Precondition,
    document: Document,
    options: Options,
) -> Result<Import> {
    let document = Arc::new(document);
    for _ in 0..ATTEMPTS {
        let Some(basis) = Basis::read(backend, target).await? else { continue };
        let plan = Plan::of(basis, Arc::clone(&document), target.clone(), precondition.clone(), options).await?;
        let (drafts, brought) = plan.drafts()?;
        plan.check_limits(&backend.limits, &brought)?;
        let judged = plan.judge(drafts).await?;
        let difference = plan.difference(options.dry_run, &brought);
        if options.dry_run {
            return Ok(Import { difference, tag: plan.tag_before });
        }
        plan.check_removals(options.removes)?;
        if plan.is_empty() {
            return Ok(Import { difference, tag: plan.tag_before });
        }
        let (plan, rows) = Rows::of(plan, brought).await?;
        rows.store_texts(backend, &target.who).await?;
        let mut change = Change::begin_in(backend, target).await?;
        if !plan.basis.is_current(&change) {
            continue;
        }
        change.judged_before(judged);
        rows.write(&mut change).await?;
        change.commit().await?;
        return Ok(Import { difference, tag: plan.tag_after });
    }
    Err(Error::Busy(format!(
        "other changes came in between, {ATTEMPTS} times; nothing was changed; import again when fewer flags change"
    )))
}
