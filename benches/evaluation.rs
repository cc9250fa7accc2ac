//! Measures evaluations and loads through the Rust interface: `cargo bench`, or `cargo bench -- --short`.
//!
//! Prints tables in Markdown; times are median / minimum.
#![allow(missing_docs, reason = "a program")]

mod common;
#[path = "common/load.rs"]
mod load;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    path::{Path, PathBuf},
    slice,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use common::{
    measure::{self, Cell, Effort, measure},
    memory,
    packed::Packed,
    users::{User, users},
};
use flagbit::{Client, Context, PackedAttributes};
use serde_json::{Value, json};
use sha2::block_api::compress256;

const FLAGS: &str = include_str!("flags.json");
const SIZES: [usize; 3] = [100, 10_000, 100_000];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, load, path] = &arguments[..]
        && load == "--load"
    {
        return load::report(Path::new(path));
    }
    // `cargo test --all-targets` runs benches too, without `--bench`, only to see whether they work.
    let full = arguments.iter().any(|argument| argument == "--bench") && !arguments.iter().any(|a| a == "--short");
    let effort = if full { Effort::FULL } else { Effort::SHORT };
    evaluations(effort);
    sizes(effort);
}

fn evaluations(effort: Effort) {
    let client = Client::from_snapshot(FLAGS).expect("a snapshot");
    let hundred = Client::from_snapshot(snapshot_of(100)).expect("a snapshot");
    let users = users();
    let four: Vec<Context> = users.iter().map(|user| context(&user.attributes())).collect();
    let ten: Vec<Context> = users.iter().map(|user| context(&ten_attributes(user))).collect();
    let packed: Vec<Packed> = users.iter().map(|user| Packed::new(user.attributes())).collect();
    let on = |flag: &'static str| |user: &_| client.is_enabled(flag, user, false);
    let once = |buffer: &Packed| {
        let attributes = PackedAttributes::new(buffer.bytes()).expect("a packed context");
        client.is_enabled("workload", &attributes, false)
    };
    let mut cells = [
        Cell::new("on", &four, on("on")),
        Cell::new("off", &four, on("off")),
        Cell::new("`eq`", &four, on("eq")),
        Cell::new("`in` a list of 10", &four, on("in")),
        Cell::new("`contains`", &four, on("contains")),
        Cell::new("3 conditions", &four, on("conditions")),
        Cell::new("the last of 10 attributes", &ten, on("last-attribute")),
        Cell::new("absent among 10 attributes", &ten, on("absent-attribute")),
        Cell::new("`percent`", &four, on("percentage")),
        Cell::new("the workload's three rules", &four, on("workload")),
        Cell::new("the same, attributes packed before the call", &packed, once),
        Cell::new("the same, attributes packed in the call", &users, |user| once(&Packed::new(user.attributes()))),
        Cell::new("the same, a Context built in the call", &users, |user| {
            client.is_enabled("workload", &context(&user.attributes()), false)
        }),
        Cell::new("all of 100 flags, together", &four[..10], |user| hundred.evaluate_all(user, false)),
        Cell::new("one raw SHA-256 block", &[[0; 64]; 1_000], |block| {
            let mut state = [0; 8];
            compress256(&mut state, slice::from_ref(block));
            state
        }),
    ];
    measure(&mut cells, effort);
    println!("| evaluation | ns | allocations |\n|---|---|---|");
    for cell in &mut cells {
        let allocations = allocations(cell);
        println!("| {} | {} | {allocations} |", cell.name, cell.numbers().text());
    }
}

fn sizes(effort: Effort) {
    let contexts: Vec<Context> = users().iter().map(|user| context(&user.attributes())).collect();
    let paths = SIZES.map(write_snapshot);
    let clients = paths.each_ref().map(|path| Client::from_file(path).expect("a snapshot"));
    let keys = clients.each_ref().map(Client::flags);
    let mut cells: Vec<Cell<'_>> = Vec::new();
    for (client, keys) in clients.iter().zip(&keys) {
        cells.push(Cell::new("one flag", &contexts, |user| client.is_enabled("flag_0", user, false)));
        cells.push(Cell::new("another flag each time", scattered(keys), |key| {
            client.is_enabled(key, &contexts[0], false)
        }));
    }
    measure(&mut cells, effort);
    println!("\n| flags | load, ms | memory, MiB | one flag, ns | another flag each time, ns |\n|---|---|---|---|---|");
    for ((size, path), cells) in SIZES.iter().zip(&paths).zip(cells.chunks(2)) {
        let (load, memory) = load::elsewhere(path, effort.loads);
        let [one, other] = [0, 1].map(|cell| cells[cell].numbers().text());
        println!("| {size} | {} | {memory:.1} | {one} | {other} |", load.text());
    }
}

/// The keys in an order that no cache foresees.
fn scattered(keys: &[String]) -> &'static [String] {
    // A stride that has no divisor in common with the sizes reaches every key.
    let order = (0..keys.len()).map(|index| keys[index * 7_919 % keys.len()].clone());
    Vec::leak(order.collect())
}

fn write_snapshot(flags: usize) -> PathBuf {
    load::write(&format!("flags-{flags}"), &snapshot_of(flags))
}

/// Makes this many flags with the workload's rules.
fn snapshot_of(flags: usize) -> String {
    let snapshot: Value = serde_json::from_str(FLAGS).expect("JSON");
    let all = snapshot["flags"].as_array().expect("a list");
    let workload = all.iter().find(|flag| flag["key"] == "workload").expect("the workload");
    let flag = |index: usize| json!({"key": format!("flag_{index}"), "enabled": true, "rules": workload["rules"]});
    json!({"flags": (0..flags).map(flag).collect::<Vec<_>>()}).to_string()
}

fn context(attributes: &[(&str, &str)]) -> Context {
    let start = Context::builder();
    let set = attributes.iter().try_fold(start, |builder, (name, value)| builder.set(name, *value));
    set.expect("attributes that rules can match").build()
}

fn ten_attributes(user: &User) -> [(&str, &str); 10] {
    let [id, plan, country, version] = user.attributes();
    let email = ("email", "someone@example.com");
    let company = ("company", "Example Ltd");
    [
        id,
        plan,
        country,
        version,
        email,
        company,
        ("role", "admin"),
        ("age", "33"),
        ("beta", "true"),
        ("region", "eu-west"),
    ]
}

/// Returns how many allocations one evaluation makes.
fn allocations(cell: &mut Cell<'_>) -> usize {
    let before = ALLOCATIONS.load(Relaxed);
    assert!(before > 0, "allocations are not counted");
    let evaluations = cell.run();
    (ALLOCATIONS.load(Relaxed) - before).div_ceil(evaluations)
}

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static COUNTING: Counting = Counting;

struct Counting;

#[allow(unsafe_code, reason = "an allocator")]
// SAFETY: the system's allocator does it all.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: as the caller promised.
        unsafe { System.realloc(memory, layout, size) }
    }
}
