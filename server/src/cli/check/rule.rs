//! Rules as the checks see them. Rules that cannot be read are left out, because the engine has reported them already.

use std::{borrow::Cow, collections::HashSet};

use flagbit::{AttributeUse, Negation, Operator, Place};
use serde_json::{Map, Value};

/// The bucketing attribute of a percentage or a split that names none.
const USER_ID: &str = "user_id";
/// The clock, which everybody has.
const NOW: &str = "@now";
/// The most conditions of a rule that are compared with those of another.
const MAX_PAIRED: usize = 50;

pub(super) struct Rule<'s> {
    pub(super) place: Place,
    pub(super) is_simple: bool,
    pub(super) conditions: Vec<Condition<'s>>,
    pub(super) serves: Serves<'s>,
}

#[derive(PartialEq)]
pub(super) enum Serves<'s> {
    Boolean(bool),
    Variant(&'s str),
    Split(Split<'s>),
}

#[derive(PartialEq)]
pub(super) struct Split<'s> {
    /// Variants and their weights.
    pub(super) shares: Vec<(&'s str, f64)>,
    pub(super) by: &'s str,
    pub(super) salt: Cow<'s, str>,
}

pub(super) struct Condition<'s> {
    pub(super) place: Place,
    /// Without its `not_`; `neq` is the complement of `eq`.
    pub(super) operator: Operator,
    pub(super) is_negated: bool,
    /// The operator as it stands in the text.
    pub(super) written: &'s str,
    pub(super) attribute: &'s str,
    pub(super) value: &'s Value,
    /// The texts that an `eq` or an `in` holds for.
    pub(super) texts: Option<HashSet<Cow<'s, str>>>,
    pub(super) percentage: Option<Percentage<'s>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Percentage<'s> {
    pub(super) share: f64,
    pub(super) salt: &'s str,
}

/// Reads the rules of a flag or a segment.
pub(super) fn rules<'s>(fields: &'s Map<String, Value>, place: &Place, salt: &'s str) -> Vec<Rule<'s>> {
    let rules = fields.get("rules").and_then(Value::as_array).into_iter().flatten().enumerate();
    let place = place.field("rules");
    rules.filter_map(|(index, rule)| read_rule(rule.as_object()?, place.index(index), salt)).collect()
}

fn read_rule<'s>(fields: &'s Map<String, Value>, place: Place, salt: &'s str) -> Option<Rule<'s>> {
    let Some(conditions) = fields.get("conditions") else {
        let condition = read_condition(fields, place.clone(), salt)?;
        return Some(Rule { place, is_simple: true, conditions: vec![condition], serves: Serves::Boolean(true) });
    };
    let conditions = conditions.as_array()?.iter().enumerate();
    let conditions = conditions
        .map(|(index, fields)| read_condition(fields.as_object()?, place.field("conditions").index(index), salt));
    let serves = match fields.get("value") {
        None => Serves::Boolean(true),
        Some(Value::Bool(value)) => Serves::Boolean(*value),
        // A boolean flag may write its booleans as text, and a variant may have their names: both serve the same.
        Some(Value::String(name)) => Serves::Variant(name),
        Some(value) => Serves::Split(read_split(value, salt)?),
    };
    Some(Rule { conditions: conditions.collect::<Option<_>>()?, place, is_simple: false, serves })
}

fn read_condition<'s>(fields: &'s Map<String, Value>, place: Place, salt: &'s str) -> Option<Condition<'s>> {
    let written = fields.get("operator")?.as_str()?;
    let (named, is_negated) = Operator::named(written)?;
    let complemented = Operator::ALL.iter().find(|operator| operator.negation() == Negation::Named(named));
    let (operator, is_negated) = match complemented {
        Some(complemented) => (*complemented, !is_negated),
        None => (named, is_negated),
    };
    let attribute = fields.get("attribute").and_then(Value::as_str).unwrap_or_default();
    let attribute = match operator.attribute_use() {
        AttributeUse::Bucketing if attribute.is_empty() => USER_ID,
        _ => attribute,
    };
    let value = fields.get("value").unwrap_or(&Value::Null);
    let texts = match (operator, value) {
        (Operator::In, Value::Array(items)) => Some(items.iter().filter_map(canonical).collect()),
        (Operator::Eq, value) => Some(canonical(value).into_iter().collect()),
        _ => None,
    };
    let percentage = if operator == Operator::Percent { Some(read_percentage(value, salt)?) } else { None };
    Some(Condition { place, operator, is_negated, written, attribute, value, texts, percentage })
}

fn read_percentage<'s>(value: &'s Value, salt: &'s str) -> Option<Percentage<'s>> {
    let Value::Object(fields) = value else {
        return Some(Percentage { share: value.as_f64()?, salt });
    };
    let share = fields.get("percent")?.as_f64()?;
    Some(Percentage { share, salt: fields.get("salt").and_then(Value::as_str).unwrap_or(salt) })
}

fn read_split<'s>(value: &'s Value, key: &str) -> Option<Split<'s>> {
    let fields = value.as_object()?;
    let share = |entry: &'s Value| Some((entry.get(0)?.as_str()?, entry.get(1)?.as_f64()?));
    let shares = fields.get("split")?.as_array()?.iter().map(share).collect::<Option<_>>()?;
    let by = fields.get("by").and_then(Value::as_str).filter(|by| !by.is_empty()).unwrap_or(USER_ID);
    let salt = fields.get("salt").and_then(Value::as_str);
    Some(Split { shares, by, salt: salt.map_or_else(|| format!("{key}/split").into(), Cow::Borrowed) })
}

