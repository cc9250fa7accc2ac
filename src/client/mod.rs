//! What lives longer than one evaluation: sources, the snapshot in force, overrides, status and changes.
//!
//! Evaluations read one atomic pointer, [`serving::Serving`]; everything else stands behind one lock in [`hub::Hub`],
//! which no evaluation takes. No unsafe code but in [`process`].

mod error;
mod evaluation;
mod file;
mod history;
mod hub;
mod log;
mod options;
mod overrides;
mod process;
mod serving;
mod state;
mod status;
mod watcher;

pub use error::ClientError;
pub use evaluation::Evaluation;
pub use history::Changes;
pub use hub::Client;
pub use log::{Level, LogLine};
pub use options::ClientOptions;
pub use overrides::Override;
pub use state::State;
pub use status::Status;
