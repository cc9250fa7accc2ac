//! The flags of a snapshot while they are collected: keys are unique, and each flag has a place in the text.

use super::{
    super::{
        Flag, Snapshot, SnapshotError, Warning,
        json::{Json, Object},
        snapshot::{Origin, State},
    },
    flag::parse_flag,
    names::Names,
};

pub(super) struct Flags {
    flags: Vec<Flag>,
    warnings: Vec<Warning>,
    names: Names,
    /// What stands before `[3]` in a place; `None` where flags are named by key.
    list_place: Option<&'static str>,
}

impl Flags {
    pub(super) fn new(list_place: Option<&'static str>) -> Self {
        Self { flags: Vec::new(), warnings: Vec::new(), names: Names::default(), list_place }
    }

    pub(super) fn add<'a>(&mut self, map_key: Option<&'a str>, flag: Json<'a>) -> Result<(), SnapshotError> {
        let position = self.flags.len();
        let place = || place(self.list_place, position, map_key.unwrap_or_default());
        let Json::Object(fields) = flag else {
            return Err(SnapshotError::shape(place(), format!("expected a flag, found {}", flag.describe())));
        };
        let key = key(&fields, map_key).map_err(|message| SnapshotError::shape(format!("{}.key", place()), message))?;
        let (state, problem) = parse_flag(&fields, &mut self.names);
        if let Some(problem) = problem {
            let warning = Warning::new(key, problem.within(&place()).into_text());
            self.warnings.push(warning);
        }
        self.flags.push(Flag::new(key.into(), state));
        Ok(())
    }

    /// A flag that answers everybody alike.
    pub(super) fn add_value(&mut self, key: &str, value: Json<'_>) -> Result<(), SnapshotError> {
        match value {
            _ if key.is_empty() => Err(SnapshotError::shape(map_place(key), "an empty key")),
            Json::Boolean(default_enabled) => {
                self.flags.push(Flag::new(key.into(), State::Enabled { default_enabled, rules: [].into() }));
                Ok(())
            }
            _ => Err(SnapshotError::shape(map_place(key), format!("expected a boolean, found {}", value.describe()))),
        }
    }

    pub(super) fn into_snapshot(self, origin: Origin) -> Result<Snapshot, SnapshotError> {
        let list_place = self.list_place;
        Snapshot::new(self.flags, self.warnings, origin).map_err(|(key, earlier, position)| {
            let place = |position: u32| place(list_place, position as usize, &key);
            let message = match list_place {
                Some(_) => format!("duplicate key {key:?}, already at {}", place(earlier)),
                None => "duplicate key".into(),
            };
            SnapshotError::shape(format!("{}.key", place(position)), message)
        })
    }
}

fn place(list_place: Option<&str>, position: usize, key: &str) -> String {
    match list_place {
        Some(list) => format!("{list}[{position}]"),
        None => map_place(key),
    }
}

/// The place of a flag that is named by key: `flags["KEY"]`.
fn map_place(key: &str) -> String {
    format!("flags[{}]", serde_json::Value::from(key))
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
