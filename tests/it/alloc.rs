//! An evaluation allocates nothing: counted, through the Rust API and through the C ABI.
#![allow(unsafe_code, reason = "counting needs an allocator of its own, and the C functions are unsafe to declare")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    ffi::{c_char, c_void},
    ptr,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use flagbit::{BorrowedAttributes, Client, Context, PackedAttributes, Value};

use crate::pack::pack;

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static RELEASES: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call is the system allocator's; counting touches a thread-local integer alone.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        RELEASES.set(RELEASES.get() + 1);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promise.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(run: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.get();
    run();
    ALLOCATIONS.get() - before
}

const SNAPSHOT: &str = r#"{"flags": [
    {"key": "on", "enabled": true, "default_enabled": true},
    {"key": "off", "enabled": false},
    {"key": "broken", "enabled": true, "rules": [{"operator": "no such"}]},
    {"key": "rules", "enabled": true, "rules": [
        {"attribute": "country", "operator": "in", "value": ["AU", "BR", "CA", "CN", "DE"]},
        {"attribute": "plan", "operator": "contains", "value": "enterprise"},
        {"conditions": [{"attribute": "score", "operator": "eq", "value": 1.5},
                        {"attribute": "beta", "operator": "neq", "value": true}]},
        {"operator": "percent", "value": 30}]},
    {"key": "a-percentage-over-a-message-of-more-than-one-block-of-sha-256", "enabled": true,
     "rules": [{"operator": "percent", "value": 30}]}]}"#;

const KEYS: [&str; 6] =
    ["on", "off", "broken", "rules", "a-percentage-over-a-message-of-more-than-one-block-of-sha-256", "unknown"];

fn attributes() -> Vec<(String, Option<Value<'static>>)> {
    let named = [
        ("user_id", Some(Value::String("usr_123"))),
        ("plan", Some(Value::String("professional"))),
        ("country", Some(Value::String("FR"))),
        ("score", Some(Value::Number(2.5))),
        ("beta", Some(Value::Boolean(true))),
        ("age", Some(Value::Integer(-33))),
        ("big", Some(Value::Unsigned(u64::MAX))),
    ];
    let many = (0..100).map(|index| (format!("attribute-{index}"), Some(Value::String("value"))));
    named.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(many).collect()
}

/// An evaluation may be the last that reads a snapshot; who replaced it frees it nevertheless.
#[test]
fn an_evaluation_frees_no_snapshot() {
    const SWAPS: usize = 500;
    let client = Client::from_snapshot(SNAPSHOT).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        // How many evaluations freed memory, and how many were stopped by a busy machine for longer than is waited for them.
        let evaluate = || {
            let (mut freeing, mut stopped) = (0, 0);
            while !done.load(Ordering::Relaxed) {
                let (before, start) = (RELEASES.get(), Instant::now());
                client.is_enabled("rules", &Context::EMPTY, false);
                freeing += usize::from(RELEASES.get() > before);
                stopped += usize::from(start.elapsed() > Duration::from_millis(20));
            }
            (freeing, stopped)
        };
        let evaluating = [scope.spawn(evaluate), scope.spawn(evaluate)];
        for swap in 0..SWAPS {
            client.load(SNAPSHOT.replace("1.5", &swap.to_string()).as_bytes()).unwrap();
        }
        done.store(true, Ordering::Relaxed);
        for thread in evaluating {
            let (freeing, stopped) = thread.join().unwrap();
            assert!(freeing <= stopped, "{freeing} evaluations freed memory, {stopped} were stopped");
        }
    });
}

