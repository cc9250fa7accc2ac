//! Starting servers and databases, and asking them.

mod cli;
mod database;
mod http;
mod load;
mod project;
mod proxy;
mod raw;
mod server;

use std::{
    thread,
    time::{Duration, Instant},
};

pub(crate) use cli::{Ran, run, run_with};
pub(crate) use database::{Database, is_root};
pub(crate) use http::{Answer, Request, request};
pub(crate) use load::Load;
pub(crate) use project::Project;
pub(crate) use proxy::Proxy;
pub(crate) use raw::Raw;
pub(crate) use server::{Account, Server, flagbit};

/// Waits until something is so, and fails after this time.
#[track_caller]
pub(crate) fn within(limit: Duration, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + limit;
    while !is_so() {
        assert!(Instant::now() < deadline, "not within {limit:?}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Runs a test on SQLite and on PostgreSQL.
pub(crate) fn on_each_database(test: impl Fn(&Database)) {
    for database in [Database::sqlite(), Database::postgres()] {
        println!("on {}", database.url());
        test(&database);
    }
}
