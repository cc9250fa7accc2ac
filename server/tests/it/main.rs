//! The server from outside: the real binary over real sockets, on SQLite and on a real PostgreSQL.

mod account_command;
mod audit;
mod cors;
mod environments;
mod health;
mod hostile;
mod isolation;
mod keys;
mod limits;
mod logs;
mod metrics;
mod openapi;
mod outage;
mod projects;
mod settings;
mod shutdown;
mod support;
mod unread;
