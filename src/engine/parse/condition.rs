//! One condition: its operator, its attribute and the prepared value.

use super::{
    super::{
        fields::{missing, text},
        json::Object,
        operator::{AttributeUse, Family, NOW, Operator, Source, USER_ID},
        problem::{Problem, ProblemKind},
        rule::Condition,
    },
    tables::Tables,
};

pub(super) fn parse_condition(fields: &Object<'_>, tables: &mut Tables) -> Result<Condition, Problem> {
    if fields.get("conditions").is_some() && fields.get("operator").is_some() {
        let message = "a rule has either conditions or an operator, found both";
        return Err(Problem::at("conditions", ProblemKind::Misplaced, message));
    }
    let name = text(fields, "operator")?.ok_or_else(|| missing("operator"))?;
    let (operator, is_negated) = Operator::named(name).ok_or_else(|| unknown(name))?;
    let attribute = attribute(operator, name, fields)?;
    let test = operator.parse(&Source { fields, attribute, pattern_sizes: &tables.pattern_sizes })?;
    if !tables.note(operator, attribute) {
        let message = format!("a segment's rules look at attributes alone, found {name:?}");
        return Err(Problem::at("operator", ProblemKind::Misplaced, message));
    }
    let test = if is_negated { test.negated() } else { test };
    Ok(Condition { attribute: tables.names.get(attribute), test })
}

#[cold]
fn unknown(name: &str) -> Problem {
    let known: Vec<&str> = Operator::ALL.iter().map(|operator| operator.name()).collect();
    let known = known.join(", ");
    let message = format!("unknown operator {name:?}; this version knows {known}, and not_ before most of them");
    Problem::at("operator", ProblemKind::UnknownOperator, message)
}

/// The attribute that an operator looks at, or the key of the flag that it asks. `name` is the operator as it is written.
fn attribute<'a>(operator: Operator, name: &str, fields: &Object<'a>) -> Result<&'a str, Problem> {
    let attribute = match operator.attribute_use() {
        AttributeUse::Unused => return Ok(""),
        AttributeUse::Bucketing => match text(fields, "attribute")? {
            None | Some("") => USER_ID,
            Some(attribute) => attribute,
        },
        AttributeUse::Required | AttributeUse::FlagKey => {
            text(fields, "attribute")?.ok_or_else(|| missing("attribute"))?
        }
    };
    if attribute == NOW && operator.family() != Family::Time {
        let message = format!("{NOW} goes with before, after and their not_, not with {name:?}");
        return Err(Problem::at("attribute", ProblemKind::Misplaced, message));
    }
    Ok(attribute)
}
