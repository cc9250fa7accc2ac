//! The flags of an environment, compiled for evaluations.
//!
//! Reading 10,000 flags takes ten milliseconds, and most writes change one. Such a write is read alone: the flags that
//! changed lately are a small snapshot of their own next to a large one from before.

use std::{collections::HashSet, sync::Arc};

use flagbit::{Answer, Attributes, Clock, ErrorCode, PreparedFlag, Snapshot, SnapshotError, Subject, Warning};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::{
    Labels, State,
    segment::asked_flags,
    text::{Changed, FlagText, SnapshotText},
};
use crate::json;

/// The most flags, and bytes of these with all segments, that are read apart from the others.
const MAX_APART: usize = 128;
const MAX_APART_BYTES: usize = 128 << 10;

/// The flags and segments of an environment, compiled. Immutable.
#[derive(Debug, Clone)]
pub(crate) struct Compiled {
    text: SnapshotText,
    /// All flags. Those in `apart` are older here.
    all: Arc<Snapshot>,
    /// The flags that changed since. No other flag asks them, and they ask no other flag.
    apart: Arc<Snapshot>,
    /// The keys of the flags that client keys see.
    client_visible: Arc<HashSet<String>>,
    /// The keys of the flags that may search with regular expressions, also through segments and other flags.
    searching: Arc<HashSet<String>>,
    /// The keys of the flags that others ask.
    asked: Arc<HashSet<String>>,
}

impl Compiled {
    /// Compiles a snapshot.
    ///
    /// # Errors
    /// The text is not a snapshot.
    pub(crate) fn new(text: SnapshotText, client_visible: HashSet<String>) -> Result<Self, SnapshotError> {
        let all = Snapshot::parse(text.bytes(), usize::MAX)?;
        let (searching, asked) = (searching(&text), asked(&text));
        Ok(Self {
            text,
            all: Arc::new(all),
            apart: Arc::default(),
            client_visible: Arc::new(client_visible),
            searching: Arc::new(searching),
            asked: Arc::new(asked),
        })
    }

    /// Compiles the same flags with changes. `text` has the changes already.
    pub(super) fn with(
        &self,
        text: SnapshotText,
        flags: &Changed<FlagText>,
        has_same_segments: bool,
    ) -> Result<Self, SnapshotError> {
        let mut client_visible = Arc::clone(&self.client_visible);
        for (key, flag) in flags {
            set(&mut client_visible, key, flag.as_ref().is_some_and(|flag| flag.client_visible));
        }
        let apart = if has_same_segments { self.apart_with(&text, flags) } else { None };
        let Some(apart) = apart else { return Self::new(text, Arc::unwrap_or_clone(client_visible)) };
        let mut searching = Arc::clone(&self.searching);
        for (key, flag) in flags {
            let text = flag.as_ref().map_or("", |flag| &flag.text);
            let segments_search = || self.text.segments().values().any(|segment| searches(segment));
            set(&mut searching, key, searches(text) || asks_segments(text) && segments_search());
        }
        let apart = Arc::new(Snapshot::parse(apart.bytes(), usize::MAX)?);
        let (all, asked) = (Arc::clone(&self.all), Arc::clone(&self.asked));
        Ok(Self { text, all, apart, client_visible, searching, asked })
    }

