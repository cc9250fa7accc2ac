//! An immutable set of flags, prepared for evaluation.

use std::sync::{Arc, OnceLock};

use hashbrown::{HashTable, hash_table::Entry};

use super::{
    Place, Subject, Variant, Warning,
    hash::TextHasher,
    links::Links,
    problem::Problem,
    rule::{Condition, Rule},
    segment::Segment,
    typed::Typed,
};

/// The flags of one project and environment at one moment. Immutable; any number of threads may read it.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// In the order of the text.
    flags: Box<[PreparedFlag]>,
    /// The flags' positions, sorted by key; sorting costs a tenth of loading, and single evaluations need none of it.
    sorted: OnceLock<Box<[u32]>>,
    index: HashTable<u32>,
    hasher: TextHasher,
    /// Those of flags in the order of the text, and then those of segments.
    warnings: Box<[Warning]>,
    /// The positions of the flags that are set aside, one for each of the first warnings.
    set_aside: Box<[u32]>,
    pub(super) segments: Box<[Segment]>,
    /// The segments and flags that flags ask. A flag comes after those that it asks.
    pub(super) links: Box<[Links]>,
    pub(super) origin: Origin,
}

/// The labels that a snapshot carries.
#[derive(Debug, Default)]
pub(super) struct Origin {
    pub(super) revision: Option<Box<str>>,
    pub(super) project: Option<Box<str>>,
    pub(super) environment: Option<Box<str>>,
}

/// A flag, prepared for evaluation. Two flags are equal when they give the same answers by the same rules.
#[derive(Debug, PartialEq)]
pub struct PreparedFlag {
    key: Box<str>,
    pub(super) state: State,
}

#[derive(Debug, PartialEq)]
pub(super) enum State {
    Enabled {
        default_enabled: bool,
        /// Shared with whoever resolved the flag, so that these outlive the snapshot and nothing else of it does.
        rules: Arc<[Rule]>,
    },
    Disabled,
    SetAside,
    Typed(Box<Typed>),
    /// One of the states above, with rules that need the time.
    Timed(Box<State>),
}

impl State {
    pub(super) fn untimed(&self) -> &Self {
        if let Self::Timed(state) = self { state } else { self }
    }

    fn untimed_mut(&mut self) -> &mut Self {
        match self {
            Self::Timed(state) => state,
            state => state,
        }
    }

    /// The conditions, with the numbers of their rules.
    pub(super) fn conditions(&self) -> impl Iterator<Item = (usize, &[Condition])> {
        let (rules, typed): (&[Rule], &[_]) = match self.untimed() {
            Self::Enabled { rules, .. } => (rules, &[]),
            Self::Typed(typed) => (&[], &typed.rules),
            _ => (&[], &[]),
        };
        let typed = typed.iter().map(|rule| &*rule.conditions);
        rules.iter().map(Rule::conditions).chain(typed).enumerate()
    }

