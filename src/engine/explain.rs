//! Why a flag answers as it does: the rules once more, slowly, with everything they look at.

use super::{
    Answer, Attributes, Clock, Context, ErrorCode, PreparedFlag, Snapshot, VariantValue, bucket,
    json::Json,
    json_text::JsonText,
    operator::{Asked, Described},
    rule::{Condition, Question},
    snapshot::State,
    typed::{Serves, Split, Typed},
};

/// Of a long list this many values are shown.
const SHOWN: usize = 20;

/// An attribute is shown up to this many bytes, since each condition shows it again.
const SHOWN_BYTES: usize = 1_000;

/// The subject of an explanation.
#[derive(Debug, Clone, Copy)]
pub struct Explained<'e> {
    /// The key that was asked for.
    pub flag_key: &'e str,
    /// The flag of that key, and what it is of; or why there is none.
    pub flag: Result<(&'e Snapshot, &'e PreparedFlag), ErrorCode>,
    /// The error in words, where there is one.
    pub error_message: Option<&'e str>,
    /// The revision of what is served.
    pub revision: Option<&'e str>,
}

impl Explained<'_> {
    /// Evaluates the flag and tells how it comes to its answer, as JSON.
    pub fn explain(&self, context: &Context, clock: Clock) -> String {
        let mut json = JsonText::default();
        json.object(|json| match self.flag {
            Ok((snapshot, flag)) => {
                let now = clock();
                let question = &Question { attributes: context, snapshot, now: Some(&now) };
                let answer = flag.state.answer(flag.key(), question);
                self.write_answer(json, answer);
                json.field("rules").list(|json| write_rules(json, flag, answer, question));
            }
            Err(code) => {
                self.write_answer(json, Err(code));
                json.field("rules").list(|_| ());
            }
        });
        json.into_text()
    }

    fn write_answer(&self, json: &mut JsonText, answer: Result<Answer<'_>, ErrorCode>) {
        let found = answer.ok();
        let variant = found.and_then(|answer| answer.variant());
        let enabled = found.map(|answer| answer.enabled());
        json.field("flag_key").text(self.flag_key);
        json.field("enabled").boolean(enabled);
        match (variant, enabled) {
            (Some(variant), _) => {
                json.field("kind").text(variant.value().type_name());
                match variant.value() {
                    VariantValue::String(text) => json.field("value").text(text),
                    VariantValue::Number(number, _) => json.field("value").json(Json::Number(*number)),
                    VariantValue::Json(text) => json.field("value").raw(text),
                }
                json.field("variant").text(variant.name());
            }
            (None, enabled) => {
                json.field("kind").text_or_null(enabled.map(|_| "boolean"));
                json.field("value").boolean(enabled);
                json.field("variant").text_or_null(enabled.map(|enabled| if enabled { "on" } else { "off" }));
            }
        }
        json.field("reason").text(found.map_or("error", |answer| answer.reason().name()));
        json.field("rule_index").index(rule_index(answer));
        json.field("error_code").text_or_null(answer.err().map(ErrorCode::name));
        json.field("error_message").text_or_null(self.error_message);
        json.field("revision").text_or_null(self.revision);
    }
}

fn rule_index(answer: Result<Answer<'_>, ErrorCode>) -> Option<usize> {
    answer.ok().and_then(|answer| answer.rule_index()).map(|index| index as usize)
}

fn write_rules(
    json: &mut JsonText,
    flag: &PreparedFlag,
    answer: Result<Answer<'_>, ErrorCode>,
    question: &Question<'_, Context>,
) {
    let decided = rule_index(answer);
    match flag.state.untimed() {
        State::Enabled { rules, .. } => {
            for (index, rule) in rules.iter().enumerate() {
                write_rule(json, index, decided, |json| {
                    write_conditions(json, rule.conditions(), flag.key(), question);
                    json.field("serves").boolean(Some(rule.value().unwrap_or(true)));
                });
            }
        }
        // Of a flag that is off no rule is tried.
        State::Typed(typed) if typed.enabled => {
            for (index, rule) in typed.rules.iter().enumerate() {
                write_rule(json, index, decided, |json| {
                    write_conditions(json, &rule.conditions, flag.key(), question);
                    match &rule.serves {
                        Serves::Variant(variant) => json.field("serves").text_or_null(name(typed, *variant)),
                        Serves::Split(split) => write_split(json.field("serves"), typed, split, question),
                    }
                });
            }
        }
        _ => {}
    }
}

