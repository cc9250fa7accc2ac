//! FlagBit answers "is this feature on for this user?" inside any program, in nanoseconds, the same way in every
//! language. See README.md for the whole; this is the Rust interface, the C interface is `include/flagbit.h`.
//!
//! ```
//! use flagbit::{Client, Context};
//!
//! let client = Client::from_snapshot(r#"{"flags": [{"key": "premium-feature", "enabled": true, "rules": [
//!     {"attribute": "plan", "operator": "eq", "value": "pro"},
//!     {"operator": "percent", "value": 25}]}]}"#)?;
//! let user = Context::builder().set("user_id", "usr_123")?.set("plan", "pro")?.build();
//! assert!(client.is_enabled("premium-feature", &user, false));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod engine;

#[cfg(feature = "client")]
mod client;
#[cfg(feature = "capi")]
mod ffi;

#[cfg(feature = "client")]
pub use client::*;
pub use engine::*;

/// The README's Rust compiles.
#[cfg(all(doctest, feature = "client"))]
#[doc = include_str!("../README.md")]
struct Readme;
