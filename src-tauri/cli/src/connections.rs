//! `keyrack list`, `check`, `refresh`, `revoke` and `forget`.

use std::sync::Arc;

use keyrack_core::{Connection, Keyrack, Problem, ProblemCode, Revocation, Status};

use crate::output::{Output, sentence, workspace};

pub fn list(keyrack: &Keyrack, output: Output) -> Result<(), Problem> {
    output.connections(&keyrack.connections()?);
    Ok(())
}

pub async fn check(keyrack: &Keyrack, output: Output, name: &str) -> Result<(), Problem> {
    let connection = keyrack.check(&find(keyrack, name)?.id).await?;
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
        return Err(Problem::new(
            ProblemCode::StoreFailed,
            format!(
                "{} connections could not be checked. Their last status is kept. Try again.",
                ended.unknown
            ),
        ));
    }
    Ok(())
}

pub async fn refresh(keyrack: &Keyrack, output: Output, name: &str) -> Result<(), Problem> {
    let connection = keyrack.refresh(&find(keyrack, name)?.id).await?;
    output.connection(&connection);
    Ok(())
}

pub async fn revoke(keyrack: &Keyrack, output: Output, name: &str) -> Result<(), Problem> {
    let connection = find(keyrack, name)?;
    let revocation = keyrack.revoke(&connection.id).await?;
    match &revocation {
        Revocation::Revoked { receipt } => {
            output.receipt(receipt);
            Ok(())
        }
        Revocation::Pending { problem, .. } => {
            output.document(&revocation);
            let message = pending_in_words(workspace(&connection.workspace_name), problem);
            Err(Problem {
                message,
                ..problem.clone()
            })
        }
    }
}

/// A pending revocation in words. A keyring problem may come after Notion has accepted the
/// revocation, any other comes before: only then are the tokens known to be kept.
fn pending_in_words(name: &str, problem: &Problem) -> String {
    use ProblemCode as Code;
    let why = sentence(problem);
    match problem.code {
        Code::KeyringMissing
        | Code::KeyringNoCollection
        | Code::KeyringLocked
        | Code::KeyringWaiting
        | Code::KeyringTooLarge
        | Code::KeyringLost
        | Code::KeyringForeign
        | Code::KeyringFailed
        | Code::ClientSecretLost => format!(
            "Revoking {name} is not finished: {why} Run the command again, or open the window, which tries again by itself."
        ),
        _ => format!(
            "{name} is not revoked yet: {why} Its tokens are kept; run the command again, or open the window, which tries again by itself."
        ),
    }
}

pub async fn forget(keyrack: &Keyrack, output: Output, name: &str) -> Result<(), Problem> {
    let receipt = keyrack.forget(&find(keyrack, name)?.id).await?;
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
fn find(keyrack: &Keyrack, name: &str) -> Result<Connection, Problem> {
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
        0 => Err(Problem::new(
            ProblemCode::NotFound,
            format!("No connection is called \"{name}\". See them all with: keyrack list"),
        )),
        _ => {
            let candidates = connections.iter().map(|connection| {
                format!(
                    "\n  {}  {}  {}",
                    connection.bot_id, connection.workspace_name, connection.owner
                )
            });
            let candidates = candidates.collect::<String>();
            Err(Problem::new(
                ProblemCode::NotFound,
                format!(
                    "Several connections are called \"{name}\"; nothing was done. Name one by its id:{candidates}"
                ),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_said_to_be_kept_only_where_that_is_known() {
        let words = |code| pending_in_words("Acme", &Problem::new(code, "It is so"));
        let busy = words(ProblemCode::NotionUnavailable);
        assert!(busy.starts_with("Acme is not revoked yet: It is so. Its tokens are kept;"));
        let locked = words(ProblemCode::KeyringLocked);
        assert!(locked.starts_with("Revoking Acme is not finished: It is so. Run"));
    }
}
