//! The grammar of what is handed out.

#![allow(
    clippy::doc_markdown,
    reason = "the comments are the help, which a terminal shows as it stands"
)]

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use keyrack_core::Allowed;

use super::token::{self, Format};
use super::{settings, variables};
use crate::arguments::not_empty;

/// What is handed out, to a program that does not read what is said beside it.
#[derive(Debug, Subcommand)]
pub enum HandOut {
    /// Prints a connection's token, for a program or a script.
    Token(TokenArguments),
    /// Runs a program with a connection's token in its environment.
    ///
    /// It takes the place of this command: its signals, its terminal and its exit code are its own.
    /// Variables of another token or workspace are taken away first. A variable that is wholly
    /// keyrack://NAME gets the token of that connection. If Keyrack fails, the exit code is 125.
    Run(RunArguments),
}

impl HandOut {
    /// Why the options cannot be followed.
    pub fn conflict(&self) -> Option<String> {
        match self {
            Self::Token(asked) if !asked.show && token::is_shown() => Some(
                "a terminal would show the token: add --show, or pass it on to a program"
                    .to_owned(),
            ),
            Self::Token(_) => None,
            Self::Run(asked) => asked.clash(),
        }
    }
}

/// Whose token is handed out, and how.
#[derive(Debug, Args)]
pub struct TokenArguments {
    /// The workspace's name, the bot id or the connection id; needed only if there are several, and
    /// KEYRACK_CONNECTION names none.
    #[arg(value_parser = not_empty)]
    pub name: Option<String>,
    /// How it is printed.
    #[arg(long, default_value = "text")]
    pub format: Format,
    /// Shows it on a terminal, too.
    #[arg(long)]
    pub show: bool,
    /// Asks Notion first whether it works, and refreshes it if not.
    #[arg(long)]
    pub fresh: bool,
    /// Why, for the activity.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

#[derive(Debug, Args)]
pub struct RunArguments {
    /// The workspace's name, the bot id or the connection id; needed only if there are several, and
    /// KEYRACK_CONNECTION names none.
    #[arg(value_parser = not_empty)]
    pub name: Option<String>,
    /// Puts the token into this variable as well.
    #[arg(long, value_name = "NAME", value_parser = variable)]
    pub env: Vec<String>,
    /// Puts the token into this variable instead of the usual ones.
    #[arg(long, value_name = "NAME", value_parser = variable, conflicts_with = "env")]
    pub only_env: Vec<String>,
    /// Puts the address of Notion's API into this variable.
    #[arg(long, value_name = "NAME", value_parser = variable)]
    pub env_url: Vec<String>,
    /// Sets the variables in this file, where keyrack://NAME stands for a token.
    #[arg(long, value_name = "FILE")]
    pub env_file: Vec<PathBuf>,
    /// Asks Notion first whether the token works, and refreshes it if not.
    #[arg(long)]
    pub fresh: bool,
    /// Why, for the activity.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// The program, and its arguments.
    #[arg(last = true, required = true, value_name = "PROGRAM")]
    pub program: Vec<OsString>,
}

impl RunArguments {
    /// Whether an option says in which variables a token or its address stands.
    pub fn has_options(&self) -> bool {
        !(self.env.is_empty() && self.only_env.is_empty() && self.env_url.is_empty())
    }

    /// Why the options cannot be followed: a variable would be both the token and its address.
    fn clash(&self) -> Option<String> {
        let is_token = |name: &&String| {
            let usual = variables::TOKENS.contains(&name.as_str()) && self.only_env.is_empty();
            usual || self.env.contains(name) || self.only_env.contains(name)
        };
        let clash = self.env_url.iter().find(is_token)?;
        Some(format!("{clash} would be both the token and its address"))
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Use {
    Any,
    Never,
}

impl From<Use> for Allowed {
    fn from(chosen: Use) -> Self {
        match chosen {
            Use::Any => Self::Any,
            Use::Never => Self::Never,
        }
    }
}

/// The name of a variable.
fn variable(value: &str) -> Result<String, &'static str> {
    if !settings::is_name(value) {
        return Err("it is no name of a variable");
    }
    Ok(value.to_owned())
}
