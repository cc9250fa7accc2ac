//! The flags of a snapshot while they are collected: keys are unique, and each flag has a place in the text.

use std::sync::Arc;

use super::{
    super::{
        Place, PreparedFlag, Snapshot, SnapshotError, Variant,
        json::{Json, Object},
        place::Step,
        problem::Problem,
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
    flags: Vec<PreparedFlag>,
    /// The problems that set flags aside, with the flags' positions.
    problems: Vec<(u32, Problem)>,
    /// The flags that ask others. In `flags` they are set aside until they are linked.
    pending: Vec<Pending>,
    shape: Shape,
}

/// The outer shape of the flags, which decides how their places read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// The whole text is a list: `[3]`.
    BareList,
    /// `flags[3]`
    List,
    /// `flags["KEY"]`
    Map,
}

impl Shape {
    fn place(self, position: usize, key: &str) -> Place {
        match self {
            Self::BareList => Place::new([Step::Index(position)]),
            Self::List => Place::new([Step::field("flags"), Step::Index(position)]),
            Self::Map => Place::new([Step::field("flags"), Step::entry(key)]),
        }
    }
}

impl Flags {
    pub(super) fn new(shape: Shape) -> Self {
        Self { flags: Vec::new(), problems: Vec::new(), pending: Vec::new(), shape }
    }

    pub(super) fn add<'a>(
        &mut self,
        map_key: Option<&'a str>,
        flag: Json<'a>,
        tables: &mut Tables,
    ) -> Result<(), SnapshotError> {
        let position = self.flags.len();
        let place = || self.shape.place(position, map_key.unwrap_or_default());
        let Json::Object(fields) = flag else {
            return Err(SnapshotError::shape(place(), format!("expected a flag, found {}", flag.describe())));
        };
        let key = key(&fields, map_key).map_err(|message| SnapshotError::shape(place().field("key"), message))?;
        let mut parsed = parse_flag(key, &fields, tables);
        if let Some(problem) = parsed.problem.take() {
            self.problems.push((position as u32, problem));
        }
        let state = if parsed.has_links {
            self.pending.push(Pending { position: position as u32, parsed });
            State::SetAside
        } else {
            parsed.into_state()
        };
        self.flags.push(PreparedFlag::new(key.into(), state));
        Ok(())
    }

    /// Adds a flag that gives everybody the same answer.
    pub(super) fn add_value(&mut self, key: &str, value: Json<'_>) -> Result<(), SnapshotError> {
        let place = || self.shape.place(self.flags.len(), key);
        if key.is_empty() {
            return Err(SnapshotError::shape(place(), "an empty key"));
        }
        let state = match value {
            Json::Boolean(default_enabled) => State::Enabled { default_enabled, rules: Arc::default() },
            _ => {
                let value = variant_value(value).map_err(|problem| {
                    let (inner, _, message) = problem.into_parts();
                    SnapshotError::shape(place().join(inner.steps()), message)
                })?;
                let variants = [Arc::new(Variant::new("override", value))].into();
                State::Typed(Box::new(Typed { enabled: true, variants, default: 0, off: 0, rules: [].into() }))
            }
        };
        self.flags.push(PreparedFlag::new(key.into(), state));
        Ok(())
    }

    pub(super) fn into_snapshot(self, origin: Origin, segments: Segments) -> Result<Snapshot, SnapshotError> {
        let Self { flags, mut problems, pending, shape } = self;
        let mut snapshot = Snapshot::new(flags, origin).map_err(|(key, earlier, position)| {
            let place = |position: u32| shape.place(position as usize, &key);
            let message = match shape {
                Shape::BareList | Shape::List => format!("duplicate key {key:?}, already at {}", place(earlier)),
                Shape::Map => "duplicate key".into(),
            };
            SnapshotError::shape(place(position).field("key"), message)
        })?;
        if !pending.is_empty() {
            link(&mut snapshot, pending, &segments, &mut problems);
        }
        let (segments, unreadable) = segments.into_parts();
        snapshot.segments = segments.into();
        problems.sort_unstable_by_key(|(position, _)| *position);
        snapshot.note_problems(problems, unreadable, |position, key| shape.place(position as usize, key));
        Ok(snapshot)
    }
}

/// The flag's key, or what is wrong with it.
fn key<'a>(fields: &Object<'a>, map_key: Option<&'a str>) -> Result<&'a str, String> {
    let mut named = fields.fields().filter(|(name, _)| *name == "key").map(|(_, value)| value);
    let found = named.next();
    if named.next().is_some() {
        return Err("duplicate field".into());
    }
    let key = match (found, map_key) {
        (None, None) => return Err("missing".into()),
        (None, Some(map_key)) => map_key,
        (Some(Json::Text(key)), None) => key,
        (Some(Json::Text(key)), Some(map_key)) if key == map_key => key,
        (Some(Json::Text(key)), Some(_)) => return Err(format!("expected the key it stands under, found {key:?}")),
        (Some(other), _) => return Err(format!("expected a string, found {}", other.describe())),
    };
    if key.is_empty() { Err("an empty key".into()) } else { Ok(key) }
}
