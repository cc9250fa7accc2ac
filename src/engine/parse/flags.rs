//! The flags of a snapshot while they are collected: keys are unique, and each flag has a place in the text.

use std::sync::Arc;

use super::{
    super::{
        Flag, Snapshot, SnapshotError, Variant, Warning,
        json::{Json, Object},
        place::entry,
        snapshot::{Origin, State},
        typed::Typed,
    },
    flag::parse_flag,
    link::{Pending, link},
    segments::Segments,
    tables::Tables,
    typed::variant_value,
};

pub(super) struct Flags {
    flags: Vec<Flag>,
    warnings: Vec<Warning>,
    /// The flags that lean on others; they stand among `flags` as set aside until they are linked.
    pending: Vec<Pending>,
    /// What stands before `[3]` in a place; `None` where flags are named by key.
    list_place: Option<&'static str>,
}

impl Flags {
    pub(super) fn new(list_place: Option<&'static str>) -> Self {
        Self { flags: Vec::new(), warnings: Vec::new(), pending: Vec::new(), list_place }
    }

    pub(super) fn add<'a>(
        &mut self,
        map_key: Option<&'a str>,
        flag: Json<'a>,
        tables: &mut Tables,
    ) -> Result<(), SnapshotError> {
        let position = self.flags.len();
        let place = || place(self.list_place, position, map_key.unwrap_or_default());
        let Json::Object(fields) = flag else {
            return Err(SnapshotError::shape(place(), format!("expected a flag, found {}", flag.describe())));
        };
        let key = key(&fields, map_key).map_err(|message| SnapshotError::shape(format!("{}.key", place()), message))?;
        let mut parsed = parse_flag(key, &fields, tables);
        if let Some(problem) = parsed.problem.take() {
            self.warnings.push(Warning::new(position as u32, key, problem.within(&place()).into_text()));
        }
        let state = if parsed.has_links {
            self.pending.push(Pending { position: position as u32, parsed });
            State::SetAside
        } else {
            parsed.into_state()
        };
        self.flags.push(Flag::new(key.into(), state));
        Ok(())
    }

    /// A flag that answers everybody alike.
    pub(super) fn add_value(&mut self, key: &str, value: Json<'_>) -> Result<(), SnapshotError> {
        let place = || entry("flags", key);
        if key.is_empty() {
            return Err(SnapshotError::shape(place(), "an empty key"));
        }
        let state = match value {
            Json::Boolean(default_enabled) => State::Enabled { default_enabled, rules: [].into() },
            _ => {
                let value = variant_value(value).map_err(|problem| SnapshotError::shape(place(), problem.message()))?;
                let variants = [Arc::new(Variant::new("override", value))].into();
                State::Typed(Box::new(Typed { enabled: true, variants, default: 0, off: 0, rules: [].into() }))
            }
        };
        self.flags.push(Flag::new(key.into(), state));
        Ok(())
    }

    pub(super) fn into_snapshot(self, origin: Origin, segments: Segments) -> Result<Snapshot, SnapshotError> {
        let list_place = self.list_place;
        let mut snapshot = Snapshot::new(self.flags, self.warnings, origin).map_err(|(key, earlier, position)| {
            let place = |position: u32| place(list_place, position as usize, &key);
            let message = match list_place {
                Some(_) => format!("duplicate key {key:?}, already at {}", place(earlier)),
                None => "duplicate key".into(),
            };
            SnapshotError::shape(format!("{}.key", place(position)), message)
        })?;
        if !self.pending.is_empty() {
            link(&mut snapshot, self.pending, segments, |position, key| place(list_place, position as usize, key));
        }
        Ok(snapshot)
    }
}

fn place(list_place: Option<&str>, position: usize, key: &str) -> String {
    match list_place {
        Some(list) => format!("{list}[{position}]"),
        None => entry("flags", key),
    }
}

/// The flag's key, or what is wrong with it.
fn key<'a>(fields: &Object<'a>, map_key: Option<&'a str>) -> Result<&'a str, String> {
    if fields.is_duplicate("key") {
        return Err("duplicate field".into());
    }
    let key = match (fields.get("key"), map_key) {
        (None, None) => return Err("missing".into()),
        (None, Some(map_key)) => map_key,
        (Some(Json::Text(key)), None) => key,
        (Some(Json::Text(key)), Some(map_key)) if key == map_key => key,
        (Some(Json::Text(key)), Some(_)) => return Err(format!("expected the key it stands under, found {key:?}")),
        (Some(other), _) => return Err(format!("expected a string, found {}", other.describe())),
    };
    if key.is_empty() { Err("an empty key".into()) } else { Ok(key) }
}
