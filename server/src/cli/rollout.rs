//! `flagbit rollout`: shows who is inside a percentage.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use serde::Serialize;

use super::{
    input,
    output::{print, printable},
};

/// The number of bars in the histogram.
const BARS: usize = 20;
/// The length of the longest bar, in characters.
const WIDTH: usize = 50;
/// The number of included users that people see.
const SHOWN: usize = 10;

/// The options of `flagbit rollout`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  flagbit rollout new-search --percentage 25
  flagbit rollout new-search --percentage 25 --users ids.txt --list > inside.txt")]
pub(crate) struct Options {
    /// Flag, whose key is hashed with each user
    flag: String,

    /// Percentage, from 0 to 100; fractions are allowed
    #[arg(long, value_parser = percentage)]
    percentage: f64,

    /// File with one user a line; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "count")]
    users: Option<PathBuf>,

    /// Number of users to make up: user-1, user-2, ...
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    count: u32,

    /// Text to hash with each user instead of the flag's key
    #[arg(long)]
    salt: Option<String>,

    /// Print nothing but the users who are inside, one a line
    #[arg(long, conflicts_with = "json")]
    list: bool,

    /// Print JSON, with every user's place
    #[arg(long)]
    json: bool,
}

fn percentage(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (0.0..=100.0).contains(number));
    number.ok_or_else(|| "expected a number from 0 to 100".into())
}

#[derive(Debug, Serialize)]
struct Rollout<'o> {
    flag_key: &'o str,
    percentage: f64,
    salt: &'o str,
    total_users: usize,
    included_count: usize,
    excluded_count: usize,
    /// The numbers of users between 0 and 5, between 5 and 10, ...
    histogram: [usize; BARS],
    users: Vec<User>,
}

#[derive(Debug, Serialize)]
struct User {
    id: String,
    bucket: f64,
    included: bool,
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let users = match &options.users {
        Some(file) => read_users(file)?,
        None => (1..=options.count).map(|number| format!("user-{number}")).collect(),
    };
    let rollout = Rollout::new(options, users);
    print(&if options.json {
        format!("{}\n", serde_json::to_string(&rollout)?)
    } else if options.list {
        rollout.included().map(|user| format!("{}\n", user.id)).collect()
    } else {
        rollout.for_people()
    })?;
    Ok(ExitCode::SUCCESS)
}

fn read_users(file: &Path) -> anyhow::Result<Vec<String>> {
    let text = String::from_utf8(input::read_all(file)?).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].split(|byte| *byte == b'\n').count();
        anyhow::anyhow!("{}: line {line} is not UTF-8", input::name(file))
    })?;
    let users: Vec<String> = text.lines().filter(|line| !line.is_empty()).map(Into::into).collect();
    anyhow::ensure!(!users.is_empty(), "{}: no users; expected one a line", input::name(file));
    Ok(users)
}

impl<'o> Rollout<'o> {
    fn new(options: &'o Options, users: Vec<String>) -> Self {
        let salt = options.salt.as_deref().unwrap_or(&options.flag);
        let mut histogram = [0; BARS];
        let user = |id: String| {
            let bucket = flagbit::bucket_of(&id, salt);
            histogram[((bucket / 100.0 * BARS as f64) as usize).min(BARS - 1)] += 1;
            User { id, bucket, included: bucket < options.percentage }
        };
        let users: Vec<User> = users.into_iter().map(user).collect();
        let included_count = users.iter().filter(|user| user.included).count();
        Self {
            flag_key: &options.flag,
            percentage: options.percentage,
            salt,
            total_users: users.len(),
            included_count,
            excluded_count: users.len() - included_count,
            histogram,
            users,
        }
    }

    fn included(&self) -> impl Iterator<Item = &User> {
        self.users.iter().filter(|user| user.included)
    }

    fn for_people(&self) -> String {
        let share = self.included_count as f64 / self.total_users as f64 * 100.0;
        let mut text = format!(
            "{} at {} %: {} of {} users are inside ({share:.2} %)\n",
            printable(self.flag_key),
            self.percentage,
            self.included_count,
            self.total_users
        );
        if self.salt != self.flag_key {
            _ = writeln!(text, "salt: {}", printable(self.salt));
        }
        text.push('\n');
        let longest = self.histogram.iter().copied().max().unwrap_or_default().max(1);
        for (bar, count) in self.histogram.iter().enumerate() {
            let (start, end) = (bar as f64 * 100.0 / BARS as f64, (bar + 1) as f64 * 100.0 / BARS as f64);
            // Inside, outside, or the percentage falls into this bar.
            let mark = match () {
                () if self.percentage >= end => '#',
                () if self.percentage <= start => '.',
                () => '+',
            };
            let length = (count * WIDTH).div_ceil(longest);
            let bar: String = std::iter::repeat_n(mark, length).collect();
            _ = writeln!(text, "{start:>3.0} - {end:>3.0}  {count:>8}  {bar}");
        }
        text += "\n# inside, . outside, + the percentage ends here\n";
        let shown: Vec<_> = self.included().take(SHOWN).map(|user| printable(&user.id)).collect();
        if !shown.is_empty() {
            let more = self.included_count - shown.len();
            let more = if more > 0 { format!(", and {more} more (--list prints all)") } else { String::new() };
            _ = writeln!(text, "\ninside: {}{more}", shown.join(", "));
        }
        text
    }
}
