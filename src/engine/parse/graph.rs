//! The flags that ask other flags, as a graph: its circles, and an order for linking.

use super::{super::Snapshot, link::Pending};

/// The most references that the search for the shortest circle through one flag follows. A circle that takes longer to
/// find is named without its middle, so that a snapshot is read in time linear in its size.
const MAX_SEARCH: usize = 128;

/// Pending flags as nodes, in the order of the text.
pub(super) struct Graph {
    /// The flag of a node.
    pub(super) flags: Vec<u32>,
    /// The node of a flag that is pending.
    nodes: Vec<Option<usize>>,
    /// The nodes that a node asks.
    asked: Vec<Vec<usize>>,
    /// The component of each node. Two nodes have one component if each asks the other, also through others.
    components: Vec<usize>,
    /// Each node after those that it asks, except those of its own component.
    pub(super) order: Vec<usize>,
    /// For each node the end of the search that reached it last. There is one search for each end.
    reached_for: Vec<usize>,
}

impl Graph {
    pub(super) fn new(snapshot: &Snapshot, pending: &[Pending]) -> Self {
        let flags: Vec<u32> = pending.iter().map(|flag| flag.position).collect();
        let mut nodes = vec![None; snapshot.all().len()];
        flags.iter().enumerate().for_each(|(node, flag)| nodes[*flag as usize] = Some(node));
        let asked_by = |flag: &Pending| {
            let conditions = flag.parsed.state.conditions().flat_map(|(_, conditions)| conditions);
            let keys = conditions.filter_map(|condition| condition.asked_flag());
            keys.filter_map(|key| nodes[snapshot.position(key.as_bytes())? as usize]).collect()
        };
        let asked: Vec<Vec<usize>> = pending.iter().map(asked_by).collect();
        let (components, order) = components(&asked);
        let reached_for = vec![usize::MAX; asked.len()];
        Self { flags, nodes, asked, components, order, reached_for }
    }

    /// The node of a flag; `None` if the flag asks nothing.
    pub(super) fn node(&self, flag: u32) -> Option<usize> {
        self.nodes[flag as usize]
    }

    /// Returns whether a node that asks the other one is thereby in a circle.
    pub(super) fn is_circle(&self, asker: usize, other: usize) -> bool {
        self.components[asker] == self.components[other]
    }

    /// The nodes of the shortest way between two nodes of one component, both ends included; `None` if the search for it
    /// takes too long.
    pub(super) fn path(&mut self, from: usize, to: usize) -> Option<Vec<usize>> {
        if from == to {
            return Some(vec![from]);
        }
        // Each node that was reached, with the index of the one before.
        let mut reached = vec![(from, 0)];
        let (mut index, mut steps) = (0, 0);
        while let Some(&(node, _)) = reached.get(index) {
            for &next in &self.asked[node] {
                if next == to {
                    return Some(way(&reached, index).into_iter().chain([to]).collect());
                }
                steps += 1;
                if steps > MAX_SEARCH {
                    return None;
                }
                if self.components[next] == self.components[to] && self.reached_for[next] != to {
                    self.reached_for[next] = to;
                    reached.push((next, index));
                }
            }
            index += 1;
        }
        None
    }
}

/// The way to the node at that index.
fn way(reached: &[(usize, usize)], mut index: usize) -> Vec<usize> {
    let mut way = vec![reached[index].0];
    while index > 0 {
        index = reached[index].1;
        way.push(reached[index].0);
    }
    way.reverse();
    way
}

