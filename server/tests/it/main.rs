//! The server from outside: the real binary over real sockets, on SQLite and on a real PostgreSQL.

mod account_command;
mod audit;
mod editors;
mod environments;
mod flag_validation;
mod flags;
mod flags_as_code;
mod flags_everywhere;
mod health;
mod isolation;
mod keys;
mod moved;
mod projects;
mod segments;
mod support;
mod unread;
