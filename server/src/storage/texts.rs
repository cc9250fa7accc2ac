//! Large texts, each stored once in an account.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;

use super::{
    Write,
    hex::hex,
    rows::{Cell, Many, ROWS, statement},
};

/// A text with more bytes is stored once, and referred to. A reference takes about as many.
pub(super) const LARGE: usize = 128;

/// A large text with its hash.
#[derive(Debug, PartialEq)]
pub(super) struct LargeText {
    text: String,
    /// The SHA-256 in hexadecimal.
    hash: String,
}

/// The ids of texts, by hash.
pub(super) struct TextIds(HashMap<String, i64>);

impl LargeText {
    pub(super) fn new(text: String) -> Self {
        Self { hash: hex(&Sha256::digest(&text).into()), text }
    }
}

impl TextIds {
    /// The id of a text; `None` for a text that was not given to [`Write::text_ids`].
    pub(super) fn get(&self, text: &LargeText) -> Option<i64> {
        self.0.get(&text.hash).copied()
    }
}

impl Write {
    /// Returns the ids of texts of an account. Texts that are new are stored.
    pub(super) async fn text_ids(
        &mut self,
        account_id: i64,
        texts: impl Iterator<Item = &LargeText>,
    ) -> sqlx::Result<TextIds> {
        let mut missing: BTreeMap<&str, &str> = texts.map(|text| (text.hash.as_str(), text.text.as_str())).collect();
        let mut known = HashMap::with_capacity(missing.len());
        let hashes: Vec<&str> = missing.keys().copied().collect();
        // Writes take turns, so nobody stores or deletes a text between the statements.
        for chunk in hashes.chunks(ROWS) {
            // With `IN`, PostgreSQL would compare every text of the account with every hash.
            let begin = "WITH wanted (hash) AS (VALUES";
            let end = ") SELECT t.hash, t.id FROM wanted w JOIN texts t ON t.hash = w.hash AND t.account_id = ";
            let statement = statement(self.dialect(), Many { begin, end }, chunk.len(), 1)
                + &self.dialect().parameters(chunk.len() + 1, 1);
            let mut query = sqlx::query_as(AssertSqlSafe(statement));
            for hash in chunk {
                query = query.bind(*hash);
            }
            let found: Vec<(String, i64)> = query.bind(account_id).fetch_all(self.connection()).await?;
            found.iter().for_each(|(hash, _)| _ = missing.remove(hash.as_str()));
            known.extend(found);
        }
        let ids = if missing.is_empty() { 0..0 } else { self.next_ids(missing.len()).await? };
        known.extend(missing.keys().map(|hash| String::from(*hash)).zip(ids));
        let many = Many { begin: "INSERT INTO texts (id, account_id, hash, bytes, text) VALUES", end: "" };
        let rows = missing.into_iter().map(|(hash, text)| {
            let bytes = i64::try_from(text.len()).unwrap_or(i64::MAX);
            [Cell::from(known[hash]), account_id.into(), hash.into(), bytes.into(), text.into()]
        });
        self.many(many, rows.collect()).await?;
        Ok(TextIds(known))
    }
}
