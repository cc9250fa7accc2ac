//! One version whole.

use super::{Kind, find_flag, flag_content, flag_here, no_version, segment_here};
use crate::{
    flags::{Flag, Presence, Record, Segment, SegmentRecord},
    operations::{Backend, Result, target::EnvironmentTarget},
    storage::{
        history::{Head, Subject, Version},
        segments::rules_of,
    },
};

/// A version of a flag that is measured and not read yet.
#[derive(Debug)]
pub(crate) struct FlagVersion {
    record: Record,
    found: Found,
}

/// A version of a segment that is measured and not read yet.
#[derive(Debug)]
pub(crate) struct SegmentVersion {
    key: String,
    found: Found,
}

#[derive(Debug)]
struct Found {
    target: EnvironmentTarget,
    version: Version,
}

/// Finds a version of a flag in an environment.
///
/// # Errors
/// [`crate::operations::Error::FlagNotFound`]; [`crate::operations::Error::NotFound`] for a version that the history does not
/// have; the database fails.
pub(crate) async fn find_flag_version(
    backend: &Backend,
    target: &EnvironmentTarget,
    key: &str,
    version: i64,
) -> Result<FlagVersion> {
    let record = find_flag(backend, target, key).await?;
    let found = Found::find(backend, target, (Kind::Flag, key), &flag_here(target, record.id), version).await?;
    Ok(FlagVersion { record, found })
}

/// Finds a version of a segment of an environment.
///
/// # Errors
/// [`crate::operations::Error::NotFound`]; the database fails.
pub(crate) async fn find_segment_version(
    backend: &Backend,
    target: &EnvironmentTarget,
    key: &str,
    version: i64,
) -> Result<SegmentVersion> {
    let found = Found::find(backend, target, (Kind::Segment, key), &segment_here(target, key), version).await?;
    Ok(SegmentVersion { key: key.into(), found })
}

impl Found {
    async fn find(
        backend: &Backend,
        target: &EnvironmentTarget,
        (kind, key): (Kind, &str),
        subject: &Subject,
        version: i64,
    ) -> Result<Self> {
        let storage = backend.follower.storage();
        match storage.history_version(subject, version).await? {
            Some(version) => Ok(Self { target: target.clone(), version }),
            None => Err(no_version(kind, key, target, version, storage.history_range(subject).await?)),
        }
    }

    async fn read(&self, backend: &Backend, kind: Kind, key: &str) -> Result<String> {
        let document = backend.follower.storage().read_history_version(&self.version).await?;
        document.ok_or_else(|| no_version(kind, key, &self.target, self.version.head.version, None))
    }
}

impl FlagVersion {
    /// The bytes of its document.
    pub(crate) fn bytes(&self) -> usize {
        self.found.version.bytes
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`crate::operations::Error::NotFound`] if it was erased since; the database fails.
    pub(crate) async fn read(self, backend: &Backend) -> Result<(Head, Flag)> {
        let (shared, state) = flag_content(&self.found.read(backend, Kind::Flag, &self.record.key).await?)?;
        let head = self.found.version.head;
        let presence = Presence { state, version: head.version, updated_at: head.at.clone() };
        Ok((head, Flag::new(Record { shared, ..self.record }, presence)))
    }
}

impl SegmentVersion {
    /// The bytes of its document.
    pub(crate) fn bytes(&self) -> usize {
        self.found.version.bytes
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`crate::operations::Error::NotFound`] if it was erased since; the database fails.
    pub(crate) async fn read(self, backend: &Backend) -> Result<(Head, Segment)> {
        let rules = rules_of(&self.found.read(backend, Kind::Segment, &self.key).await?)?;
        let head = self.found.version.head;
        let created_at = head.created_at.clone().unwrap_or_default();
        let (version, updated_at) = (head.version, head.at.clone());
        Ok((head, SegmentRecord { key: self.key, rules, version, created_at, updated_at }.into()))
    }
}