#[test]
fn an_evaluation_allocates_nothing() {
    let client = Client::from_snapshot(SNAPSHOT).unwrap();
    let attributes = attributes();
    let borrowed: Vec<_> = attributes.iter().map(|(name, value)| (&**name, *value)).collect();
    let packed = pack(&borrowed);
    let context = Context::from_packed(&PackedAttributes::new(&packed).unwrap()).unwrap();
    let supported: Vec<_> = borrowed.iter().filter_map(|(name, value)| Some((*name, (*value)?))).collect();
    assert!(allocations(|| drop(vec![1_u8])) > 0, "the counter must count");
    let mut flags: Vec<_> = KEYS.iter().map(|key| client.flag(key)).collect();
    flags.iter_mut().for_each(|flag| drop(flag.evaluate(&context, false)));
    let mut visited = 0;
    client.evaluate_each(&context, |_, _| visited += 1);
    let count = allocations(|| {
        client.evaluate_each(&context, |_, _| visited += 1);
        client.evaluate_each(&BorrowedAttributes::new(&supported), |_, _| visited += 1);
        for flag in &mut flags {
            flag.evaluate(&context, true);
            flag.is_enabled(&context, true);
        }
        for key in KEYS {
            client.is_enabled(key, &context, false);
            client.evaluate(key, &context, true);
            client.evaluate(key, &PackedAttributes::new(&packed).unwrap(), true);
            client.evaluate(key, &BorrowedAttributes::new(&supported), true);
        }
    });
    assert_eq!((count, visited), (0, 3 * client.flags().len()));
}

const GENERAL: &str = r#"{"segments": {"s": {"rules": [{"attribute": "plan", "operator": "starts_with", "value": "pro"}]}},
  "flags": [
    {"key": "compare", "enabled": true, "rules": [{"attribute": "score", "operator": "gt", "value": 2.25},
        {"attribute": "age", "operator": "lte", "value": "-1e3"}, {"attribute": "big", "operator": "not_lt", "value": 3}]},
    {"key": "texts", "enabled": true, "rules": [{"attribute": "plan", "operator": "not_ends_with", "value": ["x", "al"]},
        {"attribute": "plan", "operator": "contains", "value": ["x", "zz"]}, {"attribute": "no", "operator": "exists"}]},
    {"key": "list", "enabled": true, "rules": [{"attribute": "groups", "operator": "has", "value": ["x", "7"]}]},
    {"key": "version", "enabled": true, "rules": [{"attribute": "app", "operator": "semver_gt", "value": "v2.4-rc.12345678901"}]},
    {"key": "time", "enabled": true, "rules": [{"attribute": "since", "operator": "before", "value": "2020-01-01T00:00:00Z"},
        {"attribute": "@now", "operator": "after", "value": "2026-01-01T00:00:00+01:00"}]},
    {"key": "segment", "enabled": true, "rules": [{"operator": "in_segment", "value": ["s"]}]},
    {"key": "asks", "enabled": true, "rules": [{"attribute": "split", "operator": "flag_is", "value": ["a", "b"]}]},
    {"key": "split", "enabled": true, "default": "a", "variants": {"a": [1], "b": [2]},
     "rules": [{"conditions": [], "value": {"split": [["a", 50], ["b", 50]]}}]},
    {"key": "matches", "enabled": true, "rules": [{"attribute": "plan", "operator": "matches", "value": "^pro.*l$"}]}]}"#;

/// All but a regular expression, which needs working memory for its search, and a bounded amount of it.
#[test]
fn the_operators_beyond_the_common_ones_allocate_nothing_but_for_regular_expressions() {
    let client = Client::from_snapshot(GENERAL).unwrap();
    assert_eq!(client.warnings(), []);
    let groups = [Value::String("beta"), Value::Integer(7)];
    let mut attributes = attributes();
    attributes.push(("app".to_owned(), Some(Value::String("2.4.0-rc.12345678902+build"))));
    attributes.push(("since".to_owned(), Some(Value::String("2026-11-25T09:00:00.123+01:00"))));
    attributes.push(("groups".to_owned(), Some(Value::List(&groups))));
    let borrowed: Vec<_> = attributes.iter().map(|(name, value)| (&**name, *value)).collect();
    let packed = pack(&borrowed);
    let packed = PackedAttributes::new(&packed).unwrap();
    let context = Context::from_packed(&packed).unwrap();
    let supported: Vec<_> = borrowed.iter().filter_map(|(name, value)| Some((*name, (*value)?))).collect();
    for key in ["compare", "texts", "list", "version", "time", "segment", "asks", "split"] {
        let count = allocations(|| {
            client.evaluate(key, &context, true);
            client.evaluate(key, &packed, true);
            client.evaluate(key, &BorrowedAttributes::new(&supported), true);
            client.is_enabled(key, &context, true);
        });
        assert_eq!(count, 0, "{key}");
        assert_eq!(client.evaluate(key, &context, false).error_code, None, "{key}");
    }
    let count = allocations(|| drop(client.evaluate("matches", &context, false)));
    assert!((1..30).contains(&count), "{count}");
}

