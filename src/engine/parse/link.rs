//! Flags that ask segments and other flags: found, checked, and in an order in which each comes after what it asks.

use std::collections::VecDeque;

use super::{
    super::{
        Flag, Snapshot,
        links::Links,
        operator::{Asked, FlagIs, Link, Outcome},
        place::Step,
        problem::{Problem, ProblemKind},
        snapshot::State,
    },
    flag::Parsed,
    segments::Segments,
};

/// The longest chain of flags that ask each other.
const MAX_DEPTH: usize = 64;

/// The most conditions that an answer may take, including those of the flags that the flag asks.
const MAX_WORK: u64 = 100_000;

/// The most steps that the search for circles takes, for the messages.
const MAX_SEARCH: usize = 1_000_000;

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
    for node in linker.graph.order() {
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

/// The pending flags as nodes, in the order of the text.
struct Graph {
    /// The flag of a node.
    flags: Vec<u32>,
    /// The node of a flag, where it is pending.
    nodes: Vec<Option<usize>>,
    /// The nodes that a node asks.
    asked: Vec<Vec<usize>>,
    /// Each node after those that it asks, as far as there is such an order.
    ordered: Vec<usize>,
    /// The nodes that are in a circle or ask a node in one.
    unordered: Vec<usize>,
}

impl Graph {
    fn new(snapshot: &Snapshot, pending: &[Pending]) -> Self {
        let flags: Vec<u32> = pending.iter().map(|flag| flag.position).collect();
        let mut nodes = vec![None; snapshot.all().len()];
        flags.iter().enumerate().for_each(|(node, flag)| nodes[*flag as usize] = Some(node));
        let asked_by = |flag: &Pending| {
            let conditions = flag.parsed.state.conditions().flat_map(|(_, conditions)| conditions);
            let keys = conditions.filter_map(|condition| condition.asked_flag());
            keys.filter_map(|key| nodes[snapshot.position(key.as_bytes())? as usize]).collect()
        };
        let asked: Vec<Vec<usize>> = pending.iter().map(asked_by).collect();
        let (ordered, unordered) = order(&asked);
        Self { flags, nodes, asked, ordered, unordered }
    }

    fn order(&self) -> Vec<usize> {
        [&self.ordered[..], &self.unordered].concat()
    }

    /// The shortest way from one node to another, both ends included.
    fn path(&self, from: usize, to: usize, search: &mut usize) -> Option<Vec<usize>> {
        let mut came_from = vec![None; self.asked.len()];
        *search = search.checked_sub(came_from.len())?;
        let mut queue = VecDeque::from([from]);
        came_from[from] = Some(from);
        while let Some(node) = queue.pop_front() {
            if node == to {
                let mut path = vec![to];
                let mut last = to;
                while let Some(previous) = came_from[last].filter(|_| last != from) {
                    path.push(previous);
                    last = previous;
                }
                path.reverse();
                return Some(path);
            }
            for &next in &self.asked[node] {
                *search = search.checked_sub(1)?;
                if came_from[next].is_none() {
                    came_from[next] = Some(node);
                    queue.push_back(next);
                }
            }
        }
        None
    }
}

/// The nodes, each after those that it asks; and those for which there is no such order.
fn order(asked: &[Vec<usize>]) -> (Vec<usize>, Vec<usize>) {
    let mut askers = vec![Vec::new(); asked.len()];
    let mut missing: Vec<usize> = asked.iter().map(Vec::len).collect();
    for (node, others) in asked.iter().enumerate() {
        others.iter().for_each(|other| askers[*other].push(node));
    }
    let mut ordered: Vec<usize> = (0..asked.len()).filter(|node| missing[*node] == 0).collect();
    let mut next = 0;
    while let Some(&node) = ordered.get(next) {
        next += 1;
        for &asker in &askers[node] {
            missing[asker] -= 1;
            if missing[asker] == 0 {
                ordered.push(asker);
            }
        }
    }
    let unordered = (0..asked.len()).filter(|node| missing[*node] > 0).collect();
    (ordered, unordered)
}

struct Linker<'s> {
    segments: &'s Segments,
    graph: Graph,
    /// Whether a flag is set aside, by position. A flag that is off answers all the same.
    aside: Vec<bool>,
    /// The length of the chain and the number of conditions of each linked node.
    costs: Vec<(usize, u64)>,
    search: usize,
}

