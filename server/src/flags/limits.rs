//! Limits of flags and segments.

use clap::Args;

/// Limits of flags and segments. The engine has further limits (variants, values, regular expressions, chains of flags),
/// see docs/snapshot.md.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Flags")]
pub(crate) struct Limits {
    /// Flags in a project
    #[arg(long, env = "FLAGBIT_MAX_FLAGS", value_name = "NUMBER", default_value_t = 10_000)]
    pub(crate) max_flags: usize,

    /// Segments in an environment
    #[arg(long, env = "FLAGBIT_MAX_SEGMENTS", value_name = "NUMBER", default_value_t = 1_000)]
    pub(crate) max_segments: usize,

    /// Rules of a flag or a segment
    #[arg(long, env = "FLAGBIT_MAX_RULES", value_name = "NUMBER", default_value_t = 1_000)]
    pub(crate) max_rules: usize,

    /// Elements of one list in a rule, such as the ids of individual targets
    #[arg(long, env = "FLAGBIT_MAX_LIST", value_name = "NUMBER", default_value_t = 100_000)]
    pub(crate) max_list: usize,

    /// Bytes of a flag or a segment, as JSON
    #[arg(long, env = "FLAGBIT_MAX_FLAG_BYTES", value_name = "BYTES", default_value_t = 4 << 20)]
    pub(crate) max_flag_bytes: usize,
}

/// Conditions of one rule.
pub(crate) const MAX_CONDITIONS: usize = 100;
/// Characters of a flag's name.
pub(crate) const MAX_NAME: usize = 256;
/// Characters of a flag's description.
pub(crate) const MAX_DESCRIPTION: usize = 10_000;
/// Characters of a flag's owner.
pub(crate) const MAX_OWNER: usize = 256;
/// Tags of a flag.
pub(crate) const MAX_TAGS: usize = 100;
/// Characters of a tag.
pub(crate) const MAX_TAG: usize = 100;
