//! The pages on the commands and on the settings show what the program prints.

use std::{fs, process::Stdio};

use crate::support::flagbit;

/// The fenced blocks of a kind, in order.
fn blocks(page: &str, kind: &str) -> Vec<String> {
    let mut fences = page.split("\n```").skip(1);
    let mut found = Vec::new();
    while let (Some(block), Some(_)) = (fences.next(), fences.next()) {
        if let Some((info, text)) = block.split_once('\n')
            && info == kind
        {
            found.push(format!("{text}\n"));
        }
    }
    found
}

#[test]
fn the_page_on_commands_is_true() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/commands.md");
    let page = fs::read_to_string(path).expect("the page");
    let folder = tempfile::tempdir().expect("a folder");
    let printed = |snapshot: &str, arguments: &[&str]| {
        fs::write(folder.path().join("flags.json"), snapshot).expect("a file");
        let mut command = flagbit();
        let output = command.args(arguments).current_dir(&folder).stdin(Stdio::null()).output().expect("it runs");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let [snapshot] = &blocks(&page, "json snapshot")[..] else { panic!("one snapshot") };
    let [flag] = &blocks(&page, "json flag")[..] else { panic!("one flag") };
    let [check, eval, rollout] = &blocks(&page, "text")[..] else { panic!("three outputs") };
    assert_eq!(&printed(snapshot, &["check", "flags.json"]), check);
    let arguments = ["eval", "flags.json", "theme", "user_id=usr_2", "plan=free"];
    assert_eq!(&printed(&format!("[{flag}]"), &arguments), eval);
    let arguments = ["rollout", "new-search", "--percentage", "25", "--count", "20"];
    let start = rollout.strip_suffix("...\n").expect("the rest is left out");
    assert!(printed("", &arguments).starts_with(start));
}

/// `UPDATE_DOCS=1` writes the page.
#[test]
fn the_page_on_settings_is_the_help() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/settings.md");
    let page = fs::read_to_string(path).expect("the page");
    let output = flagbit().args(["serve", "-h"]).output().expect("it runs");
    let help = String::from_utf8(output.stdout).expect("UTF-8");
    let [shown] = &blocks(&page, "text")[..] else { panic!("one text") };
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path, page.replace(shown.as_str(), &help)).expect("a file that can be written");
    } else {
        assert_eq!(shown, &help, "run UPDATE_DOCS=1 cargo test --test it settings_is_the_help");
    }
}
