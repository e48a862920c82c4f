//! `keyrack token`.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::ValueEnum;
use keyrack_core::{Cause, HandedOut, Keyrack, Millis, NOTION_VERSION, Problem, Way};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::arguments::TokenArguments;
use super::handed::Handed;
use super::{caller, chosen, variables};
use crate::output::Output;
use crate::terminal::eprint_line;
use crate::wording;
use keyrack_core::documents::OfClient;

/// For how long a program may go on with a token before it asks again, in seconds.
const REUSE_FOR_SECONDS: u32 = 300;

/// The exit code of a shell for a program that SIGPIPE ended.
pub const READER_GONE: u8 = 141;

/// How a token is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The token.
    Text,
    /// One JSON document, with what is known of the connection.
    Json,
    /// Lines `NAME=value`, for a file of settings.
    Env,
    /// Lines `export NAME='value'`, for a shell's `eval`.
    Export,
    /// Headers of a request, for `curl -H @-`.
    Header,
    /// A JSON object of headers, for the settings of an MCP client.
    McpHeaders,
}

/// Prints a connection's token for the program that called the command.
pub async fn token(
    keyrack: &Keyrack,
    output: Output,
    asked: &TokenArguments,
) -> Result<ExitCode, Problem> {
    let connection = chosen(keyrack, output.words, asked.name.as_deref())?;
    let caller = caller(asked.reason.as_deref());
    let handed = keyrack
        .hand_out(&connection.id, Way::Token, caller, asked.fresh)
        .await?;
    if let Some(problem) = &handed.connection.problem {
        // What was known before speaks for it.
        eprint_line(&wording::last_failure(
            &handed.connection,
            problem,
            output.words,
        ));
    }
    let format = if output.json {
        Format::Json
    } else {
        asked.format
    };
    ending(write_all(&written(handed, format)))
}

/// Whether a token would be shown to whoever looks at the terminal.
pub fn is_shown() -> bool {
    io::stdout().is_terminal()
}

fn written(handed: HandedOut, format: Format) -> SecretString {
    if format == Format::Json {
        return format!("{}\n", document(&handed)).into();
    }
    let handed = Handed::from(handed);
    let token = handed.token.expose_secret();
    let tokens = variables::TOKENS.map(str::to_owned);
    let lines = |line: fn(&str, &str) -> String| -> String {
        let variables = variables::for_anybody(&handed, &tokens, &[]);
        variables
            .iter()
            .map(|(name, value)| line(name, value.expose_secret()))
            .collect()
    };
    match format {
        Format::Text | Format::Json => format!("{token}\n"),
        Format::Env => lines(|name, value| format!("{name}={value}\n")),
        Format::Export => {
            let stale = variables::stale(false).join(" ");
            let set = lines(|name, value| format!("export {name}={}\n", quoted(value)));
            format!("unset {stale}\n{set}")
        }
        Format::Header => {
            format!("Authorization: Bearer {token}\nNotion-Version: {NOTION_VERSION}\n")
        }
        Format::McpHeaders => {
            format!(
                "{}\n",
                json!({ "Authorization": format!("Bearer {token}") })
            )
        }
    }
    .into()
}

/// The document of a token.
pub fn document(handed: &HandedOut) -> serde_json::Value {
    let connection = &handed.connection;
    let time = |at: Option<Millis>| at.map(Millis::rfc3339);
    json!({
        "version": 1,
        "token": handed.token.expose_secret(),
        "token_type": "bearer",
        "base_url": handed.base_url,
        "notion_version": NOTION_VERSION,
        "issued_at": time(handed.issued_at),
        "refreshed_at": time(handed.refreshed_at),
        "checked_at": time(connection.checked_at),
        "status": connection.status,
        // Notion says of no token when it ends.
        "expires_at": null,
        "reuse_for_seconds": REUSE_FOR_SECONDS,
        "connection": {
            "id": connection.id,
            "bot_id": connection.bot_id,
            "workspace_id": connection.workspace_id,
            "workspace_name": connection.workspace_name,
            "client": OfClient::of(connection),
        },
    })
}

/// A value as a shell's word (POSIX, 2.2.2).
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// Writes to standard output past its buffer, which would keep the secret.
pub fn write_all(text: &SecretString) -> io::Result<()> {
    unbuffered()?.write_all(text.expose_secret().as_bytes())
}

/// How a command ends that has written its result. A reader that is gone is said as a shell says it of a
/// program that was ended by that.
pub fn ending(written: io::Result<()>) -> Result<ExitCode, Problem> {
    match written {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::from(READER_GONE)),
        Err(error) => Err(Cause::NotPrinted {
            detail: error.to_string(),
        }
        .into()),
    }
}

#[cfg(unix)]
fn unbuffered() -> io::Result<File> {
    use std::os::fd::AsFd as _;
    Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
}

#[cfg(windows)]
fn unbuffered() -> io::Result<File> {
    use std::os::windows::io::AsHandle as _;
    Ok(io::stdout().as_handle().try_clone_to_owned()?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_one_word_of_a_shell() {
        assert_eq!(quoted("ntn_a"), "'ntn_a'");
        assert_eq!(quoted("a'; rm -rf $HOME"), r"'a'\''; rm -rf $HOME'");
    }
}
