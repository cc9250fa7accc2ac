//! Flags that ask segments and other flags: found, checked, and in an order in which each comes after what it asks.

use std::collections::{HashMap, HashSet, VecDeque};

use super::{
    super::{
        Flag, Snapshot, Warning,
        further::{FlagIs, Further, Link, Outcome},
        links::Links,
        place::Problem,
        snapshot::State,
    },
    flag::Parsed,
    segments::Segments,
};

/// The longest chain of flags that ask each other.
const MAX_DEPTH: usize = 64;

/// How many conditions a flag may take to answer, together with the flags it asks.
const MAX_WORK: u64 = 100_000;

/// How many steps are spent on finding out which flags ask each other in a circle, for the message.
const MAX_SEARCH: usize = 1_000_000;

/// A flag that was read and leans on others.
pub(super) struct Pending {
    pub(super) position: u32,
    pub(super) parsed: Parsed,
}

pub(super) fn link(
    snapshot: &mut Snapshot,
    mut pending: Vec<Pending>,
    segments: Segments,
    place: impl Fn(u32, &str) -> String,
) {
    let graph = Graph::new(snapshot, &pending);
    let aside = snapshot.warnings.iter().map(|warning| warning.position).collect();
    let mut linker = Linker { segments, graph, aside, costs: HashMap::new(), search: MAX_SEARCH };
    // Whatever is in a circle, or asks something in one, cannot be linked; which of the two it is, the message says.
    linker.aside.extend(linker.graph.unordered.iter().copied());
    let mut warnings = std::mem::take(&mut snapshot.warnings).into_vec();
    let mut links = Vec::new();
    let mut by_position: HashMap<u32, Pending> = pending.drain(..).map(|flag| (flag.position, flag)).collect();
    let order = [&linker.graph.ordered[..], &linker.graph.unordered].concat();
    for position in order {
        let Some(Pending { mut parsed, .. }) = by_position.remove(&position) else { continue };
        let key = snapshot.flag(position).key().to_owned();
        match linker.resolve(snapshot, position, &mut parsed.state) {
            Ok(found) => links.push(found),
            Err(problem) => {
                let message = problem.within(&place(position, &key)).into_text();
                warnings.push(Warning::new(position, &key, message));
                linker.aside.insert(position);
                parsed.state = State::SetAside;
            }
        }
        snapshot.flag_mut(position).state = parsed.into_state();
    }
    warnings.sort_by_key(|warning| warning.position);
    snapshot.warnings = warnings.into();
    snapshot.links = links.into();
    snapshot.segments = linker.segments.into_readable();
}

/// Which pending flags ask which.
struct Graph {
    asked: HashMap<u32, Vec<u32>>,
    /// Each after what it asks.
    ordered: Vec<u32>,
    /// Those that are in a circle or ask something in one.
    unordered: Vec<u32>,
}

impl Graph {
    fn new(snapshot: &Snapshot, pending: &[Pending]) -> Self {
        let mut asked: HashMap<u32, Vec<u32>> = pending.iter().map(|flag| (flag.position, Vec::new())).collect();
        let mut askers: HashMap<u32, Vec<u32>> = HashMap::new();
        let mut missing: HashMap<u32, usize> = HashMap::new();
        for Pending { position, parsed } in pending {
            let conditions = parsed.state.conditions().flat_map(|(_, conditions)| conditions);
            for key in conditions.filter_map(|condition| condition.test.asked_flag()) {
                let Some(other) = snapshot.position(key.as_bytes()).filter(|other| asked.contains_key(other)) else {
                    continue;
                };
                asked.entry(*position).or_default().push(other);
                askers.entry(other).or_default().push(*position);
                *missing.entry(*position).or_default() += 1;
            }
        }
        let mut ready: VecDeque<u32> =
            pending.iter().map(|flag| flag.position).filter(|position| !missing.contains_key(position)).collect();
        let mut ordered = Vec::with_capacity(pending.len());
        while let Some(position) = ready.pop_front() {
            ordered.push(position);
            for asker in askers.get(&position).into_iter().flatten() {
                if let Some(count) = missing.get_mut(asker) {
                    *count -= 1;
                    if *count == 0 {
                        missing.remove(asker);
                        ready.push_back(*asker);
                    }
                }
            }
        }
        let unordered = pending.iter().map(|flag| flag.position).filter(|position| missing.contains_key(position));
        Self { asked, ordered, unordered: unordered.collect() }
    }

    /// The shortest way from one flag to another, both ends included.
    fn path(&self, from: u32, to: u32, search: &mut usize) -> Option<Vec<u32>> {
        let mut came_from = HashMap::from([(from, from)]);
        let mut queue = VecDeque::from([from]);
        while let Some(flag) = queue.pop_front() {
            if flag == to {
                let mut path = vec![to];
                while let Some(&previous) = path.last().filter(|last| **last != from).and_then(|last| came_from.get(last)) {
                    path.push(previous);
                }
                path.reverse();
                return Some(path);
            }
            for &next in self.asked.get(&flag).into_iter().flatten() {
                *search = search.checked_sub(1)?;
                came_from.entry(next).or_insert_with(|| {
                    queue.push_back(next);
                    flag
                });
            }
        }
        None
    }
}

