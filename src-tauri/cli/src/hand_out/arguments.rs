//! The grammar of what is handed out.

#![allow(
    clippy::doc_markdown,
    reason = "the comments are the help, which a terminal shows as it stands"
)]

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use hyper::header::{HeaderName, HeaderValue};
use keyrack_core::{Allowed, is_passed_on};

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
    #[command(override_usage = "keyrack run [OPTIONS] [NAME] -- <PROGRAM> [ARGUMENT]...")]
    Run(RunArguments),
    /// Makes a request of Notion's API with a connection's token, and prints the reply.
    ///
    /// The exit code is 1 if Notion answers with 400 or more: the body is printed all the same, and the
    /// status is on standard error.
    #[command(override_usage = "keyrack api [OPTIONS] [NAME] <PATH>")]
    Api(ApiArguments),
    /// Lets any program that has the key use connections for a while, through this one.
    ///
    /// Prints one line of JSON for each connection, with the address, the key to use as a token, the
    /// lease's id and when it ends, and answers requests until then, or until it is ended.
    Serve(ServeArguments),
    /// Lists the leases that are running: the programs that use connections through Keyrack.
    ///
    /// In a pipe each is a line, with tabs between: id, workspace, program, started at, requests, last
    /// request at, way, connection id.
    Leases {
        #[command(subcommand)]
        command: Option<LeasesCommand>,
    },
    /// Prints the settings by which an MCP client starts Notion's MCP server through Keyrack, without a
    /// token in them. Writes into no file of another program's.
    McpConfig(McpArguments),
    /// Holds the leases of a program, for `run --proxy`.
    #[command(hide = true)]
    Hold {
        /// Starts it again, apart from whoever started it, and ends.
        #[arg(long)]
        apart: bool,
    },
}

impl HandOut {
    /// Why the options cannot be followed.
    pub fn conflict(&self) -> Option<String> {
        match self {
            Self::Token(asked) if !asked.show && token::is_shown() => Some(
                "a terminal would show the token: add --show, or pass it on to a program"
                    .to_owned(),
            ),
            Self::Run(asked) => asked.clash(),
            Self::Api(asked) => asked.conflict(),
            Self::Token(_)
            | Self::Serve(_)
            | Self::Leases { .. }
            | Self::McpConfig(_)
            | Self::Hold { .. } => None,
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
    #[arg(long, default_value = "text", conflicts_with = "json")]
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
    /// Keeps the token here, and gives the program the address and the key of a lease instead, which
    /// ends with it.
    #[arg(long)]
    pub proxy: bool,
    /// With --proxy: passes only requests on that read.
    #[arg(long, requires = "proxy")]
    pub read_only: bool,
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

    /// Why the options cannot be followed: a variable would be the token, its address and what else
    /// Keyrack sets, but can be only one of them.
    fn clash(&self) -> Option<String> {
        let has = |names: &[&str], name: &String| names.contains(&name.as_str());
        let mut named = self.env.iter().chain(&self.only_env).chain(&self.env_url);
        let is_own = |name: &&String| has(&variables::OWN, name) || *name == variables::WORKSPACE;
        if let Some(own) = named.find(is_own) {
            return Some(format!("{own} is one that Keyrack sets itself"));
        }
        let is_address =
            |name: &&String| self.env_url.contains(name) || has(&variables::ADDRESSES, name);
        let is_token = |name: &&String| {
            let usual = self.only_env.is_empty() && has(&variables::TOKENS, name);
            usual || self.env.contains(name) || self.only_env.contains(name)
        };
        let mut named = self.env.iter().chain(&self.only_env).chain(&self.env_url);
        let clash = named.find(|name| is_token(name) && is_address(name))?;
        Some(format!("{clash} would be both the token and its address"))
    }
}

#[derive(Debug, Args)]
pub struct ApiArguments {
    /// The workspace's name, the bot id or the connection id, if needed, and the path, such as
    /// /v1/users/me.
    #[arg(required = true, num_args = 1..=2, value_names = ["NAME", "PATH"], value_parser = not_empty)]
    pub name_and_path: Vec<String>,
    /// The method; at first GET, or POST if there is a body.
    #[arg(long, short = 'X', value_name = "METHOD")]
    pub method: Option<Method>,
    /// The body as JSON, from a file (@FILE), or from standard input (-).
    #[arg(long, short = 'd', value_name = "JSON")]
    pub data: Option<String>,
    /// A part of a form, NAME=TEXT or NAME=@FILE; a file is sent as it is read, however long.
    #[arg(long, short = 'F', value_name = "NAME=PART", conflicts_with = "data", value_parser = pair)]
    pub form: Vec<(String, String)>,
    /// A header of the request; not one of the credentials, the connection or the body's length.
    #[arg(long, short = 'H', value_name = "NAME: VALUE", value_parser = header)]
    pub header: Vec<(HeaderName, HeaderValue)>,
    /// A value of the query.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub query: Vec<(String, String)>,
    /// Goes on with the next page as long as there is one; prints one after the other.
    #[arg(long)]
    pub paginate: bool,
    /// Prints the status and the headers of the reply first.
    #[arg(long, short = 'i')]
    pub include: bool,
    /// Refuses a request that is not known to only read.
    #[arg(long)]
    pub read_only: bool,
    /// Uses a client's own id and secret in place of a token, for Notion's OAuth endpoints. It hands
    /// nothing out, and so the activity has no row of it.
    #[arg(long, value_name = "CLIENT", value_parser = not_empty, conflicts_with = "reason")]
    pub as_client: Option<String>,
    /// Why, for the activity.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

impl ApiArguments {
    /// Why the arguments cannot be followed: both a client and a connection are named.
    fn conflict(&self) -> Option<String> {
        let both = self.as_client.is_some() && self.name_and_path.len() > 1;
        both.then(|| {
            "with --as-client there is no connection to name: give the path alone".to_owned()
        })
    }
}

#[derive(Debug, Args)]
pub struct ServeArguments {
    /// Workspaces' names, bot ids or connection ids; needed only if there are several, and
    /// KEYRACK_CONNECTION names none.
    #[arg(value_name = "NAME", value_parser = not_empty)]
    pub names: Vec<String>,
    /// For how long, such as 30m, 8h or 7d.
    #[arg(long = "for", value_name = "TIME", default_value = "8h", value_parser = duration)]
    pub lasts: Duration,
    /// Passes only requests on that read.
    #[arg(long)]
    pub read_only: bool,
    /// Answers at a socket instead of a port; without a path, at one of its own.
    #[cfg(unix)]
    #[arg(long, value_name = "PATH", num_args = 0..=1, default_missing_value = "")]
    pub socket: Option<OsString>,
    /// Asks Notion first whether the tokens work, and refreshes those that do not.
    #[arg(long)]
    pub fresh: bool,
    /// Why, for the activity.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum LeasesCommand {
    /// Ends leases: what their programs ask from now on is refused.
    End {
        /// The leases' ids, or their beginnings.
        #[arg(
            value_name = "ID",
            required_unless_present = "all",
            conflicts_with = "all"
        )]
        ids: Vec<String>,
        /// All leases.
        #[arg(long)]
        all: bool,
    },
}

#[derive(Debug, Args)]
pub struct McpArguments {
    /// The workspace's name, the bot id or the connection id; needed only if there are several, and
    /// KEYRACK_CONNECTION names none.
    #[arg(value_parser = not_empty)]
    pub name: Option<String>,
    /// The program that the settings are for.
    #[arg(long = "for", value_name = "PROGRAM", default_value = "claude")]
    pub host: Host,
    /// Lets the server only read.
    #[arg(long)]
    pub read_only: bool,
}

/// The programs that start MCP servers, each with a spelling of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Host {
    Claude,
    Cursor,
    Vscode,
    Codex,
    Copilot,
}

