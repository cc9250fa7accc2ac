//! Promoting a flag: another environment gets its state.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::{at_version, check_size};
use crate::{
    flags::{Difference, Flag, Moved, Presence, Record, State, moved, used_segments},
    operations::{
        Backend, Error, Precondition, Result,
        bring::{Asked, Bringing},
        change::Change,
        precondition::{check_version, tag},
        target::ProjectTarget,
    },
};

/// What the audit says.
const ACTION: &str = "flag.promote";

/// What to promote, and how.
#[derive(Debug)]
pub(crate) struct Promotion {
    /// The name of the environment whose state is copied.
    pub(crate) from: String,
    /// The name of the environment that gets the state.
    pub(crate) to: String,
    /// The version of the flag in `to` that the caller knows.
    pub(crate) version: Option<i64>,
    /// Without writing anything.
    pub(crate) dry_run: bool,
    /// With the flags that it asks and the segments that it uses, where `to` lacks them.
    pub(crate) with_references: bool,
}

/// A flag whose state was copied to another environment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PromotedFlag {
    key: String,
    /// `true` if nothing was written.
    dry_run: bool,
    /// The version of the flag in `to`: the new one, and after a dry run the present one. It is missing where a dry run finds
    /// that `to` lacks the flag.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) version: Option<i64>,
    /// The names of the environments where something changed: `to`, or none if the states were equal already.
    environments: Vec<String>,
    /// What changed in the state; missing if `to` lacked the flag.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    difference: Option<Difference>,
    /// As in the answer to a change of the flag.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::HashMap<String, f64>>, nullable = false)]
    moved: Option<Moved>,
    /// The keys of the flags that were copied with it, because it asks them.
    with_flags: Vec<String>,
    /// The keys of the segments that were copied with it, because flags use them.
    with_segments: Vec<String>,
}

/// Copies the state of a flag (`enabled`, `default_enabled`, `off`, `rules`) from one environment to another. A flag that the
/// other one lacks becomes present there. Equal states keep the version.
///
/// # Errors
/// [`Error::Conflict`] where the other environment lacks what the flag needs; [`Error::Invalid`] where both environments
/// are the same; [`Error::Forbidden`] without the rights in both; [`Error::NotFound`]; [`Error::FlagNotFound`]; [`Error::Outdated`]; [`Error::LimitReached`]; the errors of
/// `Change::begin`.
pub(crate) async fn promote_flag(
    backend: &Backend,
    target: &ProjectTarget,
    key: &str,
    precondition: &Precondition,
    promotion: &Promotion,
) -> Result<PromotedFlag> {
    let mut change = Change::begin(backend, target).await?;
    let from = change.environment("from", &promotion.from)?;
    let to = change.environment("to", &promotion.to)?;
    if from == to {
        return Err(Error::Invalid(format!("to: expected another environment than from, {:?}", promotion.from)));
    }
    // A dry run shows both environments and changes none.
    change.check_may_see(from)?;
    change.check_right_in(to)?;
    let (record, state, before) = find(&mut change, key, from, to).await?;
    let present = before.as_ref().map(|before| before.version);
    precondition.check_existence(present.is_some())?;
    let at = || match present {
        Some(version) => at_version(key, version),
        None => format!("environment {:?} lacks the flag {key:?}", promotion.to),
    };
    precondition.check(&present.map_or_else(String::new, tag), at)?;
    check_version(promotion.version, present.unwrap_or_default(), at)?;
    let difference = before.as_ref().map(|before| difference(&record, before, &state)).transpose()?;
    let is_same = difference.as_ref().is_some_and(Difference::is_empty);
    let mut promoted = PromotedFlag {
        key: key.into(),
        dry_run: promotion.dry_run,
        version: present,
        environments: Vec::new(),
        difference,
        moved: before.as_ref().and_then(|before| moved(&before.state.rules, &state.rules)),
        with_flags: Vec::new(),
        with_segments: Vec::new(),
    };
    if is_same {
        return Ok(promoted);
    }

    let mut bringing = Bringing::default();
    if promotion.with_references {
        bringing = references(&mut change, key, &state, from, to).await?;
        promoted.with_flags = bringing.flags.iter().map(|(record, _)| record.key.clone()).collect();
        promoted.with_segments = bringing.segment_keys();
    }
    let mut drafts = BTreeMap::new();
    bringing.draft(&mut drafts)?;
    let size = drafts.entry(to).or_default().put_flag(key, &record.shared, &state)?;
    check_size("flag", size, &backend.limits)?;
    change.check(drafts, |_| None).await?;

    change.touch([to]).await?;
    bringing.store(backend, &mut change, ACTION).await?;
    let version = store(&mut change, to, record, state, before).await?;
    // A dry run drops the write, so that it finds all that stands in the way of the change.
    if promotion.dry_run {
        promoted.environments = change.touched();
    } else {
        promoted.version = Some(version);
        promoted.environments = change.commit().await?;
    }
    Ok(promoted)
}