struct Linker {
    segments: Segments,
    graph: Graph,
    /// The flags that are set aside, those that answer all the same because they are off included.
    aside: HashSet<u32>,
    /// Of the flags that are linked: how long their chain is, and how many conditions they take.
    costs: HashMap<u32, (usize, u64)>,
    search: usize,
}

impl Linker {
    /// Completes the links of one flag, or says what is wrong with the first that is wrong.
    fn resolve(&mut self, snapshot: &Snapshot, position: u32, state: &mut State) -> Result<Links, Problem> {
        let (mut segments, mut flags) = (Vec::new(), Vec::new());
        let (mut depth, mut work, mut is_timed) = (1, 0, false);
        state.try_for_each_condition(|condition| {
            work += 1;
            match condition.test.further_mut() {
                Some(Further::InSegment(links)) => {
                    let is_list = links.is_list;
                    for (index, link) in links.items.iter_mut().enumerate() {
                        link.position = self.segments.find(&link.name).map_err(|message| {
                            Problem::new(&item_field(is_list, index), format!("the segment cannot be used: {message}"))
                        })?;
                        let (segment_work, segment_timed) = self.segments.cost(link.position);
                        work += segment_work;
                        is_timed |= segment_timed;
                        segments.push(link.position);
                    }
                    Ok(())
                }
                Some(Further::FlagIs(asked)) => {
                    let other = self.flag(snapshot, position, &asked.flag)?;
                    asked.flag.position = other;
                    asked.accepted = accepted(snapshot.flag(other), asked)?;
                    let (other_depth, other_work) = self.cost(snapshot, other);
                    depth = depth.max(other_depth + 1);
                    work = work.saturating_add(other_work);
                    is_timed |= matches!(snapshot.flag(other).state, State::Timed(_));
                    flags.push(other);
                    if depth > MAX_DEPTH {
                        return Err(Problem::new("attribute", format!("a chain of more than {MAX_DEPTH} flags")));
                    }
                    Ok(())
                }
                _ => Ok(()),
            }?;
            if work > MAX_WORK && !flags.is_empty() {
                let message = format!("to answer this flag and those it asks takes more than {MAX_WORK} conditions");
                return Err(Problem::new("attribute", message));
            }
            Ok(())
        })?;
        if is_timed && !matches!(state, State::Timed(_)) {
            *state = State::Timed(Box::new(std::mem::replace(state, State::SetAside)));
        }
        self.costs.insert(position, (depth, work));
        Ok(Links { flag: position, segments: segments.into(), flags: flags.into() })
    }

    /// Where the flag that `asker` asks stands.
    fn flag(&mut self, snapshot: &Snapshot, asker: u32, link: &Link) -> Result<u32, Problem> {
        let problem = |message: String| Err(Problem::new("attribute", message));
        let Some(other) = snapshot.position(link.name.as_bytes()) else {
            return problem(format!("no flag {:?}", link.name));
        };
        if !self.aside.contains(&other) {
            return Ok(other);
        }
        // Only among those that have no order can there be a circle.
        if self.aside.contains(&asker)
            && let Some(path) = self.graph.path(other, asker, &mut self.search)
        {
            let keys: Vec<&str> = [asker].iter().chain(&path).map(|flag| snapshot.flag(*flag).key()).collect();
            return problem(format!("the flags ask each other in a circle: {}", keys.join(" -> ")));
        }
        problem(format!("the flag {:?} is set aside", link.name))
    }

    fn cost(&self, snapshot: &Snapshot, flag: u32) -> (usize, u64) {
        self.costs.get(&flag).copied().unwrap_or_else(|| {
            let conditions = snapshot.flag(flag).state.conditions();
            (1, conditions.map(|(_, conditions)| conditions.len() as u64).sum())
        })
    }
}

/// The answers that are asked for, as bits.
fn accepted(flag: &Flag, asked: &FlagIs) -> Result<u64, Problem> {
    let variants = flag.variants();
    let bit = |answer: &Outcome| match answer {
        Outcome::Boolean(value) if variants.is_empty() => Ok(1 << u8::from(*value)),
        Outcome::Variant(name) if !variants.is_empty() => variants
            .iter()
            .position(|variant| variant.name() == &**name)
            .map(|position| 1 << position)
            .ok_or_else(|| format!("the flag {:?} has no variant {name:?}", asked.flag.name)),
        _ => {
            let answers = if variants.is_empty() { "true and false" } else { "its variants" };
            Err(format!("the flag {:?} has the answers {answers}", asked.flag.name))
        }
    };
    let mut bits = asked.answers.items.iter().enumerate().map(|(index, answer)| {
        bit(answer).map_err(|message| Problem::new(&item_field(asked.answers.is_list, index), message))
    });
    // A name that is asked for twice is one bit.
    bits.try_fold(0, |all, bit| Ok(all | bit?))
}

/// Where an item of a value stands, which may also be the value itself.
fn item_field(is_list: bool, index: usize) -> String {
    if is_list { format!("value[{index}]") } else { "value".into() }
}