unsafe extern "C" {
    fn flagbit_client_from_snapshot(
        text: *const c_char,
        length: usize,
        client: *mut *mut c_void,
        error: *mut *mut c_void,
    ) -> i32;
    fn flagbit_client_free(client: *mut c_void);
    fn flagbit_context_new(packed: *const u8, length: usize, context: *mut *mut c_void, error: *mut *mut c_void)
    -> i32;
    fn flagbit_context_free(context: *mut c_void);
    fn flagbit_is_enabled_n(
        client: *const c_void,
        key: *const c_char,
        length: usize,
        context: *const c_void,
        default: bool,
    ) -> bool;
    fn flagbit_evaluate_n(
        client: *const c_void,
        key: *const c_char,
        length: usize,
        context: *const c_void,
        out: *mut [u64; 7],
    ) -> i32;
    fn flagbit_evaluate_with_n(
        client: *const c_void,
        key: *const c_char,
        length: usize,
        packed: *const u8,
        packed_length: usize,
        out: *mut [u64; 7],
    ) -> i32;
    fn flagbit_evaluate_of_n(
        client: *const c_void,
        key: *const c_char,
        length: usize,
        attributes: *const [usize; 8],
        count: usize,
        attribute_size: usize,
        out: *mut [u64; 7],
    ) -> i32;
}

/// A `flagbit_attribute`: name, its length, kind and reason, text, items, length, number, integer.
fn c_attribute(name: &str, value: Option<Value<'_>>) -> [usize; 8] {
    let (kind, text, number, integer) = match value {
        Some(Value::String(text)) => (1, text, 0.0, 0),
        Some(Value::Integer(integer)) => (2, "", 0.0, integer as u64),
        Some(Value::Unsigned(integer)) => (3, "", 0.0, integer),
        Some(Value::Number(number)) => (4, "", number, 0),
        Some(Value::Boolean(value)) => (5, "", 0.0, u64::from(value)),
        Some(Value::List(_)) | None => (6, "", 0.0, 0),
    };
    let (at, length) = (text.as_ptr() as usize, text.len());
    [name.as_ptr() as usize, name.len(), kind, at, 0, length, f64::to_bits(number) as usize, integer as usize]
}

#[test]
fn an_evaluation_through_the_c_abi_allocates_nothing() {
    let attributes = attributes();
    let borrowed: Vec<_> = attributes.iter().map(|(name, value)| (&**name, *value)).collect();
    let packed = pack(&borrowed);
    let structs: Vec<_> = borrowed.iter().map(|(name, value)| c_attribute(name, *value)).collect();
    let (mut client, mut context) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: live buffers with their lengths; what is handed out is freed once, at the end.
    unsafe {
        let no_error = ptr::null_mut();
        assert_eq!(
            flagbit_client_from_snapshot(SNAPSHOT.as_ptr().cast(), SNAPSHOT.len(), &raw mut client, no_error),
            0
        );
        assert_eq!(flagbit_context_new(packed.as_ptr(), packed.len(), &raw mut context, no_error), 0);
        let count = allocations(|| {
            for key in KEYS {
                let (text, length) = (key.as_ptr().cast(), key.len());
                // The struct's size is its first 32 bits.
                let mut evaluation = [56, 0, 0, 0, 0, 0, 0];
                flagbit_is_enabled_n(client, text, length, context, true);
                assert_eq!(flagbit_evaluate_n(client, text, length, context, &raw mut evaluation), 0);
                let packed = (packed.as_ptr(), packed.len());
                assert_eq!(flagbit_evaluate_with_n(client, text, length, packed.0, packed.1, &raw mut evaluation), 0);
                let (first, count, size) = (structs.as_ptr(), structs.len(), size_of_val(&structs[0]));
                assert_eq!(flagbit_evaluate_of_n(client, text, length, first, count, size, &raw mut evaluation), 0);
            }
        });
        assert_eq!(count, 0);
        flagbit_context_free(context);
        flagbit_client_free(client);
    }
}
