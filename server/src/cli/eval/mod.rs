//! `flagbit eval`: what flags answer, and why.

mod context;
mod explanation;
mod table;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::{SystemTime, UNIX_EPOCH},
};

use clap::Args;
use flagbit::{Context, ErrorCode, Explained, MAX_SNAPSHOT_BYTES, Moment, Snapshot};
use serde_json::Value;

use self::context::ContextOptions;
use super::{
    input,
    output::{complain, print},
};
use crate::json;

/// The options of `flagbit eval`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  flagbit eval flags.json new-search user_id=usr_1 plan=pro age:=33 'tags:=[\"a\", \"b\"]'
  flagbit eval flags.json --context user.json --now 2026-12-01T09:00:00+01:00

Exit status: 0 answered; 1 no answer: an unknown flag, one that is set aside, a snapshot that is refused; 2 a file or an \
attribute that cannot be read.")]
pub(crate) struct Options {
    /// Snapshot; - is standard input
    file: PathBuf,

    /// Flag to explain, then attributes: NAME=TEXT, or NAME:=JSON for numbers, booleans and lists. Without a flag, all
    /// flags in a table
    #[arg(value_name = "FLAG NAME=TEXT NAME:=JSON")]
    flag_and_attributes: Vec<String>,

    #[command(flatten)]
    context: ContextOptions,

    /// Print JSON: the explanation of the flag, or of all flags by key
    #[arg(long)]
    json: bool,
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    if options.file == Path::new("-") && options.context.is_standard_input() {
        anyhow::bail!("--context: standard input is the snapshot already");
    }
    let text = input::read(&options.file)?;
    let snapshot = match Snapshot::parse(&text, MAX_SNAPSHOT_BYTES) {
        Ok(snapshot) => snapshot,
        Err(error) => {
            complain(&format!("{}: {error}", input::name(&options.file)));
            return Ok(ExitCode::FAILURE);
        }
    };
    let (flag, attributes) = split(&options.flag_and_attributes, &snapshot);
    let context = options.context.context(attributes)?;
    match flag {
        Some(key) => one(&snapshot, key, &context, options.json),
        None => all(&snapshot, &context, options.json),
    }
}

/// The flag comes first. What has a `=` in it is an attribute, unless there is a flag of that name.
fn split<'o>(arguments: &'o [String], snapshot: &Snapshot) -> (Option<&'o str>, &'o [String]) {
    match arguments.split_first() {
        Some((first, rest)) if !first.contains('=') || snapshot.find(first.as_bytes()).is_some() => (Some(first), rest),
        _ => (None, arguments),
    }
}

fn one(snapshot: &Snapshot, key: &str, context: &Context, json: bool) -> anyhow::Result<ExitCode> {
    let text = explain(snapshot, key, context);
    let explanation = json::read(text.as_bytes())?;
    print(&if json { format!("{text}\n") } else { explanation::for_people(&explanation) })?;
    Ok(if explanation["error_code"].is_null() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn all(snapshot: &Snapshot, context: &Context, json: bool) -> anyhow::Result<ExitCode> {
    let mut explanations = Vec::new();
    for flag in snapshot.flags() {
        explanations.push((flag.key().to_owned(), json::read(explain(snapshot, flag.key(), context).as_bytes())?));
    }
    if json {
        let flags: serde_json::Map<String, Value> = explanations.into_iter().collect();
        print(&format!("{}\n", serde_json::json!({"flags": flags})))?;
    } else {
        print(&table::of(&explanations))?;
    }
    // Each flag that is set aside says so in its line; the others are answered.
    Ok(ExitCode::SUCCESS)
}

fn explain(snapshot: &Snapshot, key: &str, context: &Context) -> String {
    let flag = snapshot.find(key.as_bytes());
    let error_message = match flag {
        None => Some(format!("no flag {key:?}")),
        // A flag that is off answers, whatever is wrong with it.
        Some(flag) if flag.evaluate(snapshot, context, now).is_err() => {
            snapshot.warning_of(key).map(ToString::to_string)
        }
        Some(_) => None,
    };
    let flag = flag.map(|flag| (snapshot, flag)).ok_or(ErrorCode::FlagNotFound);
    let error_message = error_message.as_deref();
    Explained { flag_key: key, flag, error_message, revision: snapshot.revision() }.explain(context, now)
}

fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment::from_unix(i64::try_from(since.as_secs()).unwrap_or(i64::MAX), since.subsec_nanos())
}