fn name(typed: &Typed, variant: u8) -> Option<&str> {
    typed.variants.get(usize::from(variant)).map(|variant| variant.name())
}

fn write_rule(json: &mut JsonText, index: usize, decided: Option<usize>, tried: impl FnOnce(&mut JsonText)) {
    json.object(|json| {
        json.field("index").index(Some(index));
        if decided.is_some_and(|decided| index > decided) {
            json.field("outcome").text("not_reached");
            return;
        }
        json.field("outcome").text(if decided == Some(index) { "decided" } else { "not_matched" });
        tried(json);
    });
}

fn write_split(json: &mut JsonText, typed: &Typed, split: &Split, question: &Question<'_, Context>) {
    let found = question.attributes.find(&split.by);
    json.object(|json| {
        json.field("split").list(|json| {
            for share in &split.shares {
                json.list(|json| {
                    json.text_or_null(name(typed, share.variant));
                    json.number(f64::from(share.thousandths) / 1000.0);
                });
            }
        });
        json.field("by").text(split.by.text());
        write_bucket(json, found.as_deref(), &split.salt);
    });
}

/// An attribute's text, without the end of a long one.
fn write_found(json: &mut JsonText, found: &[u8]) {
    match found.split_at_checked(SHOWN_BYTES) {
        Some((shown, rest)) if !rest.is_empty() => {
            let shown = shown.utf8_chunks().next().map_or("", |chunk| chunk.valid());
            json.text(&format!("{shown}..."));
        }
        _ => json.bytes(found),
    }
}

/// The text that was hashed, and its bucket.
fn write_bucket(json: &mut JsonText, found: Option<&[u8]>, salt: &str) {
    json.field("salt").text(salt);
    match found {
        Some(found) => {
            write_found(json.field("found"), found);
            json.field("bucket").number(bucket::of(found, salt.as_bytes()));
        }
        None => {
            json.field("found").raw("null");
            json.field("bucket").raw("null");
        }
    }
}

/// The conditions of a rule; those after one that does not hold were not looked at.
fn write_conditions(json: &mut JsonText, conditions: &[Condition], salt: &str, question: &Question<'_, Context>) {
    json.field("conditions").list(|json| {
        let mut before = true;
        for condition in conditions {
            let holds = before.then(|| condition.holds(salt, question));
            before = holds == Some(true);
            json.object(|json| write_condition(json, condition, salt, holds, question));
        }
    });
}

fn write_condition(
    json: &mut JsonText,
    condition: &Condition,
    salt: &str,
    holds: Option<bool>,
    question: &Question<'_, Context>,
) {
    let test = &condition.test;
    let described = test.describe();
    let Described { values, is_list, .. } = &described;
    json.field("operator").text(&described.name());
    match &values[..] {
        [single] if !*is_list => json.field("value").raw(single),
        [] if !*is_list => {}
        values => {
            json.field("value").list(|json| values.iter().take(SHOWN).for_each(|value| json.raw(value)));
            if values.len() > SHOWN {
                json.field("values").index(Some(values.len()));
            }
        }
    }
    json.field("holds").boolean(holds);
    match test.asked() {
        Some(Asked::Segments(segments)) => json.field("segments").list(|json| {
            for link in &segments.items {
                let segment = question.snapshot.segment(link.position);
                let decided = segment.decide(question);
                json.object(|json| {
                    json.field("segment").text(segment.name());
                    json.field("in").boolean(Some(decided.is_some_and(|(included, _)| included)));
                    json.field("rule_index").index(decided.map(|(_, index)| index));
                });
            }
        }),
        Some(Asked::Flag(asked)) => {
            let flag = question.snapshot.flag(asked.flag.position);
            let answer = flag.state.answer(flag.key(), question).ok();
            json.field("flag").text(flag.key());
            match answer.and_then(|answer| answer.variant()) {
                Some(variant) => json.field("answered").text(variant.name()),
                None => json.field("answered").boolean(answer.map(|answer| answer.enabled())),
            }
        }
        None => {
            let attribute = &condition.attribute;
            json.field("attribute").text(attribute.text());
            let found = question.attributes.find(attribute);
            if test.is_percent() {
                write_bucket(json, found.as_deref(), test.own_salt().unwrap_or(salt));
                return;
            }
            match (question.attributes.list(attribute), found) {
                (Some(items), _) => {
                    json.field("found").list(|json| items.take(SHOWN).for_each(|item| write_found(json, &item)));
                }
                (None, Some(found)) => write_found(json.field("found"), &found),
                (None, None) => json.field("found").raw("null"),
            }
        }
    }
}
