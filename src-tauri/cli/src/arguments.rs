//! The command line's grammar.

#![allow(
    clippy::doc_markdown,
    reason = "the comments are the help, which a terminal shows as it stands"
)]

use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgGroup, Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use keyrack_core::{BackgroundChecks, Language, RedirectMethod, sanitize_display_text};

use crate::hand_out::arguments::{HandOut, Use};
use crate::sealed::passphrase::{Inherited, inherited};

/// The most characters of an id.
const LONGEST_ID: usize = 36;

/// How many characters are shown of what may be a secret.
const SHOWN: usize = 4;

/// What is said of it.
const IF_SECRET: &str = "if that is a secret, it stays in your shell's history: end it at Notion, and give the \
    next one on standard input";

/// Connects Notion workspaces, keeps their tokens in the system's keyring, checks and revokes them.
///
/// Exit codes: 0 done, 1 failed (the reason is on standard error), 2 wrong usage, 3 no connection or
/// several fit, 4 a person is needed, 5 it may work later.
#[derive(Debug, Parser)]
// Not as it was called: the name of a link to the program may be anything.
#[command(name = "keyrack", bin_name = "keyrack", version)]
pub struct Arguments {
    /// Prints the result as one JSON document, and why there is none as a line of JSON on standard
    /// error.
    #[arg(long, global = true)]
    pub json: bool,
    /// The language of what is printed; at first the one chosen in the settings, else the system's.
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub language: Option<Speech>,
    #[command(subcommand)]
    pub command: Command,
}

impl Arguments {
    /// Reads the command line.
    pub fn read() -> Result<Self, clap::Error> {
        let read = Self::try_parse().map_err(quoting_little)?;
        let way_back = match &read.command {
            Command::Act(Act::Client(ClientCommand::Add(form))) => Some(&form.way_back),
            Command::Act(Act::Client(ClientCommand::Edit(edit))) => Some(&edit.way_back),
            _ => None,
        };
        let conflict = way_back.and_then(WayBack::conflict);
        let conflict = conflict.or(match &read.command {
            Command::HandOut(asked) => asked.conflict(),
            Command::Act(_) | Command::Manual(_) => None,
        });
        match conflict {
            Some(conflict) => Err(grammar_used().error(ErrorKind::ArgumentConflict, conflict)),
            None => Ok(read),
        }
    }
}

/// The grammar of the command that is used, whose usage an error shows.
fn grammar_used() -> clap::Command {
    let mut grammar = Arguments::command();
    grammar.build();
    let mut used = grammar
        .clone()
        .try_get_matches_from(std::env::args_os())
        .ok();
    while let Some((name, below)) = used.and_then(|mut used| used.remove_subcommand()) {
        let Some(one) = grammar.find_subcommand(&name).cloned() else {
            break;
        };
        grammar = one;
        used = Some(below);
    }
    grammar
}

/// The error with what it quotes of the arguments in one line, so that none of it passes for the
/// program's own words. Of what may be a secret, only the beginning is quoted.
fn quoting_little(mut error: clap::Error) -> clap::Error {
    let quoted: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(text) => Some((kind, text.replace(['\n', '\r'], " "))),
            _ => None,
        })
        .collect();
    for (kind, mut text) in quoted {
        if may_be_secret(&text) {
            text.truncate(SHOWN);
            text.push('…');
            let tips = vec![IF_SECRET.into()];
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
        }
        error.insert(kind, ContextValue::String(text));
    }
    error
}

/// Whether a text is made as secrets are: in one piece, and longer than a name or an id.
fn may_be_secret(text: &str) -> bool {
    let is_in_one_piece = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    text.len() > LONGEST_ID && text.bytes().all(is_in_one_piece)
}

#[derive(Debug, Subcommand)]
pub enum Command {
    #[command(flatten)]
    Act(Act),
    #[command(flatten)]
    HandOut(HandOut),
    #[command(flatten)]
    Manual(Manual),
}