    /// The snapshot of the flags that are read apart after a change; `None` if all have to be read.
    fn apart_with(&self, text: &SnapshotText, flags: &Changed<FlagText>) -> Option<SnapshotText> {
        let mut keys: Vec<&str> = self.apart.flags().map(PreparedFlag::key).collect();
        for (key, flag) in flags {
            let (before, after) = (self.text.flag(key)?, &flag.as_ref()?.text);
            if self.asked.contains(key) || asks_flags(before) || asks_flags(after) {
                return None;
            }
            // A snapshot has a limit for all its regular expressions together.
            if searches(after) && rules(before) != rules(after) {
                return None;
            }
            if self.apart.find(key.as_bytes()).is_none() {
                keys.push(key);
            }
        }
        keys.sort_unstable();
        let flags: Vec<(Arc<str>, &str)> =
            keys.into_iter().map(|key| Some((Arc::from(key), text.flag(key)?))).collect::<Option<_>>()?;
        let is_asking = flags.iter().any(|(_, text)| asks_segments(text));
        let segments = if is_asking { Arc::clone(text.segments()) } else { Arc::default() };
        let apart = SnapshotText::new(None, flags.iter().cloned(), segments);
        (flags.len() <= MAX_APART && apart.bytes().len() <= MAX_APART_BYTES).then_some(apart)
    }

    /// The text that SDKs download.
    pub(crate) fn text(&self) -> &SnapshotText {
        &self.text
    }

    /// Gives the text other labels. No evaluation depends on them.
    pub(crate) fn label(&mut self, labels: &Labels) {
        if !self.text.has_labels(labels) {
            self.text = self.text.labelled(labels);
        }
    }

    /// Returns whether there is a segment of that key.
    pub(crate) fn has_segment(&self, key: &str) -> bool {
        self.text.segments().contains_key(key)
    }

    /// The number of segments.
    pub(crate) fn segments(&self) -> usize {
        self.text.segments().len()
    }

    /// The state of a flag, as it is stored.
    ///
    /// # Errors
    /// The flag has another shape than the server writes.
    pub(crate) fn state(&self, key: &str) -> serde_json::Result<Option<State>> {
        // A state has no other field that stands in the text.
        self.text.flag(key).map(serde_json::from_str).transpose()
    }

    /// The flag of that key.
    pub(crate) fn find(&self, key: &str) -> Option<&PreparedFlag> {
        self.apart.find(key.as_bytes()).or_else(|| self.all.find(key.as_bytes()))
    }

    /// All flags, sorted by key.
    pub(crate) fn flags(&self) -> impl ExactSizeIterator<Item = &PreparedFlag> {
        self.all.flags().map(|flag| self.apart.find(flag.key().as_bytes()).unwrap_or(flag))
    }

    /// The snapshot that has the newest state of a flag.
    fn snapshot_of(&self, key: &str) -> &Snapshot {
        if self.apart.find(key.as_bytes()).is_some() { &self.apart } else { &self.all }
    }

    /// Evaluates one of these flags.
    ///
    /// # Errors
    /// [`ErrorCode::ParseError`] for a flag that is set aside.
    pub(crate) fn evaluate<'s>(
        &'s self,
        flag: &'s PreparedFlag,
        attributes: &impl Attributes,
        clock: Clock,
    ) -> Result<Answer<'s>, ErrorCode> {
        flag.evaluate(self.snapshot_of(flag.key()), attributes, clock)
    }

    /// Returns why the flag of that key is set aside; `None` if it is not.
    pub(crate) fn warning_of(&self, key: &str) -> Option<&Warning> {
        self.snapshot_of(key).warning_of(key)
    }

    /// Everything that is wrong with flags and segments.
    pub(super) fn warnings(&self) -> impl Iterator<Item = &Warning> {
        let is_older = |warning: &Warning| matches!(warning.subject(), Subject::Flag(key) if self.apart.find(key.as_bytes()).is_some());
        let all = self.all.warnings().iter().filter(move |warning| !is_older(warning));
        all.chain(self.apart.set_aside())
    }

    /// Returns whether client keys see the flag of that key.
    pub(crate) fn is_client_visible(&self, key: &str) -> bool {
        self.client_visible.contains(key)
    }

    /// Returns whether another flag asks the flag of that key.
    pub(crate) fn is_asked(&self, key: &str) -> bool {
        self.asked.contains(key)
    }

    /// Returns the keys of the flags whose answers may change by time alone, also through segments and other flags.
    pub(crate) fn timed(&self) -> HashSet<&str> {
        let is_timed = |text: &str| text.contains(r#""@now""#);
        let segments = self.text.segments().values().any(|segment| is_timed(segment));
        let flags = segments || self.text.flags().any(|(_, text)| is_timed(text));
        let may_change = |text: &str| is_timed(text) || asks_segments(text) && segments || asks_flags(text) && flags;
        self.text.flags().filter(|(_, text)| may_change(text)).map(|(key, _)| &**key).collect()
    }

    /// The keys of the flags that may search with regular expressions.
    pub(crate) fn searching(&self) -> &HashSet<String> {
        &self.searching
    }
}

