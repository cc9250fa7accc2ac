//! Tests that count what the whole process has run in a process of their own.

use std::{env, process::Command};

/// Runs a test that is marked as ignored, by its path, alone in a new process, with these variables.
pub(crate) fn run(test: &str, variables: &[(&str, &str)]) {
    run_by(Command::new("env"), test, variables);
}

/// The same by a command that takes another one with its arguments.
pub(crate) fn run_by(mut command: Command, test: &str, variables: &[(&str, &str)]) {
    command.arg(env::current_exe().unwrap()).args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"]);
    let output = command.envs(variables.iter().copied()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    print!("{text}");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{test}: {text}{errors}");
}
