//! Statements for many rows at a time: what takes a statement for each of 10,000 flags keeps other writes waiting for
//! seconds.

use sqlx::{AssertSqlSafe, query};

use super::{Write, dialect::Dialect};

/// The rows of one statement. Databases bound its parameters: SQLite 32,766, PostgreSQL 65,535.
pub(super) const ROWS: usize = 500;

/// A value of a row.
#[derive(Debug, Clone, Copy)]
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

/// A statement for many rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Many {
    /// `INSERT INTO flags (id, key) VALUES`
    pub(super) begin: &'static str,
    /// `ON CONFLICT (id) DO UPDATE SET key = excluded.key`
    pub(super) end: &'static str,
}

impl Write {
    /// Runs a statement with all rows, in as few statements as the database takes.
    pub(super) async fn many<const COLUMNS: usize>(
        &mut self,
        many: Many,
        rows: Vec<[Cell<'_>; COLUMNS]>,
    ) -> sqlx::Result<()> {
        for chunk in rows.chunks(ROWS) {
            // Built of constants and numbers alone.
            let mut query = query(AssertSqlSafe(statement(self.dialect(), many, chunk.len(), COLUMNS)));
            for cell in chunk.iter().flatten().copied() {
                query = match cell {
                    Cell::Number(number) => query.bind(number),
                    Cell::OptionalNumber(number) => query.bind(number),
                    Cell::Text(text) => query.bind(text),
                    Cell::OptionalText(text) => query.bind(text),
                };
            }
            query.execute(self.connection()).await?;
        }
        Ok(())
    }
}

/// Writes a statement for this many rows.
pub(super) fn statement(dialect: Dialect, Many { begin, end }: Many, rows: usize, columns: usize) -> String {
    let mut statement = String::with_capacity(begin.len() + end.len() + rows * columns * 7);
    statement += begin;
    for row in 0..rows {
        statement += if row == 0 { " (" } else { ", (" };
        statement += &dialect.parameters(row * columns + 1, columns);
        statement.push(')');
    }
    statement.push(' ');
    statement += end;
    statement
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_has_a_number() {
        let many = Many { begin: "INSERT INTO t (a, b) VALUES", end: "ON CONFLICT DO NOTHING" };
        for (dialect, rows) in [(Dialect::Postgres, "($1, $2), ($3, $4)"), (Dialect::Sqlite, "(?, ?), (?, ?)")] {
            let expected = format!("INSERT INTO t (a, b) VALUES {rows} ON CONFLICT DO NOTHING");
            assert_eq!(statement(dialect, many, 2, 2), expected);
        }
    }
}
