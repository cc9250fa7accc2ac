//! A context in JSON, as the engine's attributes.
//!
//! Each attribute is found as text first and then read on its own. So JSON that cannot be the value of an attribute (an
//! object, a list in a list, a number beyond all doubles, half a surrogate pair) makes the attribute absent, as in every
//! evaluator, and is no error. Only a text that is no context at all is an error.

use std::{borrow::Cow, fmt};

use flagbit::{Context, ContextBuilder, Place, Value};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    http::wire::error::{ApiError, ApiResult},
    quote::quoted,
    settings::Contexts,
};

/// The field of a body that holds a context.
pub(super) const FIELD: &str = "context";
/// OpenFeature's name for the user.
const TARGETING_KEY: &str = "targetingKey";
const USER_ID: &str = "user_id";

/// A context that was read. `null` and a missing one have no attributes.
#[derive(Debug, Default)]
pub(crate) struct JsonContext {
    attributes: ContextBuilder,
    /// The bytes of the text.
    bytes: usize,
    /// The number of attributes in the text.
    count: usize,
    /// The number of attributes that are absent because no attribute can have their values.
    unsupported: u64,
    /// A name that begins with `@`, where there is one: attributes that the server sets.
    reserved: Option<String>,
    targeting_key: Option<Scalar<'static>>,
}

impl JsonContext {
    /// Returns the size of the text.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Builds the context. `is_client` tells that it comes with a client key, which is not secret.
    ///
    /// # Errors
    /// The context is larger or has more attributes than the settings allow, or a client key gave a name that begins with `@`, such as the time.
    pub(crate) fn into_context(self, is_client: bool, settings: &Contexts) -> ApiResult<Context> {
        if is_client && let Some(name) = &self.reserved {
            let place = Place::from("context").entry(name);
            return Err(ApiError::invalid_context(format!("{place}: client keys cannot set names that begin with @")));
        }
        let (max_bytes, setting) = match is_client {
            true => (settings.max_sdk_context_bytes, "for SDK keys (--max-sdk-context-bytes)"),
            false => (settings.max_context_bytes, "(--max-context-bytes)"),
        };
        within(self.bytes, "bytes", max_bytes, setting)?;
        within(self.count, "attributes", settings.max_context_attributes, "(--max-context-attributes)")?;
        if self.unsupported > 0 {
            metrics::counter!("flagbit_unsupported_attributes_total").increment(self.unsupported);
        }
        Ok(self.attributes.build())
    }

    /// Makes OpenFeature's `targetingKey` the user, unless `user_id` is given.
    pub(crate) fn with_targeting_key(mut self) -> Self {
        if !self.attributes.has(USER_ID)
            && let Some(key) = &self.targeting_key
        {
            // Its text is among the attributes already, so it can be one.
            _ = self.attributes.put(USER_ID, key.value());
        }
        self
    }

    /// Adds an attribute; `raw` is a JSON value.
    fn add(&mut self, name: &str, raw: &str) -> Result<(), String> {
        self.bytes += name.len() + raw.len();
        self.count += 1;
        if self.attributes.has(name) {
            return Err(format!("duplicate attribute {}", quoted(name)));
        }
        if name.starts_with('@') && self.reserved.is_none() {
            self.reserved = Some(name.into());
        }
        let is_set = match raw.as_bytes().first() {
            Some(b'n') => return Ok(()),
            Some(b'{') => false,
            Some(b'[') => self.add_list(name, raw),
            _ => self.add_scalar(name, raw),
        };
        self.unsupported += u64::from(!is_set);
        Ok(())
    }

    fn add_scalar(&mut self, name: &str, raw: &str) -> bool {
        let Some(scalar) = Scalar::read(raw) else {
            return false;
        };
        let is_set = self.attributes.put(name, scalar.value()).is_ok();
        if name == TARGETING_KEY {
            self.targeting_key = Some(scalar.into_owned());
        }
        is_set
    }

    fn add_list(&mut self, name: &str, raw: &str) -> bool {
        let Ok(items) = serde_json::from_str::<Vec<Scalar<'_>>>(raw) else {
            return false;
        };
        let items: Vec<Value<'_>> = items.iter().map(Scalar::value).collect();
        self.attributes.put(name, Value::List(&items)).is_ok()
    }
}

/// Succeeds if a context has no more than the limit.
fn within(found: usize, what: &str, limit: usize, setting: &str) -> ApiResult<()> {
    if found <= limit {
        return Ok(());
    }
    let message = format!("context: {found} {what}; this server allows {limit} {setting}");
    Err(ApiError::invalid_context(message))
}

impl<'de> Deserialize<'de> for JsonContext {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContextVisitor)
    }
}

struct ContextVisitor;

impl<'de> Visitor<'de> for ContextVisitor {
    type Value = JsonContext;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with attributes")
    }

    fn visit_unit<E>(self) -> Result<JsonContext, E> {
        Ok(JsonContext::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonContext, A::Error> {
        let mut context = JsonContext::default();
        while let Some(Name(name)) = map.next_key()? {
            let raw: &RawValue = map.next_value()?;
            context.add(&name, raw.get()).map_err(A::Error::custom)?;
        }
        Ok(context)
    }
}

/// A name, borrowed where it has no escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_str(ScalarVisitor)? {
            Scalar::Text(name) => Ok(Self(name)),
            _ => Err(D::Error::custom("expected a name")),
        }
    }
}

/// A value of an attribute, or an element of one that is a list.
#[derive(Debug)]
enum Scalar<'a> {
    Text(Cow<'a, str>),
    Negative(i64),
    Unsigned(u64),
    Double(f64),
    Boolean(bool),
}

