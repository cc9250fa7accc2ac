//! What differs between two environments of a project, from memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{Error, Result, target::ProjectTarget};
use crate::{
    flags::Difference,
    json,
    world::{Environment, World},
};

/// The bytes of the differences on a page, about.
const PAGE_BYTES: usize = 1 << 20;

/// Two environments to compare.
#[derive(Debug)]
pub(crate) struct Sides {
    from: Arc<Environment>,
    to: Arc<Environment>,
}

/// A flag or a segment, as the place after which a page begins. Flags come before segments.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cursor {
    Flag(String),
    Segment(String),
}

/// A page of what differs between two environments.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Comparison {
    from: String,
    to: String,
    /// The flags that differ, sorted by key.
    flags: Vec<Differing>,
    /// The segments that differ, sorted by key. They come after all flags.
    segments: Vec<Differing>,
    /// The `after` of the next page; `null` on the last page. The header `Link` has the whole path.
    next: Option<String>,
}

/// A flag or a segment that differs. It has `only_in` or `difference`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Differing {
    key: String,
    /// The name of the only one of both environments that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    only_in: Option<String>,
    /// What would change in `to` if it became as it is in `from`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    difference: Option<Difference>,
}

impl Comparison {
    pub(crate) fn next(&self) -> Option<&str> {
        self.next.as_deref()
    }
}

impl Cursor {
    /// Reads what [`Comparison::next`] wrote.
    pub(crate) fn read(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            ("flag", key) => Some(Self::Flag(key.into())),
            ("segment", key) => Some(Self::Segment(key.into())),
            _ => None,
        }
    }

    fn write(&self) -> String {
        match self {
            Self::Flag(key) => format!("flag:{key}"),
            Self::Segment(key) => format!("segment:{key}"),
        }
    }
}

impl Sides {
    /// Finds two environments by their names.
    ///
    /// # Errors
    /// [`Error::Invalid`] where both are the same; [`Error::NotFound`].
    pub(crate) fn find(world: &World, target: &ProjectTarget, from: &str, to: &str) -> Result<Self> {
        let id = target.project_id;
        let project = world.project(target.who.account_id, id).ok_or_else(|| Error::no_project(id))?;
        let side = |field, name| {
            let found = project.environment(Some(name)).and_then(|(_, id)| world.environment(*id));
            found.cloned().ok_or_else(|| Error::no_environment(id, field, name))
        };
        let sides = Self { from: side("from", from)?, to: side("to", to)? };
        if from == to {
            return Err(Error::Invalid(format!("to: expected another environment than from, {from:?}")));
        }
        Ok(sides)
    }

    /// The bytes of what is compared.
    pub(crate) fn bytes(&self) -> usize {
        self.from.body.len() + self.to.body.len()
    }

    /// Lists at most `limit` flags and segments that differ, behind `after`, with a bound on their bytes but at least one.
    ///
    /// # Errors
    /// The flags in memory are not JSON. No write can bring that about.
    pub(crate) fn compare(&self, after: Option<&Cursor>, limit: usize) -> Result<Comparison> {
        let mut page = Comparison {
            from: self.from.name.clone(),
            to: self.to.name.clone(),
            flags: Vec::new(),
            segments: Vec::new(),
            next: None,
        };
        let (mut bytes, mut last) = (0, None);
        for (place, from, to) in self.differing(after) {
            let Some(differing) = self.differing_at(&place, from, to)? else { continue };
            if page.flags.len() + page.segments.len() == limit || bytes > PAGE_BYTES {
                page.next = last.as_ref().map(Cursor::write);
                break;
            }
            bytes += serde_json::to_string(&differing)?.len();
            match &place {
                Cursor::Flag(_) => page.flags.push(differing),
                Cursor::Segment(_) => page.segments.push(differing),
            }
            last = Some(place);
        }
        Ok(page)
    }

    /// Describes what differs between two texts; `None` where it is only how they are written.
    fn differing_at(&self, place: &Cursor, from: Option<&str>, to: Option<&str>) -> Result<Option<Differing>> {
        let (Cursor::Flag(key) | Cursor::Segment(key)) = place;
        let key = key.clone();
        let only_in = |side: &Environment| Some(side.name.clone());
        Ok(match (from, to) {
            (Some(from), Some(to)) => {
                let difference = Difference::between(&shown(place, to)?, &shown(place, from)?);
                (!difference.is_empty()).then(|| Differing { key, only_in: None, difference: Some(difference) })
            }
            (Some(_), None) => Some(Differing { key, only_in: only_in(&self.from), difference: None }),
            (None, _) => Some(Differing { key, only_in: only_in(&self.to), difference: None }),
        })
    }

    /// The flags and segments whose texts are not the same, sorted, with their texts on both sides.
    fn differing(&self, after: Option<&Cursor>) -> impl Iterator<Item = (Cursor, Option<&str>, Option<&str>)> {
        let (from, to) = (texts(&self.from), texts(&self.to));
        let places: BTreeSet<Cursor> = from.keys().chain(to.keys()).cloned().collect();
        let after = after.cloned();
        let sides = move |place: Cursor| {
            let (from, to) = (from.get(&place).copied(), to.get(&place).copied());
            (place, from, to)
        };
        let is_behind = move |place: &Cursor| after.as_ref().is_none_or(|after| place > after);
        places.into_iter().filter(is_behind).map(sides).filter(|(_, from, to)| from != to)
    }
}

/// The texts of flags and segments. That of a flag has its state, and the values that all environments share.
fn texts(environment: &Environment) -> BTreeMap<Cursor, &str> {
    let text = environment.flags.text();
    let flags = text.flags().map(|(key, text)| (Cursor::Flag(key.to_string()), text));
    let segments = text.segments().iter().map(|(key, text)| (Cursor::Segment(key.clone()), text.as_str()));
    flags.chain(segments).collect()
}

/// Reads a text. A flag then has what the API shows where nothing is written.
fn shown(place: &Cursor, text: &str) -> Result<Map<String, Value>> {
    let Value::Object(mut fields) = json::read(text.as_bytes())? else {
        return Err(anyhow::anyhow!("a flag in memory is no object").into());
    };
    if matches!(place, Cursor::Flag(_)) && !fields.contains_key("variants") {
        fields.entry("default_enabled").or_insert(false.into());
    }
    Ok(fields)
}
