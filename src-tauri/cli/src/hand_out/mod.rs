//! A connection's token for the programs that use it: handed out, or used for them.

pub mod api;
pub mod arguments;
mod handed;
pub mod hold;
pub mod leases;
mod look_up;
pub mod mcp_config;
mod references;
pub mod run;
pub mod serve;
pub mod settings;
pub mod token;
pub mod variables;

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;
use std::sync::Arc;

use keyrack_core::{
    Allowed, Caller, Cause, Connection, CoreLimit, Keyrack, Problem, Words, calling_program,
};

use arguments::HandOut;

use crate::connections::{candidates, find, find_whole};
use crate::output::Output;
use crate::terminal::eprint_line;
use crate::wording;

/// The environment variable that names a connection where no argument does.
const CONNECTION: &str = "KEYRACK_CONNECTION";

/// Makes what is asked for of the keys in use.
pub async fn act(
    keyrack: &Arc<Keyrack>,
    output: Output,
    command: HandOut,
    core_limit: CoreLimit,
) -> Result<ExitCode, Problem> {
    if !matches!(command, HandOut::Leases { .. }) {
        // A list that was lost names nothing.
        keyrack.rebuild_if_wanted().await?;
    }
    match command {
        HandOut::Token(asked) => token::token(keyrack, output, &asked).await,
        HandOut::Run(asked) => run::run(keyrack, output, asked, core_limit).await,
        HandOut::Api(asked) => api::api(keyrack, output, &asked).await,
        HandOut::Serve(asked) => serve::serve(keyrack, output, &asked).await,
        HandOut::Leases { command } => {
            leases::leases(keyrack, output, command.as_ref()).map(|()| ExitCode::SUCCESS)
        }
        HandOut::McpConfig(asked) => mcp_config::print(keyrack, output, &asked),
        // It does not begin with an open data folder.
        HandOut::Hold { .. } => Ok(ExitCode::FAILURE),
    }
}

/// The connection with this name, else the one that the environment names, else the only one. There is
/// no other: a connection that was used before, or is the first, is never taken for the one that is meant.
fn chosen(keyrack: &Keyrack, words: Words, name: Option<&str>) -> Result<Connection, Problem> {
    if let Some(name) = name {
        return find(keyrack, words, name);
    }
    if let Some(named) = named_by_environment() {
        return match references::name_in(&named) {
            Some(name) => references::referred_to(keyrack, words, name),
            None => find_whole(keyrack, words, &named),
        };
    }
    let mut connections = keyrack.connections()?;
    match connections.len() {
        0 => Err(Cause::NoConnection.into()),
        1 => Ok(connections.remove(0)),
        _ => Err(Cause::WhichConnection {
            candidates: candidates(&connections, words),
        }
        .into()),
    }
}

/// The connection that the environment names, if it does; what is no text names none that there is.
fn named_by_environment() -> Option<String> {
    let named = std::env::var_os(CONNECTION)?;
    (!named.is_empty()).then(|| named.to_string_lossy().into_owned())
}

/// The program that called the command, and why.
fn caller(reason: Option<&str>) -> Caller {
    let terminal = io::stdin().is_terminal() || io::stderr().is_terminal();
    Caller {
        reason: reason.map(keyrack_core::sanitize_display_text),
        ..calling_program(terminal)
    }
}

/// Says on a terminal whose token is used.
fn say_whose(connection: &Connection, output: Output) {
    if io::stderr().is_terminal() {
        let workspace = wording::workspace(&connection.workspace_name, output.words);
        let owner = wording::owner(&connection.owner, output.words);
        eprint_line(&format!("keyrack: {workspace} ({owner})"));
    }
}

/// Chooses what a connection may be used for.
pub fn allow(
    keyrack: &Keyrack,
    output: Output,
    name: &str,
    allowed: Allowed,
) -> Result<(), Problem> {
    let connection = find(keyrack, output.words, name)?;
    output.connection(&keyrack.allow(&connection.id, allowed)?)
}
