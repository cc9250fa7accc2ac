//! The server from outside: the real binary over real sockets, on SQLite and on a real PostgreSQL.

mod cors;
mod health;
mod hostile;
mod limits;
mod logs;
mod metrics;
mod openapi;
mod outage;
mod settings;
mod shutdown;
mod support;
