//! What differs between two states of a flag, of its shared fields or of a segment, for people and programs to read.
//!
//! A difference is small, however large the states are: it shows long values by their beginning and counts what it does
//! not list.

mod budget;
mod fields;
mod rules;
#[cfg(test)]
mod tests;

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use budget::Budget;
pub(crate) use budget::Excerpt;
use fields::Look;

/// The fields that the server sets. They differ where nobody changed anything.
const NOT_CONTENT: [&str; 5] = ["version", "created_at", "updated_at", "environments", "moved"];

/// What differs between two states. Both lists are empty if nothing does.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = StateDifference)]
pub(crate) struct Difference {
    /// The fields that differ, except `rules`.
    pub(crate) fields: Vec<FieldChange>,
    /// The rules that differ: removed ones first, by their position before, then the others by their position after.
    pub(crate) rules: Vec<RuleChange>,
    /// The number of further fields, rules and parts of rules that differ.
    #[serde(skip_serializing_if = "is_zero")]
    #[schema(required = false)]
    pub(crate) omitted: usize,
}

/// A field that differs, or a part of it. It has `before` and `after`, or, for a list of scalars, `added` and `removed`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub(crate) struct FieldChange {
    /// The place, counted from 0 in lists: `enabled`, `variants["dark"]`, and in a rule `conditions[1].value`. A condition
    /// that was removed has its index before, any other its index after.
    pub(crate) field: String,
    /// The value before. Without `before` and `before_excerpt`, the field was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    pub(crate) before: Option<Value>,
    /// The beginning of a value that is too long to be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) before_excerpt: Option<Excerpt>,
    /// The value after. Without `after` and `after_excerpt`, the field is not there any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    pub(crate) after: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) after_excerpt: Option<Excerpt>,
    /// The elements that the list has more often than before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) added: Option<Vec<Value>>,
    /// The elements that the list has less often than before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) removed: Option<Vec<Value>>,
    /// The number of further elements that were added.
    #[serde(skip_serializing_if = "is_zero")]
    #[schema(required = false)]
    pub(crate) more_added: usize,
    /// The number of further elements that were removed.
    #[serde(skip_serializing_if = "is_zero")]
    #[schema(required = false)]
    pub(crate) more_removed: usize,
    /// `true` if the elements that stayed have another order.
    #[serde(skip_serializing_if = "is_false")]
    #[schema(required = false)]
    pub(crate) reordered: bool,
}

/// A rule that differs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct RuleChange {
    pub(crate) change: RuleChangeKind,
    /// The position before, counted from 0. An added rule has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) from: Option<usize>,
    /// The position after, counted from 0. A removed rule has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) to: Option<usize>,
    /// `true` if the order of the rules changed by this one. A rule that is not moved can have another position too,
    /// because a rule before it was added or removed.
    pub(crate) moved: bool,
    /// The rule that was added, removed or moved, and a changed rule as it is after.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    pub(crate) rule: Option<Value>,
    /// The beginning of a rule that is too long to be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) rule_excerpt: Option<Excerpt>,
    /// The parts of a changed rule that differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub(crate) parts: Vec<FieldChange>,
}

/// What happened to a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RuleChangeKind {
    Added,
    Removed,
    /// The rule is as before, and stands elsewhere among those that stayed.
    Moved,
    Changed,
}

impl Difference {
    /// Compares two objects of the same kind: flags, shared fields, states or segments. What the server sets (`version`, times)
    /// is not compared.
    pub(crate) fn between(before: &Map<String, Value>, after: &Map<String, Value>) -> Self {
        Self::within(&mut Budget::default(), before, after)
    }

    fn within(budget: &mut Budget, before: &Map<String, Value>, after: &Map<String, Value>) -> Self {
        let is_field = |name: &str| name != "rules" && !NOT_CONTENT.contains(&name);
        let fields = fields::compare(&mut Look { budget, place: None }, before, after, is_field);
        let rules = rules::compare(budget, list(before), list(after));
        Self { fields, rules, omitted: budget.omitted() }
    }

    /// [`Self::between`] for what is written as an object.
    ///
    /// # Errors
    /// They are not written as objects.
    pub(crate) fn of<T: Serialize>(before: &T, after: &T) -> serde_json::Result<Self> {
        let object = |value: &T| match serde_json::to_value(value)? {
            Value::Object(fields) => Ok(fields),
            _ => Err(serde::ser::Error::custom("expected an object")),
        };
        Ok(Self::between(&object(before)?, &object(after)?))
    }

    /// Returns whether nothing differs.
    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.rules.is_empty() && self.omitted == 0
    }
}

/// The rules of an object. An object without rules has none.
fn list(object: &Map<String, Value>) -> &[Value] {
    object.get("rules").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

fn is_false(value: &bool) -> bool {
    !value
}
