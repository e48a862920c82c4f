//! `keyrack connect`: the callback comes as a link to the window, or pasted into the terminal.

use std::sync::Arc;
use std::time::Duration;

use keyrack_core::{Authorization, Client, Keyrack, Problem, ProblemCode, Progress};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines, Stdin};

use crate::output::{self, Output, workspace};

/// How often the store is asked whether a window has taken the callback.
const LOOK_EVERY: Duration = Duration::from_millis(300);

pub async fn connect(
    keyrack: &Arc<Keyrack>,
    output: Output,
    client: Option<&str>,
) -> Result<(), Problem> {
    let client = choose(keyrack.snapshot()?.clients, client)?;
    let begun = keyrack.begin_authorization(&client.id).await?;
    output::say(
        "Allow access in the browser. If nothing happens here afterwards, paste the address you landed on and press Enter.",
    );
    let ended = tokio::select! {
        ended = wait(keyrack, &begun.id) => ended?,
        _ = tokio::signal::ctrl_c() => {
            keyrack.cancel_authorization(&begun.id)?;
            keyrack.authorization(&begun.id)?
        }
    };
    report(output, &ended)
}

/// Waits for the end, whoever brings it about.
async fn wait(keyrack: &Arc<Keyrack>, id: &str) -> Result<Authorization, Problem> {
    let mut lines = Some(BufReader::new(tokio::io::stdin()).lines());
    loop {
        let authorization = keyrack.authorization(id)?;
        if authorization.progress.is_final() {
            return Ok(authorization);
        }
        tokio::select! {
            line = next_line(&mut lines) => take_line(keyrack, id, &line).await?,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// The next line that is not empty, or never, once standard input has ended.
async fn next_line(lines: &mut Option<Lines<BufReader<Stdin>>>) -> String {
    if let Some(open) = lines
        && let Ok(Some(line)) = open.next_line().await
    {
        return line;
    }
    *lines = None;
    std::future::pending().await
}

/// Takes a pasted address; or, when a callback waits for the keyring, Enter as "try again".
async fn take_line(keyrack: &Keyrack, id: &str, line: &str) -> Result<(), Problem> {
    let parked = matches!(keyrack.authorization(id)?.progress, Progress::Parked { .. });
    let authorization = if parked {
        keyrack.retry_parked(id).await?
    } else if line.trim().is_empty() {
        return Ok(());
    } else {
        keyrack.accept(line.trim().as_bytes()).await?
    };
    if let Progress::Parked { problem } = &authorization.progress {
        output::say(&format!(
            "{problem} Nothing was sent yet; press Enter to try again."
        ));
    }
    Ok(())
}

fn report(output: Output, authorization: &Authorization) -> Result<(), Problem> {
    let failed = |code, message: &str| Err(Problem::new(code, message));
    match &authorization.progress {
        Progress::Completed {
            workspace_name,
            owner,
            ..
        } => {
            output.authorization(
                authorization,
                &format!("Connected {} as {owner}.", workspace(workspace_name)),
            );
            Ok(())
        }
        Progress::Denied => failed(
            ProblemCode::AuthorizationRefused,
            "Access was not allowed in the browser. Nothing was changed.",
        ),
        Progress::Expired => failed(
            ProblemCode::LinkExpired,
            "Nothing came back within ten minutes. Nothing was changed. Connect again.",
        ),
        Progress::Cancelled => failed(
            ProblemCode::LinkCancelled,
            "Cancelled. Nothing was connected.",
        ),
        Progress::Failed { problem } => Err(problem.clone()),
        Progress::Waiting | Progress::Parked { .. } | Progress::Exchanging | Progress::Saving => {
            failed(
                ProblemCode::NotSaved,
                "The authorization is still going on in the window.",
            )
        }
    }
}

/// The client with this name or id, or the only one.
fn choose(mut clients: Vec<Client>, wanted: Option<&str>) -> Result<Client, Problem> {
    if let Some(wanted) = wanted {
        clients.retain(|client| {
            [&client.name, &client.id, &client.client_id]
                .into_iter()
                .any(|known| known == wanted)
        });
    }
    let problem = match (clients.len(), wanted) {
        (1, _) => return Ok(clients.remove(0)),
        (0, None) => "There is no client yet. Add one with: keyrack client add".to_owned(),
        (0, Some(wanted)) => {
            format!("No client is called \"{wanted}\". See them all with: keyrack client list")
        }
        _ => {
            let names = clients
                .iter()
                .map(|client| format!("\n  {}  {}", client.client_id, client.name));
            format!(
                "There are several such clients. Choose one with --client:{}",
                names.collect::<String>()
            )
        }
    };
    Err(Problem::new(ProblemCode::NotFound, problem))
}
