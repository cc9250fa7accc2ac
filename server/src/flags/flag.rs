//! A flag, in the parts in which it is stored, and as the API shows it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{Lifetime, schema};
use crate::json;

/// The fields that all environments share. A field that is missing is not stored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Shared {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<String>,
    /// The people who answer for the flag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) owner: Option<String>,
    #[serde(default, skip_serializing_if = "Lifetime::is_temporary")]
    pub(crate) lifetime: Lifetime,
    /// The moment after which the flag should be gone, in its canonical text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) client_visible: bool,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::optional_object")]
    pub(crate) variants: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) default: Option<String>,
}

/// The fields that each environment has on its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) default_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) off: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "json::list")]
    pub(crate) rules: Vec<Value>,
}

/// The part of a flag that all environments share, as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) id: i64,
    pub(crate) key: String,
    pub(crate) shared: Shared,
    pub(crate) created_at: String,
}

/// The part of a flag that one environment has.
#[derive(Debug, Clone)]
pub(crate) struct Presence {
    pub(crate) state: State,
    /// Counts the writes of the flag in this environment, those of its shared fields too.
    pub(crate) version: i64,
    pub(crate) updated_at: String,
}

/// A flag in one environment. Those who poll the listing read it as a snapshot.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Flag {
    /// 1 to 256 of `A-Z a-z 0-9 . _ -`, not only dots. Part of the hash of percentages: it never changes.
    pub(crate) key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    tags: Vec<String>,
    /// The people who answer for the flag.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    /// `permanent` for a flag that stays. A flag without this field is temporary.
    #[serde(skip_serializing_if = "Lifetime::is_temporary")]
    lifetime: Lifetime,
    /// The moment after which the flag should be gone, in RFC 3339 and UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    /// `true` if client keys (`fbsdk_...`) see the flag.
    client_visible: bool,
    /// The values of a typed flag by name, all strings, all numbers, or all objects and lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    variants: Option<Map<String, Value>>,
    /// The variant of a typed flag where no rule matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<String>,
    enabled: bool,
    /// The answer of a boolean flag where no rule matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    default_enabled: Option<bool>,
    /// The variant of a typed flag that is not enabled; the default's where it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    off: Option<String>,
    #[schema(value_type = Vec<schema::Rule>)]
    rules: Vec<Value>,
    /// Counts the writes of the flag in this environment; the entity tag of the flag is this number in quotes.
    pub(crate) version: i64,
    created_at: String,
    pub(crate) updated_at: String,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl Shared {
    /// Returns whether the flags are the same except in fields that are for people alone.
    pub(crate) fn is_same_for_programs(&self, other: &Self) -> bool {
        self.client_visible == other.client_visible && self.has_same_values(other)
    }

    /// Returns whether the flags have the same values, which rules name.
    pub(crate) fn has_same_values(&self, other: &Self) -> bool {
        // The engine numbers variants in their order, but no answer depends on it.
        self.variants == other.variants && self.default == other.default
    }

    /// Returns the names of the fields that differ.
    pub(crate) fn differences(&self, other: &Self) -> Vec<&'static str> {
        let fields = [
            ("name", self.name == other.name),
            ("description", self.description == other.description),
            ("tags", self.tags == other.tags),
            ("owner", self.owner == other.owner),
            ("lifetime", self.lifetime == other.lifetime),
            ("expires_at", self.expires_at == other.expires_at),
            ("client_visible", self.client_visible == other.client_visible),
            ("variants", self.variants == other.variants),
            ("default", self.default == other.default),
        ];
        fields.into_iter().filter(|(_, is_same)| !is_same).map(|(field, _)| field).collect()
    }
}

impl State {
    /// Returns the state of a new flag in an environment that the request did not name.
    pub(crate) fn switched_off(&self) -> Self {
        Self { enabled: false, ..self.clone() }
    }

    /// Removes fields that say nothing.
    pub(crate) fn settle(&mut self, shared: &Shared) {
        if shared.variants.is_none() && self.default_enabled == Some(false) {
            self.default_enabled = None;
        }
    }
}

/// Writes a flag for a file that is kept next to the code. It has only what people write, so that files compare well.
pub(crate) fn as_code(key: &str, shared: &Shared, state: &State) -> Value {
    let mut flag = Map::from_iter([("key".to_owned(), Value::from(key))]);
    for part in [serde_json::to_value(shared), serde_json::to_value(state)] {
        if let Ok(Value::Object(fields)) = part {
            flag.extend(fields);
        }
    }
    Value::Object(flag)
}

impl Flag {
    pub(crate) fn new(record: Record, presence: Presence) -> Self {
        let Shared { name, description, tags, owner, lifetime, expires_at, client_visible, variants, default } =
            record.shared;
        let Presence { state, version, updated_at } = presence;
        let is_boolean = variants.is_none();
        Self {
            key: record.key,
            name,
            description,
            tags,
            owner,
            lifetime,
            expires_at,
            client_visible,
            variants,
            default,
            enabled: state.enabled,
            default_enabled: state.default_enabled.or_else(|| is_boolean.then_some(false)),
            off: state.off,
            rules: state.rules,
            version,
            created_at: record.created_at,
            updated_at,
        }
    }
}
