//! An environment, compiled.

use std::collections::{BTreeMap, HashSet};

use anyhow::Context;
use flagbit::Snapshot;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::Body;
use crate::{
    flags::{Labels, check::Judged, snapshot_of},
    storage::load::{StoredContent, StoredFlag},
};

/// The flags of one environment at one revision. Immutable.
#[derive(Debug)]
pub(crate) struct Environment {
    pub(crate) project_id: i64,
    pub(crate) name: String,
    pub(crate) revision: i64,
    /// The compiled flags, for evaluations.
    pub(crate) snapshot: Snapshot,
    /// The keys of the flags that client keys may see.
    pub(crate) client_visible: HashSet<String>,
    /// The keys of the flags that may search with regular expressions, also through segments and other flags.
    pub(crate) searching: HashSet<String>,
    /// The text that SDKs download.
    pub(crate) body: Body,
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

impl Environment {
    /// Compiles an environment. Texts are put together from those that are stored: reading them all into trees would take
    /// several times as long as the rest. If `judged` has the very text, it was parsed already.
    ///
    /// # Errors
    /// The database does not hold a snapshot. No write can bring that about.
    pub(super) fn compile(labels: Labels, content: StoredContent, judged: Option<Judged>) -> anyhow::Result<Self> {
        let searching = searching(&content);
        let mut client_visible = HashSet::new();
        // Databases sort by their own rules.
        let mut flags = BTreeMap::new();
        for flag in content.flags {
            let (text, is_visible) = flag_text(&flag)?;
            if is_visible {
                client_visible.insert(flag.key.clone());
            }
            flags.insert(flag.key, text);
        }
        let segments = content.segments.into_iter().collect::<BTreeMap<_, _>>();
        let text = snapshot_of(Some(&labels), &flags, &segments);
        let snapshot = match judged {
            Some(judged) if judged.text == text => judged.snapshot,
            _ => Snapshot::parse(text.as_bytes(), usize::MAX)?,
        };
        let Labels { project_id, environment: name, revision } = labels;
        Ok(Self { project_id, name, revision, snapshot, client_visible, searching, body: Body::new(revision, text) })
    }
}

/// Returns the keys of the flags that may search with regular expressions. Their texts tell, which the server wrote itself:
/// they have no escapes in the names of operators. A value with the same text costs its flag little.
fn searching(content: &StoredContent) -> HashSet<String> {
    let searches = |text: &str| text.contains("matches\"");
    let asks_others = |text: &str| text.contains("in_segment\"") || text.contains("flag_is\"");
    let (flags, segments) = (&content.flags, &content.segments);
    if !segments.iter().any(|(_, text)| searches(text)) && !flags.iter().any(|flag| searches(&flag.state)) {
        return HashSet::new();
    }
    let flags = flags.iter().filter(|flag| searches(&flag.state) || asks_others(&flag.state));
    flags.map(|flag| flag.key.clone()).collect()
}

/// Returns a flag as it stands in the snapshot, and whether client keys see it.
fn flag_text(flag: &StoredFlag) -> anyhow::Result<(String, bool)> {
    let shared: ForPrograms = serde_json::from_str(&flag.shared)?;
    let state = flag.state.trim_start().strip_prefix('{').context("the state of a flag is an object")?;
    let mut text = format!(r#"{{"key":{}"#, Value::from(flag.key.as_str()));
    for (field, value) in [("variants", shared.variants), ("default", shared.default)] {
        if let Some(value) = value {
            text += &format!(r#","{field}":{}"#, value.get());
        }
    }
    if state.trim_start() != "}" {
        text.push(',');
    }
    text += state;
    Ok((text, shared.client_visible == Some(true)))
}
