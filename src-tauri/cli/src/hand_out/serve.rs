//! `keyrack serve`: leases without a program of their own.

use std::process::ExitCode;
use std::sync::Arc;

use keyrack_core::{Begun, Endpoint, Keyrack, Millis, Problem, Terms, Way, asked_to_end};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::arguments::ServeArguments;
use super::{caller, chosen, token};
use crate::connections::find;
use crate::output::Output;

/// Serves until the time is over, the leases are ended, or the program is asked to end.
pub async fn serve(
    keyrack: &Arc<Keyrack>,
    output: Output,
    asked: &ServeArguments,
) -> Result<ExitCode, Problem> {
    let connections = match asked.names.as_slice() {
        [] => vec![chosen(keyrack, output.words, None)?],
        names => names
            .iter()
            .map(|name| find(keyrack, output.words, name))
            .collect::<Result<_, _>>()?,
    };
    let mut ids: Vec<_> = connections.into_iter().map(|one| one.id).collect();
    ids.sort();
    ids.dedup();
    let terms = Terms {
        way: Way::Serve,
        caller: caller(asked.reason.as_deref()),
        read_only: asked.read_only,
        lasts: Some(asked.lasts),
        fresh: asked.fresh,
    };
    let endpoint = endpoint(asked)?;
    let leases = keyrack.begin_leases(&ids, &terms, &endpoint).await?;
    let documents = leases.begun().iter();
    let documents = documents
        .map(|begun| document(begun, leases.base_url(), &endpoint, leases.ends_at()).to_string());
    let lines = documents.collect::<Vec<_>>().join("\n") + "\n";
    let written = token::write_all(&SecretString::from(lines));
    if written.is_ok() {
        tokio::select! {
            () = leases.ended() => {}
            () = asked_to_end() => {}
        }
    }
    leases.close();
    token::ending(written)
}

/// The document of a lease that has begun.
pub fn document(
    begun: &Begun,
    base_url: &str,
    endpoint: &Endpoint,
    ends_at: Option<Millis>,
) -> Value {
    let socket = match endpoint {
        Endpoint::Port => None,
        Endpoint::Socket(path) => Some(path),
    };
    json!({
        "version": 1,
        "base_url": base_url,
        "socket": socket,
        "token": begun.key.expose_secret(),
        "lease": begun.id,
        "ends_at": ends_at.map(Millis::rfc3339),
        "connection": begun.connection.id,
        "workspace_name": begun.connection.workspace_name,
    })
}

#[cfg(unix)]
fn endpoint(asked: &ServeArguments) -> Result<Endpoint, Problem> {
    Ok(match &asked.socket {
        None => Endpoint::Port,
        Some(path) if path.is_empty() => Endpoint::Socket(own_socket()?),
        Some(path) => {
            Endpoint::Socket(std::path::absolute(path).map_err(|error| no_socket(&error))?)
        }
    })
}

#[cfg(not(unix))]
fn endpoint(_: &ServeArguments) -> Result<Endpoint, Problem> {
    Ok(Endpoint::Port)
}

/// A socket in the person's folder for what lives as long as the session.
#[cfg(unix)]
fn own_socket() -> Result<std::path::PathBuf, Problem> {
    let folder = std::env::var_os("XDG_RUNTIME_DIR").filter(|folder| !folder.is_empty());
    let folder = folder.ok_or_else(|| {
        no_socket(&std::io::Error::other(
            "XDG_RUNTIME_DIR is not set; name a path after --socket",
        ))
    })?;
    let name = format!("{}.sock", std::process::id());
    Ok(std::path::PathBuf::from(folder).join("keyrack").join(name))
}

#[cfg(unix)]
fn no_socket(error: &std::io::Error) -> Problem {
    let detail = error.to_string();
    keyrack_core::Cause::LeaseFailed { detail }.into()
}
