//! Keys: what is kept of them.

use super::{Write, now};
use crate::key::{Hash, Kind, NewKey};

/// What a new key is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grant<'a> {
    pub(crate) account_id: i64,
    /// The project and the environment; `None` for an API key.
    pub(crate) scope: Option<(i64, i64)>,
    pub(crate) kind: Kind,
    pub(crate) name: &'a str,
}

impl Write {
    /// Creates a key: its id, and its text, which is never to be had again.
    pub(crate) async fn create_key(&mut self, grant: Grant<'_>) -> anyhow::Result<(i64, String)> {
        let key = NewKey::generate(grant.kind)?;
        let id = self.next_id().await?;
        let sequence = self.sequence();
        sqlx::query(
            "INSERT INTO keys (id, account_id, project_id, environment_id, kind, name, hash, ending, created_at, changed) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(id)
        .bind(grant.account_id)
        .bind(grant.scope.map(|(project_id, _)| project_id))
        .bind(grant.scope.map(|(_, environment_id)| environment_id))
        .bind(grant.kind.name())
        .bind(grant.name)
        .bind(hex(&key.hash))
        .bind(key.ending())
        .bind(now())
        .bind(sequence)
        .execute(self.connection())
        .await?;
        Ok((id, key.text))
    }
}

/// A hash as it is stored.
fn hex(hash: &Hash) -> String {
    use std::fmt::Write;
    hash.iter().fold(String::with_capacity(64), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}

/// A hash that was stored; `None` for another text.
pub(crate) fn hash_of_hex(text: &str) -> Option<Hash> {
    let mut hash = Hash::default();
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, position) in hash.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&text[position..position + 2], 16).ok()?;
    }
    Some(hash)
}