impl<'s> Linker<'s> {
    fn new(snapshot: &Snapshot, pending: &[Pending], segments: &'s Segments, problems: &[(u32, Problem)]) -> Self {
        let graph = Graph::new(snapshot, pending);
        let mut aside = vec![false; snapshot.all().len()];
        problems.iter().for_each(|(position, _)| aside[*position as usize] = true);
        // A node that is in a circle, or asks one, cannot be linked. The message says which of the two it is.
        graph.unordered.iter().for_each(|node| aside[graph.flags[*node] as usize] = true);
        let costs = vec![(1, 0); pending.len()];
        Self { segments, graph, aside, costs, search: MAX_SEARCH }
    }

    /// Completes the links of one flag, or says what is wrong with the first that is wrong.
    fn resolve(&mut self, snapshot: &Snapshot, node: usize, state: &mut State) -> Result<Links, Problem> {
        let (mut segments, mut flags) = (Vec::new(), Vec::new());
        let (mut depth, mut work, mut is_timed) = (1, 0_u64, false);
        state.try_for_each_condition(&mut |condition| {
            work += 1;
            match condition.test.asked_mut() {
                Some(Asked::Segments(asked)) => {
                    for (index, link) in asked.items.iter_mut().enumerate() {
                        let found = self.segments.find(&link.name);
                        link.position = found.map_err(|problem| within_value(problem, asked.is_list, index))?;
                        let (segment_work, segment_timed) = self.segments.cost(link.position);
                        work = work.saturating_add(segment_work);
                        is_timed |= segment_timed;
                        segments.push(link.position);
                    }
                }
                Some(Asked::Flag(asked)) => {
                    let other = self.find(snapshot, node, &asked.flag)?;
                    asked.flag.position = other;
                    asked.accepted = accepted(snapshot.flag(other), asked)?;
                    let (other_depth, other_work) = self.cost(snapshot, other);
                    depth = depth.max(other_depth + 1);
                    work = work.saturating_add(other_work);
                    is_timed |= matches!(snapshot.flag(other).state, State::Timed(_));
                    flags.push(other);
                }
                None => {}
            }
            if depth > MAX_DEPTH {
                let message = format!("a chain of more than {MAX_DEPTH} flags");
                return Err(Problem::at("attribute", ProblemKind::Limit, message));
            }
            if work > MAX_WORK && !flags.is_empty() {
                let message = format!("to answer this flag and those it asks takes more than {MAX_WORK} conditions");
                return Err(Problem::at("attribute", ProblemKind::Limit, message));
            }
            Ok(())
        })?;
        if is_timed && !matches!(state, State::Timed(_)) {
            *state = State::Timed(Box::new(std::mem::replace(state, State::SetAside)));
        }
        self.costs[node] = (depth, work);
        Ok(Links { flag: self.graph.flags[node], segments: segments.into(), flags: flags.into() })
    }

    /// Returns the position of the flag that a node asks.
    fn find(&mut self, snapshot: &Snapshot, asker: usize, link: &Link) -> Result<u32, Problem> {
        let problem = |kind, message: String| Err(Problem::at("attribute", kind, message));
        let Some(other) = snapshot.position(link.name.as_bytes()) else {
            return problem(ProblemKind::UnknownFlag, format!("no flag {:?}", link.name));
        };
        if !self.aside[other as usize] {
            return Ok(other);
        }
        // Only among those that have no order can there be a circle.
        if self.aside[self.graph.flags[asker] as usize]
            && let Some(node) = self.graph.nodes[other as usize]
            && let Some(path) = self.graph.path(node, asker, &mut self.search)
        {
            let nodes = [asker].into_iter().chain(path);
            let keys: Vec<&str> = nodes.map(|node| snapshot.flag(self.graph.flags[node]).key()).collect();
            let message = format!("the flags ask each other in a circle: {}", keys.join(" -> "));
            return problem(ProblemKind::Circle, message);
        }
        problem(ProblemKind::FlagSetAside, format!("the flag {:?} is set aside", link.name))
    }

    /// Returns the length of a flag's chain and the number of its conditions.
    fn cost(&self, snapshot: &Snapshot, flag: u32) -> (usize, u64) {
        match self.graph.nodes[flag as usize] {
            Some(node) => self.costs[node],
            None => {
                let conditions = snapshot.flag(flag).state.conditions();
                (1, conditions.map(|(_, conditions)| conditions.len() as u64).sum())
            }
        }
    }
}

/// The answers that are asked for, as bits.
fn accepted(flag: &Flag, asked: &FlagIs) -> Result<u64, Problem> {
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
