//! `keyrack list`, `check`, `refresh`, `revoke`, `forget` and `receipts`.

use std::process::ExitCode;
use std::sync::Arc;

use keyrack_core::{
    BatchAct, Cause, Connection, Keyrack, Labels, Problem, Receipt, Revocation, Status, Words,
    called, folded_name, sanitize_display_text, system_clock,
};

use crate::arguments::{End, ListArguments, ReceiptsArguments, Which};
use crate::clients::choose_by_part;
use crate::documents::PendingDocument;
use crate::meant::has_part;
use crate::output::{Output, Receipts, print_exported};
use crate::terminal::is_person_there;
use crate::wording::{self, workspace};
use crate::{batch, confirm, ending, exit, meant, slow};
use keyrack_core::documents::{ExportFormat, Versioned, word};

pub fn list(keyrack: &Keyrack, output: Output, asked: &ListArguments) -> Result<(), Problem> {
    let client = match &asked.client {
        Some(name) => Some(choose_by_part(&keyrack.clients()?, name, output.words)?.id),
        None => None,
    };
    let mut connections = keyrack.connections()?;
    connections.retain(|one| {
        let is_of_client = client
            .as_ref()
            .is_none_or(|client| *client == one.client_id);
        let has_status = asked.status.is_empty() || asked.status.contains(&word(one.status));
        is_of_client && has_status && has_any(&one.labels, &asked.label)
    });
    if asked.csv {
        let ids: Vec<_> = connections.into_iter().map(|one| one.id).collect();
        return print_exported(&keyrack.export_connections(&ids, ExportFormat::Csv)?);
    }
    let is_filtered = client.is_some() || !asked.status.is_empty() || !asked.label.is_empty();
    let nothing = if is_filtered {
        "activity.none.match"
    } else {
        "command.nothing"
    };
    output.connections(&connections, nothing)
}

/// Checks the connections that are named, or all. With `exit_code`, it ends with that of a failure which
/// only a person can mend if one of them needs attention.
pub async fn check(
    keyrack: &Arc<Keyrack>,
    output: Output,
    which: Which,
    exit_code: bool,
) -> Result<ExitCode, Problem> {
    let found = found(keyrack, output.words, &which)?;
    let checked = act_on(keyrack, output, BatchAct::Check, &which, &found).await;
    let is_checked = |one: &Connection| which.all || found.iter().any(|it| it.id == one.id);
    let now = system_clock()();
    let needs_a_person = exit_code
        && keyrack
            .connections()?
            .iter()
            .any(|one| is_checked(one) && one.needs_attention_at(now));
    match checked {
        Ok(()) if needs_a_person => Ok(exit::for_a_person()),
        Err(problem) if needs_a_person => {
            output.failure(&problem);
            Ok(exit::for_a_person())
        }
        ended => ended.map(|()| ExitCode::SUCCESS),
    }
}

/// Refreshes the connections that are named, or all.
pub async fn refresh(keyrack: &Arc<Keyrack>, output: Output, which: &Which) -> Result<(), Problem> {
    let found = found(keyrack, output.words, which)?;
    act_on(keyrack, output, BatchAct::Refresh, which, &found).await
}

/// Revokes or forgets the connections that are named, or all, unless a person who is asked does not want
/// it. Returns whether it was wanted.
pub async fn end(
    keyrack: &Arc<Keyrack>,
    output: Output,
    act: BatchAct,
    asked: &End,
) -> Result<bool, Problem> {
    let which = &asked.which;
    let found = these(keyrack, output.words, which)?;
    let is_ended = |one: &Connection| act != BatchAct::Revoke || keyrack.may_revoke(one).is_ok();
    let (ended, left_out): (Vec<_>, Vec<_>) = found.iter().cloned().partition(is_ended);
    if !which.names.is_empty() {
        left_out
            .iter()
            .try_for_each(|one| keyrack.may_revoke(one))?;
    }
    let mut leases = keyrack.leases()?;
    leases.retain(|lease| ended.iter().any(|one| one.id == lease.connection_id));
    let mut question = ending::question(act, &ended, &keyrack.clients()?, &leases, output.words);
    question
        .lines
        .extend(ending::left_out(&left_out, output.words));
    if !ended.is_empty() && !confirm::is_wanted(output, asked.yes, question).await {
        return Ok(false);
    }
    let acted = Box::pin(act_on(keyrack, output, act, which, &found));
    slow::told(acted, output).await.map(|()| true)
}

/// The connections that are named, by themselves or by a label; none where all are meant.
fn found(keyrack: &Keyrack, words: Words, which: &Which) -> Result<Vec<Connection>, Problem> {
    if which.label.is_empty() {
        let names = which.names.iter();
        return names.map(|name| find(keyrack, words, name)).collect();
    }
    let mut connections = keyrack.connections()?;
    let is_unknown = |label: &&String| !connections.iter().any(|one| one.labels.has(label));
    if let Some(unknown) = which.label.iter().find(is_unknown) {
        let name = sanitize_display_text(unknown);
        return Err(Cause::NoSuchLabel { name }.into());
    }
    connections.retain(|one| has_any(&one.labels, &which.label));
    Ok(connections)
}

/// The connections that are named, by themselves or by a label, or all.
pub fn these(keyrack: &Keyrack, words: Words, which: &Which) -> Result<Vec<Connection>, Problem> {
    if which.all {
        keyrack.connections()
    } else {
        found(keyrack, words, which)
    }
}

/// Whether any of the labels that were asked for is there, or none was asked for.
fn has_any(labels: &Labels, asked: &[String]) -> bool {
    asked.is_empty() || asked.iter().any(|label| labels.has(label))
}

