//! A naive second evaluator, straight from the specification, against the engine on random snapshots and contexts.

mod generate;
mod naive;

use flagbit::{BorrowedAttributes, Client, Context, Evaluation, PackedAttributes, Value as Attribute};
use naive::{Answer, Question};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Map, Value, json};

use crate::pack::pack;

fn answer(found: &Evaluation) -> Answer {
    let variant = found.variant.as_ref();
    Answer {
        enabled: found.enabled,
        variant: variant.map(|variant| (variant.name().to_owned(), variant.value().text().to_owned())),
        reason: found.reason.name().to_owned(),
        rule_index: found.rule_index,
    }
}

/// The value as a binding hands it on; null is one of an unsupported type. `items` are those of a list.
fn attribute<'a>(value: &'a Value, items: &'a [Attribute<'a>]) -> Option<Attribute<'a>> {
    match value {
        Value::String(text) => Some(Attribute::String(text)),
        Value::Bool(value) => Some(Attribute::Boolean(*value)),
        Value::Number(number) => number.as_i64().map(Attribute::Integer).or(number.as_f64().map(Attribute::Number)),
        Value::Array(_) => Some(Attribute::List(items)),
        _ => None,
    }
}

fn items(value: &Value) -> Vec<Attribute<'_>> {
    value.as_array().into_iter().flatten().map(|item| attribute(item, &[]).unwrap()).collect()
}

/// The same flags in the form of a map.
fn by_key(snapshot: &Value) -> Value {
    let flags = snapshot["flags"].as_array().unwrap().iter();
    let flags: Map<_, _> = flags.map(|flag| (flag["key"].as_str().unwrap().to_owned(), flag.clone())).collect();
    json!({"flags": flags, "segments": snapshot["segments"]})
}

/// The number of random snapshots, which are always the same.
pub(crate) fn generated_snapshots(count: usize) -> Vec<Value> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| generate::snapshot().new_tree(&mut runner).unwrap().current()).collect()
}

proptest! {
    #[test]
    fn the_engine_answers_as_the_naive_evaluator(
        snapshot in generate::snapshot(),
        contexts in prop::collection::vec(generate::attributes(), 1..12),
        in_a_map: bool,
    ) {
        let text = if in_a_map { by_key(&snapshot) } else { snapshot.clone() }.to_string();
        let client = Client::from_snapshot(text).unwrap();
        prop_assert_eq!(client.warnings(), []);
        for attributes in &contexts {
            let lists: Vec<_> = attributes.values().map(items).collect();
            let values: Vec<_> = attributes
                .iter()
                .zip(&lists)
                .map(|((name, value), items)| (*name, attribute(value, items)))
                .collect();
            let built = values.iter().fold(Context::builder(), |builder, (name, value)| match value {
                Some(value) => builder.set(name, *value).unwrap(),
                None => builder,
            });
            let built = built.build();
            let packed = pack(&values);
            let borrowed: Vec<_> = values.iter().filter_map(|(name, value)| Some((*name, (*value)?))).collect();
            for flag in snapshot["flags"].as_array().unwrap() {
                let expected = Question { snapshot: &snapshot, attributes }.answer(flag);
                let key = flag["key"].as_str().unwrap();
                let of_built = client.evaluate(key, &built, false);
                prop_assert_eq!(&answer(&of_built), &expected, "built: {} in {}", key, snapshot);
                let of_packed = client.evaluate(key, &PackedAttributes::new(&packed).unwrap(), false);
                prop_assert_eq!(&answer(&of_packed), &expected, "packed: {} in {}", key, snapshot);
                let of_borrowed = client.evaluate(key, &BorrowedAttributes::new(&borrowed), false);
                prop_assert_eq!(&answer(&of_borrowed), &expected, "borrowed: {} in {}", key, snapshot);
            }
        }
    }

    #[test]
    fn no_text_and_no_bytes_disturb_the_parsers(text in ".{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        _ = flagbit::Snapshot::parse(text.as_bytes(), usize::MAX);
        _ = flagbit::Snapshot::parse(&bytes, usize::MAX);
        _ = PackedAttributes::new(&bytes).map(|packed| packed.iter().count());
    }
}
