//! `keyrack list`, `check`, `revoke` and `forget`.

use keyrack_core::{Connection, Keyrack, Problem, ProblemCode, Revocation, Status};

use crate::output::{Output, workspace};

pub fn list(keyrack: &Keyrack, output: Output) -> Result<(), Problem> {
    output.connections(&keyrack.snapshot()?.connections);
    Ok(())
}

pub async fn check(keyrack: &Keyrack, output: Output, name: &str) -> Result<(), Problem> {
    let connection = keyrack.check(&find(keyrack, name)?.id).await?;
    output.connection(&connection);
    reached_a_verdict(&connection)
}

pub async fn check_all(keyrack: &Keyrack, output: Output) -> Result<(), Problem> {
    let mut checked = Vec::new();
    for connection in keyrack.snapshot()?.connections {
        checked.push(keyrack.check(&connection.id).await?);
    }
    output.connections(&checked);
    checked.iter().try_for_each(reached_a_verdict)
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
            let name = workspace(&connection.workspace_name);
            let message = format!(
                "{name} is not revoked yet: {problem}. Its tokens are kept; run the command again, or open the window, which tries again by itself."
            );
            Err(Problem {
                message,
                ..problem.clone()
            })
        }
    }
}

pub async fn forget(keyrack: &Keyrack, output: Output, name: &str) -> Result<(), Problem> {
    let receipt = keyrack.forget(&find(keyrack, name)?.id).await?;
    output.receipt(&receipt);
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
    let mut connections = keyrack.snapshot()?.connections;
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
