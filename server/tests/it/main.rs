//! The server from outside: the real binary over real sockets, on SQLite and on a real PostgreSQL.

mod check;
mod docs;
mod eval;
mod health;
mod replicas;
mod rollout;
mod support;