/// Acts on the one connection that was found, or on several or all at once.
async fn act_on(
    keyrack: &Arc<Keyrack>,
    output: Output,
    act: BatchAct,
    which: &Which,
    found: &[Connection],
) -> Result<(), Problem> {
    let ids: Vec<_> = found.iter().map(|one| one.id.clone()).collect();
    match found {
        _ if which.all => batch::act(keyrack, output, act, None, Receipts::Rows).await,
        // Whoever has a label, one or many: a script gets the same document.
        _ if !which.label.is_empty() => {
            batch::act(keyrack, output, act, Some(&ids), Receipts::Text).await
        }
        [one] => act_on_one(keyrack, output, act, one).await,
        _ => batch::act(keyrack, output, act, Some(&ids), Receipts::Rows).await,
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
            let printed = output.connection(&checked);
            no_verdict(&checked).map_or(printed, |(_, why)| Err(why.clone()))
        }
        BatchAct::Refresh => {
            let refreshed = slow::finished(Box::pin(keyrack.refresh(id)), output).await?;
            output.connection(&refreshed)
        }
        BatchAct::Revoke => match slow::finished(Box::pin(keyrack.revoke(id)), output).await? {
            Revocation::Revoked { receipt } => output.receipt(&receipt),
            Revocation::Pending { problem, retry_at } => {
                let why = not_revoked(connection, problem.clone(), output.words);
                // Why it is pending matters more than that it could not be printed.
                let pending = PendingDocument::new(&problem, retry_at);
                let _ = output.document(&Versioned::new(pending));
                Err(why)
            }
        },
        BatchAct::Forget => {
            let receipt = slow::finished(Box::pin(keyrack.forget(id)), output).await?;
            output.receipt(&receipt)
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

pub fn receipts(
    keyrack: &Keyrack,
    output: Output,
    asked: &ReceiptsArguments,
) -> Result<(), Problem> {
    let mut receipts = keyrack.receipts()?;
    if let Some(client) = &asked.client {
        // By the name of that time: the client may be gone.
        let is_called = |one: &Receipt| folded_name(&one.client_name) == folded_name(client);
        if receipts.iter().any(is_called) {
            receipts.retain(is_called);
        } else {
            receipts.retain(|one| has_part(&one.client_name, client));
        }
    }
    receipts.retain(|receipt| has_any(&receipt.labels, &asked.label));
    if asked.long && !receipts.is_empty() {
        return output.whole_receipts(&receipts);
    }
    let nothing = if asked.client.is_some() || !asked.label.is_empty() {
        "activity.none.match"
    } else {
        "command.no-receipts"
    };
    output.receipts(&receipts, nothing)
}

/// A connection of which the last check reached no verdict, and why.
pub fn no_verdict(connection: &Connection) -> Option<(&Connection, &Problem)> {
    let why = connection.problem.as_ref();
    why.filter(|_| connection.status == Status::CannotCheck)
        .map(|why| (connection, why))
}

/// The one connection with this workspace name, bot id or connection id, or else, where a person is there
/// to see which one that is, with this part of its name. To a script a part would mean another workspace
/// once the one that was meant is gone.
pub fn find(keyrack: &Keyrack, words: Words, name: &str) -> Result<Connection, Problem> {
    if is_person_there() {
        find_by_part(keyrack, words, name)
    } else {
        find_whole(keyrack, words, name)
    }
}

/// The one connection with this workspace name, bot id or connection id, or else with this part of its name.
pub fn find_by_part(keyrack: &Keyrack, words: Words, name: &str) -> Result<Connection, Problem> {
    let all = keyrack.connections()?;
    let called = called(&all, name);
    if !called.is_empty() {
        return only(&called, name, words);
    }
    let with_part = |one: &&Connection| has_part(&one.workspace_name, name);
    let with_part: Vec<_> = all.iter().filter(with_part).collect();
    let found = only(&with_part, name, words)?;
    meant::say(name, &workspace(&found.workspace_name, words), words);
    Ok(found)
}

/// The one connection with this workspace name, bot id or connection id.
pub fn find_whole(keyrack: &Keyrack, words: Words, name: &str) -> Result<Connection, Problem> {
    only(&called(&keyrack.connections()?, name), name, words)
}

/// The only one of these connections, which are all that a name may mean.
fn only(connections: &[&Connection], name: &str, words: Words) -> Result<Connection, Problem> {
    if let [only] = connections {
        return Ok((*only).clone());
    }
    let candidates = candidates(connections.iter().copied(), words);
    let name = sanitize_display_text(name);
    let cause = if connections.is_empty() {
        Cause::NoSuchConnection { name }
    } else {
        Cause::SeveralConnections { name, candidates }
    };
    Err(cause.into())
}

/// The id that names one of these connections and no other of them.
pub fn id_among<'a>(
    connections: impl IntoIterator<Item = &'a Connection>,
    one: &'a Connection,
) -> &'a str {
    // Two clients of one integration have one bot.
    let with_bot = connections
        .into_iter()
        .filter(|other| other.bot_id == one.bot_id);
    if with_bot.count() > 1 {
        &one.id
    } else {
        &one.bot_id
    }
}

/// Connections to choose from, each in a line with the id that names it.
pub fn candidates<'a>(
    connections: impl IntoIterator<Item = &'a Connection>,
    words: Words,
) -> String {
    let connections: Vec<_> = connections.into_iter().collect();
    let line = |connection: &&Connection| {
        let workspace = workspace(&connection.workspace_name, words);
        let owner = wording::owner(&connection.owner, words);
        let client = sanitize_display_text(&connection.client_name);
        let id = sanitize_display_text(id_among(connections.iter().copied(), connection));
        format!("\n  {id}  {workspace}  {owner}  {client}")
    };
    connections.iter().map(line).collect()
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
