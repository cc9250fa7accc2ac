//! The check that a text is JSON, as every SDK reads it, before anything is built of it.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// The reason why a text is not JSON.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotJson {
    /// The line, counted from 1.
    pub(crate) line: usize,
    /// The column in bytes, counted from 1; 0 where the line ends too early.
    pub(crate) column: usize,
    pub(crate) message: String,
}

/// Checks that a text is JSON: UTF-8, nested up to 127 levels, and without numbers and escapes that stand for nothing.
/// Returns it without a byte order mark.
///
/// # Errors
/// The first place that is not JSON.
pub(super) fn check(text: &[u8]) -> Result<&str, NotJson> {
    let text = str::from_utf8(text).map_err(|error| not_utf8(&text[..error.valid_up_to()]))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str::<Checked>(text).map(|Checked| text).map_err(NotJson::from)
}

fn not_utf8(valid: &[u8]) -> NotJson {
    let line_start = valid.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    NotJson {
        line: valid.iter().filter(|byte| **byte == b'\n').count() + 1,
        column: valid.len() - line_start + 1,
        message: "the text is not UTF-8".into(),
    }
}

impl From<serde_json::Error> for NotJson {
    fn from(error: serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        let message = match text.strip_suffix(&format!(" at line {line} column {column}")) {
            // The reader tells this apart in words alone.
            Some("recursion limit exceeded") => "nested deeper than 127 levels",
            Some(message) => message,
            None => &text,
        };
        Self { line, column, message: message.into() }
    }
}

/// `expected value at line 2 column 11`
impl fmt::Display for NotJson {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at line {} column {}", self.message, self.line, self.column)
    }
}

/// A value that was read and not kept. Unlike [`IgnoredAny`], it is refused where it cannot be represented.
struct Checked;

impl<'de> Deserialize<'de> for Checked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Checked {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self, A::Error> {
        // The reader of names knows no names to ignore: it checks them like any other text.
        while fields.next_entry::<IgnoredAny, Self>()?.is_some() {}
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use flagbit::{MAX_SNAPSHOT_BYTES, Snapshot, SnapshotError};

    use super::*;

    /// The engine reads snapshots, so it has the last word on what is JSON.
    #[test]
    fn the_engine_finds_the_same() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels)).into_bytes();
        let flags = |rest: &str| format!("{{\"flags\": [],\n \"x\": {rest}}}").into_bytes();
        for text in [
            b"".to_vec(),
            b"{\"flags\": [\n  {\"key\": \"a\",}]}".to_vec(),
            b"\xff".to_vec(),
            b"{\"flags\": [],\n\"a\": \"\xff\"}".to_vec(),
            b"{} x".to_vec(),
            flags("1e400"),
            flags("-1e999"),
            flags("01"),
            flags(r#""\ud800""#),
            flags(r#"{"\udc00": 1}"#),
            flags("\"\u{1}\""),
            flags("nul"),
            flags("[1,]"),
            deep(128),
            deep(10_000),
        ] {
            let name = String::from_utf8_lossy(&text[..text.len().min(40)]).into_owned();
            let found = check(&text).expect_err(&name);
            let expected = match Snapshot::parse(&text, MAX_SNAPSHOT_BYTES).expect_err(&name) {
                SnapshotError::Json { line, column, message } => NotJson { line, column, message },
                SnapshotError::TooDeep { line, column } => {
                    NotJson { line, column, message: "nested deeper than 127 levels".into() }
                }
                error => panic!("{name}: {error}"),
            };
            assert_eq!(found, expected, "{name}");
        }
        assert_eq!(
            check("\u{feff}[1, \"\u{e4}\", {\"a\": -0.5e300}]".as_bytes()),
            Ok("[1, \"\u{e4}\", {\"a\": -0.5e300}]")
        );
        assert!(check(&deep(127)).is_ok());
    }
}
