//! The fields of objects, and the elements of lists.

use std::collections::HashMap;

use flagbit::Place;
use serde_json::{Map, Value};

use super::{FieldChange, budget::Budget};

/// Where to look, and what may still be shown.
pub(super) struct Look<'b> {
    pub(super) budget: &'b mut Budget,
    /// The place of the object; `None` for the outermost.
    pub(super) place: Option<Place>,
}

/// Compares the fields of two objects that `is_compared` names.
pub(super) fn compare(
    look: &mut Look<'_>,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    is_compared: impl Fn(&str) -> bool,
) -> Vec<FieldChange> {
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    let mut changes = Vec::new();
    for name in names.filter(|name| is_compared(name)) {
        let (old, new) = (before.get(name), after.get(name));
        if old == new {
            continue;
        }
        let place = look.place.as_ref().map_or_else(|| Place::from(name.as_str()), |place| place.field(name));
        match (old, new) {
            (Some(Value::Object(old)), Some(Value::Object(new))) => {
                let is_named = name == "variants" && look.place.is_none();
                entries(look.budget, &place, is_named, old, new, &mut changes);
            }
            (Some(Value::Array(old)), Some(Value::Array(new))) if name == "conditions" => {
                conditions(look.budget, &place, old, new, &mut changes);
            }
            (Some(Value::Array(old)), Some(Value::Array(new))) if is_scalars(old) && is_scalars(new) => {
                if look.budget.take() {
                    changes.push(elements(look.budget, &place, old, new));
                }
            }
            _ => value(look.budget, &place, old, new, &mut changes),
        }
    }
    changes
}

/// Compares the entries of an object whose values are shown whole.
fn entries(
    budget: &mut Budget,
    place: &Place,
    is_named: bool,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    changes: &mut Vec<FieldChange>,
) {
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    for name in names {
        let (old, new) = (before.get(name), after.get(name));
        if old != new {
            let place = if is_named { place.entry(name) } else { place.field(name) };
            value(budget, &place, old, new, changes);
        }
    }
}

/// Shows a value before and after.
fn value(
    budget: &mut Budget,
    place: &Place,
    before: Option<&Value>,
    after: Option<&Value>,
    changes: &mut Vec<FieldChange>,
) {
    if budget.take() {
        let (before, before_excerpt) = budget.show(before);
        let (after, after_excerpt) = budget.show(after);
        let field = place.to_string();
        changes.push(FieldChange { field, before, before_excerpt, after, after_excerpt, ..FieldChange::default() });
    }
}

/// Compares lists of scalars by what was added and removed.
fn elements(budget: &mut Budget, place: &Place, before: &[Value], after: &[Value]) -> FieldChange {
    let Leftover { removed, added, reordered } = Leftover::of(before, after);
    let removed: Vec<&Value> = removed.iter().map(|index| &before[*index]).collect();
    let added: Vec<&Value> = added.iter().map(|index| &after[*index]).collect();
    let (added, more_added) = budget.show_elements(&added);
    let (removed, more_removed) = budget.show_elements(&removed);
    FieldChange {
        field: place.to_string(),
        added: Some(added),
        removed: Some(removed),
        more_added,
        more_removed,
        reordered,
        ..FieldChange::default()
    }
}

/// Compares conditions, all of which have to hold, so that their order matters little.
fn conditions(budget: &mut Budget, place: &Place, before: &[Value], after: &[Value], changes: &mut Vec<FieldChange>) {
    let Leftover { removed, mut added, reordered } = Leftover::of(before, after);
    for old in removed {
        let like = |new: &&usize| asks_alike(&before[old], &after[**new]);
        match added.iter().position(|new| like(&new)) {
            Some(position) => {
                let new = added.remove(position);
                if let (Value::Object(old), Value::Object(new_fields)) = (&before[old], &after[new]) {
                    let look = &mut Look { budget, place: Some(place.index(new)) };
                    changes.extend(compare(look, old, new_fields, |_| true));
                }
            }
            None => value(budget, &place.index(old), Some(&before[old]), None, changes),
        }
    }
    for new in added {
        value(budget, &place.index(new), None, Some(&after[new]), changes);
    }
    if reordered && budget.take() {
        changes.push(FieldChange { field: place.to_string(), reordered, ..FieldChange::default() });
    }
}

/// Returns whether two conditions look at the same attribute with the same operator.
fn asks_alike(one: &Value, other: &Value) -> bool {
    let is_same = |name| one.get(name) == other.get(name);
    one.is_object() && other.is_object() && is_same("attribute") && is_same("operator")
}

fn is_scalars(list: &[Value]) -> bool {
    !list.iter().any(|item| item.is_array() || item.is_object())
}

/// The elements of two lists that are left once equal ones are paired.
pub(super) struct Leftover {
    /// Indexes before.
    pub(super) removed: Vec<usize>,
    /// Indexes after.
    pub(super) added: Vec<usize>,
    /// Whether the pairs cross.
    pub(super) reordered: bool,
}

impl Leftover {
    /// Pairs equal elements, the first ones with the first ones.
    pub(super) fn of(before: &[Value], after: &[Value]) -> Self {
        let mut places: HashMap<&Value, Vec<usize>> = HashMap::with_capacity(before.len());
        before.iter().enumerate().rev().for_each(|(index, item)| places.entry(item).or_default().push(index));
        let mut is_paired = vec![false; before.len()];
        let (mut added, mut last, mut reordered) = (Vec::new(), None, false);
        for (index, item) in after.iter().enumerate() {
            match places.get_mut(item).and_then(Vec::pop) {
                Some(old) => {
                    is_paired[old] = true;
                    reordered |= last > Some(old);
                    last = Some(old);
                }
                None => added.push(index),
            }
        }
        let removed = (0..before.len()).filter(|index| !is_paired[*index]).collect();
        Self { removed, added, reordered }
    }
}
