//! The grammar of the connections that an act is for, and of what is written on them.

#![allow(
    clippy::doc_markdown,
    reason = "the comments are the help, which a terminal shows as it stands"
)]

use clap::Args;

use super::not_empty;

#[derive(Debug, Args)]
pub struct LabelArguments {
    #[command(flatten)]
    pub which: Which,
    /// Gives them this label; can be given several times.
    #[arg(long, value_name = "LABEL", value_parser = not_empty)]
    pub add: Vec<String>,
    /// Takes this label from them first; can be given several times.
    #[arg(long, value_name = "LABEL", value_parser = not_empty)]
    pub remove: Vec<String>,
    /// Notes a text on them, in place of the one that is there.
    #[arg(long, value_name = "TEXT", value_parser = not_empty)]
    pub note: Option<String>,
    /// Takes their note away.
    #[arg(long, conflicts_with = "note")]
    pub no_note: bool,
    /// Notes the day on which a token ends that was made at Notion, such as 2027-03-01.
    #[arg(long, value_name = "DAY", value_parser = not_empty)]
    pub expires_on: Option<String>,
    /// Takes that day away.
    #[arg(long, conflicts_with = "expires_on")]
    pub no_expiry: bool,
}

/// The connections of an act that cannot be undone.
#[derive(Debug, Args)]
pub struct End {
    #[command(flatten)]
    pub which: Which,
    /// Asks no question before. Where no person is at a terminal, none is asked anyway.
    #[arg(long, short)]
    pub yes: bool,
}

/// The connections of an act.
#[derive(Debug, Args)]
pub struct Which {
    /// Workspaces' names, bot ids or connection ids.
    #[arg(
        value_name = "NAME",
        value_parser = not_empty,
        required_unless_present_any = ["all", "label"],
        conflicts_with_all = ["all", "label"]
    )]
    pub names: Vec<String>,
    /// All connections.
    #[arg(long, conflicts_with = "label")]
    pub all: bool,
    /// All connections with this label; can be given several times.
    #[arg(long, value_name = "LABEL", value_parser = not_empty)]
    pub label: Vec<String>,
}
