//! The text of a snapshot. The engine judges, byte for byte, the text that SDKs download.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use anyhow::Context;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

/// The fields that a snapshot has of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Labels {
    pub(crate) project_id: i64,
    pub(crate) environment: String,
    pub(crate) revision: i64,
}

/// A flag as it stands in the snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FlagText {
    pub(crate) text: String,
    /// Whether client keys see the flag.
    pub(crate) client_visible: bool,
}

/// Changes of flags or segments by key; `None` for a deletion.
pub(super) type Changed<T> = BTreeMap<String, Option<T>>;

/// A snapshot, in which each flag can be found and replaced without reading the others.
#[derive(Debug, Clone, Default)]
pub(crate) struct SnapshotText {
    bytes: Bytes,
    /// Sorted.
    keys: Vec<Arc<str>>,
    /// The beginning of each flag, and where the next one would begin. A comma ends each flag but the last.
    begins: Vec<usize>,
    segments: Arc<BTreeMap<String, String>>,
}

/// The shared fields that programs read. SDKs need no field that is for people alone.
#[derive(Deserialize)]
struct ForPrograms<'t> {
    #[serde(default)]
    client_visible: Option<bool>,
    #[serde(borrow)]
    variants: Option<&'t RawValue>,
    #[serde(borrow)]
    default: Option<&'t RawValue>,
}

impl FlagText {
    /// Puts a flag together from the JSON of its stored parts, without reading its rules into trees.
    ///
    /// # Errors
    /// The parts are not what the server stores.
    pub(crate) fn new(key: &str, shared: &str, state: &str) -> anyhow::Result<Self> {
        let shared: ForPrograms = serde_json::from_str(shared)?;
        let state = state.trim_start().strip_prefix('{').context("the state of a flag is an object")?;
        let mut text = format!(r#"{{"key":{}"#, Value::from(key));
        for (field, value) in [("variants", shared.variants), ("default", shared.default)] {
            if let Some(value) = value {
                text += &format!(r#","{field}":{}"#, value.get());
            }
        }
        if state.trim_start() != "}" {
            text.push(',');
        }
        text += state;
        Ok(Self { text, client_visible: shared.client_visible == Some(true) })
    }
}

impl SnapshotText {
    /// Writes a snapshot of flags that are sorted by key. Without labels, the snapshot is for the engine alone.
    pub(crate) fn new<'t>(
        labels: Option<&Labels>,
        flags: impl IntoIterator<Item = (Arc<str>, &'t str)>,
        segments: Arc<BTreeMap<String, String>>,
    ) -> Self {
        Self::with_capacity(0, labels, flags, segments)
    }

    fn with_capacity<'t>(
        bytes: usize,
        labels: Option<&Labels>,
        flags: impl IntoIterator<Item = (Arc<str>, &'t str)>,
        segments: Arc<BTreeMap<String, String>>,
    ) -> Self {
        let mut text = String::with_capacity(bytes);
        text += &head(labels);
        let (mut keys, mut begins) = (Vec::new(), Vec::new());
        for (key, flag) in flags {
            if !keys.is_empty() {
                text.push(',');
            }
            keys.push(key);
            begins.push(text.len());
            text += flag;
        }
        begins.push(text.len() + 1);
        text.push(']');
        for (index, (key, segment)) in segments.iter().enumerate() {
            text += if index == 0 { r#","segments":{"# } else { "," };
            text += &Value::from(key.as_str()).to_string();
            text.push(':');
            text += segment;
        }
        text += if segments.is_empty() { "}" } else { "}}" };
        Self { bytes: text.into(), keys, begins, segments }
    }

    pub(crate) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    pub(crate) fn segments(&self) -> &Arc<BTreeMap<String, String>> {
        &self.segments
    }

    /// The text of the flag of that key.
    pub(super) fn flag(&self, key: &str) -> Option<&str> {
        self.keys.binary_search_by(|other| (**other).cmp(key)).ok().map(|position| self.at(position))
    }

    /// The keys and texts of all flags, sorted by key.
    pub(crate) fn flags(&self) -> impl Iterator<Item = (&Arc<str>, &str)> {
        self.keys.iter().enumerate().map(|(position, key)| (key, self.at(position)))
    }

    fn at(&self, position: usize) -> &str {
        let Range { start, end } = self.begins[position]..self.begins[position + 1] - 1;
        str::from_utf8(&self.bytes[start..end]).unwrap_or_default()
    }

    /// The snapshot with changes.
    pub(super) fn with(&self, labels: Option<&Labels>, flags: &Changed<FlagText>, segments: &Changed<String>) -> Self {
        let more: usize = flags.values().flatten().map(|flag| flag.text.len() + 1).sum();
        let mut changes = flags.iter().peekable();
        let mut merged = Vec::with_capacity(self.keys.len() + flags.len());
        for (key, text) in self.flags() {
            while let Some((key, new)) = changes.next_if(|(changed, _)| changed.as_str() < &**key) {
                merged.extend(new.as_ref().map(|new| (Arc::from(key.as_str()), new.text.as_str())));
            }
            match changes.next_if(|(changed, _)| changed.as_str() == &**key) {
                Some((_, new)) => merged.extend(new.as_ref().map(|new| (Arc::clone(key), new.text.as_str()))),
                None => merged.push((Arc::clone(key), text)),
            }
        }
        merged.extend(changes.filter_map(|(key, new)| Some((Arc::from(key.as_str()), new.as_ref()?.text.as_str()))));
        let mut all = Arc::clone(&self.segments);
        for (key, segment) in segments {
            let all = Arc::make_mut(&mut all);
            match segment {
                Some(segment) => _ = all.insert(key.clone(), segment.clone()),
                None => _ = all.remove(key),
            }
        }
        Self::with_capacity(self.bytes.len() + more, labels, merged, all)
    }

    /// The same flags and segments under other labels.
    pub(super) fn labelled(&self, labels: &Labels) -> Self {
        self.with(Some(labels), &Changed::new(), &Changed::new())
    }

    /// Returns whether the snapshot has these labels.
    pub(super) fn has_labels(&self, labels: &Labels) -> bool {
        self.bytes.starts_with(head(Some(labels)).as_bytes())
    }
}

fn head(labels: Option<&Labels>) -> String {
    let labels = labels.map_or_else(String::new, |Labels { project_id, environment, revision }| {
        let environment = Value::from(environment.as_str());
        format!(r#""project":{project_id},"environment":{environment},"revision":{revision},"#)
    });
    format!(r#"{{{labels}"flags":["#)
}
