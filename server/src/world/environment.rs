//! An environment, compiled.

use std::{collections::HashSet, sync::Arc};

use super::Body;
use crate::{
    flags::{Compiled, FlagText, Labels, SnapshotText},
    storage::load::StoredContent,
};

/// The flags of one environment at one revision. Immutable.
#[derive(Debug)]
pub(crate) struct Environment {
    pub(crate) project_id: i64,
    pub(crate) name: String,
    pub(crate) revision: i64,
    pub(crate) flags: Compiled,
    /// The text that SDKs download.
    pub(crate) body: Body,
}

impl Environment {
    pub(super) fn new(labels: Labels, flags: Compiled) -> Self {
        let Labels { project_id, environment: name, revision } = labels;
        let body = Body::new(revision, flags.text().bytes().clone());
        Self { project_id, name, revision, flags, body }
    }

    /// Compiles an environment. Texts are put together from those that are stored: reading them all into trees would take
    /// several times as long as the rest.
    ///
    /// # Errors
    /// The database does not hold a snapshot. No write can bring that about.
    pub(super) fn compile(labels: Labels, mut content: StoredContent) -> anyhow::Result<Self> {
        // Databases sort by their own rules.
        content.flags.sort_unstable_by(|flag, other| flag.key.cmp(&other.key));
        let mut client_visible = HashSet::new();
        let mut flags = Vec::with_capacity(content.flags.len());
        for flag in content.flags {
            let FlagText { text, client_visible: is_visible } = FlagText::new(&flag.key, &flag.shared, &flag.state)?;
            if is_visible {
                client_visible.insert(flag.key.clone());
            }
            flags.push((Arc::from(flag.key), text));
        }
        let texts = flags.iter().map(|(key, text)| (Arc::clone(key), text.as_str()));
        let text = SnapshotText::new(Some(&labels), texts, Arc::new(content.segments.into_iter().collect()));
        Ok(Self::new(labels, Compiled::new(text, client_visible)?))
    }
}
