//! The fields of a flag that all environments share: who may change them, and what a change of them touches.

use std::collections::BTreeMap;

use crate::{
    flags::{Flag, Presence, Record, Shared, check::Draft},
    operations::{Result, change::Change},
};

/// Says that shared fields differ on a path that is about one environment; `None` where they do not.
pub(in crate::operations) fn differing(before: &Shared, after: &Shared) -> Option<String> {
    let fields = before.differences(after);
    (!fields.is_empty()).then(|| {
        format!(
            "{}: shared by all environments of the project, and this path changes one environment alone; leave it as it is \
             there, or change it in all of them with ?shared=true, or on the path without an environment",
            fields.join(", ")
        )
    })
}

/// Adds what a change of shared fields makes of the environments that have the flag. Rules name values, so only a change of
/// values matters to them.
pub(super) fn draft_shared(
    before: &Record,
    after: &Record,
    presences: &BTreeMap<i64, Presence>,
    drafts: &mut BTreeMap<i64, Draft>,
) -> Result<()> {
    if before.shared.has_same_values(&after.shared) {
        return Ok(());
    }
    for (environment_id, presence) in presences {
        drafts.entry(*environment_id).or_default().put_flag(&after.key, &after.shared, &presence.state)?;
    }
    Ok(())
}

/// Writes shared fields, and gives each of these environments its next version of the flag.
pub(super) async fn update_shared(
    change: &mut Change<'_>,
    before: &Record,
    after: &Record,
    presences: BTreeMap<i64, Presence>,
) -> Result<()> {
    change.write.update_shared(after).await?;
    if !before.shared.is_same_for_programs(&after.shared) {
        change.touch(presences.keys().copied()).await?;
    }
    let account_id = change.project().who.account_id;
    for (environment_id, old) in presences {
        let mut presence = old.clone();
        change.write.update_presence(account_id, after.id, environment_id, &mut presence, None).await?;
        let (old, new) = (Flag::new(before.clone(), old), Flag::new(after.clone(), presence));
        change.record_flag(environment_id, "flag.update", after.id, Some(&old), Some(&new)).await?;
    }
    Ok(())
}
