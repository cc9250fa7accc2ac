//! Everything that lives longer than one evaluation: sources, the snapshot in force, overrides, status and changes.
//!
//! Evaluations read one atomic pointer, [`serving::Serving`]; everything else is behind one lock in [`hub::Hub`],
//! which no evaluation takes. No unsafe code but in [`process`].

mod contact;
mod error;
mod evaluate;
mod evaluation;
mod file;
mod flag;
mod flag_value;
mod history;
mod hub;
mod life;
mod log;
mod network;
pub(crate) mod options;
mod overrides;
mod process;
mod serving;
mod shared;
mod state;
mod status;
mod watcher;

pub use error::{ClientError, FetchErrorKind};
pub use evaluation::Evaluation;
pub use flag::Flag;
pub use flag_value::FlagValue;
pub use history::Changes;
pub use log::{Level, LogLine};
pub use options::ClientOptions;
pub use overrides::Override;
pub use state::State;
pub use status::Status;

#[cfg(flagbit_fuzz)]
pub(crate) use network::fuzz;

use std::sync::Arc;

use shared::Shared;

/// Answers "is this feature on for this user?" from flags in memory.
///
/// Threads: every method may be called from any number of threads at once. Evaluations take no lock and allocate
/// nothing, but for the search of a regular expression. After a `fork()` the child goes on with the flags it inherited,
/// and its thread starts again with its next call. Dropping a client closes it, unless a [`Flag`] of it is left, which then
/// closes it.
#[derive(Debug)]
pub struct Client {
    shared: Arc<Shared>,
    open: Arc<life::Open>,
}
