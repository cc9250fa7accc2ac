//! Flags that ask segments and other flags: found, checked, and in an order in which each comes after what it asks.

use super::{
    super::{
        PreparedFlag, Snapshot,
        links::Links,
        operator::{AnyOf, Asked, FlagIs, Link, Outcome},
        place::{Step, shortened},
        problem::{Problem, ProblemKind},
        snapshot::State,
        work::Work,
    },
    flag::Parsed,
    graph::Graph,
    segments::Segments,
};

/// The longest chain of flags that ask each other.
const MAX_DEPTH: usize = 64;

/// A circle of more flags is named without its middle.
const MAX_SHOWN: usize = 10;

/// A flag that was read and asks segments or other flags.
pub(super) struct Pending {
    pub(super) position: u32,
    pub(super) parsed: Parsed,
}

/// Links the pending flags. A problem of one is added to `problems`, with the flag's position.
pub(super) fn link(
    snapshot: &mut Snapshot,
    pending: Vec<Pending>,
    segments: &Segments,
    problems: &mut Vec<(u32, Problem)>,
) {
    let mut linker = Linker::new(snapshot, &pending, segments, problems);
    let mut pending: Vec<Option<Pending>> = pending.into_iter().map(Some).collect();
    let mut links = Vec::new();
    for node in std::mem::take(&mut linker.graph.order) {
        let Some(Pending { position, mut parsed }) = pending[node].take() else { continue };
        match linker.resolve(snapshot, node, &mut parsed.state) {
            Ok(found) => links.push(found),
            Err(problem) => {
                problems.push((position, problem));
                linker.aside[position as usize] = true;
                parsed.state = State::SetAside;
            }
        }
        snapshot.flag_mut(position).state = parsed.into_state();
    }
    snapshot.links = links.into();
}

struct Linker<'s> {
    segments: &'s Segments,
    graph: Graph,
    /// Whether a flag is set aside, by position. A flag that is off answers all the same.
    aside: Vec<bool>,
    /// The cost of each flag that was linked or asked, by position.
    costs: Vec<Option<Cost>>,
    /// The number of the list that named each segment last, by position.
    named: Vec<usize>,
    /// The number of lists of segments so far.
    lists: usize,
}

/// The largest cost of one answer.
#[derive(Clone, Copy)]
struct Cost {
    /// The length of the chain of flags that ask each other.
    depth: usize,
    work: Work,
}

impl<'s> Linker<'s> {
    fn new(snapshot: &Snapshot, pending: &[Pending], segments: &'s Segments, problems: &[(u32, Problem)]) -> Self {
        let count = snapshot.all().len();
        let mut aside = vec![false; count];
        problems.iter().for_each(|(position, _)| aside[*position as usize] = true);
        let graph = Graph::new(snapshot, pending);
        Self { segments, graph, aside, costs: vec![None; count], named: vec![0; segments.len()], lists: 0 }
    }

    /// Completes the links of one flag, or says what is wrong with the first that is wrong.
    fn resolve(&mut self, snapshot: &Snapshot, node: usize, state: &mut State) -> Result<Links, Problem> {
        let (mut segments, mut flags) = (Vec::new(), Vec::new());
        let (mut cost, mut is_timed) = (Cost { depth: 1, work: Work::default() }, false);
        state.try_for_each_condition(&mut |condition| {
            cost.work.add(condition.test.work());
            match condition.test.asked_mut() {
                Some(Asked::Segments(asked)) => {
                    is_timed |= self.resolve_segments(asked, &mut cost.work, &mut segments)?;
                }
                Some(Asked::Flag(asked)) => {
                    let other = self.find(snapshot, node, &asked.flag)?;
                    asked.flag.position = other;
                    asked.accepted = accepted(snapshot.flag(other), asked)?;
                    let of_other = self.cost(snapshot, other);
                    cost.depth = cost.depth.max(of_other.depth + 1);
                    cost.work.add(of_other.work);
                    is_timed |= matches!(snapshot.flag(other).state, State::Timed(_));
                    flags.push(other);
                    check(cost).map_err(|problem| problem.within(Step::field("attribute")))?;
                }
                // The rules of a flag that asks nothing are not counted.
                None if segments.is_empty() && flags.is_empty() => {}
                None => cost.work.check().map_err(|problem| problem.within(Step::field("value")))?,
            }
            Ok(())
        })?;
        if is_timed && !matches!(state, State::Timed(_)) {
            *state = State::Timed(Box::new(std::mem::replace(state, State::SetAside)));
        }
        let flag = self.graph.flags[node];
        self.costs[flag as usize] = Some(cost);
        Ok(Links { flag, segments: segments.into(), flags: flags.into() })
    }

