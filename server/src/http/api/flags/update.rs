//! Changing a flag: read, changed, judged and written within one write, so that nothing is lost between.

use std::collections::BTreeMap;

use axum::{
    Json,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{at_version, check_size, own_place};
use crate::{
    flags::{Changes, Flag, Moved, Problems, check::Draft, moved},
    http::{
        api::{change::Change, target::EnvironmentTarget},
        wire::{
            error::{ApiError, ApiResult},
            precondition::{check_match, check_version, etag_header, etag_of},
        },
    },
    state::App,
};

/// A flag after a change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UpdatedFlag {
    #[serde(flatten)]
    flag: Flag,
    /// Where the weights of a split changed: from which variant to which (`"sepia>dark"`), in percent of the users whom
    /// the split shares out, exact to 0.001. Where several splits changed, the names begin with the rule
    /// (`"rules[2]: sepia>dark"`). Where the salt or the attribute changed, everybody is dealt anew, and the numbers are
    /// what is to be expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::HashMap<String, f64>>, nullable = false)]
    moved: Option<Moved>,
}

pub(super) async fn update(
    app: &App,
    target: &EnvironmentTarget,
    key: &str,
    headers: &HeaderMap,
    fields: Map<String, Value>,
) -> ApiResult<Response> {
    let mut problems = Problems::default();
    let changes = Changes::read(fields, &app.settings.limits, &mut problems);
    if changes.key.as_deref().is_some_and(|other| other != key) {
        problems
            .add("key", format!("a flag keeps its key, {key:?}: another would deal out the users of percentages anew"));
    }
    problems.into_result().map_err(ApiError::invalid)?;

    let mut change = Change::begin(app, target).await?;
    let before = change.write.flag(target.project_id, key).await?.ok_or_else(|| ApiError::flag_not_found(key))?;
    check_match(headers, &etag_of(before.version), || at_version(key, before.version))?;
    check_version(changes.version, before.version, || at_version(key, before.version))?;
    let mut states = change.write.flag_states(before.id).await?;
    let position = states.iter().position(|(id, _)| *id == target.environment_id);
    let position = position.ok_or_else(|| ApiError::flag_not_found(key))?;
    let old_state = states[position].1.clone();

    let mut record = before.clone();
    changes.apply(&mut record.shared, &mut states[position].1);
    states[position].1.settle(&record.shared);
    if record.shared == before.shared && states[position].1 == old_state {
        return Ok(answer(Flag::new(before, old_state), None));
    }
    // Rules name values: where those change, the other environments must still fit.
    let has_same_values = record.shared.has_same_values(&before.shared);
    let is_same_state = states[position].1 == old_state;
    let mut drafts = BTreeMap::new();
    for (index, (environment_id, state)) in states.iter().enumerate() {
        if has_same_values && (index != position || is_same_state) {
            continue;
        }
        let mut draft = Draft::default();
        let bytes = draft.put_flag(key, &record.shared, state);
        check_size("flag", bytes, &app.settings.limits)?;
        drafts.insert(*environment_id, draft);
    }
    change.check(drafts, own_place(key)).await?;

    change.write.update_flag(&mut record).await?;
    if !is_same_state {
        change.write.update_state(record.id, target.environment_id, &states[position].1).await?;
    }
    if !record.shared.is_same_for_programs(&before.shared) {
        change.touch_all().await?;
    } else if !is_same_state {
        change.touch(&[target.environment_id]).await?;
    }
    let state = states.swap_remove(position).1;
    let moved = moved(&old_state.rules, &state.rules);
    let (before, after) = (Flag::new(before, old_state), Flag::new(record, state));
    change.record("flag.update", key, Some(&before), Some(&after)).await?;
    change.commit().await?;
    Ok(answer(after, moved))
}

fn answer(flag: Flag, moved: Option<Moved>) -> Response {
    (etag_header(&etag_of(flag.version)), Json(UpdatedFlag { flag, moved })).into_response()
}
