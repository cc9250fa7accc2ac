//! The server from outside: the real binary over real sockets, on SQLite and on a real PostgreSQL.

mod health;
mod support;
