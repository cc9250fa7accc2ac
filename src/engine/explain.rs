//! Why a flag answers as it does: the rules once more, slowly, with everything they look at.

use serde_json::{Map, Value, json};

use super::{
    Answer, Attributes, Clock, ErrorCode, Flag, Name, Snapshot, VariantValue, bucket,
    further::{AnyOf, Comparison, Further, Outcome},
    rule::{Condition, Question, Rule, Test},
    snapshot::State,
    typed::{Serves, Split, Typed},
};

/// Of a long list this many values are shown.
const SHOWN: usize = 20;

/// Why a flag answers as it does, as a JSON object.
#[derive(Debug, Clone)]
pub struct Explanation {
    fields: Map<String, Value>,
    error_code: Option<ErrorCode>,
}

impl Explanation {
    fn new(flag_key: &str, answer: Result<Answer<'_>, ErrorCode>, rules: Vec<Value>) -> Self {
        let (kind, value, name) = match answer {
            Err(_) => (Value::Null, Value::Null, Value::Null),
            Ok(Answer { variant: Some(variant), .. }) => {
                (variant.value().type_name().into(), value_of(variant.value()), variant.name().into())
            }
            Ok(Answer { enabled, .. }) => ("boolean".into(), enabled.into(), if enabled { "on" } else { "off" }.into()),
        };
        let fields = [
            ("flag_key", flag_key.into()),
            ("enabled", answer.map_or(Value::Null, |answer| answer.enabled.into())),
            ("kind", kind),
            ("value", value),
            ("variant", name),
            ("reason", answer.map_or("error", |answer| answer.reason.name()).into()),
            ("rule_index", answer.ok().and_then(|answer| answer.rule_index).into()),
            ("error_code", answer.err().map(ErrorCode::name).into()),
            ("error_message", Value::Null),
            ("rules", rules.into()),
        ];
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { fields, error_code: answer.err() }
    }

    /// Of a flag that is not there, or of a client that has none.
    pub fn without_answer(flag_key: &str, code: ErrorCode) -> Self {
        Self::new(flag_key, Err(code), Vec::new())
    }

    /// Why there is no answer.
    pub fn error_code(&self) -> Option<ErrorCode> {
        self.error_code
    }

    /// Adds what the engine does not know.
    pub fn set(&mut self, field: &str, value: impl Into<Value>) {
        self.fields.insert(field.to_owned(), value.into());
    }

    /// The JSON text.
    pub fn to_text(&self) -> String {
        // Only writers fail, or maps with keys that are no strings.
        serde_json::to_string(&self.fields).unwrap_or_default()
    }
}

fn value_of(value: &VariantValue) -> Value {
    match value {
        VariantValue::String(text) => (**text).into(),
        VariantValue::Number(_, text) | VariantValue::Json(text) => serde_json::from_str(text).unwrap_or_default(),
    }
}

impl Flag {
    /// Evaluates this flag of `snapshot`, and tells how it comes to its answer.
    pub fn explain(&self, snapshot: &Snapshot, attributes: &impl Attributes, clock: Clock) -> Explanation {
        let question = Question { attributes, snapshot, clock, now: None }.with_time();
        let answer = self.state.answer_again(self.key(), question);
        let decided = answer.ok().and_then(|answer| answer.rule_index).map(|index| index as usize);
        // Of a flag that is off no rule is tried.
        let rules = match (self.state.untimed(), &answer) {
            (State::Enabled { rules, .. }, _) => explain_rules(rules, self.key(), question, decided),
            (State::Typed(typed), Ok(answer)) if answer.enabled => explain_typed(typed, self.key(), question, decided),
            _ => Vec::new(),
        };
        Explanation::new(self.key(), answer, rules)
    }
}

fn explain_rules(
    rules: &[Rule],
    salt: &str,
    question: Question<'_, impl Attributes>,
    decided: Option<usize>,
) -> Vec<Value> {
    let explain = |(index, rule): (usize, &Rule)| {
        outcome(index, decided, || {
            let serves = if let Rule::Conditions { value, .. } = rule { *value } else { true };
            (explain_conditions(rule.conditions(), salt, question), serves.into())
        })
    };
    rules.iter().enumerate().map(explain).collect()
}

fn explain_typed(
    typed: &Typed,
    key: &str,
    question: Question<'_, impl Attributes>,
    decided: Option<usize>,
) -> Vec<Value> {
    let name = |variant: u8| typed.variants.get(usize::from(variant)).map(|variant| variant.name());
    let rules = typed.rules.iter().enumerate();
    let explain = rules.map(|(index, rule)| {
        outcome(index, decided, || {
            let serves = match &rule.serves {
                Serves::Variant(variant) => name(*variant).into(),
                Serves::Split(split) => explain_split(split, &name, question),
            };
            (explain_conditions(&rule.conditions, key, question), serves)
        })
    });
    explain.collect()
}

fn outcome(index: usize, decided: Option<usize>, tried: impl FnOnce() -> (Vec<Value>, Value)) -> Value {
    if decided.is_some_and(|decided| index > decided) {
        return json!({"index": index, "outcome": "not_reached"});
    }
    let (conditions, serves) = tried();
    let outcome = if decided == Some(index) { "decided" } else { "not_matched" };
    json!({"index": index, "outcome": outcome, "conditions": conditions, "serves": serves})
}

fn explain_split<'n>(
    split: &Split,
    name: &impl Fn(u8) -> Option<&'n str>,
    question: Question<'_, impl Attributes>,
) -> Value {
    let weight = |thousandths: u32| number(f64::from(thousandths) / 1000.0);
    let shares = split.shares.iter().map(|share| json!([name(share.variant), weight(share.thousandths)]));
    let found = question.attributes.find(&split.by);
    json!({
        "split": shares.collect::<Vec<_>>(),
        "by": split.by.text(),
        "salt": &*split.salt,
        "found": found.as_deref().map(text),
        "bucket": found.as_deref().map(|value| bucket::of(value, split.salt.as_bytes())),
    })
}

