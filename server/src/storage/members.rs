//! People, and their memberships in accounts.

use sqlx::{Any, Executor, FromRow};

use super::{Storage, Write, now, rights};
use crate::rights::Rights;

/// A member of an account.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// The id of the person, which is the same in all accounts.
    pub(crate) id: i64,
    pub(crate) email: String,
    pub(crate) rights: Rights,
    pub(crate) created_at: String,
}

#[derive(FromRow)]
struct MemberRow {
    id: i64,
    email: String,
    rights: String,
    created_at: String,
}

impl MemberRow {
    fn read(self) -> sqlx::Result<Member> {
        let Self { id, email, rights, created_at } = self;
        Ok(Member { id, email, rights: rights::read(&rights)?, created_at })
    }
}

impl Storage {
    /// The members of an account, oldest first.
    pub(crate) async fn members(&self, account_id: i64) -> sqlx::Result<Vec<Member>> {
        members(self, account_id).await
    }

    /// The ids of all accounts, oldest first.
    pub(crate) async fn accounts(&self) -> sqlx::Result<Vec<i64>> {
        let rows: Vec<(i64,)> = sqlx::query_as("SELECT id FROM accounts ORDER BY id").fetch_all(self).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// The accounts that a person is a member of, oldest first.
    pub(crate) async fn accounts_of(&self, email: &str) -> sqlx::Result<Vec<i64>> {
        accounts_of(self, email).await
    }
}

impl Write {
    /// The accounts that a person is a member of, as this write sees them, oldest first.
    pub(crate) async fn accounts_of(&mut self, email: &str) -> sqlx::Result<Vec<i64>> {
        accounts_of(self.connection(), email).await
    }

    /// The members of an account, as this write sees them.
    pub(crate) async fn members(&mut self, account_id: i64) -> sqlx::Result<Vec<Member>> {
        members(self.connection(), account_id).await
    }

    /// Finds the person whom an address names, or makes them known.
    pub(crate) async fn person(&mut self, email: &str) -> sqlx::Result<i64> {
        let found: Option<(i64,)> = sqlx::query_as("SELECT id FROM people WHERE email = $1")
            .bind(email)
            .fetch_optional(self.connection())
            .await?;
        if let Some((id,)) = found {
            return Ok(id);
        }
        let id = self.next_id().await?;
        sqlx::query("INSERT INTO people (id, email, created_at) VALUES ($1, $2, $3)")
            .bind(id)
            .bind(email)
            .bind(now())
            .execute(self.connection())
            .await?;
        Ok(id)
    }

    /// The address of a person.
    pub(crate) async fn email(&mut self, person_id: i64) -> sqlx::Result<Option<String>> {
        let found: Option<(String,)> = sqlx::query_as("SELECT email FROM people WHERE id = $1")
            .bind(person_id)
            .fetch_optional(self.connection())
            .await?;
        Ok(found.map(|(email,)| email))
    }

    /// Makes a person a member of an account, also one who was a member before, or changes their rights.
    pub(crate) async fn put_member(&mut self, account_id: i64, person_id: i64, rights: &Rights) -> sqlx::Result<()> {
        let sequence = self.sequence();
        sqlx::query(
            "INSERT INTO members (account_id, person_id, rights, created_at, changed) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (account_id, person_id) DO UPDATE SET rights = excluded.rights, changed = excluded.changed, \
             created_at = CASE WHEN members.removed_at IS NULL THEN members.created_at ELSE excluded.created_at END, \
             removed_at = NULL",
        )
        .bind(account_id)
        .bind(person_id)
        .bind(rights::text(rights)?)
        .bind(now())
        .bind(sequence)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Removes a member from an account.
    pub(crate) async fn remove_member(&mut self, account_id: i64, person_id: i64) -> sqlx::Result<()> {
        let sequence = self.sequence();
        sqlx::query(
            "UPDATE members SET rights = '{}', removed_at = $1, changed = $2 WHERE account_id = $3 AND person_id = $4",
        )
        .bind(now())
        .bind(sequence)
        .bind(account_id)
        .bind(person_id)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}

async fn accounts_of<'c>(executor: impl Executor<'c, Database = Any>, email: &str) -> sqlx::Result<Vec<i64>> {
    let rows: Vec<(i64,)> = sqlx::query_as(
        "SELECT m.account_id FROM people p JOIN members m ON m.person_id = p.id AND m.removed_at IS NULL \
         WHERE p.email = $1 ORDER BY m.account_id",
    )
    .bind(email)
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

async fn members<'c>(executor: impl Executor<'c, Database = Any>, account_id: i64) -> sqlx::Result<Vec<Member>> {
    let rows: Vec<MemberRow> = sqlx::query_as(
        "SELECT p.id, p.email, m.rights, m.created_at FROM members m JOIN people p ON p.id = m.person_id \
         WHERE m.account_id = $1 AND m.removed_at IS NULL ORDER BY m.created_at, p.id",
    )
    .bind(account_id)
    .fetch_all(executor)
    .await?;
    rows.into_iter().map(MemberRow::read).collect()
}
