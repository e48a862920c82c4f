//! `keyrack list`, `check`, `refresh`, `revoke` and `forget`.

use std::sync::Arc;

use keyrack_core::{Cause, Connection, Keyrack, Problem, Revocation, Status, Words};

use crate::output::Output;
use crate::wording::{self, workspace};

pub fn list(keyrack: &Keyrack, output: Output) -> Result<(), Problem> {
    output.connections(&keyrack.connections()?);
    Ok(())
}

pub async fn check(keyrack: &Keyrack, output: Output, name: &str) -> Result<(), Problem> {
    let connection = keyrack
        .check(&find(keyrack, output.words, name)?.id)
        .await?;
    output.connection(&connection);
    reached_a_verdict(&connection)
}

/// Checks all connections and reports each, then fails with the first problem, if any.
pub async fn check_all(keyrack: &Arc<Keyrack>, output: Output) -> Result<(), Problem> {
    let ended = keyrack.check_all()?.await;
    let checked = keyrack.connections()?;
    output.connections(&checked);
    checked.iter().try_for_each(reached_a_verdict)?;
    if ended.unknown > 0 {
        return Err(Cause::ChecksFailed {
            count: ended.unknown,
        }
        .into());
    }
    Ok(())
}

pub async fn refresh(keyrack: &Keyrack, output: Output, name: &str) -> Result<(), Problem> {
    let connection = keyrack
        .refresh(&find(keyrack, output.words, name)?.id)
        .await?;
    output.connection(&connection);
    Ok(())
}

pub async fn revoke(keyrack: &Keyrack, output: Output, name: &str) -> Result<(), Problem> {
    let connection = find(keyrack, output.words, name)?;
    let revocation = keyrack.revoke(&connection.id).await?;
    match &revocation {
        Revocation::Revoked { receipt } => {
            output.receipt(receipt);
            Ok(())
        }
        Revocation::Pending { problem, .. } => {
            output.document(&revocation);
            let workspace = workspace(&connection.workspace_name, output.words);
            Err(problem.clone().under(|why| not_revoked(workspace, why)))
        }
    }
}

/// The cause of a pending revocation. Only where Notion surely did not end the tokens are they known
/// to be kept as they were; any other problem may come after that.
fn not_revoked(workspace: String, why: Box<Cause>) -> Cause {
    match *why {
        Cause::Unreachable
        | Cause::ClientRejected
        | Cause::NotionRefused { .. }
        | Cause::StillActive => Cause::NotRevokedYet { workspace, why },
        _ => Cause::RevocationUnfinished { workspace, why },
    }
}

pub async fn forget(keyrack: &Keyrack, output: Output, name: &str) -> Result<(), Problem> {
    let receipt = keyrack
        .forget(&find(keyrack, output.words, name)?.id)
        .await?;
    output.receipt(&receipt);
    Ok(())
}

pub fn receipts(keyrack: &Keyrack, output: Output) -> Result<(), Problem> {
    output.receipts(&keyrack.receipts()?);
    Ok(())
}

fn reached_a_verdict(connection: &Connection) -> Result<(), Problem> {
    match (connection.status, &connection.problem) {
        (Status::CannotCheck, Some(problem)) => Err(problem.clone()),
        _ => Ok(()),
    }
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
        let code = |why| not_revoked("Acme".to_owned(), Box::new(why)).code();
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
