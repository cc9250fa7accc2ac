//! One flag: what of it can be evaluated, and what is wrong with it.

use super::{
    super::{
        json::{Json, Object},
        place::Problem,
        snapshot::State,
    },
    names::Names,
    rule::{parse_list, parse_rule},
};

/// The flag's state; beside it the problem that sets it aside.
///
/// A flag with a problem that is clearly switched off stays off: a kill switch must work in an SDK that is too old for
/// the flag's rules.
pub(super) fn parse_flag(fields: &Object<'_>, names: &mut Names) -> (State, Option<Problem>) {
    match parse(fields, names) {
        Ok(state) => (state, None),
        Err(problem) => {
            let off = matches!(fields.get("enabled"), Some(Json::Boolean(false))) && !fields.is_duplicate("enabled");
            (if off { State::Disabled } else { State::SetAside }, Some(problem))
        }
    }
}

fn parse(fields: &Object<'_>, names: &mut Names) -> Result<State, Problem> {
    no_duplicates(fields)?;
    let enabled = boolean(fields, "enabled")?.ok_or_else(|| Problem::new("enabled", "missing"))?;
    let default_enabled = boolean(fields, "default_enabled")?.unwrap_or(false);
    let rules = match fields.get("rules") {
        None | Some(Json::Null) => [].into(),
        Some(Json::List(rules)) => parse_list(rules, "rules", |rule| parse_rule(rule, names))?,
        Some(other) => return Err(Problem::new("rules", format!("expected a list, found {}", other.describe()))),
    };
    // The rules of a flag that is off are read all the same: a problem in them is worth a warning.
    Ok(if enabled { State::Enabled { default_enabled, rules } } else { State::Disabled })
}

pub(super) fn no_duplicates(fields: &Object<'_>) -> Result<(), Problem> {
    fields.duplicate().map_or(Ok(()), |field| Err(Problem::new(field, "duplicate field")))
}

fn boolean(fields: &Object<'_>, name: &str) -> Result<Option<bool>, Problem> {
    match fields.get(name) {
        None => Ok(None),
        Some(Json::Boolean(value)) => Ok(Some(value)),
        Some(other) => Err(Problem::new(name, format!("expected a boolean, found {}", other.describe()))),
    }
}
