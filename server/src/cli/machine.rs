//! Commands that work on the database of the server's machine, without a running server.

use clap::Args;

use crate::{
    operations::{self, Backend, Who},
    rights::Role,
    settings::{self, Database},
    storage::{self, Missing, Storage},
    world::Follower,
};

/// The database and the account that a command is about.
#[derive(Debug, Args)]
pub(super) struct Machine {
    #[command(flatten)]
    database: Database,

    /// Account, by its id; needed where the database has several and no address tells which
    #[arg(long, value_name = "ID")]
    account: Option<i64>,
}

impl Machine {
    /// Opens the database, and finds the account and the member for whom the command acts: the one of this address, or the
    /// first admin.
    pub(super) async fn open(&self, email: Option<&str>) -> anyhow::Result<(Backend, Who)> {
        let storage = Storage::open(&self.database.url, Missing::Refuse).await?;
        let backend = Backend {
            follower: Follower::idle(storage).into(),
            accounts: settings::usual(),
            limits: settings::usual(),
        };
        let who = self.who(backend.follower.storage(), email).await?;
        Ok((backend, who))
    }

    async fn who(&self, storage: &Storage, email: Option<&str>) -> anyhow::Result<Who> {
        let accounts = match email {
            Some(email) => storage.accounts_of(&email.to_lowercase()).await?,
            None => storage.accounts().await?,
        };
        let account_id = match (self.account, accounts.as_slice()) {
            (Some(id), accounts) if accounts.contains(&id) => id,
            (None, [id]) => *id,
            (None, []) if email.is_none() => {
                anyhow::bail!("the database has no account yet; `flagbit account create` makes one")
            }
            (None, [_, ..]) => {
                anyhow::bail!("--account: choose one of {}", join(accounts.iter()))
            }
            (_, []) => anyhow::bail!("nobody has this address; `flagbit member list` shows the members"),
            (Some(id), accounts) => anyhow::bail!("--account: no account {id} here, only {}", join(accounts.iter())),
        };
        let members = storage.members(account_id).await?;
        let member = match email {
            Some(email) => members.iter().find(|member| member.email == email.to_lowercase()),
            None => members.iter().find(|member| member.rights.account == Some(Role::Admin)),
        };
        let member =
            member.ok_or_else(|| anyhow::anyhow!("account {account_id} has no admin; add one with --account"))?;
        Ok(Who::command_line(account_id, member.id))
    }
}

/// Ids for people.
pub(super) fn join(ids: impl Iterator<Item = impl ToString>) -> String {
    ids.map(|id| id.to_string()).collect::<Vec<_>>().join(", ")
}

/// Says why an operation did not happen.
pub(super) fn failure(error: operations::Error) -> anyhow::Error {
    match error {
        operations::Error::Failed(error) => storage::writing(error),
        refused => anyhow::anyhow!("{refused}"),
    }
}
