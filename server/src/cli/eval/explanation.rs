//! The engine's explanation, for people to read.

use std::fmt::Write;

use serde_json::Value;

use crate::cli::output::printable;

/// The longest value that is shown whole.
const MAX_SHOWN: usize = 60;

/// Describes the answer and each rule's part in it.
pub(super) fn for_people(explanation: &Value) -> String {
    let mut text = format!(
        "{} = {}\nreason: {}\n",
        printable(explanation["flag_key"].as_str().unwrap_or_default()),
        answer(explanation),
        reason(explanation)
    );
    let rules = explanation["rules"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !rules.is_empty() {
        text.push('\n');
    }
    for rule in rules {
        write_rule(&mut text, rule);
    }
    text
}

/// `on`, `off`, or a variant with its value.
pub(super) fn answer(explanation: &Value) -> String {
    match (explanation["kind"].as_str(), explanation["variant"].as_str()) {
        (None, _) | (_, None) => "(no answer)".into(),
        (Some("boolean"), Some(variant)) => variant.into(),
        (_, Some(variant)) => format!("{} (variant {variant})", shown(&explanation["value"])),
    }
}

/// The reason with its rule; of no answer, what is wrong.
pub(super) fn reason(explanation: &Value) -> String {
    let text = |field: &str| explanation[field].as_str().unwrap_or_default();
    match (explanation["error_code"].as_str(), explanation["rule_index"].as_u64()) {
        (Some(code), _) => format!("{code}: {}", text("error_message")),
        (None, Some(rule)) => format!("{}, rule {rule}", text("reason")),
        (None, None) => text("reason").into(),
    }
}

fn write_rule(text: &mut String, rule: &Value) {
    let serves = match &rule["serves"] {
        Value::Null => String::new(),
        Value::Bool(value) => format!(", serves {}", if *value { "on" } else { "off" }),
        Value::String(variant) => format!(", serves {variant}"),
        split => format!(", shares out by {}", printable(split["by"].as_str().unwrap_or_default())),
    };
    let outcome = rule["outcome"].as_str().unwrap_or_default().replace('_', " ");
    _ = writeln!(text, "rule {}: {outcome}{serves}", rule["index"]);
    for condition in rule["conditions"].as_array().into_iter().flatten() {
        write_condition(text, condition);
    }
    if let Some(shares) = rule["serves"]["split"].as_array() {
        let shares: Vec<String> =
            shares.iter().map(|share| format!("{} {} %", share[0].as_str().unwrap_or_default(), share[1])).collect();
        _ = writeln!(text, "    split: {}{}", shares.join(", "), place(&rule["serves"]));
    }
}

fn write_condition(text: &mut String, condition: &Value) {
    let outcome = match condition["holds"].as_bool() {
        Some(true) => "yes",
        Some(false) => "no ",
        None => "-  ",
    };
    let operator = condition["operator"].as_str().unwrap_or_default();
    let subject = printable(condition["attribute"].as_str().or(condition["flag"].as_str()).unwrap_or_default());
    let space = if subject.is_empty() { "" } else { " " };
    let value = match &condition["value"] {
        Value::Null => String::new(),
        value => format!(" {}", shown(value)),
    };
    _ = write!(text, "    {outcome} {subject}{space}{operator}{value}");
    if let Some(segments) = condition["segments"].as_array() {
        for segment in segments {
            let name = segment["segment"].as_str().unwrap_or_default();
            let inside = if segment["in"] == true { "in" } else { "not in" };
            let rule = segment["rule_index"].as_u64().map_or("no rule".into(), |rule| format!("rule {rule}"));
            _ = write!(text, "; {inside} {name:?} by {rule}");
        }
    } else if let Some(answered) = condition.get("answered") {
        _ = write!(text, "; it answers {}", shown(answered));
    } else if subject == "@now" && condition["found"].is_null() {
        text.push_str("; by the clock");
    } else {
        _ = write!(text, "{}", place(condition));
    }
    text.push('\n');
}

/// The attribute's value and its bucket.
fn place(looked_at: &Value) -> String {
    let found = match &looked_at["found"] {
        Value::Null => "; absent".into(),
        found => format!("; found {}", shown(found)),
    };
    match (looked_at["bucket"].as_f64(), looked_at["salt"].as_str()) {
        (Some(bucket), Some(salt)) => format!("{found}, which with {salt:?} is at {bucket:.4}"),
        _ => found,
    }
}

/// Returns a value as JSON, cut if it is long.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}