    /// Visits the conditions up to the first problem, which gets its place in the flag.
    pub(super) fn try_for_each_condition(
        &mut self,
        visit: &mut dyn FnMut(&mut Condition) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        match self.untimed_mut() {
            Self::Enabled { rules, .. } => {
                // Nobody shares them while the snapshot is made.
                for (index, rule) in Arc::get_mut(rules).into_iter().flatten().enumerate() {
                    let is_simple = rule.value().is_none();
                    visit_rule(index, is_simple, rule.conditions_mut(), visit)?;
                }
            }
            Self::Typed(typed) => {
                for (index, rule) in typed.rules.iter_mut().enumerate() {
                    visit_rule(index, false, &mut rule.conditions, visit)?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

#[inline(never)]
fn visit_rule(
    index: usize,
    is_simple: bool,
    conditions: &mut [Condition],
    visit: &mut dyn FnMut(&mut Condition) -> Result<(), Problem>,
) -> Result<(), Problem> {
    for (position, condition) in conditions.iter_mut().enumerate() {
        visit(condition).map_err(|problem| {
            let problem = if is_simple { problem } else { problem.within_item("conditions", position) };
            problem.within_item("rules", index)
        })?;
    }
    Ok(())
}

impl PreparedFlag {
    pub(super) fn new(key: Box<str>, state: State) -> Self {
        Self { key, state }
    }

    /// The flag's key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The type of the flag's values: `boolean`, `string`, `number` or `json`. A flag that is set aside counts as `boolean`.
    pub fn type_name(&self) -> &'static str {
        self.variants().first().map_or("boolean", |variant| variant.value().type_name())
    }

    /// The values that a typed flag can have; empty for a boolean flag.
    pub fn variants(&self) -> &[Arc<Variant>] {
        if let State::Typed(typed) = self.state.untimed() { &typed.variants } else { &[] }
    }

    fn variants_mut(&mut self) -> &mut [Arc<Variant>] {
        match self.state.untimed_mut() {
            State::Typed(typed) => &mut typed.variants,
            _ => &mut [],
        }
    }
}

impl Snapshot {
    /// Builds a snapshot of flags in the order of the text. The error is a key that two flags have, with their positions.
    /// A snapshot has fewer flags than bytes, and its limit of bytes keeps positions within 32 bits.
    pub(super) fn new(flags: Vec<PreparedFlag>, origin: Origin) -> Result<Self, (Box<str>, u32, u32)> {
        let hasher = TextHasher::default();
        let key = |position: u32| flags[position as usize].key.as_bytes();
        let mut index = HashTable::with_capacity(flags.len());
        for position in 0..flags.len() as u32 {
            let same = |&other: &u32| key(other) == key(position);
            match index.entry(hasher.hash(key(position)), same, |&other| hasher.hash(key(other))) {
                Entry::Occupied(earlier) => {
                    return Err((flags[position as usize].key.clone(), *earlier.get(), position));
                }
                Entry::Vacant(vacant) => vacant.insert(position),
            };
        }
        Ok(Self { flags: flags.into(), index, hasher, origin, ..Self::default() })
    }

    /// Notes what is wrong with flags, in the order of the text, and with segments.
    pub(super) fn note_problems(
        &mut self,
        flags: Vec<(u32, Problem)>,
        segments: Vec<Warning>,
        place: impl Fn(u32, &str) -> Place,
    ) {
        self.set_aside = flags.iter().map(|(position, _)| *position).collect();
        let of_flags = flags.into_iter().map(|(position, problem)| {
            let key = self.flag(position).key();
            Warning::new(Subject::Flag(key.into()), place(position, key), problem)
        });
        self.warnings = of_flags.chain(segments).collect();
    }

    /// Returns the position of the flag of that key.
    pub(super) fn position(&self, key: &[u8]) -> Option<u32> {
        let hash = self.hasher.hash(key);
        self.index.find(hash, |&position| self.flags[position as usize].key.as_bytes() == key).copied()
    }

    pub(super) fn flag(&self, position: u32) -> &PreparedFlag {
        &self.flags[position as usize]
    }

    pub(super) fn flag_mut(&mut self, position: u32) -> &mut PreparedFlag {
        &mut self.flags[position as usize]
    }

    pub(super) fn segment(&self, position: u32) -> &Segment {
        &self.segments[position as usize]
    }

    /// Numbers the variants. `first` receives their count and returns the first number; it is not called if there are none.
    pub fn number_variants(&mut self, first: impl FnOnce(u64) -> u64) {
        let count = self.flags.iter().map(|flag| flag.variants().len() as u64).sum();
        if count > 0 {
            let numbered = self.flags.iter_mut().flat_map(PreparedFlag::variants_mut).filter_map(Arc::get_mut);
            numbered.zip(first(count)..).for_each(|(variant, id)| variant.id = id);
        }
    }

    /// The flag of that key. A key that is not UTF-8 is found nowhere.
    #[inline]
    pub fn find(&self, key: &[u8]) -> Option<&PreparedFlag> {
        let hash = self.hasher.hash(key);
        let position = self.index.find(hash, |&position| self.flags[position as usize].key.as_bytes() == key)?;
        Some(&self.flags[*position as usize])
    }

    /// All flags sorted by key, including those that are set aside.
    pub fn flags(&self) -> impl ExactSizeIterator<Item = &PreparedFlag> {
        self.sorted().iter().map(|&position| self.flag(position))
    }

    /// The flags' positions, sorted by key.
    pub(super) fn sorted(&self) -> &[u32] {
        self.sorted.get_or_init(|| {
            let mut positions: Box<[u32]> = (0..self.flags.len() as u32).collect();
            positions.sort_unstable_by_key(|&position| &self.flags[position as usize].key);
            positions
        })
    }

    /// The flags in the order of the text.
    pub(super) fn all(&self) -> &[PreparedFlag] {
        &self.flags
    }

    /// The warnings of flags that are set aside, in the order of the text, and then those of segments that cannot be used,
    /// whether a flag uses them or not.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The warnings of the flags that are set aside, in the order of the text.
    pub fn set_aside(&self) -> &[Warning] {
        &self.warnings[..self.set_aside.len()]
    }

    /// Returns why the flag of that key is set aside; `None` if it is not.
    pub fn warning_of(&self, flag_key: &str) -> Option<&Warning> {
        let position = self.position(flag_key.as_bytes())?;
        let index = self.set_aside.binary_search(&position).ok()?;
        self.warnings.get(index)
    }

    /// The revision that the snapshot states, as canonical text.
    pub fn revision(&self) -> Option<&str> {
        self.origin.revision.as_deref()
    }

    /// The project that the snapshot states, as canonical text.
    pub fn project(&self) -> Option<&str> {
        self.origin.project.as_deref()
    }

    /// The environment that the snapshot states, as canonical text.
    pub fn environment(&self) -> Option<&str> {
        self.origin.environment.as_deref()
    }
}
