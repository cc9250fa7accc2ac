//! Running commands to their end.

use std::{
    io::Write,
    process::{Output, Stdio},
};

use serde_json::Value;

use super::flagbit;

/// The output and the exit status of a command.
#[derive(Debug, PartialEq)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) output: String,
    pub(crate) complaint: String,
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.output).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Runs a command with nothing on standard input.
pub(crate) fn run(arguments: &[&str]) -> Ran {
    run_with(arguments, b"")
}

/// Runs a command with this on standard input.
pub(crate) fn run_with(arguments: &[&str], input: &[u8]) -> Ran {
    let mut command = flagbit();
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().expect("the command starts");
    // One that is refused need not read its input.
    _ = process.stdin.take().expect("a pipe").write_all(input);
    let Output { status, stdout, stderr } = process.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let ran = Ran { status: status.code().unwrap_or(-1), output: text(stdout), complaint: text(stderr) };
    assert!(!ran.complaint.contains("panicked"), "{ran:?}");
    ran
}
