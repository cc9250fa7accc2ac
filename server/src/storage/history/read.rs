//! Reading the history in pages, and one version whole. What is read is measured before.

use std::collections::{BTreeSet, HashMap};

use sqlx::{
    Any, AssertSqlSafe, FromRow,
    any::{AnyArguments, AnyRow},
    query::QueryAs,
};

use crate::storage::{Storage, Write, object::Object, session::Session, texts::LARGE_FIELDS};

/// The bytes of an entry besides its documents, about.
const HEAD_BYTES: usize = 256;

/// A flag or a segment in an environment.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) environment_id: i64,
    pub(crate) thing: Thing,
}

#[derive(Debug, Clone)]
pub(crate) enum Thing {
    /// By its id.
    Flag(i64),
    /// By its key.
    Segment(String),
}

/// An entry without its documents.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Head {
    pub(crate) id: i64,
    pub(crate) version: i64,
    pub(crate) at: String,
    /// Of a segment.
    pub(crate) created_at: Option<String>,
    /// `None` for a version that was there before the history.
    pub(crate) actor: Option<String>,
    pub(crate) action: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) request: Option<String>,
    /// The version that was restored.
    pub(crate) restored: Option<i64>,
    pub(crate) key_id: Option<i64>,
    pub(crate) key_name: Option<String>,
    pub(crate) key_ending: Option<String>,
    pub(crate) member_id: Option<i64>,
    pub(crate) member_email: Option<String>,
    /// The bytes of the small fields; `None` if the flag or the segment left the environment.
    bytes: Option<i64>,
    #[sqlx(flatten)]
    large: Large,
}

/// An entry of the history.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) head: Head,
    /// The JSON of the version before this one and of this one, without the large fields that are equal. `None` for the first
    /// version, and if the flag or the segment left the environment.
    pub(crate) change: Option<(String, String)>,
}

/// A page that is measured and not read yet.
#[derive(Debug)]
pub(crate) struct Page {
    subject: Subject,
    entries: Vec<Measured>,
    /// About the bytes of what is to be read.
    pub(crate) bytes: usize,
    /// Whether there are older entries.
    pub(crate) has_next: bool,
}

#[derive(Debug)]
struct Measured {
    head: Head,
    change: Option<Change>,
}

/// The version before an entry, and the large fields that differ, with the ids of their texts.
#[derive(Debug)]
struct Change {
    before: i64,
    large_before: Large,
    large_after: Large,
}

/// The ids of the texts of [`LARGE_FIELDS`].
#[derive(Debug, Clone, Copy, FromRow)]
struct Large {
    description_id: Option<i64>,
    variants_id: Option<i64>,
    rules_id: Option<i64>,
}

/// A version that is measured and not read yet.
#[derive(Debug)]
pub(crate) struct Version {
    pub(crate) head: Head,
    /// The bytes of its document.
    pub(crate) bytes: usize,
}

const HEADS: &str = "SELECT h.id, h.version, h.at, h.created_at, h.actor, h.action, h.reason, h.request, h.restored, \
    k.id AS key_id, k.name AS key_name, k.ending AS key_ending, m.id AS member_id, m.email AS member_email, \
    CAST(OCTET_LENGTH(h.document) AS BIGINT) AS bytes, h.description_id, h.variants_id, h.rules_id FROM history h \
    JOIN environments e ON e.id = h.environment_id JOIN projects p ON p.id = e.project_id LEFT JOIN keys k \
    ON k.id = CASE WHEN h.actor LIKE 'key %' THEN CAST(SUBSTR(h.actor, 5) AS BIGINT) END AND k.account_id = p.account_id \
    LEFT JOIN people m ON m.id = k.maker_id";

impl Subject {
    /// Returns a statement about this subject. Its values are `$1` and `$2`.
    fn query<T>(&self, start: &'static str, end: &'static str) -> QueryAs<'static, Any, T, AnyArguments>
    where
        T: for<'r> FromRow<'r, AnyRow>,
    {
        let column = match &self.thing {
            Thing::Flag(_) => "flag_id",
            Thing::Segment(_) => "segment",
        };
        let statement = format!("{start} WHERE h.environment_id = $1 AND h.{column} = $2 {end}");
        let query = sqlx::query_as(AssertSqlSafe(statement)).bind(self.environment_id);
        match &self.thing {
            Thing::Flag(id) => query.bind(*id),
            Thing::Segment(key) => query.bind(key.clone()),
        }
    }

