//! The server from outside: the real binary over real sockets, on SQLite and on a real PostgreSQL.

mod account_command;
mod audit;
mod cors;
mod editors;
mod environments;
mod flag_validation;
mod flags;
mod flags_as_code;
mod health;
mod hostile;
mod isolation;
mod keys;
mod limits;
mod logs;
mod metrics;
mod moved;
mod openapi;
mod outage;
mod projects;
mod segments;
mod settings;
mod shutdown;
mod support;
mod unread;
