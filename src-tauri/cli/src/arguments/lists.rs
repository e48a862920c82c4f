//! The grammar of the lists.

#![allow(
    clippy::doc_markdown,
    reason = "the comments are the help, which a terminal shows as it stands"
)]

use clap::Args;

use super::not_empty;

/// The words of a connection's status.
const STATUSES: [&str; 6] = [
    "active",
    "inactive",
    "needs-reconnecting",
    "revocation-pending",
    "not-checked",
    "cannot-check",
];

/// The words of the kinds of act.
pub const KINDS: [&str; 13] = [
    "add-client",
    "edit-client",
    "rotate-secret",
    "remove-client",
    "connect",
    "check",
    "refresh",
    "revoke",
    "forget",
    "rebuild",
    "hand-out",
    "import",
    "export",
];

#[derive(Debug, Args)]
pub struct ListArguments {
    /// Only those of this client: its name, any unique part of it, or its id.
    #[arg(long, value_name = "NAME", value_parser = not_empty)]
    pub client: Option<String>,
    /// Only those with this status; can be given several times.
    #[arg(long, value_parser = STATUSES)]
    pub status: Vec<String>,
    /// Only those with this label; can be given several times.
    #[arg(long, value_name = "LABEL", value_parser = not_empty)]
    pub label: Vec<String>,
    /// Prints all of them as comma-separated values (RFC 4180), safe to open in a spreadsheet.
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
}

#[derive(Debug, Args)]
pub struct ReceiptsArguments {
    /// Only those of this client, by its name at that time.
    #[arg(long, value_name = "NAME", value_parser = not_empty)]
    pub client: Option<String>,
    /// Only those of connections with this label at that time; can be given several times.
    #[arg(long, value_name = "LABEL", value_parser = not_empty)]
    pub label: Vec<String>,
    /// Each as a paragraph that says all of it.
    #[arg(long)]
    pub long: bool,
}

#[derive(Debug, Args)]
pub struct ActivityArguments {
    /// Only of this connection: the workspace's name, the bot id or the connection id.
    #[arg(value_parser = not_empty)]
    pub name: Option<String>,
    /// Only of this kind; can be given several times.
    #[arg(long, value_parser = KINDS)]
    pub kind: Vec<String>,
    /// Only what failed or found a token that does not work.
    #[arg(long)]
    pub trouble: bool,
    /// Only what has this text in a name or an id, also of what is gone.
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// At most so many; unless given, 100 on a terminal and all elsewhere.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// Prints all of them as comma-separated values (RFC 4180), safe to open in a spreadsheet.
    #[arg(long, conflicts_with_all = ["json", "limit"])]
    pub csv: bool,
}