    async fn version(&self, session: &mut Session, version: i64) -> sqlx::Result<Option<Version>> {
        let head: Option<Head> = self
            .query(HEADS, "AND h.version = $3 AND h.document IS NOT NULL")
            .bind(version)
            .fetch_optional(&mut *session)
            .await?;
        let Some(head) = head else { return Ok(None) };
        let large: usize = sizes(session, head.large.ids()).await?.into_values().sum();
        let bytes = large + usize::try_from(head.bytes.unwrap_or(0)).unwrap_or_default();
        Ok(Some(Version { head, bytes }))
    }
}

impl Large {
    fn ids(self) -> impl Iterator<Item = i64> {
        [self.description_id, self.variants_id, self.rules_id].into_iter().flatten()
    }

    /// Returns the fields with the ids of their texts.
    fn fields(self) -> impl Iterator<Item = (&'static str, i64)> {
        let ids = [self.description_id, self.variants_id, self.rules_id];
        LARGE_FIELDS.into_iter().zip(ids).filter_map(|(field, id)| Some((field, id?)))
    }

    /// Returns these texts without those that are the other's too.
    fn without(self, other: Self) -> Self {
        let own = |one: Option<i64>, other: Option<i64>| one.filter(|_| one != other);
        Self {
            description_id: own(self.description_id, other.description_id),
            variants_id: own(self.variants_id, other.variants_id),
            rules_id: own(self.rules_id, other.rules_id),
        }
    }
}

/// Measures texts.
async fn sizes(session: &mut Session, ids: impl Iterator<Item = i64>) -> sqlx::Result<HashMap<i64, usize>> {
    let mut sizes = HashMap::new();
    for id in ids.collect::<BTreeSet<i64>>() {
        let bytes: Option<(i64,)> =
            sqlx::query_as("SELECT bytes FROM texts WHERE id = $1").bind(id).fetch_optional(&mut *session).await?;
        sizes.extend(bytes.map(|(bytes,)| (id, usize::try_from(bytes).unwrap_or_default())));
    }
    Ok(sizes)
}

/// Reads texts, each once.
async fn texts(session: &mut Session, ids: impl Iterator<Item = i64>) -> sqlx::Result<HashMap<i64, String>> {
    let mut texts = HashMap::new();
    for id in ids.collect::<BTreeSet<i64>>() {
        let text: Option<(String,)> =
            sqlx::query_as("SELECT text FROM texts WHERE id = $1").bind(id).fetch_optional(&mut *session).await?;
        texts.extend(text.map(|(text,)| (id, text)));
    }
    Ok(texts)
}

/// Reads the whole document of a version; `None` where it was erased since.
async fn document(session: &mut Session, head: &Head) -> sqlx::Result<Option<String>> {
    let small: Option<(Option<String>,)> = sqlx::query_as("SELECT document FROM history WHERE id = $1")
        .bind(head.id)
        .fetch_optional(&mut *session)
        .await?;
    let Some((Some(small),)) = small else { return Ok(None) };
    let texts = texts(session, head.large.ids()).await?;
    Ok(Some(object(&small, head.large, &texts)))
}

/// Puts a document together.
fn object(small: &str, large: Large, texts: &HashMap<i64, String>) -> String {
    let fields = || large.fields().filter_map(|(field, id)| Some((field, texts.get(&id)?)));
    let bytes: usize = fields().map(|(field, text)| field.len() + text.len() + 4).sum();
    let mut object = Object::with_capacity(small.len() + bytes);
    object.extend(small);
    fields().for_each(|(field, text)| object.push(field, text));
    object.end()
}

impl Storage {
    /// Measures the newest entries with lower ids than `before`: at most `limit` entries, and no more than take `max_bytes` to
    /// read, but at least one.
    pub(crate) async fn history_page(
        &self,
        subject: Subject,
        before: i64,
        limit: usize,
        max_bytes: usize,
    ) -> sqlx::Result<Page> {
        let mut session = self.read().await?;
        // The version before the last entry is needed too. An entry in between may say that the flag or the segment left.
        let at_most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(2);
        let mut heads: Vec<Head> = subject
            .query(HEADS, "AND h.id < $3 ORDER BY h.id DESC LIMIT $4")
            .bind(before)
            .bind(at_most)
            .fetch_all(&mut session)
            .await?;
        let mut changes = Vec::new();
        for (position, head) in heads.iter().enumerate().take(limit) {
            let older = heads[position + 1..].iter().find(|head| head.bytes.is_some());
            changes.push(head.bytes.and(older).map(|older| Change::between(older, head)));
        }
        let sizes = sizes(&mut session, changes.iter().flatten().flat_map(Change::ids)).await?;
        session.end().await?;
        let small: HashMap<i64, i64> = heads.iter().filter_map(|head| Some((head.id, head.bytes?))).collect();
        let (mut count, mut all_bytes) = (0, 0);
        for (head, change) in heads.iter().zip(&changes) {
            let documents = change.iter().flat_map(|change| [change.before, head.id]).filter_map(|id| small.get(&id));
            let documents = usize::try_from(documents.sum::<i64>()).unwrap_or_default();
            let large: usize = change.iter().flat_map(Change::ids).filter_map(|id| sizes.get(&id)).sum();
            let bytes = HEAD_BYTES + documents + large;
            if count > 0 && all_bytes + bytes > max_bytes {
                break;
            }
            (count, all_bytes) = (count + 1, all_bytes + bytes);
        }
        changes.truncate(count);
        let has_next = changes.len() < heads.len();
        heads.truncate(changes.len());
        let entries = heads.into_iter().zip(changes).map(|(head, change)| Measured { head, change }).collect();
        Ok(Page { subject, entries, bytes: all_bytes, has_next })
    }

