//! Statements for many rows at a time: what takes a statement for each of 10,000 flags keeps other writes waiting for
//! seconds.

use serde::Serialize;
use sqlx::{Any, AssertSqlSafe, Database, any::AnyRow, query, query::Query};

use super::{Write, dialect::Dialect, session::Session};

/// The rows of one statement. SQLite takes 32,766 parameters, and keeps statements of the same text prepared.
const SQLITE_ROWS: usize = 500;
/// PostgreSQL gets all rows of a statement as one text.
const POSTGRES_ROWS: usize = 2_500;
/// The size at which a text for PostgreSQL takes no further row, in bytes.
const POSTGRES_BYTES: usize = 2 << 20;

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
}

impl Session {
    /// Runs a statement with all rows, in few statements.
    pub(super) async fn many<const COLUMNS: usize>(
        &mut self,
        many: Many,
        rows: Vec<[Cell<'_>; COLUMNS]>,
    ) -> sqlx::Result<()> {
        let mut rest = rows.as_slice();
        while !rest.is_empty() {
            let (statement, left) = statement(self.dialect(), many, rest)?;
            statement.execute(&mut *self).await?;
            rest = left;
        }
        Ok(())
    }

    /// [`Self::many`] for a statement that finds something.
    pub(super) async fn find_many<const COLUMNS: usize>(
        &mut self,
        many: Many,
        rows: Vec<[Cell<'_>; COLUMNS]>,
    ) -> sqlx::Result<Vec<AnyRow>> {
        let (mut found, mut rest) = (Vec::new(), rows.as_slice());
        while !rest.is_empty() {
            let (statement, left) = statement(self.dialect(), many, rest)?;
            found.extend(statement.fetch_all(&mut *self).await?);
            rest = left;
        }
        Ok(found)
    }
}

/// Writes a statement with the first rows. Returns it with the rows that it has no room for. Its text is made of constants and
/// numbers alone.
fn statement<'q, 'r, const COLUMNS: usize>(
    dialect: Dialect,
    Many { begin, end }: Many,
    rows: &'r [[Cell<'q>; COLUMNS]],
) -> sqlx::Result<(Statement<'q>, &'r [[Cell<'q>; COLUMNS]])> {
    let of_rows = |source: String| query(AssertSqlSafe(format!("{begin} {source} {end}")));
    if dialect == Dialect::Postgres {
        let (json, left) = json(rows)?;
        return Ok((of_rows(recordset(rows)).bind(json), left));
    }
    let (first, left) = rows.split_at(rows.len().min(SQLITE_ROWS));
    let mut query = of_rows(values(first.len(), COLUMNS));
    for cell in first.iter().flatten().copied() {
        query = match cell {
            Cell::Number(number) => query.bind(number),
            Cell::OptionalNumber(number) => query.bind(number),
            Cell::Text(text) => query.bind(text),
            Cell::OptionalText(text) => query.bind(text),
        };
    }
    Ok((query, left))
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

/// The first rows as a JSON list of objects, and the rows that are left.
fn json<'q, 'r, const COLUMNS: usize>(
    rows: &'r [[Cell<'q>; COLUMNS]],
) -> sqlx::Result<(String, &'r [[Cell<'q>; COLUMNS]])> {
    let names: [String; COLUMNS] = std::array::from_fn(|index| format!("\"column{}\":", index + 1));
    let (mut text, mut count) = (b"[".to_vec(), 0);
    for row in rows.iter().take(POSTGRES_ROWS) {
        if text.len() > POSTGRES_BYTES {
            break;
        }
        text.extend(if count == 0 { "{" } else { ",{" }.as_bytes());
        for (index, (name, cell)) in names.iter().zip(row).enumerate() {
            text.extend(if index == 0 { "" } else { "," }.as_bytes());
            text.extend(name.as_bytes());
            serde_json::to_writer(&mut text, cell).map_err(|error| sqlx::Error::Encode(error.into()))?;
        }
        text.push(b'}');
        count += 1;
    }
    text.push(b']');
    let text = String::from_utf8(text).map_err(|error| sqlx::Error::Encode(error.into()))?;
    Ok((text, &rows[count..]))
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
        assert_eq!(json(&rows).unwrap().0, expected);
    }

    #[test]
    fn large_rows_are_spread_over_statements() {
        let text = "x".repeat(POSTGRES_BYTES / 2);
        let rows = [[Cell::from(text.as_str())]; 4];
        let (first, left) = json(&rows).unwrap();
        assert_eq!((left.len(), first.matches("column1").count()), (2, 2));
        let rows = vec![[Cell::from(1)]; POSTGRES_ROWS + 1];
        assert_eq!(json(&rows).unwrap().1.len(), 1);
    }
}
