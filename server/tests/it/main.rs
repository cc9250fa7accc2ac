//! The server from outside: the real binary over real sockets, on SQLite and on a real PostgreSQL.

mod evaluate;
mod health;
mod ofrep;
mod snapshot;
mod stream;
mod support;
mod tools;
mod vectors;