impl<'a> Scalar<'a> {
    /// Reads a JSON value; `None` if it cannot be the value of an attribute.
    fn read(raw: &'a str) -> Option<Self> {
        // Most are strings without an escape, which need no reading.
        let text = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        match text.filter(|text| !text.contains('\\')) {
            Some(text) => Some(Self::Text(text.into())),
            None => serde_json::from_str(raw).ok(),
        }
    }

    fn value(&self) -> Value<'_> {
        match self {
            Self::Text(text) => Value::String(text),
            Self::Negative(integer) => Value::Integer(*integer),
            Self::Unsigned(integer) => Value::Unsigned(*integer),
            Self::Double(number) => Value::Number(*number),
            Self::Boolean(value) => Value::Boolean(*value),
        }
    }

    fn into_owned(self) -> Scalar<'static> {
        match self {
            Self::Text(text) => Scalar::Text(text.into_owned().into()),
            Self::Negative(integer) => Scalar::Negative(integer),
            Self::Unsigned(integer) => Scalar::Unsigned(integer),
            Self::Double(number) => Scalar::Double(number),
            Self::Boolean(value) => Scalar::Boolean(value),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string, a number or a boolean")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(text.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(text.to_owned().into()))
    }

    fn visit_i64<E>(self, integer: i64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Negative(integer))
    }

    fn visit_u64<E>(self, integer: u64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Unsigned(integer))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Double(number))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Boolean(value))
    }
}

#[cfg(test)]
mod tests {
    use flagbit::{Attributes, Name};

    use super::*;

    fn read(json: &str) -> JsonContext {
        serde_json::from_str(json).unwrap()
    }

    const LIMITS: Contexts =
        Contexts { max_context_bytes: 1_000, max_sdk_context_bytes: 100, max_context_attributes: 10 };

    fn text(json: &str, name: &str) -> Option<String> {
        let context = read(json).with_targeting_key().into_context(false, &LIMITS).unwrap();
        context.find(&Name::new(name)).map(|text| String::from_utf8(text.to_vec()).unwrap())
    }

    #[test]
    fn values_become_their_canonical_text() {
        for (value, expected) in [
            ("33", "33"),
            ("-0", "0"),
            ("1.0", "1"),
            ("1e21", "1e+21"),
            ("18446744073709551615", "18446744073709551615"),
            ("18446744073709551616", "18446744073709552000"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("true", "true"),
            (r#""""#, ""),
            (r#""a\u0000\"""#, "a\0\""),
        ] {
            assert_eq!(text(&format!(r#"{{"a": {value}}}"#), "a").as_deref(), Some(expected), "{value}");
        }
    }

    #[test]
    fn what_no_attribute_can_be_is_absent_and_counted() {
        for value in [r#"{"b": 1}"#, "[[1]]", "[null]", "[{}]", "1e999", r#""\ud800""#, r#"["\ud800"]"#] {
            let context = read(&format!(r#"{{"a": {value}, "b": 1}}"#));
            assert_eq!(context.unsupported, 1, "{value}");
            assert!(context.attributes.has("b") && !context.attributes.has("a"), "{value}");
        }
        let long = format!(r#"{{"a": [{}1]}}"#, "1,".repeat(1_000));
        assert_eq!(read(&long).unsupported, 1);
        assert_eq!(read(r#"{"a": null}"#).unsupported, 0);
    }

    #[test]
    fn what_is_no_context_says_why() {
        for (json, expected) in [
            ("7", "invalid type: integer `7`, expected an object with attributes"),
            (r#"{"a": 1, "a": 2}"#, r#"duplicate attribute "a""#),
            (r#"{"\ud800": 1}"#, "unexpected end of hex escape"),
        ] {
            let error = serde_json::from_str::<JsonContext>(json).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn contexts_of_many_attributes_are_refused() {
        for (count, is_refused) in [(10, false), (11, true)] {
            let attributes: Vec<String> = (0..count).map(|index| format!(r#""{index}": 1"#)).collect();
            let context = read(&format!("{{{}}}", attributes.join(",")));
            assert_eq!(context.into_context(true, &LIMITS).is_err(), is_refused, "{count}");
        }
    }

    #[test]
    fn large_contexts_are_refused_by_the_limit_of_the_key() {
        for (bytes, is_client, is_refused) in
            [(97, true, false), (98, true, true), (98, false, false), (998, false, true)]
        {
            let context = read(&format!(r#"{{"a": "{}"}}"#, "a".repeat(bytes)));
            assert_eq!(context.into_context(is_client, &LIMITS).is_err(), is_refused, "{bytes}, {is_client}");
        }
    }

    #[test]
    fn client_keys_cannot_say_what_time_it_is() {
        let context = || read(r#"{"@now": "2030-01-01T00:00:00Z"}"#);
        assert!(context().into_context(true, &LIMITS).is_err());
        assert!(context().into_context(false, &LIMITS).is_ok());
    }

    #[test]
    fn the_targeting_key_is_the_user_unless_there_is_one() {
        assert_eq!(text(r#"{"targetingKey": "a"}"#, "user_id").as_deref(), Some("a"));
        assert_eq!(text(r#"{"targetingKey": 7, "user_id": null}"#, "user_id").as_deref(), Some("7"));
        assert_eq!(text(r#"{"targetingKey": "a", "user_id": ""}"#, "user_id").as_deref(), Some(""));
        assert_eq!(text(r#"{"targetingKey": ["a"]}"#, "user_id"), None);
    }
}
