//! The C ABI. Each function converts its arguments, calls the client, and converts the result. There is no logic here,
//! and raw pointers are only used here.
//!
//! The comments on exported items are the C manual: `include/flagbit.h` is generated from them by a test
//! (`tests/it/header.rs`).
#![allow(unsafe_code, reason = "a C ABI takes raw pointers")]
#![allow(clippy::missing_safety_doc, reason = "the comments are a C manual; its conventions chapter states the rules")]
#![allow(unreachable_pub, reason = "what is exported is reached from C")]
#![allow(non_camel_case_types, reason = "the types carry their C names")]

mod attributes;
mod client;
mod context;
mod error;
mod evaluate;
mod evaluate_all;
mod evaluation;
mod explain;
mod flag;
#[cfg(flagbit_fuzz)]
mod fuzz;
mod guard;
mod handle;
mod names;
mod options;
mod overrides;
mod report;
mod status;
mod text;
mod text_list;
mod value;
mod version;
mod versioned;
