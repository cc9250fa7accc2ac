//! The one integration crate: the public Rust API and the C ABI from outside.

mod alloc;
mod architecture;
mod client;
mod explain;
mod flag;
mod header;
mod imports;
mod messages;
mod network;
mod operators;
mod oracle;
mod pack;
mod scale;
mod schedules;
mod splits;
mod vectors;
mod watch;