fn set(keys: &mut Arc<HashSet<String>>, key: &str, is_in: bool) {
    if keys.contains(key) != is_in {
        let keys = Arc::make_mut(keys);
        if is_in { _ = keys.insert(key.into()) } else { _ = keys.remove(key) }
    }
}

// The server wrote the texts itself: they have no escapes in the names of operators. A value with the same text costs its
// flag little.

fn searches(text: &str) -> bool {
    text.contains("matches\"")
}

fn asks_segments(text: &str) -> bool {
    text.contains("in_segment\"")
}

fn asks_flags(text: &str) -> bool {
    text.contains("flag_is\"")
}

/// The rules of a flag's text, as they are written; `None` if it has none.
fn rules(text: &str) -> Option<&str> {
    #[derive(Deserialize)]
    struct Rules<'t> {
        #[serde(borrow)]
        rules: Option<&'t RawValue>,
    }
    serde_json::from_str::<Rules<'_>>(text).ok()?.rules.map(RawValue::get)
}

/// Returns the keys of the flags that may search with regular expressions.
fn searching(text: &SnapshotText) -> HashSet<String> {
    let segments_search = text.segments().values().any(|text| searches(text));
    if !segments_search && !text.flags().any(|(_, text)| searches(text)) {
        return HashSet::new();
    }
    let may_search = |text: &str| searches(text) || asks_segments(text) && segments_search || asks_flags(text);
    text.flags().filter(|(_, text)| may_search(text)).map(|(key, _)| String::from(&**key)).collect()
}

/// Returns the keys of the flags that others ask.
fn asked(text: &SnapshotText) -> HashSet<String> {
    let mut asked = HashSet::new();
    for (_, flag) in text.flags().filter(|(_, text)| asks_flags(text)) {
        let flag = json::read(flag.as_bytes()).unwrap_or_default();
        let rules = flag.get("rules").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        asked.extend(asked_flags(rules).map(str::to_owned));
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flag(enabled: bool, rules: &str) -> FlagText {
        FlagText::new("f", "{}", &format!(r#"{{"enabled":{enabled},"rules":[{rules}]}}"#)).unwrap()
    }

    #[test]
    fn all_flags_are_read_where_a_limit_of_all_may_be_passed() {
        let search = |pattern| format!(r#"{{"attribute":"a","operator":"matches","value":"{pattern}"}}"#);
        let country = r#"{"attribute":"a","operator":"eq","value":1}"#;
        let changed = |flag| Changed::from([("f".to_owned(), Some(flag))]);
        for (before, after, is_apart) in [
            (flag(true, country), flag(false, country), true),
            (flag(true, &search("x")), flag(false, &search("x")), true),
            (flag(true, &search("x")), flag(true, country), true),
            (flag(true, country), flag(true, &search("x")), false),
            (flag(true, &search("x")), flag(true, &search("y")), false),
        ] {
            let text = SnapshotText::default().with(None, &changed(before), &Changed::new());
            let compiled = Compiled::new(text, HashSet::new()).unwrap();
            let change = changed(after);
            let text = compiled.text().with(None, &change, &Changed::new());
            let compiled = compiled.with(text, &change, true).unwrap();
            assert_eq!(compiled.apart.flags().len() == 1, is_apart, "{change:?}");
        }
    }
}
