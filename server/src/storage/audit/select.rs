//! Selecting entries of the audit. A statement is put together from constant texts; what comes from outside is bound.

use sqlx::{
    Any, AssertSqlSafe, FromRow,
    any::{AnyArguments, AnyRow},
    query::QueryAs,
};

/// The entries to list. A filter that is `None` lets all entries pass.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
    pub(crate) account_id: i64,
    /// `None` for all projects of the account, and the account itself.
    pub(crate) project_id: Option<i64>,
    /// Only entries with lower ids.
    pub(crate) before: i64,
    /// The kind and the key of a flag or a segment.
    pub(crate) subject: Option<(Subject, String)>,
    pub(crate) actor: Option<String>,
    /// One of [`super::ACTIONS`].
    pub(crate) action: Option<String>,
    pub(crate) environment: Option<String>,
    /// The first moment, as it is stored.
    pub(crate) since: Option<String>,
    /// The moment after the last one.
    pub(crate) until: Option<String>,
}

/// A kind of thing that entries are about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject {
    Flag,
    Segment,
}

/// The conditions of a statement, with their values.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    text: String,
    values: Vec<Value>,
}

#[derive(Debug)]
enum Value {
    Number(i64),
    Text(String),
}

impl Selection {
    pub(super) fn conditions(self) -> Conditions {
        let mut conditions = Conditions::default();
        // The index of the narrowest condition finds the entries. The `+ 0` keeps the databases from another one.
        let (account, project) = match (&self.subject, self.project_id) {
            (Some(_), _) => ("a.account_id = ", "a.project_id + 0 = "),
            (None, Some(_)) => ("a.account_id + 0 = ", "a.project_id = "),
            (None, None) => ("a.account_id = ", ""),
        };
        conditions.add(account, Value::Number(self.account_id));
        conditions.add("a.id < ", Value::Number(self.before));
        if let Some(project_id) = self.project_id {
            conditions.add(project, Value::Number(project_id));
        }
        if let Some((subject, key)) = self.subject {
            conditions.add("a.target = ", Value::Text(key));
            conditions.text += match subject {
                Subject::Flag => " AND a.action LIKE 'flag.%'",
                Subject::Segment => " AND a.action LIKE 'segment.%'",
            };
        }
        for (condition, value) in [
            ("a.actor = ", self.actor),
            ("a.action = ", self.action),
            ("a.environment = ", self.environment),
            ("a.at >= ", self.since),
            ("a.at < ", self.until),
        ] {
            if let Some(value) = value {
                conditions.add(condition, Value::Text(value));
            }
        }
        conditions
    }
}

impl Conditions {
    fn add(&mut self, condition: &'static str, value: Value) {
        self.values.push(value);
        // The first value is the statement's own.
        let number = self.values.len() + 1;
        self.text += if self.text.is_empty() { "" } else { " AND " };
        self.text += &format!("{condition}${number}");
    }

    /// Returns a statement with these conditions between its two parts. `first` is the value of `$1`.
    pub(super) fn query<T>(&self, [start, end]: [&'static str; 2], first: i64) -> QueryAs<'static, Any, T, AnyArguments>
    where
        T: for<'r> FromRow<'r, AnyRow>,
    {
        let statement = format!("{start}{}{end}", self.text);
        self.values.iter().fold(sqlx::query_as(AssertSqlSafe(statement)).bind(first), |query, value| match value {
            Value::Number(number) => query.bind(*number),
            Value::Text(text) => query.bind(text.clone()),
        })
    }
}
