//! Large texts, each stored once in an account.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};
use sqlx::Row;

use super::{
    Storage, Write,
    hex::hex,
    rows::{Cell, Many},
    session::Session,
};

/// A text with more bytes is stored once, and referred to. A reference takes about as many.
pub(super) const LARGE: usize = 128;

/// The fields of flags and segments that have columns of their own where they are large, `NAME_id`.
pub(super) const LARGE_FIELDS: [&str; 3] = ["description", "variants", "rules"];

/// A large text with its hash.
#[derive(Debug, PartialEq)]
pub(crate) struct LargeText {
    pub(super) text: String,
    /// The SHA-256 in hexadecimal.
    hash: String,
}

/// The ids of texts, by hash.
pub(super) struct TextIds(HashMap<String, i64>);

impl LargeText {
    pub(super) fn new(text: String) -> Self {
        Self { hash: hex(&Sha256::digest(&text).into()), text }
    }

    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }
}

impl TextIds {
    /// The id of a text; `None` for a text that was not given to [`Write::text_ids`].
    pub(super) fn get(&self, text: &LargeText) -> Option<i64> {
        self.0.get(&text.hash).copied()
    }
}

/// A statement about the texts within bounds that nothing refers to.
macro_rules! unused {
    ($statement:literal, $bounds:literal) => {
        concat!(
            $statement,
            " FROM texts WHERE ",
            $bounds,
            " AND NOT EXISTS (SELECT 1 FROM audit_parts p WHERE p.text_id = texts.id) \
             AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.description_id = texts.id) \
             AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.variants_id = texts.id) \
             AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.rules_id = texts.id) \
             AND NOT EXISTS (SELECT 1 FROM history h WHERE h.description_id = texts.id) \
             AND NOT EXISTS (SELECT 1 FROM history h WHERE h.variants_id = texts.id) \
             AND NOT EXISTS (SELECT 1 FROM history h WHERE h.rules_id = texts.id) \
             AND NOT EXISTS (SELECT 1 FROM flag_states s WHERE s.rules_id = texts.id) \
             AND NOT EXISTS (SELECT 1 FROM archive_states s WHERE s.rules_id = texts.id) \
             AND NOT EXISTS (SELECT 1 FROM archive_segments s WHERE s.text_id = texts.id)"
        )
    };
}

/// Some texts that follow each other by their ids.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextStep {
    /// The id before the first one.
    after: i64,
    pub(crate) last: i64,
}

impl Storage {
    /// Returns the texts that an account does not have yet, each once.
    pub(crate) async fn unknown_texts<'t>(
        &self,
        account_id: i64,
        texts: impl Iterator<Item = &'t LargeText>,
    ) -> sqlx::Result<Vec<&'t LargeText>> {
        let mut unknown: BTreeMap<&str, &LargeText> = texts.map(|text| (text.hash.as_str(), text)).collect();
        let mut session = self.read().await?;
        for (hash, _) in find(&mut session, account_id, unknown.keys().copied()).await? {
            unknown.remove(hash.as_str());
        }
        session.end().await?;
        Ok(unknown.into_values().collect())
    }

    /// Returns the texts after an id, as many as one write may delete; `None` at the end.
    pub(crate) async fn texts_after(&self, after: i64) -> sqlx::Result<Option<TextStep>> {
        let (last,): (Option<i64>,) =
            sqlx::query_as("SELECT MAX(id) FROM (SELECT id FROM texts WHERE id > $1 ORDER BY id LIMIT 100) AS step")
                .bind(after)
                .fetch_one(self)
                .await?;
        Ok(last.map(|last| TextStep { after, last }))
    }

    /// Returns whether nothing refers to some text of a step.
    pub(crate) async fn has_unused_text(&self, step: TextStep) -> sqlx::Result<bool> {
        let (count,): (i64,) = sqlx::query_as(unused!("SELECT COUNT(*)", "id > $1 AND id <= $2"))
            .bind(step.after)
            .bind(step.last)
            .fetch_one(self)
            .await?;
        Ok(count > 0)
    }
}

/// The hashes and ids of those of the texts that an account has.
async fn find(
    session: &mut Session,
    account_id: i64,
    hashes: impl Iterator<Item = &str>,
) -> sqlx::Result<Vec<(String, i64)>> {
    let many = Many {
        begin: "SELECT t.hash, t.id FROM (",
        end: ") AS w JOIN texts t ON t.account_id = w.column1 AND t.hash = w.column2",
    };
    let rows = session.find_many(many, hashes.map(|hash| [Cell::from(account_id), hash.into()]).collect()).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

impl Write {
    /// Stores texts of an account that it does not have yet. Until something refers to them, they may be deleted again.
    pub(crate) async fn store_texts(&mut self, account_id: i64, texts: &[&LargeText]) -> sqlx::Result<()> {
        self.text_ids(account_id, texts.iter().copied()).await.map(|_| ())
    }

    /// Returns the ids of texts of an account. Texts that are new are stored.
    pub(super) async fn text_ids(
        &mut self,
        account_id: i64,
        texts: impl Iterator<Item = &LargeText>,
    ) -> sqlx::Result<TextIds> {
        let texts: BTreeMap<&str, &str> = texts.map(|text| (text.hash.as_str(), text.text.as_str())).collect();
        let known = self.texts.of(account_id);
        let mut missing = texts.clone();
        missing.retain(|hash, _| !known.contains_key(*hash));
        for (hash, id) in find(self.connection(), account_id, missing.clone().into_keys()).await? {
            missing.remove(hash.as_str());
            self.texts.of(account_id).insert(hash, id);
        }
        let ids = if missing.is_empty() { 0..0 } else { self.next_ids(missing.len()).await? };
        let known = self.texts.of(account_id);
        let rows = missing.iter().zip(ids).map(|((hash, text), id)| {
            known.insert(String::from(*hash), id);
            let bytes = i64::try_from(text.len()).unwrap_or(i64::MAX);
            [Cell::from(id), account_id.into(), (*hash).into(), bytes.into(), (*text).into()]
        });
        let rows = rows.collect();
        let ids = texts.keys().filter_map(|hash| Some((String::from(*hash), *known.get(*hash)?))).collect();
        self.many(Many { begin: "INSERT INTO texts (id, account_id, hash, bytes, text)", end: "" }, rows).await?;
        Ok(TextIds(ids))
    }

    /// Deletes the texts of a step that nothing refers to, as this write sees it.
    pub(crate) async fn delete_unused_texts(&mut self, step: TextStep) -> sqlx::Result<()> {
        let statement = unused!("DELETE", "id > $1 AND id <= $2");
        sqlx::query(statement).bind(step.after).bind(step.last).execute(self.connection()).await?;
        Ok(())
    }

    /// Deletes the texts of an account that nothing refers to, as this write sees it.
    pub(super) async fn delete_unused_texts_of(&mut self, account_id: i64) -> sqlx::Result<()> {
        sqlx::query(unused!("DELETE", "account_id = $1")).bind(account_id).execute(self.connection()).await?;
        Ok(())
    }
}