impl Rule<'_> {
    /// Returns whether the conditions hold wherever those of the other rule do.
    pub(super) fn holds_wherever(&self, other: &Self) -> bool {
        let size = self.conditions.len().max(other.conditions.len());
        let is_implied = |needed| other.conditions.iter().any(|condition| condition.implies(needed));
        size <= MAX_PAIRED && self.conditions.iter().all(is_implied)
    }

    /// Returns whether no context matches both rules.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        let others = &other.conditions[..other.conditions.len().min(MAX_PAIRED)];
        let mut conditions = self.conditions.iter().take(MAX_PAIRED);
        conditions.any(|condition| others.iter().any(|other| condition.contradicts(other)))
    }
}

impl Condition<'_> {
    /// Returns the attribute if the condition also holds where that attribute is absent.
    pub(super) fn holds_without(&self) -> Option<&str> {
        (self.is_negated && self.looks_at_an_attribute() && self.operator != Operator::Exists).then_some(self.attribute)
    }

    /// Returns the attribute that the condition needs to hold.
    pub(super) fn needs(&self) -> Option<&str> {
        (!self.is_negated && self.looks_at_an_attribute()).then_some(self.attribute)
    }

    fn looks_at_an_attribute(&self) -> bool {
        self.operator.looks_at_attribute() && self.attribute != NOW
    }

    /// Returns whether the condition holds only if the attribute is absent.
    pub(super) fn is_absence_of(&self, attribute: &str) -> bool {
        self.operator == Operator::Exists && self.is_negated && self.attribute == attribute
    }

    /// Returns whether the other condition holds wherever this one does.
    pub(super) fn implies(&self, other: &Self) -> bool {
        if other.operator == Operator::Exists && !other.is_negated {
            return self.needs() == Some(other.attribute);
        }
        if self.attribute != other.attribute || self.is_negated != other.is_negated {
            return false;
        }
        match (self.percentage, other.percentage, &self.texts, &other.texts) {
            (Some(one), Some(other), ..) => one.salt == other.salt && one.share <= other.share,
            (.., Some(one), Some(other)) if self.is_negated => other.is_subset(one),
            (.., Some(one), Some(other)) => one.is_subset(other),
            _ => self.operator == other.operator && self.value == other.value,
        }
    }

    /// Returns whether the two conditions never hold together.
    pub(super) fn contradicts(&self, other: &Self) -> bool {
        let excludes = |one: &Self, other: &Self| one.needs().is_some_and(|attribute| other.is_absence_of(attribute));
        if excludes(self, other) || excludes(other, self) {
            return true;
        }
        if self.attribute != other.attribute {
            return false;
        }
        match (&self.texts, &other.texts) {
            (Some(one), Some(other_texts)) => match (self.is_negated, other.is_negated) {
                (false, false) => one.is_disjoint(other_texts),
                (false, true) => one.is_subset(other_texts),
                (true, false) => other_texts.is_subset(one),
                (true, true) => false,
            },
            _ => {
                let same = self.operator == other.operator && self.value == other.value;
                same && self.is_negated != other.is_negated
            }
        }
    }
}

/// The text that a scalar is compared as.
pub(super) fn canonical(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.into()),
        Value::Bool(value) => Some(if *value { "true" } else { "false" }.into()),
        Value::Number(number) => Some(match number.as_f64() {
            Some(double) if number.is_f64() => ryu_js::Buffer::new().format(double).to_owned().into(),
            _ => number.to_string().into(),
        }),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