    /// Completes the links of one condition and adds their work. Of a segment that its list names several times, the first
    /// one stays. Returns whether the answer needs the time.
    fn resolve_segments(
        &mut self,
        asked: &mut AnyOf<Link>,
        work: &mut Work,
        segments: &mut Vec<u32>,
    ) -> Result<bool, Problem> {
        self.lists += 1;
        let mut is_timed = false;
        let mut links = Vec::with_capacity(asked.items.len());
        for (index, mut link) in std::mem::take(&mut asked.items).into_iter().enumerate() {
            let within = |problem| within_value(problem, asked.is_list, index);
            link.position = self.segments.find(&link.name).map_err(within)?;
            let named = std::mem::replace(&mut self.named[link.position as usize], self.lists);
            if named == self.lists {
                continue;
            }
            let (of_segment, segment_timed) = self.segments.cost(link.position);
            work.add(of_segment);
            work.check().map_err(within)?;
            is_timed |= segment_timed;
            segments.push(link.position);
            links.push(link);
        }
        asked.items = links.into();
        Ok(is_timed)
    }

    /// Returns the position of the flag that a node asks.
    fn find(&mut self, snapshot: &Snapshot, asker: usize, link: &Link) -> Result<u32, Problem> {
        let problem = |kind, message: String| Err(Problem::at("attribute", kind, message));
        let Some(other) = snapshot.position(link.name.as_bytes()) else {
            return problem(ProblemKind::UnknownFlag, format!("no flag {:?}", link.name));
        };
        if let Some(node) = self.graph.node(other)
            && self.graph.is_circle(asker, node)
        {
            return problem(ProblemKind::Circle, self.circle(snapshot, asker, node));
        }
        if self.aside[other as usize] {
            return problem(ProblemKind::FlagSetAside, format!("the flag {:?} is set aside", link.name));
        }
        Ok(other)
    }

    /// Returns the message of a flag that is in a circle with a flag that it asks.
    #[cold]
    fn circle(&mut self, snapshot: &Snapshot, asker: usize, asked: usize) -> String {
        let way_back = self.graph.path(asked, asker);
        let key = |node: usize| shortened(snapshot.flag(self.graph.flags[node]).key());
        let mut keys = vec![key(asker)];
        match way_back {
            Some(path) if path.len() <= MAX_SHOWN => keys.extend(path.into_iter().map(key)),
            Some(path) => {
                keys.extend(path.into_iter().take(MAX_SHOWN - 2).map(key));
                keys.extend(["...".into(), key(asker)]);
            }
            None => keys.extend([key(asked), "...".into(), key(asker)]),
        }
        format!("the flags ask each other in a circle: {}", keys.join(" -> "))
    }

    /// Returns the cost of a flag that is asked. It is counted once, however many flags ask.
    fn cost(&mut self, snapshot: &Snapshot, flag: u32) -> Cost {
        *self.costs[flag as usize].get_or_insert_with(|| {
            let conditions = snapshot.flag(flag).state.conditions().flat_map(|(_, conditions)| conditions);
            Cost { depth: 1, work: Work::of(conditions) }
        })
    }
}

/// Succeeds if an answer may cost so much.
fn check(cost: Cost) -> Result<(), Problem> {
    if cost.depth > MAX_DEPTH {
        let message = format!("a chain has at most {MAX_DEPTH} flags, found {}", cost.depth);
        return Err(Problem::new(ProblemKind::Limit, message));
    }
    cost.work.check()
}

/// The answers that are asked for, as bits.
fn accepted(flag: &PreparedFlag, asked: &FlagIs) -> Result<u64, Problem> {
    let variants = flag.variants();
    let bit = |answer: &Outcome| match answer {
        Outcome::Boolean(value) if variants.is_empty() => Ok(1 << u8::from(*value)),
        Outcome::Variant(name) if !variants.is_empty() => {
            variants.iter().position(|variant| variant.name() == &**name).map(|position| 1 << position).ok_or_else(
                || {
                    let message = format!("the flag {:?} has no variant {name:?}", asked.flag.name);
                    Problem::new(ProblemKind::UnknownVariant, message)
                },
            )
        }
        _ => {
            let answers = if variants.is_empty() { "true or false" } else { "the name of a variant" };
            Err(Problem::new(ProblemKind::Type, format!("the flag {:?} answers {answers}", asked.flag.name)))
        }
    };
    let mut bits = asked
        .answers
        .items
        .iter()
        .enumerate()
        .map(|(index, answer)| bit(answer).map_err(|problem| within_value(problem, asked.answers.is_list, index)));
    // A name that is asked for twice is one bit.
    bits.try_fold(0, |all, bit| Ok(all | bit?))
}

/// A problem with an item of a value, which may also be the value itself.
#[cold]
fn within_value(problem: Problem, is_list: bool, index: usize) -> Problem {
    if is_list { problem.within_item("value", index) } else { problem.within(Step::field("value")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Many flags may ask one that is large. A second count would see that the flag is empty by then.
    #[test]
    fn the_conditions_of_a_flag_are_counted_once() {
        let rules = vec![r#"{"attribute": "a", "operator": "exists"}"#; 1_000].join(",");
        let text = format!(r#"[{{"key": "f", "enabled": true, "rules": [{rules}]}}]"#);
        let mut snapshot = Snapshot::parse(text.as_bytes(), usize::MAX).unwrap();
        let segments = Segments::default();
        let mut linker = Linker::new(&snapshot, &[], &segments, &[]);
        assert_eq!(linker.cost(&snapshot, 0).work.conditions, 1_000);
        snapshot.flag_mut(0).state = State::Disabled;
        assert_eq!(linker.cost(&snapshot, 0).work.conditions, 1_000);
    }
}
