//! The output of commands.

use std::{
    borrow::Cow,
    io::{self, ErrorKind, Write},
};

/// Prints to standard output. A reader that has gone (`| head`) is no error: it has seen what it wanted.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(anyhow::anyhow!("cannot print: {error}")),
        _ => Ok(()),
    }
}

/// Prints a line to standard error; where that is closed, nobody wants to know.
pub(super) fn complain(text: &str) {
    _ = writeln!(io::stderr().lock(), "flagbit: {text}");
}

/// A text from outside, without what would steer a terminal or break a line.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_control) {
        let shown = |char: char| if char.is_control() { char.escape_default().to_string() } else { char.into() };
        text.chars().map(shown).collect()
    } else {
        text.into()
    }
}
