//! The segments of a snapshot, before it is known which flags use them.

use std::collections::{HashMap, hash_map::Entry};

use foldhash::fast::RandomState;

use super::{
    super::{
        json::Json,
        place::{Problem, entry},
        segment::Segment,
    },
    fields::{object, parse_rules},
    rule::parse_rule,
    tables::Tables,
};

/// What was read of the segments. One that cannot be read matters to the flags that use it alone.
#[derive(Default)]
pub(super) struct Segments {
    readable: Vec<Segment>,
    by_name: HashMap<Box<str>, Result<u32, Box<str>>, RandomState>,
    /// What is wrong with all of them.
    problem: Option<String>,
}

impl Segments {
    #[inline(never)]
    pub(super) fn read(segments: Json<'_>, tables: &mut Tables) -> Self {
        let mut read = Self::default();
        match segments {
            Json::Null => {}
            Json::Object(segments) => segments.fields().for_each(|(name, segment)| read.add(name, segment, tables)),
            _ => read.problem = Some(format!("segments: expected an object, found {}", segments.describe())),
        }
        read
    }

    fn add(&mut self, name: &str, segment: Json<'_>, tables: &mut Tables) {
        let within = |problem: Problem| problem.within(&entry("segments", name)).into_text().into();
        match self.by_name.entry(name.into()) {
            Entry::Occupied(mut earlier) => {
                *earlier.get_mut() = Err(within(Problem::new("", "duplicate field")));
            }
            Entry::Vacant(vacant) => {
                let parsed = parse_segment(name, segment, tables).map(|segment| {
                    self.readable.push(segment);
                    self.readable.len() as u32 - 1
                });
                vacant.insert(parsed.map_err(within));
            }
        }
    }

    /// The segment's position, or why it cannot be used.
    pub(super) fn find(&self, name: &str) -> Result<u32, String> {
        match (&self.problem, self.by_name.get(name)) {
            (Some(problem), _) => Err(problem.clone()),
            (None, Some(Ok(position))) => Ok(*position),
            (None, Some(Err(problem))) => Err(problem.to_string()),
            (None, None) => Err(format!("no segment {}", Json::Text(name).describe())),
        }
    }

    /// How many conditions it may take to answer, and whether that needs the time.
    pub(super) fn cost(&self, position: u32) -> (u64, bool) {
        self.readable[position as usize].cost()
    }

    pub(super) fn into_readable(self) -> Box<[Segment]> {
        self.readable.into()
    }
}

fn parse_segment(name: &str, segment: Json<'_>, tables: &mut Tables) -> Result<Segment, Problem> {
    tables.in_segment = true;
    tables.is_timed = false;
    let rules = object(segment).and_then(|fields| parse_rules(&fields, |rule| parse_rule(rule, tables)));
    tables.in_segment = false;
    Ok(Segment::new(name, rules?, tables.is_timed))
}
