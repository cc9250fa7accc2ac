//! Writing what an import changes, with a record of every flag and segment.

use super::plan::Plan;
use crate::{
    flags::{Flag, Segment, State},
    operations::{
        Result,
        change::Change,
        flags::{Brought, write_segments},
    },
};

pub(super) async fn apply(plan: Plan, brought: Brought, change: &mut Change<'_>) -> Result<()> {
    let is_everywhere = !plan.created.is_empty()
        || !plan.deleted.is_empty()
        || plan.updated.iter().any(|flag| !flag.is_same_for_programs);
    let is_here = !plan.has_same_segments() || plan.updated.iter().any(|flag| !flag.is_same_state);
    if is_everywhere {
        change.touch_all().await?;
    } else if is_here {
        let target = change.environment_id();
        change.touch(&[target]).await?;
    }
    write_segments(change, brought).await?;
    apply_segments(&plan, change).await?;
    apply_flags(plan, change).await
}

async fn apply_segments(plan: &Plan, change: &mut Change<'_>) -> Result<()> {
    let environment_id = change.environment_id();
    for segment in &plan.deleted_segments {
        change.write.delete_segment(environment_id, &segment.key).await?;
        change.record("segment.delete", &segment.key, Some(&Segment::from(segment.clone())), None).await?;
    }
    for before in &plan.updated_segments {
        let mut after = before.clone();
        after.rules = plan.document.segments.get(&before.key).cloned().unwrap_or_default();
        change.write.update_segment(environment_id, &mut after).await?;
        let (before, after) = (Segment::from(before.clone()), Segment::from(after));
        change.record("segment.update", &before.key, Some(&before), Some(&after)).await?;
    }
    for key in &plan.created_segments {
        let rules = plan.document.segments.get(key).cloned().unwrap_or_default();
        let after = Segment::from(change.write.create_segment(environment_id, key, rules).await?);
        change.record("segment.create", key, None, Some(&after)).await?;
    }
    Ok(())
}

async fn apply_flags(mut plan: Plan, change: &mut Change<'_>) -> Result<()> {
    let (account_id, environment_id) = (change.account_id(), change.environment_id());
    for (record, state) in plan.deleted {
        change.write.delete_flag(record.id).await?;
        let before = Flag::new(record, state);
        change.record("flag.delete", &before.key, Some(&before), None).await?;
    }
    for update in plan.updated {
        let Some(flag) = plan.document.flags.remove(&update.before.key) else { continue };
        let mut record = update.before.clone();
        record.shared = flag.shared;
        change.write.update_flag(&mut record, &update.before.shared).await?;
        if !update.is_same_state {
            change.write.update_state(account_id, record.id, environment_id, &flag.state).await?;
        }
        let (before, after) = (Flag::new(update.before, update.state), Flag::new(record, flag.state));
        change.record("flag.update", &after.key, Some(&before), Some(&after)).await?;
    }
    for key in plan.created {
        let Some(flag) = plan.document.flags.remove(&key) else { continue };
        let record = change.write.create_flag(change.project_id(), &key, &flag.shared).await?;
        let off = flag.state.switched_off();
        for environment in change.everywhere() {
            let state: &State = if environment == environment_id { &flag.state } else { &off };
            change.write.create_state(account_id, record.id, environment, state).await?;
        }
        let after = Flag::new(record, flag.state);
        change.record("flag.create", &key, None, Some(&after)).await?;
    }
    Ok(())
}
