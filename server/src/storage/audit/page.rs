//! Reading the audit in pages. A page is measured before its texts are read.

use std::{collections::HashMap, sync::Arc};

use super::{
    select::{Conditions, Selection},
    split::Side,
};
use crate::storage::{Storage, object::Object, session::Session, texts::LARGE_FIELDS};

/// The bytes of an entry besides its documents, about.
const HEAD_BYTES: i64 = 256;

/// A page that is measured and not read yet.
#[derive(Debug)]
pub(crate) struct Page {
    conditions: Conditions,
    /// The id of its last entry.
    pub(crate) last: i64,
    /// About the bytes of its entries.
    pub(crate) bytes: usize,
    /// Whether there are older entries.
    pub(crate) has_next: bool,
}

/// A recorded change, with the key that made it.
#[derive(Debug)]
pub(crate) struct EntryRow {
    pub(crate) head: EntryHead,
    texts: EntryTexts,
    parts: Vec<(Side, String, Arc<str>)>,
}

/// A recorded change without the documents before and after it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct EntryHead {
    pub(crate) id: i64,
    pub(crate) project_id: Option<i64>,
    pub(crate) environment: Option<String>,
    pub(crate) at: String,
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) target: String,
    pub(crate) reason: Option<String>,
    pub(crate) request: Option<String>,
    pub(crate) key_id: Option<i64>,
    pub(crate) key_name: Option<String>,
    pub(crate) key_ending: Option<String>,
    pub(crate) member_id: Option<i64>,
    pub(crate) member_email: Option<String>,
}

/// The small fields of the documents, see [`super::split::Split`].
#[derive(Debug, sqlx::FromRow)]
struct EntryTexts {
    unchanged: Option<String>,
    before: Option<String>,
    after: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    head: EntryHead,
    #[sqlx(flatten)]
    texts: EntryTexts,
    #[sqlx(flatten)]
    unchanged: UnchangedTexts,
}

/// The texts of [`LARGE_FIELDS`] that stay.
#[derive(sqlx::FromRow)]
struct UnchangedTexts {
    description_id: Option<i64>,
    variants_id: Option<i64>,
    rules_id: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct PartRow {
    audit_id: i64,
    side: String,
    field: String,
    text_id: i64,
}

/// Measures entries. `{}` is where the conditions of a [`Selection`] stand.
const MEASURE: [&str; 2] = [
    "SELECT a.id, COALESCE(OCTET_LENGTH(a.unchanged), 0) * 2 + COALESCE(OCTET_LENGTH(a.before), 0) \
     + COALESCE(OCTET_LENGTH(a.after), 0) + COALESCE((SELECT CAST(SUM(CASE p.side WHEN 'both' THEN 2 ELSE 1 END \
     * t.bytes) AS BIGINT) FROM audit_parts p JOIN texts t ON t.id = p.text_id WHERE p.audit_id = a.id), 0) \
     + COALESCE((SELECT CAST(SUM(2 * t.bytes) AS BIGINT) FROM texts t \
     WHERE t.id IN (a.description_id, a.variants_id, a.rules_id)), 0) \
     FROM audit a WHERE ",
    " ORDER BY a.id DESC LIMIT $1",
];

const ENTRIES: [&str; 2] = [
    "SELECT a.id, a.project_id, a.environment, a.at, a.actor, a.action, a.target, a.unchanged, a.before, a.after, \
     a.reason, a.request, a.description_id, a.variants_id, a.rules_id, k.id AS key_id, k.name AS key_name, \
     k.ending AS key_ending, p.id AS member_id, p.email AS member_email FROM audit a LEFT JOIN keys k \
     ON k.id = CASE WHEN a.actor LIKE 'key %' THEN CAST(SUBSTR(a.actor, 5) AS BIGINT) END \
     AND k.account_id = a.account_id LEFT JOIN people p ON p.id = k.maker_id WHERE ",
    " AND a.id >= $1 ORDER BY a.id DESC",
];

const PARTS: [&str; 2] = [
    "SELECT p.audit_id, p.side, p.field, p.text_id FROM audit a JOIN audit_parts p ON p.audit_id = a.id WHERE ",
    " AND a.id >= $1 ORDER BY p.audit_id, p.side, p.field",
];

impl Storage {
    /// Measures the newest entries of a selection: at most `limit` entries, and no more than have `max_bytes`, but at least one.
    /// Returns `None` where there is none.
    pub(crate) async fn audit_page(
        &self,
        selection: Selection,
        limit: usize,
        max_bytes: usize,
    ) -> sqlx::Result<Option<Page>> {
        let at_most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let conditions = selection.conditions();
        let sizes: Vec<(i64, i64)> = conditions.query(MEASURE, at_most).fetch_all(self).await?;
        let (mut count, mut all_bytes, mut last) = (0, 0, None);
        for (id, bytes) in &sizes {
            let bytes = usize::try_from(bytes + HEAD_BYTES).unwrap_or_default();
            if count == limit || count > 0 && all_bytes + bytes > max_bytes {
                break;
            }
            (count, all_bytes, last) = (count + 1, all_bytes + bytes, Some(*id));
        }
        Ok(last.map(|last| Page { conditions, last, bytes: all_bytes, has_next: count < sizes.len() }))
    }

