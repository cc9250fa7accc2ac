//! The body of a write to a flag, field by field, so that every error has its place.

use flagbit::Place;
use serde_json::{Map, Value};

use super::{
    KEY_RULE, Lifetime, Limits, Problems, Shared, State, describe, fields, is_key,
    limits::{MAX_DESCRIPTION, MAX_NAME, MAX_OWNER, MAX_TAG, MAX_TAGS},
    moment,
    shape::{self, Kind},
};
use crate::quote::quoted;

/// Fields to set. In `Option<Option<T>>`, the inner `None` removes the field.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) key: Option<String>,
    /// The version that the changes were made from.
    pub(crate) version: Option<i64>,
    name: Option<Option<String>>,
    description: Option<Option<String>>,
    tags: Option<Vec<String>>,
    owner: Option<Option<String>>,
    lifetime: Option<Lifetime>,
    expires_at: Option<Option<String>>,
    client_visible: Option<bool>,
    variants: Option<Option<Map<String, Value>>>,
    default: Option<Option<String>>,
    enabled: Option<bool>,
    default_enabled: Option<Option<bool>>,
    off: Option<Option<String>>,
    rules: Option<Vec<Value>>,
    /// `true` if the needed field is there, right or wrong.
    has_key: bool,
    has_enabled: bool,
    /// `true` if the names of environments are there, as an answer has them. A change ignores them.
    has_environments: bool,
}

impl Changes {
    /// Reads a body and adds its errors to `problems`.
    pub(crate) fn read(fields: Map<String, Value>, limits: &Limits, problems: &mut Problems) -> Self {
        let (has_key, has_enabled) = (fields.contains_key("key"), fields.contains_key("enabled"));
        let mut changes = Self { has_key, has_enabled, ..Self::default() };
        for (field, value) in fields {
            changes.read_field(&field, value, problems);
        }
        if let Some(rules) = &changes.rules {
            shape::check_rules(rules, Kind::Flag, limits, problems);
        }
        changes
    }

    fn read_field(&mut self, field: &str, value: Value, problems: &mut Problems) {
        let wanted = match (field, value) {
            ("key", Value::String(key)) => return self.key = Some(key),
            ("key", value) => ("a string", value),
            ("version", value) if value.is_i64() => return self.version = value.as_i64(),
            ("version", value) => ("an integer", value),
            // The server sets these. Callers may send them back as they read them.
            ("created_at" | "updated_at" | "moved" | "usage", _) => return,
            ("environments", _) => return self.has_environments = true,
            ("enabled", Value::Bool(enabled)) => return self.enabled = Some(enabled),
            ("enabled", value) => ("a boolean", value),
            ("client_visible", Value::Bool(visible)) => return self.client_visible = Some(visible),
            ("client_visible", Value::Null) => return self.client_visible = Some(false),
            ("client_visible", value) => ("a boolean", value),
            ("default_enabled", Value::Bool(enabled)) => return self.default_enabled = Some(Some(enabled)),
            ("default_enabled", Value::Null) => return self.default_enabled = Some(None),
            ("default_enabled", value) => ("a boolean", value),
            ("rules", Value::Array(rules)) => return self.rules = Some(rules),
            ("rules", Value::Null) => return self.rules = Some(Vec::new()),
            ("rules", value) => ("a list", value),
            ("variants", Value::Object(variants)) => return self.variants = Some(Some(variants)),
            ("variants", Value::Null) => return self.variants = Some(None),
            ("variants", value) => ("an object", value),
            ("tags", value) => return self.tags = read_tags(value, problems),
            ("name", value) => return self.name = read_text(field, MAX_NAME, value, problems),
            ("description", value) => return self.description = read_text(field, MAX_DESCRIPTION, value, problems),
            ("owner", value) => return self.owner = read_text(field, MAX_OWNER, value, problems),
            ("lifetime", value) => return self.lifetime = read_lifetime(value, problems),
            ("expires_at", value) => return self.expires_at = read_moment(field, value, problems),
            ("default", value) => return self.default = read_text(field, usize::MAX, value, problems),
            ("off", value) => return self.off = read_text(field, usize::MAX, value, problems),
            _ => return problems.add_ignorable(field, || fields::FLAG.unknown(field)),
        };
        problems.add(field, format!("expected {}, found {}", wanted.0, describe(&wanted.1)));
    }

