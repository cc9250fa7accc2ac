//! One rule, in either shape.

use std::borrow::Cow;

use super::{
    super::{
        Reason,
        bucket::Threshold,
        json::{Json, Object},
        place::Problem,
        rule::{Condition, Rule, Substring, Test},
        text_set::TextSet,
    },
    flag::no_duplicates,
    names::Names,
};

const OPERATORS: [&str; 5] = ["eq", "neq", "contains", "in", "percent"];

/// The bucketing attribute of a percent that names none.
const USER_ID: &str = "user_id";

pub(super) fn parse_rule(rule: Json<'_>, names: &mut Names) -> Result<Rule, Problem> {
    let fields = object(rule)?;
    match fields.get("conditions") {
        Some(conditions) if fields.get("operator").is_none() => parse_conditions(&fields, conditions, names),
        _ => parse_condition(&fields, names).map(Rule::Simple),
    }
}

fn parse_conditions(fields: &Object<'_>, conditions: Json<'_>, names: &mut Names) -> Result<Rule, Problem> {
    let Json::List(conditions) = conditions else {
        return Err(Problem::new("conditions", format!("expected a list, found {}", conditions.describe())));
    };
    let conditions = parse_list(conditions, "conditions", |condition| parse_condition(&object(condition)?, names))?;
    let value = match fields.get("value") {
        None | Some(Json::Boolean(true) | Json::Text("true")) => true,
        Some(Json::Boolean(false) | Json::Text("false")) => false,
        Some(other) => {
            return Err(Problem::new("value", format!("expected true or false, found {}", other.describe())));
        }
    };
    let by_percentage = conditions.iter().any(|condition| matches!(condition.test, Test::Percent(_)));
    let reason = if by_percentage { Reason::PercentageRollout } else { Reason::TargetingMatch };
    Ok(Rule::Conditions { conditions, value, reason })
}

/// Parses each item; a problem is placed at `field[index]`.
pub(super) fn parse_list<'a, T>(
    items: &[Json<'a>],
    field: &str,
    mut parse: impl FnMut(Json<'a>) -> Result<T, Problem>,
) -> Result<Box<[T]>, Problem> {
    let mut parsed = Vec::with_capacity(items.len());
    for (index, item) in items.iter().copied().enumerate() {
        parsed.push(parse(item).map_err(|problem| problem.within(&format!("{field}[{index}]")))?);
    }
    Ok(parsed.into())
}

fn object(json: Json<'_>) -> Result<Object<'_>, Problem> {
    let Json::Object(fields) = json else {
        return Err(Problem::new("", format!("expected an object, found {}", json.describe())));
    };
    no_duplicates(&fields)?;
    Ok(fields)
}

fn parse_condition(fields: &Object<'_>, names: &mut Names) -> Result<Condition, Problem> {
    if fields.get("conditions").is_some() && fields.get("operator").is_some() {
        return Err(Problem::new("conditions", "a rule has either conditions or an operator, found both"));
    }
    let operator = text(fields, "operator")?.ok_or_else(|| Problem::new("operator", "missing"))?;
    if !OPERATORS.contains(&operator) {
        let message = format!("unknown operator {operator:?}; this version knows {}", OPERATORS.join(", "));
        return Err(Problem::new("operator", message));
    }
    let attribute = match text(fields, "attribute")? {
        None | Some("") if operator == "percent" => USER_ID,
        None => return Err(Problem::new("attribute", "missing")),
        Some(attribute) => attribute,
    };
    let test = match operator {
        "eq" => Test::Eq(scalar(fields)?.into()),
        "neq" => Test::Neq(scalar(fields)?.into()),
        "contains" => Test::Contains(Box::new(Substring::new(&scalar(fields)?))),
        "in" => Test::In(Box::new(list(fields)?)),
        _ => Test::Percent(percentage(fields)?),
    };
    Ok(Condition { attribute: names.get(attribute), test })
}

fn text<'a>(fields: &Object<'a>, name: &str) -> Result<Option<&'a str>, Problem> {
    match fields.get(name) {
        None => Ok(None),
        Some(Json::Text(text)) => Ok(Some(text)),
        Some(other) => Err(Problem::new(name, format!("expected a string, found {}", other.describe()))),
    }
}

fn value<'a>(fields: &Object<'a>) -> Result<Json<'a>, Problem> {
    fields.get("value").ok_or_else(|| Problem::new("value", "missing"))
}

fn scalar<'a>(fields: &Object<'a>) -> Result<Cow<'a, str>, Problem> {
    let value = value(fields)?;
    value.canonical().ok_or_else(|| {
        Problem::new("value", format!("expected a string, a number or a boolean, found {}", value.describe()))
    })
}

fn list(fields: &Object<'_>) -> Result<TextSet, Problem> {
    let value = value(fields)?;
    let Json::List(items) = value else {
        return Err(Problem::new("value", format!("expected a list, found {}", value.describe())));
    };
    let bytes = items.iter().map(|item| if let Json::Text(text) = item { text.len() } else { 0 }).sum();
    let mut texts = TextSet::with_capacity(items.len(), bytes);
    for (index, item) in items.iter().enumerate() {
        let text = item.canonical().ok_or_else(|| {
            let message = format!("expected a string, a number or a boolean, found {}", item.describe());
            Problem::new(&format!("value[{index}]"), message)
        })?;
        texts.insert(text.as_bytes());
    }
    Ok(texts.finish())
}

fn percentage(fields: &Object<'_>) -> Result<Threshold, Problem> {
    let value = value(fields)?;
    match value {
        Json::Number(number) if (0.0..=100.0).contains(&number.as_double()) => Ok(Threshold::new(number.as_double())),
        _ => Err(Problem::new("value", format!("a percentage is a number from 0 to 100, found {}", value.describe()))),
    }
}
