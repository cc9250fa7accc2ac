//! The server from outside: the real binary over real sockets, on SQLite and on a real PostgreSQL.

mod check;
mod eval;
mod health;
mod rollout;
mod support;