    /// A flag with the changes.
    pub(crate) fn apply(&self, shared: &mut Shared, state: &mut State) {
        set(&mut shared.name, &self.name);
        set(&mut shared.description, &self.description);
        set(&mut shared.tags, &self.tags);
        set(&mut shared.owner, &self.owner);
        set(&mut shared.lifetime, &self.lifetime);
        set(&mut shared.expires_at, &self.expires_at);
        set(&mut shared.client_visible, &self.client_visible);
        set(&mut shared.variants, &self.variants);
        set(&mut shared.default, &self.default);
        set(&mut state.enabled, &self.enabled);
        set(&mut state.default_enabled, &self.default_enabled);
        set(&mut state.off, &self.off);
        set(&mut state.rules, &self.rules);
    }

    fn has_variants(&self) -> bool {
        matches!(self.variants, Some(Some(_)))
    }

    /// Makes a new flag of the fields, with its key.
    pub(crate) fn new_flag(&self, problems: &mut Problems) -> (Option<String>, Shared, State) {
        for (field, is_there) in [("key", self.has_key), ("enabled", self.has_enabled)] {
            if !is_there {
                problems.add(field, "missing");
            }
        }
        if self.has_environments {
            problems.add("environments", "the path says in which environments a new flag is; leave it out");
        }
        // A change removes such a field. A new flag has none to remove, and SDKs set a flag with such a null aside.
        if self.default_enabled == Some(None) {
            problems.add("default_enabled", "expected a boolean, found null; leave it out for false");
        }
        if self.has_variants() {
            if self.default == Some(None) {
                problems.add("default", "expected a variant's name, found null");
            }
            if self.off == Some(None) {
                problems.add("off", "expected a variant's name, found null; leave it out for the default's");
            }
        }
        if let Some(key) = self.key.as_deref().filter(|key| !is_key(key)) {
            problems.add("key", format!("expected {KEY_RULE}; found {}", quoted(key)));
        }
        let (mut shared, mut state) = (Shared::default(), State::default());
        self.apply(&mut shared, &mut state);
        state.settle(&shared);
        (self.key.clone(), shared, state)
    }
}

fn set<T: Clone>(field: &mut T, value: &Option<T>) {
    if let Some(value) = value {
        field.clone_from(value);
    }
}

/// Reports fields that the engine ignores but that nobody can have meant.
pub(super) fn check_whole(shared: &Shared, state: &State, problems: &mut Problems) {
    for (field, value) in [("default", &shared.default), ("off", &state.off)] {
        if shared.variants.is_none() && value.is_some() {
            problems.add_ignorable(field, || "names a variant, and the flag has no variants".into());
        }
    }
}

fn read_text(place: impl Into<Place>, limit: usize, value: Value, problems: &mut Problems) -> Option<Option<String>> {
    match value {
        Value::Null => return Some(None),
        Value::String(text) => match text.chars().count() {
            found if found > limit => problems.add(place, format!("at most {limit} characters, found {found}")),
            _ => return Some(Some(text)),
        },
        other => problems.add(place, format!("expected a string, found {}", describe(&other))),
    }
    None
}

fn read_lifetime(value: Value, problems: &mut Problems) -> Option<Lifetime> {
    let found = match &value {
        Value::Null => return Some(Lifetime::default()),
        Value::String(text) => Lifetime::named(text),
        _ => None,
    };
    if found.is_none() {
        problems.add("lifetime", format!("expected \"temporary\" or \"permanent\", found {}", describe(&value)));
    }
    found
}

/// Reads a moment. Returns its canonical text.
fn read_moment(place: &str, value: Value, problems: &mut Problems) -> Option<Option<String>> {
    let found = match &value {
        Value::Null => return Some(None),
        Value::String(text) => moment::canonical(text),
        _ => None,
    };
    if found.is_none() {
        let expected = "expected a time with its zone, such as \"2027-01-31T12:00:00Z\"";
        problems.add(place, format!("{expected}, found {}", describe(&value)));
    }
    found.map(Some)
}

fn read_tags(value: Value, problems: &mut Problems) -> Option<Vec<String>> {
    let tags = match value {
        Value::Null => return Some(Vec::new()),
        Value::Array(tags) if tags.len() <= MAX_TAGS => tags,
        Value::Array(tags) => {
            problems.add("tags", format!("at most {MAX_TAGS} tags, found {}", tags.len()));
            return None;
        }
        other => {
            problems.add("tags", format!("expected a list, found {}", describe(&other)));
            return None;
        }
    };
    let mut texts = Vec::with_capacity(tags.len());
    for (index, tag) in tags.into_iter().enumerate() {
        let place = || Place::from("tags").index(index);
        match read_text(place(), MAX_TAG, tag, problems) {
            Some(Some(tag)) => texts.push(tag),
            Some(None) => problems.add(place(), "expected a string, found null"),
            None => {}
        }
    }
    Some(texts)
}