/// Finds a flag with its state in `from`, and what it has in `to`.
async fn find(change: &mut Change<'_>, key: &str, from: i64, to: i64) -> Result<(Record, State, Option<Presence>)> {
    let found = change.write.flag(change.project().project_id, key).await?;
    let mut presences = match &found {
        Some(record) => change.write.presences(record.id).await?,
        None => BTreeMap::new(),
    };
    match (found, presences.remove(&from)) {
        (Some(record), Some(source)) => Ok((record, source.state, presences.remove(&to))),
        _ => Err(Error::FlagNotFound {
            key: key.into(),
            environment: change.name(from).into(),
            present_in: change.names(&presences.keys().copied().collect()),
        }),
    }
}

/// Compares what a flag has with another state, as the API shows both.
fn difference(record: &Record, before: &Presence, state: &State) -> Result<Difference> {
    let after = Presence { state: state.clone(), ..before.clone() };
    Ok(Difference::of(&Flag::new(record.clone(), before.clone()), &Flag::new(record.clone(), after))?)
}

/// Finds what a flag needs and `to` lacks: the flags that it asks, those that these ask, and the segments of all of them, as
/// they are in `from`.
async fn references(change: &mut Change<'_>, key: &str, state: &State, from: i64, to: i64) -> Result<Bringing> {
    let project_id = change.project().project_id;
    let mut bringing = Bringing::default();
    let mut segments: BTreeSet<String> = BTreeSet::new();
    let mut asked = Asked::by(key);
    let mut note = |asked: &mut Asked, state: &State| {
        asked.add(&state.rules);
        segments.extend(used_segments(&state.rules).into_iter().map(str::to_owned));
    };
    note(&mut asked, state);
    while let Some(key) = asked.next() {
        let Some(record) = change.write.flag(project_id, &key).await? else { continue };
        let mut presences = change.write.presences(record.id).await?;
        if !presences.contains_key(&to)
            && let Some(source) = presences.remove(&from)
        {
            note(&mut asked, &source.state);
            bringing.flags.push((record, BTreeMap::from([(to, source.state)])));
        }
    }
    for key in segments {
        if change.write.segment(to, &key).await?.is_none()
            && let Some(segment) = change.write.segment(from, &key).await?
        {
            bringing.segments.insert((to, key), segment);
        }
    }
    Ok(bringing)
}

/// Gives an environment the state. Returns the flag's version there.
async fn store(
    change: &mut Change<'_>,
    to: i64,
    record: Record,
    state: State,
    before: Option<Presence>,
) -> Result<i64> {
    let (account_id, flag_id) = (change.project().who.account_id, record.id);
    let after = match before.clone() {
        Some(mut presence) => {
            change.write.update_presence(account_id, flag_id, to, &mut presence, Some(state)).await?;
            presence
        }
        None => change.write.create_presence(account_id, flag_id, to, state).await?,
    };
    let version = after.version;
    let before = before.map(|before| Flag::new(record.clone(), before));
    let after = Flag::new(record, after);
    change.record_flag(to, ACTION, flag_id, before.as_ref(), Some(&after)).await?;
    Ok(version)
}
