//! The context that a command line describes.

use std::path::PathBuf;

use chrono::DateTime;
use clap::Args;
use flagbit::{Context, ContextBuilder, Value as Attribute};
use serde_json::{Map, Value};

use crate::{cli::input, json};

/// The options that describe the context.
#[derive(Debug, Args)]
pub(super) struct ContextOptions {
    /// Attributes: a JSON object, or a file with one; - is standard input
    #[arg(long, value_name = "FILE|JSON")]
    context: Option<String>,

    /// Evaluate as at this time (RFC 3339): what schedules see as @now
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
}

impl ContextOptions {
    /// Returns the context of the options. Attributes of the command line replace those of the file.
    pub(super) fn context(&self, attributes: &[String]) -> anyhow::Result<Context> {
        let mut builder = Context::builder();
        for (name, value) in self.read()? {
            builder = set(builder, &name, &value)?;
        }
        if let Some(now) = &self.now {
            if DateTime::parse_from_rfc3339(now).is_err() {
                anyhow::bail!("--now: not a time as RFC 3339 has it, like 2026-12-01T09:00:00+01:00: {now:?}");
            }
            builder = builder.set("@now", now)?;
        }
        for attribute in attributes {
            let (name, value) = read_attribute(attribute)?;
            builder = set(builder, name, &value)?;
        }
        Ok(builder.build())
    }

    fn read(&self) -> anyhow::Result<Map<String, Value>> {
        let Some(context) = &self.context else {
            return Ok(Map::new());
        };
        let text = if context.trim_start().starts_with('{') {
            context.clone().into_bytes()
        } else {
            input::read(&PathBuf::from(context))?
        };
        match json::read(&text) {
            Ok(Value::Object(fields)) => Ok(fields),
            Ok(_) => anyhow::bail!("--context: expected a JSON object"),
            Err(error) => anyhow::bail!("--context: expected a JSON object: {error}"),
        }
    }

    /// Returns whether the context comes from standard input.
    pub(super) fn is_standard_input(&self) -> bool {
        self.context.as_deref() == Some("-")
    }
}

/// `name=text`, or `name:=JSON`.
fn read_attribute(text: &str) -> anyhow::Result<(&str, Value)> {
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| anyhow::anyhow!("{text:?}: expected an attribute, NAME=TEXT or NAME:=JSON"))?;
    match name.strip_suffix(':') {
        None => Ok((name, value.into())),
        Some(name) => {
            let json = json::read(value.as_bytes());
            Ok((name, json.map_err(|error| anyhow::anyhow!("{name}:={value}: expected JSON: {error}"))?))
        }
    }
}

fn set(builder: ContextBuilder, name: &str, value: &Value) -> anyhow::Result<ContextBuilder> {
    let unsupported =
        || anyhow::anyhow!("the attribute {name:?} is neither a string, a number, a boolean nor a list of these");
    let attribute = match value {
        // Absent, as everywhere.
        Value::Null => return Ok(builder),
        Value::Array(items) => {
            let items: Vec<Attribute<'_>> = items.iter().map(scalar).collect::<Option<_>>().ok_or_else(unsupported)?;
            return Ok(builder.set(name, items.as_slice())?);
        }
        value => scalar(value).ok_or_else(unsupported)?,
    };
    Ok(builder.set(name, attribute)?)
}

fn scalar(value: &Value) -> Option<Attribute<'_>> {
    match value {
        Value::String(text) => Some(Attribute::String(text)),
        Value::Bool(value) => Some(Attribute::Boolean(*value)),
        Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
            (Some(integer), ..) => Some(Attribute::Unsigned(integer)),
            (_, Some(integer), _) => Some(Attribute::Integer(integer)),
            (.., Some(number)) => Some(Attribute::Number(number)),
            _ => None,
        },
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn attributes_are_text_unless_they_say_json() {
        for (text, name, value) in [
            ("plan=pro", "plan", json!("pro")),
            ("age=33", "age", json!("33")),
            ("age:=33", "age", json!(33)),
            ("tags:=[\"a\"]", "tags", json!(["a"])),
            ("query=a=b", "query", json!("a=b")),
            ("empty=", "empty", json!("")),
            ("=x", "", json!("x")),
        ] {
            assert_eq!(read_attribute(text).unwrap(), (name, value), "{text}");
        }
        assert!(read_attribute("plan").is_err());
        assert!(read_attribute("age:=x").is_err());
    }
}
