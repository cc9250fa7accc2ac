//! The server from outside: the real binary over real sockets, on SQLite and on a real PostgreSQL.

mod account_command;
mod audit;
mod environments;
mod health;
mod isolation;
mod keys;
mod projects;
mod support;
mod unread;