/// Returns the strongly connected component of each node, and an order of the nodes in which each component comes after
/// those that it asks. This is Tarjan's algorithm with a stack of its own, so a long chain needs no deep recursion.
fn components(asked: &[Vec<usize>]) -> (Vec<usize>, Vec<usize>) {
    const NONE: usize = usize::MAX;
    let count = asked.len();
    let mut components = vec![NONE; count];
    let mut order = Vec::with_capacity(count);
    // When a node was entered, and the earliest node without a component that it reaches.
    let (mut entered, mut lowest) = (vec![NONE; count], vec![NONE; count]);
    let (mut open, mut walk, mut time) = (Vec::new(), Vec::new(), 0);
    for start in 0..count {
        if entered[start] == NONE {
            walk.push((start, 0));
        }
        while let Some((node, next)) = walk.pop() {
            if next == 0 {
                (entered[node], lowest[node]) = (time, time);
                time += 1;
                open.push(node);
            } else {
                lowest[node] = lowest[node].min(lowest_of(asked[node][next - 1], &components, &lowest));
            }
            if let Some(&other) = asked[node].get(next) {
                walk.push((node, next + 1));
                if entered[other] == NONE {
                    walk.push((other, 0));
                }
            } else if lowest[node] == entered[node] {
                // The node and all that were entered after it and are still open.
                let first = open.iter().rposition(|other| *other == node).unwrap_or_default();
                for member in open.drain(first..) {
                    components[member] = node;
                    order.push(member);
                }
            }
        }
    }
    (components, order)
}

/// A node that has its component already reaches nothing that is open.
fn lowest_of(node: usize, components: &[usize], lowest: &[usize]) -> usize {
    if components[node] == usize::MAX { lowest[node] } else { usize::MAX }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(asked: Vec<Vec<usize>>) -> Graph {
        let (components, order) = components(&asked);
        let reached_for = vec![usize::MAX; asked.len()];
        Graph { flags: Vec::new(), nodes: Vec::new(), asked, components, order, reached_for }
    }

    #[test]
    fn each_node_comes_after_those_that_it_asks() {
        let graph = graph(vec![vec![1, 2], vec![2, 3], vec![3], vec![], vec![4], vec![0, 4]]);
        let place = |node: usize| graph.order.iter().position(|other| *other == node);
        for (asker, others) in graph.asked.iter().enumerate() {
            assert!(others.iter().all(|other| *other == asker || place(*other) < place(asker)), "{asker}");
        }
        assert_eq!(graph.order.len(), 6);
        assert!(graph.is_circle(4, 4) && !graph.is_circle(5, 4) && !graph.is_circle(0, 3));
    }

    /// Against the definition, in all graphs of four nodes.
    #[test]
    fn components_are_the_nodes_that_reach_each_other() {
        for edges in 0_u32..1 << 16 {
            let asks = |from: usize, to: usize| edges >> (from * 4 + to) & 1 == 1;
            let asked: Vec<Vec<usize>> = (0..4).map(|from| (0..4).filter(|&to| asks(from, to)).collect()).collect();
            // The nodes that each node reaches, as bits.
            let mut ways = [0, 4, 8, 12].map(|shift| edges >> shift & 0xf);
            for middle in 0..4 {
                let through = ways[middle];
                ways.iter_mut().filter(|way| **way >> middle & 1 == 1).for_each(|way| *way |= through);
            }
            let reaches = |from: usize, to: usize| ways[from] >> to & 1 == 1;
            let graph = graph(asked);
            let place = |node: usize| graph.order.iter().position(|other| *other == node);
            for from in 0..4 {
                for to in (0..4).filter(|to| *to != from) {
                    assert_eq!(graph.is_circle(from, to), reaches(from, to) && reaches(to, from), "{edges:x}");
                    assert!(!reaches(from, to) || reaches(to, from) || place(to) < place(from), "{edges:x}");
                }
            }
        }
    }

    #[test]
    fn the_shortest_way_is_found_within_bounds() {
        let circle = |length: usize| graph((0..length).map(|node| vec![(node + 1) % length]).collect());
        assert_eq!(circle(4).path(1, 0), Some(vec![1, 2, 3, 0]));
        assert_eq!(circle(1).path(0, 0), Some(vec![0]));
        assert_eq!(circle(MAX_SEARCH).path(1, 0).map(|path| path.len()), Some(MAX_SEARCH));
        let mut large = circle(100_000);
        assert_eq!(large.path(1, 0), None);
        assert_eq!(large.reached_for.iter().filter(|end| **end == 0).count(), MAX_SEARCH);
        let mut both = circle(2);
        assert_eq!((both.path(1, 0), both.path(0, 1)), (Some(vec![1, 0]), Some(vec![0, 1])));
        let mut shortcut = graph(vec![vec![1], vec![2, 3], vec![0], vec![0], vec![0]]);
        assert_eq!(shortcut.path(1, 0).map(|path| path.len()), Some(3));
    }
}
