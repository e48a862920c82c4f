//! The command by itself, as far as it needs neither a keyring nor Notion: its grammar.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

use std::process::{Command, Output};

/// Every command, and every command about clients.
const COMMANDS: [&str; 27] = [
    "client",
    "add-token",
    "import",
    "connect",
    "list",
    "check",
    "refresh",
    "revoke",
    "watch",
    "receipts",
    "activity",
    "rebuild",
    "label",
    "hand-out",
    "scan",
    "forget",
    "export",
    "moved",
    "doctor",
    "token",
    "run",
    "api",
    "serve",
    "leases",
    "mcp-config",
    "completions",
    "man",
];
const CLIENT_COMMANDS: [&str; 5] = ["add", "secret", "edit", "remove", "list"];

fn keyrack(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyrack"));
    command.args(arguments).output().unwrap()
}

/// The commands that a help text lists.
fn listed(help: &Output) -> Vec<String> {
    let help = String::from_utf8_lossy(&help.stdout);
    let (_, rest) = help.split_once("Commands:\n").unwrap();
    let (list, _) = rest.split_once("\n\n").unwrap();
    let names = list.lines().filter_map(|line| {
        let name = line.strip_prefix("  ")?.split(' ').next()?;
        (!name.is_empty()).then(|| name.to_owned())
    });
    names.filter(|name| name != "help").collect()
}

#[test]
fn the_help_names_every_command() {
    for (arguments, commands) in [
        (&["--help"][..], &COMMANDS[..]),
        (&["client", "--help"], &CLIENT_COMMANDS),
    ] {
        let help = keyrack(arguments);
        assert_eq!(help.status.code(), Some(0));
        assert_eq!(listed(&help), commands, "{arguments:?}");
    }
}

#[test]
fn wrong_usage_ends_with_two_and_prints_no_result() {
    for wrong in [
        &[][..],
        &["explode"],
        &["check"],
        &["check", "--all", "Acme"],
        &["check", ""],
        &["revoke", "Acme", " "],
        &["forget", "\u{200b}"],
        &["revoke", "--label", ""],
        &["revoke", "--label", "Acme Ltd", "Acme"],
        &["check", "--label", "Acme Ltd", "--all"],
        &["label"],
        &["label", "Acme", "--add", " "],
        &["label", "Acme", "--note", "a", "--no-note"],
        &["connect", "--client", ""],
        &["client", "secret", ""],
        &["client", "edit", "Mine"],
        &[
            "client",
            "remove",
            "Mine",
            "--revoke-connections",
            "--forget-connections",
        ],
        &["watch", "--every", "minute"],
    ] {
        let refused = keyrack(wrong);
        assert_eq!(refused.status.code(), Some(2), "{wrong:?}");
        assert!(refused.stdout.is_empty(), "{wrong:?}");
        assert!(!refused.stderr.is_empty(), "{wrong:?}");
    }
}