/// What is said about the command itself, without looking into the data folder for more than names.
#[derive(Debug, Subcommand)]
pub enum Manual {
    /// Prints a script with which a shell completes commands, options and names.
    ///
    /// bash reads it as ~/.local/share/bash-completion/completions/keyrack, zsh as _keyrack in a folder of
    /// $fpath, fish as ~/.config/fish/completions/keyrack.fish. A package has brought it along.
    Completions {
        /// The shell that reads it.
        shell: Shell,
    },
    /// Prints a page of the manual, for man -l -.
    Man {
        /// The command that the page is about; without one, about all of them.
        command: Vec<String>,
        /// Writes all pages into this folder instead.
        #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
        to: Option<PathBuf>,
    },
    /// Prints what can follow in a command line: asked by the scripts of `completions`.
    #[command(hide = true)]
    Complete {
        shell: Shell,
        /// The words up to the cursor, as they are typed; of bash the line, and what it completes.
        #[arg(last = true)]
        typed: Vec<String>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
}

#[derive(Debug, Subcommand)]
pub enum Act {
    /// Adds, edits, removes and lists OAuth clients, and renews their secrets. Notion and the window call
    /// one an integration.
    #[command(subcommand)]
    Client(ClientCommand),
    /// Adds a token that was made at Notion itself: an internal connection's secret, or a personal access
    /// token. It is asked for on a terminal or read from standard input, never from the command line.
    ///
    /// Notion is asked whose it is (users/me) before it is kept. It is handed out like any other, and can be
    /// ended only at Notion.
    AddToken(NewTokenArguments),
    /// Imports connections from a sealed file that `keyrack export` wrote on another computer; or pairs of a
    /// client's tokens that live in somebody's database or settings, from standard input.
    ///
    /// Of a sealed file, Notion is asked about each connection first; those that work and are new here are
    /// kept, with their clients, labels and notes. In a pipe each is a line, with tabs between: workspace,
    /// what became of it, owner, client, host, problem, connection id.
    ///
    /// With --client, the list of pairs is one JSON object a line (JSON lines), or a table (CSV) whose first
    /// line names its columns: access_token, refresh_token and label, as far as there are any. Notion is asked
    /// about each pair, at the pace of the client's budget, and what is known of it is printed, before any is
    /// kept. Ctrl-C ends the asking, and what was new until then can be kept; run again with the same list, it
    /// goes on where it ended.
    ///
    /// Nothing that is here is ever replaced.
    Import(ImportArguments),
    /// Connects a workspace through the browser.
    Connect {
        /// The client's name or id; needed only if there are several.
        #[arg(long, value_name = "NAME", value_parser = not_empty)]
        client: Option<String>,
        /// Opens no browser: prints the address to go to on standard output (with --json on standard
        /// error) and reads the one you land on from standard input.
        #[arg(long)]
        no_browser: bool,
    },
    /// Lists the connections with their last known status.
    ///
    /// In a pipe each is a line, with tabs between: workspace, status, checked at, owner, email, client,
    /// bot id, problem, allows, last used at, id, labels, capabilities, expires on, moved at.
    List(ListArguments),
    /// Asks Notion whether the tokens of connections work.
    Check {
        #[command(flatten)]
        which: Which,
        /// Ends with 4 if one of them needs a person, whatever the check came to.
        #[arg(long)]
        exit_code: bool,
    },
    /// Changes the tokens of connections for new ones.
    Refresh(Which),
    /// Ends the tokens of connections at Notion, then deletes them here.
    ///
    /// With --label it prints the receipts of all connections with that label as one text.
    Revoke(End),
    /// Checks all connections in the background until it is ended, and notifies of what needs
    /// attention.
    Watch {
        /// How often each connection is checked; off ends the background checks. Remembered, but
        /// for --once.
        #[arg(long, value_name = "HOW-OFTEN")]
        every: Option<Every>,
        /// Checks what is due now and ends, for a timer of your own.
        #[arg(long)]
        once: bool,
        /// Checks what is due now before it goes on; else it lets the computer come to rest first.
        #[arg(long, conflicts_with = "once")]
        now: bool,
    },
    /// Lists the receipts of what was revoked or forgotten: what was asked, what Notion and the
    /// keyring answered, and when.
    ///
    /// In a pipe each is a line, with tabs between: finished at, workspace, kind, client, request ids,
    /// revoked at, confirmed at, refresh token, what the keyring keeps, operation id, labels, connected at,
    /// moved at.
    Receipts(ReceiptsArguments),
    /// Lists what was done and what came of it, the newest first.
    ///
    /// In a pipe each is a line, with tabs between: started at, finished at, kind, outcome, problem,
    /// workspace, owner, email, client, bot id, request ids, id, and of a hand-out program, pid, parents,
    /// terminal, reason.
    Activity(ActivityArguments),
    /// Searches the keyring for clients and connections that the list does not have, and adds them.
    Rebuild,
    /// Gives connections labels, such as a customer's name, a note, and of a token that was made at Notion the
    /// day on which it ends; without an option it shows them.
    ///
    /// They are for you alone: nothing is asked or sent because of them. A label is the same in capitals
    /// and in small letters.
    Label(LabelArguments),
    /// Chooses what a connection may be used for. It guards against accidents; a program that runs as
    /// you can read an unlocked keyring itself.
    #[command(name = "hand-out")]
    Allow {
        /// The workspace's name, the bot id or the connection id.
        #[arg(value_parser = not_empty)]
        name: String,
        /// any: whatever a program asks for; proxy-only: its token stays here, and requests are made with
        /// it; never: neither.
        allowed: Use,
    },
    /// Looks for tokens of Notion's that lie in clear text, outside of the keyring; it changes no file.
    ///
    /// It looks where programs are known to leave them, and through what is named: links are not followed,
    /// nor are other file systems entered. Tokens and secrets of this list are recognised exactly, if the
    /// keyring is open, and others by what they look like. Of each it says the file, the line and the first
    /// characters, and for yours what makes it worthless and what to put in its place. In a pipe each is a
    /// line, with tabs between: file, line, first characters, what it is, id of the connection or client.
    Scan(ScanArguments),
    /// Deletes connections here only; Notion is not asked, so their tokens may stay valid there.
    Forget(End),
    /// Seals connections into a file for another computer, with their clients and secrets.
    ///
    /// The file is in the format of age: whoever knows the passphrase, or has the secret key of a recipient,
    /// opens it, with or without Keyrack. Two computers that refresh one connection lose it on one of them: so
    /// what is exported is marked as moved and not used here any more, until `keyrack moved` says what became
    /// of it, unless --copy is given.
    Export(ExportArguments),
    /// Says what became of connections that were exported: they work on the other computer, or are to be used
    /// here again.
    Moved(MovedArguments),
    /// Tries what Keyrack depends on: the keyring, the port that answers come back to, Notion and its
    /// clock, and the database.
    ///
    /// Nothing of yours is changed, and nothing secret is printed: the result can be shown to anybody.
    Doctor,
}

impl Act {
    /// Whether it tells by itself why it goes on: it waits for what a person does, runs until it is ended, or
    /// shows how far it is.
    pub fn tells_what_it_waits_for(&self) -> bool {
        matches!(
            self,
            Self::AddToken(_)
                | Self::Import(_)
                | Self::Client(
                    ClientCommand::Add(_) | ClientCommand::Secret { .. } | ClientCommand::Remove(_)
                )
                | Self::Connect { .. }
                | Self::Revoke(_)
                | Self::Forget(_)
                | Self::Export(_)
                | Self::Moved(_)
                | Self::Scan(_)
                | Self::Watch { once: false, .. }
        )
    }
}

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

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Speech {
    En,
    De,
}

impl From<Speech> for Language {
    fn from(speech: Speech) -> Self {
        match speech {
            Speech::En => Self::En,
            Speech::De => Self::De,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Every {
    Off,
    Hourly,
    #[value(name = "6h")]
    SixHours,
    Daily,
}

impl From<Every> for BackgroundChecks {
    fn from(every: Every) -> Self {
        match every {
            Every::Off => Self::Off,
            Every::Hourly => Self::Hourly,
            Every::SixHours => Self::SixHours,
            Every::Daily => Self::Daily,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Adds a client; its secret is asked for on a terminal or read from standard input, never from
    /// the command line.
    Add(ClientForm),
    /// Replaces a client's secret with a renewed one, asked for or read like the first.
    Secret {
        /// The client's name or id.
        #[arg(value_parser = not_empty)]
        name: String,
    },
    /// Changes a client's name, redirect method or budget; what is not given stays.
    Edit(ClientEdit),
    /// Removes a client; one with connections only with one of the options.
    Remove(ClientRemoval),
    /// Lists the clients.
    ///
    /// In a pipe each is a line, with tabs between: name, Notion's client id, redirect URI, host,
    /// redirect method, id.
    List,
}

#[derive(Debug, Args)]
pub struct ClientRemoval {
    /// The client's name or id.
    #[arg(value_parser = not_empty)]
    pub name: String,
    /// Revokes its connections at Notion first.
    #[arg(long, conflicts_with = "forget_connections")]
    pub revoke_connections: bool,
    /// Forgets its connections here first; their tokens may stay valid at Notion.
    #[arg(long)]
    pub forget_connections: bool,
    /// Asks no question before. Where no person is at a terminal, none is asked anyway.
    #[arg(long, short)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct ClientForm {
    /// The name to show.
    #[arg(long, value_parser = not_empty)]
    pub name: String,
    /// The OAuth client id from Notion's portal.
    #[arg(long, value_name = "ID", value_parser = not_empty)]
    pub id: String,
    #[command(flatten)]
    pub way_back: WayBack,
    /// Asks no question where one with this id or name is here already.
    #[arg(long, short)]
    pub yes: bool,
}

#[derive(Debug, Args)]
#[command(group(
    ArgGroup::new("change")
        .args(["name", "redirect_method", "localhost_port", "bridge_url", "budget"])
        .required(true)
        .multiple(true)
))]
pub struct ClientEdit {
    /// The client's name or id.
    #[arg(value_parser = not_empty)]
    pub client: String,
    /// The new name.
    #[arg(long, value_parser = not_empty)]
    pub name: Option<String>,
    #[command(flatten)]
    pub way_back: WayBack,
    /// How many requests a minute Notion's plan allows: standard 180, higher 600.
    #[arg(long, value_name = "BUDGET")]
    pub budget: Option<Budget>,
}

#[derive(Debug, Args)]
pub struct WayBack {
    /// How callbacks arrive; at first the app link on loopback, else localhost.
    #[arg(long, value_name = "METHOD")]
    pub redirect_method: Option<Method>,
    /// The registered port, which makes the method `localhost`.
    #[arg(long, value_name = "PORT", conflicts_with = "bridge_url")]
    pub localhost_port: Option<u16>,
    /// The registered page, which makes the method `bridge`.
    #[arg(long, value_name = "URL", value_parser = not_empty)]
    pub bridge_url: Option<String>,
}

impl WayBack {
    /// The redirect method that was asked for, by its name or by what only it needs.
    pub fn method(&self) -> Option<RedirectMethod> {
        let needed = self.needed().map(|(_, method)| method);
        self.redirect_method.or(needed).map(Into::into)
    }

    /// The option that only one method needs, and that method.
    fn needed(&self) -> Option<(&'static str, Method)> {
        let localhost = self.localhost_port.is_some();
        let bridge = self.bridge_url.is_some();
        localhost
            .then_some(("--localhost-port", Method::Localhost))
            .or(bridge.then_some(("--bridge-url", Method::Bridge)))
    }

    /// What would be passed over: an option of another method than the one asked for.
    fn conflict(&self) -> Option<String> {
        let (option, method) = self.needed()?;
        let asked = self.redirect_method.filter(|asked| *asked != method)?;
        let [asked, method] = [asked, method].map(|method| method.to_possible_value());
        let (asked, method) = (asked?, method?);
        Some(format!(
            "{option} is for --redirect-method {}, not {}",
            method.get_name(),
            asked.get_name()
        ))
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Budget {
    Standard,
    Higher,
}

impl From<Budget> for keyrack_core::Budget {
    fn from(budget: Budget) -> Self {
        match budget {
            Budget::Standard => Self::Standard,
            Budget::Higher => Self::Higher,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Method {
    AppLink,
    Localhost,
    Bridge,
}

impl From<Method> for RedirectMethod {
    fn from(method: Method) -> Self {
        match method {
            Method::AppLink => Self::AppLink,
            Method::Localhost => Self::Localhost,
            Method::Bridge => Self::Bridge,
        }
    }
}

/// A value that says something. An empty one is a variable that was never set, and would name the one
/// workspace that has no name.
pub fn not_empty(value: &str) -> Result<String, &'static str> {
    if sanitize_display_text(value).is_empty() {
        return Err("it is empty");
    }
    Ok(value.to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_grammar_is_sound() {
        super::Arguments::command().debug_assert();
    }
}
