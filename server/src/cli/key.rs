//! `flagbit key`: API keys, on the server's machine.

use std::{collections::BTreeSet, io::Write as _};

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    machine::{Machine, failure, join},
    output::{print, printable},
};
use crate::{
    operations::keys::{self, ApiKeyScope, CreatedKey, KeysPage},
    rights::{Rights, Role},
    storage::keys::KeyRow,
};

/// The largest number of keys that are read at a time.
const PAGE: usize = 1000;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create an API key, and print it, which is the only time that it is shown
    Create(Box<Create>),
    /// List the API keys of an account, without their secrets
    List(List),
    /// Revoke an API key
    Revoke(Revoke),
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Name for people: who or what uses the key
    #[arg(long, default_value = "made on the machine")]
    name: String,

    /// Address of the member whom the key counts as [default: the account's first admin]
    #[arg(long)]
    email: Option<String>,

    /// Role of the key
    #[arg(long, value_enum, default_value = "admin")]
    role: Role,

    /// Ids of the only projects where the role holds, separated by commas
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    projects: Option<Vec<i64>>,

    /// Names of the only environments of these projects where the role holds, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',', requires = "projects")]
    environments: Option<Vec<String>>,

    /// Moment at which the key stops working, as in 2027-01-31T12:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    ends_at: Option<DateTime<Utc>>,

    #[command(flatten)]
    machine: Machine,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    machine: Machine,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// Id of the key, as `flagbit key list` shows it
    id: i64,

    #[command(flatten)]
    machine: Machine,
}

fn time(text: &str) -> Result<DateTime<Utc>, &'static str> {
    let time = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc());
    time.map_err(|_| "expected a time such as 2027-01-31T12:00:00Z")
}

pub(crate) async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Create(create) => create.run().await,
        Command::List(list) => list.run().await,
        Command::Revoke(Revoke { id, machine }) => {
            let (backend, who) = machine.open(None).await?;
            keys::revoke_api_key(&backend, &who, id).await.map_err(failure)?;
            print(&format!("key {id} is revoked; a running server refuses it within 2 seconds\n"))
        }
    }
}

impl Create {
    async fn run(self) -> anyhow::Result<()> {
        let (backend, who) = self.machine.open(self.email.as_deref()).await?;
        let scope = ApiKeyScope {
            role: Some(self.role),
            projects: self.projects.map(BTreeSet::from_iter),
            environments: self.environments.map(BTreeSet::from_iter),
            ends_at: self.ends_at,
        };
        let created = keys::create_api_key(&backend, &who, &self.name, &scope).await.map_err(failure)?;
        backend.follower.storage().close().await;
        let CreatedKey { row, text } = created;
        let output = if self.json {
            json!({"key": text, "id": row.id, "name": row.name, "account_id": who.account_id}).to_string() + "\n"
        } else {
            format!(
                "API key {} of account {}\n\n{text}\n\nThe key is shown this once: keep it now. A running server knows it within 2 seconds.\n",
                row.id, who.account_id
            )
        };
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(output.as_bytes()).and_then(|()| stdout.flush()).map_err(|error| {
            anyhow::anyhow!("key {} was created, but it could not be printed ({error}); create another one", row.id)
        })
    }
}

impl List {
    async fn run(self) -> anyhow::Result<()> {
        let (backend, who) = self.machine.open(None).await?;
        let mut rows = Vec::new();
        loop {
            let after = rows.last().map_or(0, |row: &KeyRow| row.id);
            let page = keys::list_api_keys(&backend, &who, KeysPage { after, limit: PAGE }).await.map_err(failure)?;
            rows.extend(page.keys);
            if !page.has_next {
                break;
            }
        }
        let mut text = String::new();
        for row in rows {
            let rights = row.rights()?.unwrap_or_default();
            text += &if self.json { as_json(&row, &rights) } else { as_line(&row, &rights) };
            text.push('\n');
        }
        print(&text)
    }
}

fn as_json(row: &KeyRow, rights: &Rights) -> String {
    json!({
        "id": row.id, "name": row.name, "ending": row.ending, "role": rights.highest(), "rights": rights,
        "maker": row.maker_email, "created_at": row.created_at, "ends_at": row.ends_at, "revoked_at": row.revoked_at,
        "last_used_at": row.last_used_at,
    })
    .to_string()
}

fn as_line(row: &KeyRow, rights: &Rights) -> String {
    let role = rights.highest().map_or("no role", Role::name);
    let place = match (rights.account, &rights.environments) {
        (Some(_), _) => String::new(),
        (None, None) => format!(" in projects {}", join(rights.projects.keys())),
        (None, Some(_)) => format!(" in some environments of projects {}", join(rights.projects.keys())),
    };
    let state = match (&row.revoked_at, &row.ends_at) {
        (Some(time), _) => format!("revoked {time}"),
        (None, Some(time)) => format!("ends {time}"),
        (None, None) => "valid".to_owned(),
    };
    let used = row.last_used_at.as_deref().unwrap_or("never");
    let maker = row.maker_email.as_deref().unwrap_or("nobody");
    let (id, ending) = (row.id, &row.ending);
    let (name, maker) = (printable(&row.name), printable(maker));
    format!("{id}  fb_...{ending}  {role}{place}  {state}  last used {used}  made by {maker}  {name}")
}
