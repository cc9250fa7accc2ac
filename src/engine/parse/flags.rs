//! The flags of a snapshot while they are collected: keys are unique, and each flag has a place in the text.

use super::{
    super::{
        Flag, Snapshot, SnapshotError, Warning,
        json::{Json, Object},
        snapshot::Origin,
    },
    flag::parse_flag,
};

pub(super) struct Flags {
    flags: Vec<Flag>,
    warnings: Vec<Warning>,
    /// What stands before `[3]` in a place; `None` where flags are named by key.
    list_place: Option<&'static str>,
}

impl Flags {
    pub(super) fn new(list_place: Option<&'static str>) -> Self {
        Self { flags: Vec::new(), warnings: Vec::new(), list_place }
    }

    pub(super) fn add<'a>(&mut self, map_key: Option<&'a str>, flag: Json<'a>) -> Result<(), SnapshotError> {
        let position = self.flags.len();
        let place = || self.place(position, map_key.unwrap_or_default());
        let Json::Object(fields) = flag else {
            return Err(SnapshotError::shape(place(), format!("expected a flag, found {}", flag.describe())));
        };
        let key = key(&fields, map_key).map_err(|message| SnapshotError::shape(format!("{}.key", place()), message))?;
        let (state, problem) = parse_flag(&fields);
        if let Some(problem) = problem {
            let warning = Warning::new(key, problem.within(&place()).into_text());
            self.warnings.push(warning);
        }
        self.flags.push(Flag::new(key.into(), state));
        Ok(())
    }

    pub(super) fn into_snapshot(self, origin: Origin) -> Result<Snapshot, SnapshotError> {
        match self.duplicate() {
            Some(refusal) => Err(refusal),
            None => Ok(Snapshot::new(self.flags, self.warnings, origin)),
        }
    }

    /// The refusal of the first flag whose key an earlier flag has.
    fn duplicate(&self) -> Option<SnapshotError> {
        let key = |position: &u32| self.flags[*position as usize].key();
        let mut positions: Vec<u32> = (0..self.flags.len() as u32).collect();
        positions.sort_by_key(key);
        let pair = positions.windows(2).filter(|pair| key(&pair[0]) == key(&pair[1])).min_by_key(|pair| pair[1])?;
        let place = |position: u32| self.place(position as usize, key(&position));
        Some(SnapshotError::shape(
            format!("{}.key", place(pair[1])),
            match self.list_place {
                Some(_) => format!("duplicate key {:?}, already at {}", key(&pair[0]), place(pair[0])),
                None => "duplicate key".into(),
            },
        ))
    }

    fn place(&self, position: usize, key: &str) -> String {
        match self.list_place {
            Some(list) => format!("{list}[{position}]"),
            None => map_place(key),
        }
    }
}

/// The place of a flag that is named by key: `flags["KEY"]`.
pub(super) fn map_place(key: &str) -> String {
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