    /// Reads a page, newest entry first. What was erased since it was measured is missing.
    pub(crate) async fn read_history_page(&self, page: Page) -> sqlx::Result<Vec<Entry>> {
        let mut session = self.read().await?;
        let lowest =
            page.entries.iter().map(|entry| entry.change.as_ref().map_or(entry.head.id, |change| change.before));
        let (lowest, highest) =
            (lowest.min().unwrap_or_default(), page.entries.first().map_or(0, |entry| entry.head.id));
        let small: Vec<(i64, String)> = page
            .subject
            .query("SELECT h.id, h.document FROM history h", "AND h.id BETWEEN $3 AND $4 AND h.document IS NOT NULL")
            .bind(lowest)
            .bind(highest)
            .fetch_all(&mut session)
            .await?;
        let small: HashMap<i64, String> = small.into_iter().collect();
        let ids = page.entries.iter().filter_map(|entry| entry.change.as_ref()).flat_map(Change::ids);
        let texts = texts(&mut session, ids).await?;
        session.end().await?;
        let entry = |Measured { head, change }: Measured| {
            let change = change.and_then(|Change { before, large_before, large_after }| {
                let before = object(small.get(&before)?, large_before, &texts);
                Some((before, object(small.get(&head.id)?, large_after, &texts)))
            });
            Entry { head, change }
        };
        Ok(page.entries.into_iter().map(entry).collect())
    }

    /// Measures a version; `None` where there is none.
    pub(crate) async fn history_version(&self, subject: &Subject, version: i64) -> sqlx::Result<Option<Version>> {
        let mut session = self.read().await?;
        let version = subject.version(&mut session, version).await?;
        session.end().await?;
        Ok(version)
    }

    /// Reads the document of a version as JSON; `None` where it was erased since.
    pub(crate) async fn read_history_version(&self, version: &Version) -> sqlx::Result<Option<String>> {
        let mut session = self.read().await?;
        let document = document(&mut session, &version.head).await?;
        session.end().await?;
        Ok(document)
    }

    /// The first and the last version of which the history knows the content.
    pub(crate) async fn history_range(&self, subject: &Subject) -> sqlx::Result<Option<(i64, i64)>> {
        let mut session = self.read().await?;
        let range = range(&mut session, subject).await?;
        session.end().await?;
        Ok(range)
    }
}

async fn range(session: &mut Session, subject: &Subject) -> sqlx::Result<Option<(i64, i64)>> {
    let (first, last): (Option<i64>, Option<i64>) = subject
        .query("SELECT MIN(h.version), MAX(h.version) FROM history h", "AND h.document IS NOT NULL")
        .fetch_one(session)
        .await?;
    Ok(first.zip(last))
}

impl Write {
    /// The document of a version as JSON, as this write sees it; `None` where there is none.
    pub(crate) async fn history_version(&mut self, subject: &Subject, version: i64) -> sqlx::Result<Option<String>> {
        match subject.version(self.connection(), version).await? {
            Some(version) => document(self.connection(), &version.head).await,
            None => Ok(None),
        }
    }

    /// The first and the last version of which the history knows the content, as this write sees it.
    pub(crate) async fn history_range(&mut self, subject: &Subject) -> sqlx::Result<Option<(i64, i64)>> {
        range(self.connection(), subject).await
    }
}

impl Page {
    /// The id of the last entry; `None` for an empty page.
    pub(crate) fn last(&self) -> Option<i64> {
        self.entries.last().map(|entry| entry.head.id)
    }
}

impl Change {
    fn between(before: &Head, after: &Head) -> Self {
        let (large_before, large_after) = (before.large.without(after.large), after.large.without(before.large));
        Self { before: before.id, large_before, large_after }
    }

    /// The ids of the texts that differ.
    fn ids(&self) -> impl Iterator<Item = i64> {
        self.large_before.ids().chain(self.large_after.ids())
    }
}
