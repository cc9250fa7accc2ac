//! The server from outside: the real binary over real sockets, on SQLite and on a real PostgreSQL.

mod editors;
mod flag_validation;
mod flags;
mod flags_as_code;
mod health;
mod moved;
mod segments;
mod support;
