//! Starting servers and databases, and asking them.

mod cli;
mod database;
mod http;
mod server;

pub(crate) use cli::{Ran, run, run_with};
pub(crate) use database::Database;
pub(crate) use http::{Answer, Request, request};
pub(crate) use server::{Account, Server, flagbit};

/// Runs a test on SQLite and on PostgreSQL.
pub(crate) fn on_each_database(test: impl Fn(&Database)) {
    for database in [Database::sqlite(), Database::postgres()] {
        println!("on {}", database.url());
        test(&database);
    }
}
