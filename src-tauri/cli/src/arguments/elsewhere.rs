//! The grammar of what comes from elsewhere, goes there, or lies there.

#![allow(
    clippy::doc_markdown,
    reason = "the comments are the help, which a terminal shows as it stands"
)]

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::chosen::Which;
use super::not_empty;
use crate::sealed::passphrase::{Inherited, inherited};

#[derive(Debug, Args)]
pub struct NewTokenArguments {
    /// The name to show, in place of the one that Notion gives its bot.
    #[arg(long, value_parser = not_empty)]
    pub name: Option<String>,
    /// The day on which it ends, such as 2027-03-01: Notion does not tell it.
    #[arg(long, value_name = "DAY", value_parser = not_empty)]
    pub expires_on: Option<String>,
    /// Gives it this label; can be given several times.
    #[arg(long, value_name = "LABEL", value_parser = not_empty)]
    pub label: Vec<String>,
}

#[derive(Debug, Args)]
pub struct ScanArguments {
    /// Folders to look through as well, and files.
    #[arg(value_name = "FOLDER")]
    pub folders: Vec<PathBuf>,
    /// Looks at nothing else.
    #[arg(long, requires = "folders")]
    pub only: bool,
    /// Ends with 4 if anything is found.
    #[arg(long)]
    pub exit_code: bool,
}

#[derive(Debug, Args)]
pub struct ExportArguments {
    #[command(flatten)]
    pub which: Which,
    /// The file to write, where nothing may be yet.
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// Seals it to this public key of age instead of a passphrase; can be given several times.
    #[arg(long, value_name = "AGE1...", value_parser = not_empty, conflicts_with = "passphrase_fd")]
    pub recipient: Vec<String>,
    /// Reads the passphrase from this open file, one line, instead of asking at the terminal.
    #[arg(long, value_name = "N", value_parser = inherited)]
    pub passphrase_fd: Option<Inherited>,
    /// Goes on using them here. The first refresh on either computer may end them on the other.
    #[arg(long)]
    pub copy: bool,
    /// Asks no question before. Where no person is at a terminal, none is asked anyway.
    #[arg(long, short)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct ImportArguments {
    /// The sealed file.
    #[arg(
        value_name = "FILE",
        required_unless_present = "client",
        conflicts_with = "client"
    )]
    pub file: Option<PathBuf>,
    /// The client whose pairs are imported: its name or id.
    #[arg(long, value_name = "NAME", value_parser = not_empty)]
    pub client: Option<String>,
    /// The file with the secret key of age that the sealed file is sealed to.
    #[arg(
        long,
        value_name = "KEYFILE",
        requires = "file",
        conflicts_with = "passphrase_fd"
    )]
    pub identity: Option<PathBuf>,
    /// Reads the passphrase of the sealed file from this open file, one line, instead of asking at the
    /// terminal.
    #[arg(long, value_name = "N", requires = "file", value_parser = inherited)]
    pub passphrase_fd: Option<Inherited>,
    /// Keeps nothing: only says what is known of each.
    #[arg(long)]
    pub dry_run: bool,
    /// Asks no question before it keeps. Where no person is at a terminal, none is asked anyway.
    #[arg(long, short, conflicts_with = "dry_run")]
    pub yes: bool,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("became").args(["done", "undo"]).required(true)))]
pub struct MovedArguments {
    #[command(flatten)]
    pub which: Which,
    /// They work on the other computer: deletes them here only.
    #[arg(long)]
    pub done: bool,
    /// They are to be used here again; what was exported must not be used elsewhere.
    #[arg(long)]
    pub undo: bool,
    /// Asks no question before. Where no person is at a terminal, none is asked anyway.
    #[arg(long, short)]
    pub yes: bool,
}
