//! Rights as they are stored, and the rights of whoever writes.

use std::sync::Arc;

use sqlx::FromRow;

use super::{Write, now};
use crate::rights::{Held, Rights};

/// Returns rights as they are stored.
pub(super) fn text(rights: &Rights) -> sqlx::Result<String> {
    serde_json::to_string(rights).map_err(|error| sqlx::Error::Encode(error.into()))
}

/// Reads rights that were stored.
pub(super) fn read(text: &str) -> sqlx::Result<Rights> {
    serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(error.into()))
}

#[derive(FromRow)]
struct Row {
    rights: String,
    maker_rights: String,
    ends_at: Option<String>,
}

impl Write {
    /// The rights of an API key, as this write sees them; `None` for a key that opens nothing any more.
    pub(crate) async fn rights_of_key(&mut self, account_id: i64, key_id: i64) -> sqlx::Result<Option<Held>> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT k.rights, m.rights AS maker_rights, k.ends_at FROM keys k \
             JOIN members m ON m.account_id = k.account_id AND m.person_id = k.maker_id AND m.removed_at IS NULL \
             WHERE k.account_id = $1 AND k.id = $2 AND k.kind = 'api' AND k.revoked_at IS NULL",
        )
        .bind(account_id)
        .bind(key_id)
        .fetch_optional(self.connection())
        .await?;
        // Times are stored so that their texts compare as they do.
        let Some(row) = row.filter(|row| row.ends_at.as_ref().is_none_or(|end| *end > now())) else { return Ok(None) };
        Ok(Some(Held::by_key(Arc::new(read(&row.rights)?), Arc::new(read(&row.maker_rights)?))))
    }
}
