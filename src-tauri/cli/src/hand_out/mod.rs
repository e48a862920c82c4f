//! `keyrack token`, `run` and `hand-out`: a connection's token for the programs that use it.

pub mod arguments;
mod references;
pub mod run;
pub mod settings;
pub mod token;
pub mod variables;

use std::io::{self, IsTerminal as _};

use keyrack_core::{Allowed, Caller, Cause, Connection, Keyrack, Problem, Words, calling_program};

use crate::connections::{candidates, find};
use crate::output::Output;

/// The environment variable that names a connection where no argument does.
const CONNECTION: &str = "KEYRACK_CONNECTION";

/// The connection with this name, else the one that the environment names, else the only one. There is
/// no other: a connection that was used before, or is the first, is never taken for the one that is meant.
fn chosen(keyrack: &Keyrack, words: Words, name: Option<&str>) -> Result<Connection, Problem> {
    let of_environment = named_by_environment();
    if let Some(name) = name.or(of_environment.as_deref()) {
        return find(keyrack, words, name);
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
