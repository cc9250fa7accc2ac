//! One rule of a boolean flag or a segment, in either shape.

use super::{
    super::{
        Reason,
        fields::{object, parse_list, unexpected},
        json::{Json, Object},
        place::Step,
        problem::Problem,
        rule::{Condition, Rule},
    },
    condition::parse_condition,
    tables::Tables,
};

pub(super) fn parse_rule(rule: Json<'_>, tables: &mut Tables) -> Result<Rule, Problem> {
    let fields = object(rule)?;
    let rule = match fields.get("conditions") {
        Some(conditions) if fields.get("operator").is_none() => parse_conditions_rule(&fields, conditions, tables)?,
        _ => Rule::Simple(parse_condition(&fields, tables)?),
    };
    Ok(rule.sorted())
}

fn parse_conditions_rule(fields: &Object<'_>, conditions: Json<'_>, tables: &mut Tables) -> Result<Rule, Problem> {
    let conditions = parse_conditions(conditions, tables)?;
    let value = match fields.get("value") {
        None | Some(Json::Boolean(true) | Json::Text("true")) => true,
        Some(Json::Boolean(false) | Json::Text("false")) => false,
        Some(other) => {
            return Err(unexpected("true or false", &other).within(Step::field("value")));
        }
    };
    let reason = reason_of(&conditions);
    Ok(Rule::Conditions { conditions, value, reason })
}

pub(super) fn parse_conditions(conditions: Json<'_>, tables: &mut Tables) -> Result<Box<[Condition]>, Problem> {
    let Json::List(conditions) = conditions else {
        return Err(unexpected("a list", &conditions).within(Step::field("conditions")));
    };
    parse_list(conditions, "conditions", |condition| parse_condition(&object(condition)?, tables))
}

/// Returns the reason of a rule with these conditions. Percentages inside a segment or another flag do not count.
pub(super) fn reason_of(conditions: &[Condition]) -> Reason {
    let by_percentage = conditions.iter().any(|condition| condition.test.is_percent());
    if by_percentage { Reason::PercentageRollout } else { Reason::TargetingMatch }
}
