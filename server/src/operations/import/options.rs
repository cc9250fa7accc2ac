//! The options of an import.

/// The way in which an import is made.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Options {
    /// Only tell what would change.
    pub(crate) dry_run: bool,
    /// Change shared fields in all environments that have the flags, though the target names one environment.
    pub(crate) is_shared: bool,
    /// The number of flags and segments that the caller expects to leave the environment.
    pub(crate) removes: Option<usize>,
}
