//! The one integration crate: the public Rust API and the C ABI from outside.

mod header;
mod pack;
mod vectors;
