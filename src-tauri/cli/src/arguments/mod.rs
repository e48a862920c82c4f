//! The command line's grammar.

#![allow(
    clippy::doc_markdown,
    reason = "the comments are the help, which a terminal shows as it stands"
)]

mod chosen;
mod clients;
mod elsewhere;
pub mod lists;
mod wrong;

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand, ValueEnum};
use keyrack_core::{BackgroundChecks, Language, sanitize_display_text};

use crate::hand_out::arguments::{HandOut, Use};
use wrong::{grammar_used, quoting_little};

pub use chosen::{End, LabelArguments, Which};
pub use clients::{ClientCommand, ClientEdit, ClientForm, ClientRemoval, WayBack};
pub use elsewhere::{
    ExportArguments, ImportArguments, MovedArguments, NewTokenArguments, ScanArguments,
};
pub use lists::{ActivityArguments, ListArguments, ReceiptsArguments};

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