/// The methods of Notion's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub enum Method {
    Get,
    Head,
    Post,
    Patch,
    Put,
    Delete,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Use {
    Any,
    ProxyOnly,
    Never,
}

impl From<Use> for Allowed {
    fn from(chosen: Use) -> Self {
        match chosen {
            Use::Any => Self::Any,
            Use::ProxyOnly => Self::ProxyOnly,
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

/// A header that is sent as it stands.
fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let parsed = text.split_once(':').and_then(|(name, value)| {
        let name = HeaderName::from_bytes(name.trim().as_bytes()).ok()?;
        Some((name, HeaderValue::from_str(value.trim()).ok()?))
    });
    let (name, value) = parsed.ok_or("it is not NAME: VALUE")?;
    if is_passed_on(&name) {
        Ok((name, value))
    } else {
        Err(format!("Keyrack sets {name} itself, or leaves it out"))
    }
}

/// A name and a value.
fn pair(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it is not NAME=VALUE"),
    }
}

/// A time: a number and its unit.
fn duration(text: &str) -> Result<Duration, &'static str> {
    let refusal = "it is not a time such as 30m, 8h or 7d";
    let unit = text
        .find(|sign: char| !sign.is_ascii_digit())
        .ok_or(refusal)?;
    let (number, unit) = text.split_at(unit);
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86400,
        _ => return Err(refusal),
    };
    let number: u64 = number.parse().map_err(|_| refusal)?;
    let most = 366 * 86400;
    match number.checked_mul(seconds) {
        Some(seconds @ 1..) if seconds <= most => Ok(Duration::from_secs(seconds)),
        _ => Err("it is not between a second and a year"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_number_and_a_unit() {
        let seconds = |text| duration(text).map(|time| time.as_secs()).ok();
        for (text, expected) in [
            ("90s", Some(90)),
            ("30m", Some(1800)),
            ("8h", Some(28800)),
            ("366d", Some(366 * 86400)),
            ("367d", None),
            ("0h", None),
            ("8", None),
            ("h", None),
            ("", None),
            ("1.5h", None),
            ("-1h", None),
            ("8 h", None),
            ("99999999999999999999d", None),
            ("9999999999999999d", None),
        ] {
            assert_eq!(seconds(text), expected, "{text:?}");
        }
    }
}
