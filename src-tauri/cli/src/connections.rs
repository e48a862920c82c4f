//! `keyrack list`, `check`, `refresh`, `revoke` and `forget`.

use std::sync::Arc;

use keyrack_core::{BatchAct, Cause, Connection, Keyrack, Problem, Revocation, Status, Words};

use crate::arguments::Which;
use crate::batch;
use crate::output::Output;
use crate::wording::{self, workspace};

pub fn list(keyrack: &Keyrack, output: Output) -> Result<(), Problem> {
    output.connections(&keyrack.connections()?);
    Ok(())
}

/// Acts on the one connection that is named, or on several or all at once.
pub async fn act(
    keyrack: &Arc<Keyrack>,
    output: Output,
    act: BatchAct,
    which: Which,
) -> Result<(), Problem> {
    let found = which
        .names
        .iter()
        .map(|name| find(keyrack, output.words, name));
    let found = found.collect::<Result<Vec<_>, _>>()?;
    let ids: Vec<_> = found.iter().map(|one| one.id.clone()).collect();
    match found.as_slice() {
        _ if which.all => batch::act(keyrack, output, act, None).await,
        [one] => act_on_one(keyrack, output, act, one).await,
        _ => batch::act(keyrack, output, act, Some(&ids)).await,
    }
}

async fn act_on_one(
    keyrack: &Keyrack,
    output: Output,
    act: BatchAct,
    connection: &Connection,
) -> Result<(), Problem> {
    let id = &connection.id;
    match act {
        BatchAct::Check => {
            let checked = keyrack.check(id).await?;
            output.connection(&checked);
            reached_a_verdict(&checked)
        }
        BatchAct::Refresh => {
            output.connection(&keyrack.refresh(id).await?);
            Ok(())
        }
        BatchAct::Revoke => match keyrack.revoke(id).await? {
            Revocation::Revoked { receipt } => {
                output.receipt(&receipt);
                Ok(())
            }
            Revocation::Pending { problem, retry_at } => {
                let why = not_revoked(connection, problem.clone(), output.words);
                output.document(&Revocation::Pending { problem, retry_at });
                Err(why)
            }
        },
        BatchAct::Forget => {
            output.receipt(&keyrack.forget(id).await?);
            Ok(())
        }
    }
}

/// The problem of a pending revocation, with its workspace.
pub fn not_revoked(connection: &Connection, problem: Problem, words: Words) -> Problem {
    let workspace = workspace(&connection.workspace_name, words);
    problem.under(|why| not_revoked_yet(workspace, why))
}

/// The cause of a pending revocation. Only where Notion surely did not end the tokens are they known
/// to be kept as they were; any other problem may come after that.
fn not_revoked_yet(workspace: String, why: Box<Cause>) -> Cause {
    match *why {
        Cause::ClientRejected | Cause::NotionRefused { .. } | Cause::StillActive => {
            Cause::NotRevokedYet { workspace, why }
        }
        _ if why.is_no_connection() => Cause::NotRevokedYet { workspace, why },
        _ => Cause::RevocationUnfinished { workspace, why },
    }
}

pub fn receipts(keyrack: &Keyrack, output: Output) -> Result<(), Problem> {
    output.receipts(&keyrack.receipts()?);
    Ok(())
}

fn reached_a_verdict(connection: &Connection) -> Result<(), Problem> {
    no_verdict(connection).map_or(Ok(()), |(_, why)| Err(why.clone()))
}

/// A connection of which the last check reached no verdict, and why.
pub fn no_verdict(connection: &Connection) -> Option<(&Connection, &Problem)> {
    let why = connection.problem.as_ref();
    why.filter(|_| connection.status == Status::CannotCheck)
        .map(|why| (connection, why))
}

/// The one connection with this workspace name, bot id or connection id.
fn find(keyrack: &Keyrack, words: Words, name: &str) -> Result<Connection, Problem> {
    let mut connections = keyrack.connections()?;
    connections.retain(|connection| {
        [
            &connection.id,
            &connection.bot_id,
            &connection.workspace_name,
        ]
        .into_iter()
        .any(|known| known == name)
    });
    match connections.len() {
        1 => Ok(connections.remove(0)),
        0 => Err(Cause::NoSuchConnection {
            name: name.to_owned(),
        }
        .into()),
        _ => {
            let candidates = connections.iter().map(|connection| {
                let owner = wording::owner(&connection.owner, words);
                format!(
                    "\n  {}  {}  {owner}",
                    connection.bot_id, connection.workspace_name
                )
            });
            let candidates = candidates.collect::<String>();
            Err(Cause::SeveralConnections {
                name: name.to_owned(),
                candidates,
            }
            .into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_said_to_be_kept_only_where_that_is_known() {
        let code = |why| not_revoked_yet("Acme".to_owned(), Box::new(why)).code();
        assert_eq!(code(Cause::Unreachable), "not-revoked-yet");
        for unknown in [
            Cause::AnswerLost,
            // Notion may have asked for the pause after the first of two tokens.
            Cause::RateLimited,
            Cause::NotionUnavailable { status: 503 },
            Cause::KeyringLocked,
            Cause::StoreBusy,
        ] {
            assert_eq!(code(unknown), "revocation-unfinished");
        }
    }
}
