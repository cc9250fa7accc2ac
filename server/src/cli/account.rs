//! `flagbit account`: makes accounts on the server's machine.

use std::io::Write as _;

use clap::{Args, Subcommand};

use crate::{
    operations::{
        accounts::{Account, Applicant, sign_up},
        names::check_email,
    },
    settings::Database,
    storage::{Missing, Storage},
    world::Follower,
};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create an account with a first project, and print its keys, which are shown this once
    Create(Create),
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Address of whoever is responsible; nothing is sent there
    #[arg(long, value_parser = |text: &str| check_email(text).map(String::from))]
    email: String,

    #[command(flatten)]
    database: Database,

    /// Print JSON, as POST /api/v1/signup answers it
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(command: Command) -> anyhow::Result<()> {
    let Command::Create(create) = command;
    let storage = Storage::open(&create.database.url, Missing::CreateTables).await?;
    let follower = Follower::idle(storage);
    let account = sign_up(&follower, Applicant::CommandLine, &create.email).await.map_err(super::machine::failure)?;
    follower.storage().close().await;
    let text = if create.json { serde_json::to_string(&account)? + "\n" } else { describe(&account) };
    let mut output = std::io::stdout().lock();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).map_err(|error| {
        let id = account.account_id;
        anyhow::anyhow!("account {id} was created, but its keys could not be printed ({error}); create another")
    })
}

fn describe(account: &Account) -> String {
    let Account { account_id, api_key, project, sdk_key, server_key } = account;
    format!(
        "account {account_id} with the project {name:?} (id {id})

API key     {api_key}
            manages the account; secret
SDK key     {sdk_key}
            evaluates, in client code: reads no rules
server key  {server_key}
            evaluates and downloads the rules, on your servers; secret

The keys are shown this once: keep them now. A running server knows them within 2 seconds. If none runs, start
`flagbit serve` on the same database. Then create a flag (replace http://127.0.0.1:8080 by the server's address):

  curl http://127.0.0.1:8080/api/v1/projects/{id}/flags \\
    -H 'Authorization: Bearer {api_key}' \\
    -H 'Content-Type: application/json' -d '{{\"key\": \"new-checkout\", \"enabled\": true}}'
",
        name = project.name,
        id = project.id,
    )
}
