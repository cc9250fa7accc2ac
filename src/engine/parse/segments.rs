//! The segments of a snapshot, before it is known which flags use them.

use std::collections::{HashMap, hash_map::Entry};

use foldhash::fast::RandomState;

use super::{
    super::{
        Place, Subject, Warning,
        fields::{duplicate, object, parse_rules, unexpected},
        json::Json,
        place::Step,
        problem::{Problem, ProblemKind},
        segment::Segment,
        work::Work,
    },
    rule::parse_rule,
    tables::Tables,
};

/// The segments that were read. A segment that cannot be read sets only the flags aside that use it.
#[derive(Default)]
pub(super) struct Segments {
    readable: Vec<Segment>,
    by_name: HashMap<Box<str>, Found, RandomState>,
    warnings: Vec<Warning>,
    /// Whether no segment can be used. The only warning then says why.
    is_unreadable: bool,
}

#[derive(Clone, Copy)]
enum Found {
    /// A position in `readable`.
    Readable(u32),
    /// A position in `warnings`.
    Unreadable(usize),
}

impl Segments {
    #[inline(never)]
    pub(super) fn read(segments: Json<'_>, tables: &mut Tables) -> Self {
        let mut read = Self::default();
        match segments {
            Json::Null => {}
            Json::Object(segments) => segments.fields().for_each(|(name, segment)| read.add(name, segment, tables)),
            _ => {
                let place = Place::new([Step::field("segments")]);
                read.warnings.push(Warning::new(Subject::Segments, place, unexpected("an object", &segments)));
                read.is_unreadable = true;
            }
        }
        read
    }

    fn add(&mut self, name: &str, segment: Json<'_>, tables: &mut Tables) {
        let warning = |problem| {
            let place = Place::new([Step::field("segments"), Step::entry(name)]);
            Warning::new(Subject::Segment(name.into()), place, problem)
        };
        match self.by_name.entry(name.into()) {
            Entry::Occupied(mut earlier) => match *earlier.get() {
                Found::Unreadable(position) => self.warnings[position] = warning(duplicate()),
                Found::Readable(_) => {
                    earlier.insert(Found::Unreadable(self.warnings.len()));
                    self.warnings.push(warning(duplicate()));
                }
            },
            Entry::Vacant(vacant) => match parse_segment(name, segment, tables) {
                Ok(segment) => {
                    vacant.insert(Found::Readable(self.readable.len() as u32));
                    self.readable.push(segment);
                }
                Err(problem) => {
                    vacant.insert(Found::Unreadable(self.warnings.len()));
                    self.warnings.push(warning(problem));
                }
            },
        }
    }

    /// Returns the segment's position, or the problem of a rule that uses it.
    pub(super) fn find(&self, name: &str) -> Result<u32, Problem> {
        let warning = match self.by_name.get(name) {
            Some(Found::Readable(position)) => return Ok(*position),
            Some(Found::Unreadable(position)) => self.warnings.get(*position),
            None => self.warnings.first().filter(|_| self.is_unreadable),
        };
        Err(match warning {
            Some(warning) => {
                Problem::new(ProblemKind::UnreadableSegment, format!("the segment cannot be used: {warning}"))
            }
            None => {
                let message = format!("the segment cannot be used: no segment {}", Json::Text(name).describe());
                Problem::new(ProblemKind::UnknownSegment, message)
            }
        })
    }

    /// Returns the number of segments that can be used.
    pub(super) fn len(&self) -> usize {
        self.readable.len()
    }

    /// Returns the largest work of an answer, and whether an answer needs the time.
    pub(super) fn cost(&self, position: u32) -> (Work, bool) {
        self.readable[position as usize].cost()
    }

    /// Returns the segments that can be used, and the warnings of the others.
    pub(super) fn into_parts(self) -> (Vec<Segment>, Vec<Warning>) {
        (self.readable, self.warnings)
    }
}

fn parse_segment(name: &str, segment: Json<'_>, tables: &mut Tables) -> Result<Segment, Problem> {
    tables.in_segment = true;
    tables.is_timed = false;
    tables.pattern_sizes.begin();
    let rules = object(segment).and_then(|fields| parse_rules(&fields, |rule| parse_rule(rule, tables)));
    tables.in_segment = false;
    Ok(Segment::new(name, rules?, tables.is_timed))
}
