//! Erasing what the audit says of a flag.

use crate::storage::Write;

/// The entries of a flag: those that name it, and those from before entries had ids of flags. Ids are given out in order, so
/// an entry about an earlier flag of the same key has a lower id than the flag.
macro_rules! entries_of_flag {
    () => {
        "SELECT id FROM audit WHERE flag_id = $1 OR (flag_id IS NULL AND project_id = $2 AND target = $3 \
         AND id > $1 AND action LIKE 'flag.%')"
    };
}

impl Write {
    /// Erases the documents and the reasons of all entries about a flag. The entries stay: who changed it, and when.
    pub(in crate::storage) async fn erase_documents(
        &mut self,
        flag_id: i64,
        project_id: i64,
        key: &str,
    ) -> sqlx::Result<()> {
        for statement in [
            concat!("DELETE FROM audit_parts WHERE audit_id IN (", entries_of_flag!(), ")"),
            concat!(
                "UPDATE audit SET unchanged = NULL, before = NULL, after = NULL, reason = NULL, \
                description_id = NULL, variants_id = NULL, rules_id = NULL WHERE id IN (",
                entries_of_flag!(),
                ")"
            ),
        ] {
            sqlx::query(statement).bind(flag_id).bind(project_id).bind(key).execute(self.connection()).await?;
        }
        Ok(())
    }
}
