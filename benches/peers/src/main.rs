//! Compares FlagBit with its peers: the same flags, the same users, in turn in one run. `peers`, or `peers --short`.
//!
//! Prints tables in Markdown; times are median / minimum.

#[path = "../../common/mod.rs"]
mod common;
mod datalogic;
mod eppo;
mod flagbit;
mod launchdarkly;
mod peer;
mod unleash;

use std::{env, hint::black_box, process::Command, slice, time::Instant};

use common::{
    measure::{Cell, Effort, Numbers, measure},
    memory::peak_memory,
    users::users,
};
use flagbit::FlagBit;
use peer::{PLAIN, Peer, RULES};
use sha2::block_api::compress256;

const SIZES: [usize; 2] = [100, 10_000];
/// A load of so few flags shows what a process needs without flags.
const FEW: usize = 2;

/// Does the same with each peer.
macro_rules! with_each {
    ($action:ident $arguments:tt) => {
        [
            $action::<FlagBit>$arguments,
            $action::<unleash::Unleash>$arguments,
            $action::<eppo::Eppo>$arguments,
            $action::<datalogic::DataLogic>$arguments,
            $action::<launchdarkly::LaunchDarkly>$arguments,
        ]
    };
}

fn main() {
    let arguments: Vec<String> = env::args().collect();
    if let [_, format, flags] = &arguments[..] {
        let flags = flags.parse().expect("a number of flags");
        with_each!(load_and_report(format, flags));
        return;
    }
    let effort = if arguments.iter().any(|argument| argument == "--short") { Effort::SHORT } else { Effort::FULL };
    evaluations(effort);
    loads(effort);
}

fn evaluations(effort: Effort) {
    // All contexts before all flags: they then lie together, for every peer, and not in the holes that a load left.
    let (percentage, prepared) = (percentage(), with_each!(prepare()));
    let names = prepared.each_ref().map(|(name, _)| *name);
    let rows = prepared.map(|(_, load)| load());
    let width = rows[0].len();
    let mut cells: Vec<Cell<'_>> = rows.into_iter().flatten().chain(percentage).collect();
    measure(&mut cells, effort);

    let peers = &cells[..names.len() * width];
    print!("| peer |");
    peers[..width].iter().for_each(|cell| print!(" {} |", cell.name));
    println!("\n|---|{}", "---|".repeat(width));
    for (name, row) in names.iter().zip(peers.chunks(width)) {
        print!("| {name} |");
        row.iter().for_each(|cell| print!(" {} |", cell.numbers().text()));
        println!();
    }
    println!("\n| percentage | ns |\n|---|---|");
    cells[peers.len()..].iter().for_each(|cell| println!("| {} | {} |", cell.name, cell.numbers().text()));
}

/// A peer's contexts, and what loads its flags and gives its cells. All is kept to the end of the process.
fn prepare<P: Peer + 'static>() -> (&'static str, Box<dyn FnOnce() -> Vec<Cell<'static>>>) {
    let users = users().leak();
    let contexts = users.iter().map(P::context).collect::<Vec<_>>().leak();
    let cells = |flags| {
        let engine = &*Box::leak(Box::new(P::load_flags(flags)));
        [
            Cell::new(format!("fresh, {flags}"), users, |user| engine.is_on_for(black_box(RULES), user)),
            Cell::new(format!("prebuilt, {flags}"), contexts, |user| engine.is_on(black_box(RULES), user)),
            Cell::new(format!("plain, {flags}"), contexts, |user| engine.is_on(black_box(PLAIN), user)),
        ]
    };
    (P::NAME, Box::new(move || SIZES.into_iter().flat_map(cells).collect()))
}

/// Measures a percentage, and the least that it can cost.
fn percentage() -> [Cell<'static>; 3] {
    const FLAG: &str =
        r#"{"flags": [{"key": "flag_0", "enabled": true, "rules": [{"operator": "percent", "value": 30}]}]}"#;
    let client = Box::leak(Box::new(FlagBit::from_snapshot(FLAG)));
    let users = users();
    let contexts = users.iter().map(FlagBit::context).collect::<Vec<_>>().leak();
    let messages = users.iter().map(|user| format!("{}:{RULES}", user.id)).collect::<Vec<_>>().leak();
    let blocks = messages.iter().map(|message| padded(message)).collect::<Vec<_>>().leak();
    [
        Cell::new("FlagBit, a percentage, through the C ABI", contexts, |user| client.is_on(black_box(RULES), user)),
        Cell::new("one raw SHA-256 block, laid out before", blocks, first_word),
        Cell::new("one raw SHA-256 block, laid out in the call", messages, |message| first_word(&padded(message))),
    ]
}

fn first_word(block: &[u8; 64]) -> u32 {
    let mut state = [0; 8];
    compress256(&mut state, slice::from_ref(block));
    state[0]
}

/// A short message as SHA-256's one block.
fn padded(message: &str) -> [u8; 64] {
    let mut block = [0; 64];
    block[..message.len()].copy_from_slice(message.as_bytes());
    block[message.len()] = 0x80;
    block[56..].copy_from_slice(&(message.len() as u64 * 8).to_be_bytes());
    block
}

fn loads(effort: Effort) {
    let largest = SIZES[SIZES.len() - 1];
    let mut runs: Vec<Vec<Load>> = Vec::new();
    // Round robin, as everywhere.
    for _ in 0..effort.loads {
        runs.push(with_each!(load_elsewhere(largest)).into());
    }
    let few = with_each!(load_elsewhere(FEW));
    println!("\n| peer | load, ms | memory, MiB | on of 1,000 |\n|---|---|---|---|");
    for (peer, few) in few.iter().enumerate() {
        let column = |value: fn(&Load) -> f64| Numbers::of(runs.iter().map(|run| value(&run[peer])).collect());
        let memory = column(|load| load.memory).median - few.memory;
        let milliseconds = column(|load| load.milliseconds).text();
        println!("| {} | {milliseconds} | {memory:.1} | {} |", few.name, few.on);
    }
}

struct Load {
    name: &'static str,
    milliseconds: f64,
    memory: f64,
    on: usize,
}

/// Loads a snapshot in a process of its own.
fn load_elsewhere<P: Peer>(flags: usize) -> Load {
    let this = env::current_exe().expect("the path of this program");
    let output = Command::new(this).args([P::FORMAT, &flags.to_string()]).output().expect("a child");
    let text = String::from_utf8(output.stdout).expect("text");
    let mut numbers = text.split_whitespace().map(|number| number.parse::<f64>().expect("a number"));
    let mut next = || numbers.next().expect("three numbers");
    Load { name: P::NAME, milliseconds: next(), memory: next(), on: next() as usize }
}

fn load_and_report<P: Peer>(format: &str, flags: usize) {
    if format == P::FORMAT {
        let start = Instant::now();
        let engine = P::load_flags(flags);
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        let on = engine.on();
        println!("{milliseconds} {} {on}", peak_memory());
    }
}
