//! Statements for many rows at a time: what takes a statement for each of 10,000 flags keeps other writes waiting for
//! seconds.

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::{Any, AssertSqlSafe, Database, any::AnyRow, query, query::Query};

use super::{Write, dialect::Dialect, session::Session};

/// The rows of one statement. SQLite takes 32,766 parameters.
const ROWS: usize = 500;

/// A value of a row.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
pub(super) enum Cell<'a> {
    Number(i64),
    OptionalNumber(Option<i64>),
    Text(&'a str),
    OptionalText(Option<&'a str>),
}

impl<'a> From<i64> for Cell<'a> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl<'a> From<Option<i64>> for Cell<'a> {
    fn from(number: Option<i64>) -> Self {
        Self::OptionalNumber(number)
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<Option<&'a str>> for Cell<'a> {
    fn from(text: Option<&'a str>) -> Self {
        Self::OptionalText(text)
    }
}

/// A statement for many rows, whose columns are called `column1`, `column2` and so on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Many {
    /// The part before the rows: `INSERT INTO flags (id, key)`, `DELETE FROM flags WHERE id IN (`.
    pub(super) begin: &'static str,
    /// The part behind them.
    pub(super) end: &'static str,
}

type Statement<'q> = Query<'q, Any, <Any as Database>::Arguments>;

impl Write {
    /// Runs a statement with all rows, in few statements.
    pub(super) async fn many<const COLUMNS: usize>(
        &mut self,
        many: Many,
        rows: Vec<[Cell<'_>; COLUMNS]>,
    ) -> sqlx::Result<()> {
        self.connection().many(many, rows).await
    }

    /// [`Self::many`] for a statement that finds something.
    pub(super) async fn find_many<const COLUMNS: usize>(
        &mut self,
        many: Many,
        rows: Vec<[Cell<'_>; COLUMNS]>,
    ) -> sqlx::Result<Vec<AnyRow>> {
        self.connection().find_many(many, rows).await
    }
}

impl Session {
    /// Runs a statement with all rows, in few statements.
    pub(super) async fn many<const COLUMNS: usize>(
        &mut self,
        many: Many,
        rows: Vec<[Cell<'_>; COLUMNS]>,
    ) -> sqlx::Result<()> {
        for chunk in rows.chunks(ROWS) {
            statement(self.dialect(), many, chunk)?.execute(&mut *self).await?;
        }
        Ok(())
    }

    /// [`Self::many`] for a statement that finds something.
    pub(super) async fn find_many<const COLUMNS: usize>(
        &mut self,
        many: Many,
        rows: Vec<[Cell<'_>; COLUMNS]>,
    ) -> sqlx::Result<Vec<AnyRow>> {
        let mut found = Vec::new();
        for chunk in rows.chunks(ROWS) {
            found.extend(statement(self.dialect(), many, chunk)?.fetch_all(&mut *self).await?);
        }
        Ok(found)
    }
}

/// Writes a statement with its rows. Its text is made of constants and numbers alone.
fn statement<'q, const COLUMNS: usize>(
    dialect: Dialect,
    Many { begin, end }: Many,
    rows: &[[Cell<'q>; COLUMNS]],
) -> sqlx::Result<Statement<'q>> {
    let of_rows = |source: String| query(AssertSqlSafe(format!("{begin} {source} {end}")));
    if dialect == Dialect::Postgres {
        return Ok(of_rows(recordset(rows)).bind(json(rows)?));
    }
    let mut query = of_rows(values(rows.len(), COLUMNS));
    for cell in rows.iter().flatten().copied() {
        query = match cell {
            Cell::Number(number) => query.bind(number),
            Cell::OptionalNumber(number) => query.bind(number),
            Cell::Text(text) => query.bind(text),
            Cell::OptionalText(text) => query.bind(text),
        };
    }
    Ok(query)
}

/// The rows for SQLite: `VALUES (?, ?), (?, ?)`. It would take `$7` for a name, and look for each name among all others.
fn values(rows: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    format!("VALUES {}", vec![row.as_str(); rows].join(", "))
}

/// The rows for PostgreSQL, as one parameter: it plans a statement with thousands of them for milliseconds.
fn recordset<const COLUMNS: usize>(rows: &[[Cell<'_>; COLUMNS]]) -> String {
    let column = |(index, cell): (usize, &Cell<'_>)| {
        let kind = if matches!(cell, Cell::Number(_) | Cell::OptionalNumber(_)) { "bigint" } else { "text" };
        format!("column{} {kind}", index + 1)
    };
    let columns: Vec<String> = rows.iter().take(1).flatten().enumerate().map(column).collect();
    format!("SELECT * FROM json_to_recordset($1::json) AS r ({})", columns.join(", "))
}

fn json<const COLUMNS: usize>(rows: &[[Cell<'_>; COLUMNS]]) -> sqlx::Result<String> {
    let rows: Vec<BTreeMap<String, Cell<'_>>> = rows
        .iter()
        .map(|row| (1..).map(|number| format!("column{number}")).zip(row.iter().copied()).collect())
        .collect();
    serde_json::to_string(&rows).map_err(|error| sqlx::Error::Encode(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_the_shape_that_each_database_reads_fast() {
        let rows = [[Cell::from(1), "a\"".into()], [2.into(), Cell::OptionalText(None)]];
        assert_eq!(values(2, 2), "VALUES (?, ?), (?, ?)");
        let expected = "SELECT * FROM json_to_recordset($1::json) AS r (column1 bigint, column2 text)";
        assert_eq!(recordset(&rows), expected);
        let expected = r#"[{"column1":1,"column2":"a\""},{"column1":2,"column2":null}]"#;
        assert_eq!(json(&rows).unwrap(), expected);
    }
}
