//! Starting servers and databases, and asking them.

mod database;
mod http;
mod load;
mod server;

pub(crate) use database::Database;
pub(crate) use http::{Answer, Request, request};
pub(crate) use load::Load;
pub(crate) use server::{Account, Server};

/// Runs a test on SQLite and on PostgreSQL.
pub(crate) fn on_each_database(test: impl Fn(&Database)) {
    for database in [Database::sqlite(), Database::postgres()] {
        println!("on {}", database.url());
        test(&database);
    }
}