/// The conditions of a rule; those after one that does not hold were not looked at.
fn explain_conditions(
    conditions: &[Condition],
    salt: &str,
    question: Question<'_, impl Attributes>,
) -> Vec<Value> {
    let mut holds = Some(true);
    let explain = |condition: &Condition| {
        holds = holds.and_then(|before| before.then(|| condition.holds(salt, question)));
        explain_condition(condition, salt, question, holds)
    };
    conditions.iter().map(explain).collect()
}

fn explain_condition(
    condition: &Condition,
    salt: &str,
    question: Question<'_, impl Attributes>,
    holds: Option<bool>,
) -> Value {
    let (operator, value) = describe(&condition.test);
    let mut fields = Map::new();
    let mut set = |field: &str, value: Value| _ = fields.insert(field.to_owned(), value);
    set("operator", operator.into());
    set("holds", holds.into());
    if let Some(mut value) = value {
        if let Some(values) = value.as_array_mut().filter(|values| values.len() > SHOWN) {
            set("values", values.len().into());
            values.truncate(SHOWN);
        }
        set("value", value);
    }
    match condition.test.further() {
        Some(Further::InSegment(segments)) => {
            let explain = |position: u32| {
                let segment = question.snapshot.segment(position);
                let decided = segment.decide(question);
                let (included, rule_index) = (decided.is_some_and(|(is_in, _)| is_in), decided.map(|(_, index)| index));
                json!({"segment": segment.name(), "in": included, "rule_index": rule_index})
            };
            set("segments", segments.items.iter().map(|link| explain(link.position)).collect());
        }
        Some(Further::FlagIs(asked)) => {
            let flag = question.snapshot.flag(asked.flag.position);
            let answer = flag.state.answer_again(flag.key(), question).ok();
            let variant = answer.and_then(|answer| answer.variant).map(|variant| Value::from(variant.name()));
            set("flag", flag.key().into());
            set("answered", variant.unwrap_or_else(|| answer.map(|answer| answer.enabled).into()));
        }
        further => {
            set("attribute", condition.attribute.text().into());
            let found = question.attributes.find(&condition.attribute);
            if condition.test.is_percent() {
                let salt = if let Some(Further::Percent { salt, .. }) = further { salt } else { salt };
                set("salt", salt.into());
                set("bucket", found.as_deref().map(|value| bucket::of(value, salt.as_bytes())).into());
            }
            set("found", found.as_deref().map_or_else(|| list(&condition.attribute, question), text));
        }
    }
    fields.into()
}

fn text(value: &[u8]) -> Value {
    String::from_utf8_lossy(value).into()
}

/// The elements of an attribute that is a list; null where it is absent.
fn list(name: &Name, question: Question<'_, impl Attributes>) -> Value {
    question.attributes.list(name).map_or(Value::Null, |items| items.map(|item| text(&item)).collect())
}

/// A number as JSON: without a fraction where it has none.
fn number(value: f64) -> Value {
    serde_json::from_str(ryu_js::Buffer::new().format(value)).unwrap_or_default()
}

/// The operator and its value, as the snapshot has them.
fn describe(test: &Test) -> (String, Option<Value>) {
    let (operator, value) = match test {
        Test::Eq(text) => ("eq", (**text).into()),
        Test::Neq(text) => ("neq", (**text).into()),
        Test::Contains(substring) => ("contains", substring.text().into()),
        Test::In(texts) => ("in", texts.iter().map(text).collect()),
        Test::Percent(share) => ("percent", number(share.percentage)),
        Test::Further(further) => return describe_further(further),
    };
    (operator.into(), Some(value))
}

fn describe_further(further: &Further) -> (String, Option<Value>) {
    let (operator, value) = match further {
        Further::Not(test) => {
            let (operator, value) = describe(test);
            return (format!("not_{operator}"), value);
        }
        Further::Exists => return ("exists".into(), None),
        Further::Compare(comparison, value) => (comparison.name(), number(*value)),
        Further::StartsWith(texts) => ("starts_with", any_of(texts, |text| (**text).into())),
        Further::EndsWith(texts) => ("ends_with", any_of(texts, |text| (**text).into())),
        Further::ContainsAny(substrings) => ("contains", any_of(substrings, |substring| substring.text().into())),
        Further::Matches(patterns) => ("matches", any_of(patterns, |pattern| pattern.as_str().into())),
        Further::Has(texts) => ("has", texts.iter().map(text).collect()),
        Further::SemVer(comparison, version) => {
            return (format!("semver_{}", comparison.name()), Some((**version).into()));
        }
        Further::Before(_, text) => ("before", (**text).into()),
        Further::After(_, text) => ("after", (**text).into()),
        Further::Percent { share, .. } => ("percent", number(share.percentage)),
        Further::InSegment(segments) => ("in_segment", any_of(segments, |link| (*link.name).into())),
        Further::FlagIs(asked) => {
            let answer = |answer: &Outcome| match answer {
                Outcome::Boolean(value) => (*value).into(),
                Outcome::Variant(name) => (**name).into(),
            };
            ("flag_is", any_of(&asked.answers, answer))
        }
    };
    (operator.into(), Some(value))
}

fn any_of<T>(values: &AnyOf<T>, show: impl Fn(&T) -> Value) -> Value {
    match &values.items[..] {
        [single] if !values.is_list => show(single),
        items => items.iter().map(show).collect(),
    }
}

impl Comparison {
    fn name(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "gte",
            Self::Less => "lt",
            Self::LessOrEqual => "lte",
        }
    }
}
