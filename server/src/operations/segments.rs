//! Segments: creating, replacing, deleting.

use std::collections::BTreeMap;

use flagbit::Subject;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{
    Backend, Error, Precondition, Result,
    change::Change,
    flags::check_size,
    history::{Kind, no_version, segment_here},
    judge::Place,
    precondition::{check_version, tag},
    target::EnvironmentTarget,
};
use crate::{
    flags::{Problems, Segment, SegmentRecord, check::Draft, read_segment},
    storage::segments::rules_of,
};

/// A segment after a change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangedSegment {
    #[serde(flatten)]
    pub(crate) segment: Segment,
    /// The name of the environment, if something changed there.
    pub(crate) environments: Vec<String>,
    #[serde(skip)]
    pub(crate) is_new: bool,
}

/// A segment that was deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeletedSegment {
    key: String,
    /// The name of the environment.
    environments: Vec<String>,
}

/// Creates a segment in an environment, or gives one other rules. A change that changes nothing keeps the version.
///
/// # Errors
/// [`Error::Invalid`] for fields that are wrong; [`Error::Conflict`] where flags that use it would be set aside;
/// [`Error::LimitReached`]; [`Error::Outdated`]; the errors of `Change::begin_in`.
pub(crate) async fn put_segment(
    backend: &Backend,
    target: &EnvironmentTarget,
    key: &str,
    precondition: &Precondition,
    fields: Map<String, Value>,
) -> Result<ChangedSegment> {
    let limits = &backend.limits;
    let mut problems = Problems::default();
    let changes = read_segment(fields, limits, &mut problems);
    if changes.key.as_deref().is_some_and(|other| other != key) {
        problems.add("key", format!("expected that of the path, {key:?}"));
    }
    problems.into_result().map_err(Error::Invalid)?;
    let mut draft = Draft::default();
    check_size("segment", draft.put_segment(key, &changes.rules), limits)?;

    let mut change = Change::begin_in(backend, target).await?;
    let before = change.write.segment(target.environment_id, key).await?;
    precondition.check_existence(before.is_some())?;
    if let Some(before) = &before {
        precondition.check(&tag(before.version), || at_version(key, before.version))?;
        check_version(changes.version, before.version, || at_version(key, before.version))?;
        if before.rules == changes.rules {
            let segment = before.clone().into();
            return Ok(ChangedSegment { segment, environments: Vec::new(), is_new: false });
        }
    } else {
        change.check_segment_limit(limits, target.environment_id).await?;
    }
    let place = |subject: &Subject| matches!(subject, Subject::Segment(_)).then(Place::default);
    change.check(BTreeMap::from([(target.environment_id, draft)]), place).await?;

    let is_new = before.is_none();
    let after = put(&mut change, target.environment_id, key, before.clone(), changes.rules).await?;
    let (before, after) = (before.map(Segment::from), Segment::from(after));
    let action = if is_new { "segment.create" } else { "segment.update" };
    change.record_segment(target.environment_id, action, before.as_ref(), Some(&after)).await?;
    change.touch([target.environment_id]).await?;
    Ok(ChangedSegment { segment: after, environments: change.commit().await?, is_new })
}

/// Deletes a segment of an environment.
///
/// # Errors
/// [`Error::Conflict`] where flags use it; [`Error::Outdated`]; [`Error::NotFound`]; the errors of `Change::begin_in`.
pub(crate) async fn delete_segment(
    backend: &Backend,
    target: &EnvironmentTarget,
    key: &str,
    precondition: &Precondition,
) -> Result<DeletedSegment> {
    let mut change = Change::begin_in(backend, target).await?;
    let before = change.write.segment(target.environment_id, key).await?.ok_or_else(|| Error::no_segment(key))?;
    precondition.check(&tag(before.version), || at_version(key, before.version))?;
    let mut draft = Draft::default();
    draft.delete_segment(key);
    change.check(BTreeMap::from([(target.environment_id, draft)]), |_| None).await?;
    change.write.delete_segment(target.environment_id, key).await?;
    change.record_segment(target.environment_id, "segment.delete", Some(&before.into()), None).await?;
    change.touch([target.environment_id]).await?;
    Ok(DeletedSegment { key: key.into(), environments: change.commit().await? })
}

/// A segment after an old version was restored.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RestoredSegment {
    #[serde(flatten)]
    pub(crate) changed: ChangedSegment,
    /// `true` if nothing was changed, because the request only asked what would be.
    dry_run: bool,
}

/// Makes an old version of a segment the newest. A segment that was deleted comes back. A version that equals the present one
/// changes nothing.
///
/// # Errors
/// [`Error::NotFound`] for a version that the history does not have; [`Error::Conflict`] where flags that use the segment
/// would be set aside; [`Error::LimitReached`]; [`Error::Outdated`]; the errors of `Change::begin_in`.
pub(crate) async fn restore_segment(
    backend: &Backend,
    target: &EnvironmentTarget,
    key: &str,
    precondition: &Precondition,
    version: i64,
    dry_run: bool,
) -> Result<RestoredSegment> {
    let here = target.environment_id;
    let mut change = Change::begin_in(backend, target).await?;
    let before = change.write.segment(here, key).await?;
    match &before {
        Some(before) => precondition.check(&tag(before.version), || at_version(key, before.version))?,
        None => precondition.check_existence(false)?,
    }
    let subject = segment_here(target, key);
    let Some(document) = change.write.history_version(&subject, version).await? else {
        let range = change.write.history_range(&subject).await?;
        return Err(no_version(Kind::Segment, key, target, version, range));
    };
    let rules = rules_of(&document)?;
    let is_new = before.is_none();
    if let Some(before) = before.clone().filter(|before| before.rules == rules) {
        let changed = ChangedSegment { segment: before.into(), environments: Vec::new(), is_new };
        return Ok(RestoredSegment { changed, dry_run });
    }
    let mut draft = Draft::default();
    check_size("segment", draft.put_segment(key, &rules), &backend.limits)?;
    change.check(BTreeMap::from([(here, draft)]), |_| None).await?;
    if is_new {
        change.check_segment_limit(&backend.limits, here).await?;
    }
    let after = put(&mut change, here, key, before.clone(), rules).await?;
    let (before, segment) = (before.map(Segment::from), Segment::from(after));
    change.record_restored_segment(here, "segment.restore", before.as_ref(), Some(&segment), Some(version)).await?;
    change.touch([here]).await?;
    let changed = ChangedSegment { segment, environments: change.finish(dry_run).await?, is_new };
    Ok(RestoredSegment { changed, dry_run })
}

/// Gives a segment its rules and the next version, or creates it.
async fn put(
    change: &mut Change<'_>,
    environment_id: i64,
    key: &str,
    before: Option<SegmentRecord>,
    rules: Vec<Value>,
) -> Result<SegmentRecord> {
    let Some(mut segment) = before else {
        return Ok(change.write.create_segment(environment_id, key, rules).await?);
    };
    segment.rules = rules;
    change.write.update_segment(environment_id, &mut segment).await?;
    Ok(segment)
}

/// Names the present version, for those who changed an earlier one.
fn at_version(key: &str, version: i64) -> String {
    format!("the segment {key:?} is at version {version}")
}
