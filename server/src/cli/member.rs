//! `flagbit member`: the members of an account, on the server's machine.

use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    machine::{Machine, failure, join},
    output::{print, printable},
};
use crate::{
    operations::{Backend, Who, members, names::check_email},
    rights::{Rights, Role},
    storage::members::Member,
};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the members of an account
    List(List),
    /// Make a person a member of an account
    Add(Grant),
    /// Replace the roles of a member
    Role(Grant),
    /// Remove a member from an account, and revoke the API keys that they made
    Remove(Remove),
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
pub(crate) struct Grant {
    /// Address that names the person on this server; nothing is sent there
    #[arg(value_parser = |text: &str| check_email(text).map(str::to_lowercase))]
    email: String,

    /// Role, in the whole account or in the projects
    #[arg(value_enum)]
    role: Role,

    /// Ids of the only projects where the role holds, separated by commas
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    projects: Option<Vec<i64>>,

    #[command(flatten)]
    machine: Machine,
}

#[derive(Debug, Args)]
pub(crate) struct Remove {
    /// Address of the member
    #[arg(value_parser = |text: &str| check_email(text).map(str::to_lowercase))]
    email: String,

    #[command(flatten)]
    machine: Machine,
}

pub(crate) async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::List(List { machine, json }) => {
            let (backend, who) = machine.open(None).await?;
            let members = members::list(&backend, who.account_id).await.map_err(failure)?;
            let line = |member: &Member| if json { as_json(member) } else { as_line(member) } + "\n";
            print(&members.iter().map(line).collect::<String>())
        }
        Command::Add(grant) => {
            let (backend, who) = grant.machine.open(None).await?;
            let member = members::add(&backend, &who, &grant.email, grant.rights()).await.map_err(failure)?;
            print(&format!("{}\n", as_line(&member)))
        }
        Command::Role(grant) => {
            let (backend, who) = grant.machine.open(None).await?;
            let id = find(&backend, &who, &grant.email).await?;
            let member = members::change(&backend, &who, id, grant.rights()).await.map_err(failure)?;
            print(&format!("{}\n", as_line(&member)))
        }
        Command::Remove(Remove { email, machine }) => {
            let (backend, who) = machine.open(None).await?;
            let id = find(&backend, &who, &email).await?;
            let removed = members::remove(&backend, &who, id).await.map_err(failure)?;
            let keys = match removed.revoked_keys.as_slice() {
                [] => "there were no API keys of theirs".to_owned(),
                keys => format!("API keys {} are revoked", join(keys.iter())),
            };
            print(&format!("{} is no member any more; {keys}\n", printable(&email)))
        }
    }
}

impl Grant {
    fn rights(&self) -> Rights {
        match &self.projects {
            None => Rights::of_account(self.role),
            Some(projects) => Rights::in_projects(self.role, projects.iter().copied()),
        }
    }
}

async fn find(backend: &Backend, who: &Who, email: &str) -> anyhow::Result<i64> {
    let members = members::list(backend, who.account_id).await.map_err(failure)?;
    let member = members.iter().find(|member| member.email == email);
    let account = who.account_id;
    member
        .map(|member| member.id)
        .ok_or_else(|| anyhow::anyhow!("account {account} has no such member; `flagbit member list` shows the members"))
}

fn as_json(member: &Member) -> String {
    let Member { id, email, rights, created_at } = member;
    json!({"id": id, "email": email, "role": rights.account, "projects": rights.projects, "created_at": created_at})
        .to_string()
}

fn as_line(member: &Member) -> String {
    let projects = member.rights.projects.iter().map(|(id, role)| format!("{role} in project {id}"));
    let roles: Vec<String> = member.rights.account.map(|role| role.to_string()).into_iter().chain(projects).collect();
    format!("{}  {}  {}", member.id, printable(&member.email), roles.join(", "))
}
