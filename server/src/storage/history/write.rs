//! Writing and deleting versions.

use super::Versioned;
use crate::storage::{
    Write,
    object::Object,
    rows::{Cell, Many},
    texts::{LARGE_FIELDS, LargeText},
};

/// A version to record.
#[derive(Debug)]
pub(in crate::storage) struct NewVersion<'a> {
    pub(in crate::storage) id: i64,
    pub(in crate::storage) versioned: &'a Versioned,
    pub(in crate::storage) flag_id: Option<i64>,
    /// The key of a segment.
    pub(in crate::storage) segment: Option<&'a String>,
    /// The time of the write.
    pub(in crate::storage) at: &'a str,
    pub(in crate::storage) actor: &'a str,
    pub(in crate::storage) action: &'a str,
    /// JSON without the large fields; `None` if the flag or the segment left the environment.
    pub(in crate::storage) content: Option<&'a str>,
    /// The large fields by name, with the ids of their texts.
    pub(in crate::storage) large: Vec<(&'a str, &'a LargeText, Option<i64>)>,
}

impl NewVersion<'_> {
    /// Returns the JSON of the fields without columns of their own, though they may be large.
    fn document(&self) -> Option<String> {
        let mut document = Object::default();
        document.extend(self.content?);
        for (field, text, _) in self.large.iter().filter(|(field, ..)| !LARGE_FIELDS.contains(field)) {
            document.push(field, &text.text);
        }
        Some(document.end())
    }

    /// Returns the ids of the texts of [`LARGE_FIELDS`].
    fn text_ids(&self) -> [Option<i64>; 3] {
        LARGE_FIELDS.map(|name| self.large.iter().find(|(field, ..)| *field == name).and_then(|(.., id)| *id))
    }
}

impl Write {
    /// Records versions.
    pub(in crate::storage) async fn record_versions(&mut self, versions: Vec<NewVersion<'_>>) -> sqlx::Result<()> {
        let cause = self.cause.clone();
        let documents: Vec<Option<String>> = versions.iter().map(NewVersion::document).collect();
        let many = Many {
            begin: "INSERT INTO history (id, environment_id, flag_id, segment, version, at, created_at, actor, action, \
                    reason, request, restored, document, description_id, variants_id, rules_id)",
            end: "",
        };
        let rows = versions.iter().zip(&documents).map(|(version, document)| {
            let Versioned { environment_id, version: number, at, created_at, restored } = version.versioned;
            let [description_id, variants_id, rules_id] = version.text_ids();
            [
                Cell::from(version.id),
                (*environment_id).into(),
                version.flag_id.into(),
                version.segment.map(String::as_str).into(),
                (*number).into(),
                at.as_deref().unwrap_or(version.at).into(),
                created_at.as_deref().into(),
                version.actor.into(),
                version.action.into(),
                cause.reason.as_deref().into(),
                cause.request.as_deref().into(),
                (*restored).into(),
                document.as_deref().into(),
                description_id.into(),
                variants_id.into(),
                rules_id.into(),
            ]
        });
        self.many(many, rows.collect()).await
    }

    /// Begins the history of a new environment, which has the flags and segments of another in their present versions.
    pub(in crate::storage) async fn copy_history(
        &mut self,
        actor: &str,
        from: i64,
        to: i64,
        at: &str,
    ) -> sqlx::Result<()> {
        let known: Vec<(i64,)> = sqlx::query_as(
            "SELECT h.id FROM flag_states s JOIN history h ON h.flag_id = s.flag_id AND h.environment_id = s.environment_id \
             AND h.version = s.version AND h.document IS NOT NULL WHERE s.environment_id = $1 \
             UNION ALL SELECT h.id FROM segments s JOIN history h ON h.environment_id = s.environment_id \
             AND h.segment = s.key AND h.version = s.version AND h.document IS NOT NULL WHERE s.environment_id = $1",
        )
        .bind(from)
        .fetch_all(self.connection())
        .await?;
        let ids = self.next_ids(known.len()).await?;
        let cause = self.cause.clone();
        let many = Many {
            begin: "INSERT INTO history (id, environment_id, flag_id, segment, version, at, created_at, actor, action, \
                    reason, request, document, description_id, variants_id, rules_id) \
                    SELECT v.column2, v.column3, h.flag_id, h.segment, 1, v.column4, \
                    CASE WHEN h.segment IS NOT NULL THEN v.column4 END, v.column5, 'environment.create', v.column6, \
                    v.column7, h.document, h.description_id, h.variants_id, h.rules_id FROM (",
            end: ") AS v JOIN history h ON h.id = v.column1",
        };
        let rows = known.into_iter().zip(ids).map(|((old,), new)| {
            let (reason, request) = (cause.reason.as_deref(), cause.request.as_deref());
            [Cell::from(old), new.into(), to.into(), at.into(), actor.into(), reason.into(), request.into()]
        });
        self.many(many, rows.collect()).await
    }

    /// Deletes the history of a flag in all environments of its project.
    pub(in crate::storage) async fn delete_history(&mut self, project_id: i64, flag_id: i64) -> sqlx::Result<()> {
        sqlx::query(
            "DELETE FROM history WHERE flag_id = $1 \
             AND environment_id IN (SELECT id FROM environments WHERE project_id = $2)",
        )
        .bind(flag_id)
        .bind(project_id)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