    /// Reads a page, newest entry first. Entries that were deleted since it was measured are missing.
    pub(crate) async fn read_audit_page(&self, page: &Page) -> sqlx::Result<Vec<EntryRow>> {
        let mut session = self.read().await?;
        let rows: Vec<Row> = page.conditions.query(ENTRIES, page.last).fetch_all(&mut session).await?;
        let mut parts: Vec<PartRow> = page.conditions.query(PARTS, page.last).fetch_all(&mut session).await?;
        rows.iter().for_each(|row| parts.extend(row.unchanged.parts(row.head.id)));
        let mut parts = read_parts(&mut session, parts).await?;
        session.end().await?;
        let entry = |Row { head, texts, unchanged: _ }: Row| {
            let parts = parts.remove(&head.id).unwrap_or_default();
            EntryRow { head, texts, parts }
        };
        Ok(rows.into_iter().map(entry).collect())
    }
}

impl UnchangedTexts {
    fn parts(&self, audit_id: i64) -> impl Iterator<Item = PartRow> {
        let ids = [self.description_id, self.variants_id, self.rules_id];
        let part = move |(field, id): (&str, Option<i64>)| {
            Some(PartRow { audit_id, side: Side::Both.name().into(), field: field.into(), text_id: id? })
        };
        LARGE_FIELDS.into_iter().zip(ids).filter_map(part)
    }
}

/// Reads the texts of parts, each once. Returns the parts by entry.
async fn read_parts(
    session: &mut Session,
    rows: Vec<PartRow>,
) -> sqlx::Result<HashMap<i64, Vec<(Side, String, Arc<str>)>>> {
    let mut texts: HashMap<i64, Arc<str>> = HashMap::new();
    let mut parts: HashMap<i64, Vec<_>> = HashMap::new();
    for row in rows {
        let text = match texts.get(&row.text_id) {
            Some(text) => Arc::clone(text),
            None => {
                let (text,): (String,) = sqlx::query_as("SELECT text FROM texts WHERE id = $1")
                    .bind(row.text_id)
                    .fetch_one(&mut *session)
                    .await?;
                Arc::clone(texts.entry(row.text_id).or_insert(text.into()))
            }
        };
        if let Some(side) = Side::of_name(&row.side) {
            parts.entry(row.audit_id).or_default().push((side, row.field, text));
        }
    }
    Ok(parts)
}

impl EntryRow {
    /// Returns the JSON of the document before the change; `None` for something new.
    pub(crate) fn before(&self) -> Option<String> {
        Some(self.document(Side::Before, self.texts.before.as_deref()?))
    }

    /// Returns the JSON of the document after the change; `None` for something that was deleted.
    pub(crate) fn after(&self) -> Option<String> {
        Some(self.document(Side::After, self.texts.after.as_deref()?))
    }

    fn document(&self, document: Side, own: &str) -> String {
        let unchanged = self.texts.unchanged.as_deref();
        let parts = || self.parts.iter().filter(|(side, ..)| [document, Side::Both].contains(side));
        if unchanged.is_none() && parts().next().is_none() {
            return own.to_owned();
        }
        let large: usize = parts().map(|(_, field, text)| field.len() + text.len() + 4).sum();
        let mut object = Object::with_capacity(unchanged.map_or(0, str::len) + own.len() + large);
        object.extend(unchanged.unwrap_or_default());
        object.extend(own);
        parts().for_each(|(_, field, text)| object.push(field, text));
        object.end()
    }
}
