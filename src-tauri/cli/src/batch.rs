//! Acts on several connections, or on all: followed to their end, and reported.

use std::sync::Arc;

use keyrack_core::{
    Batch, BatchAct, BatchEnd, BatchState, Cause, Connection, Keyrack, NotDone, Problem,
    asked_to_end,
};

use crate::connections::{no_verdict, not_revoked};
use crate::output::{Output, Receipts};
use crate::terminal::eprint_line;
use crate::wording::workspace;

/// Acts on the connections with these ids, or on all, and reports each; then fails if not all are
/// done.
pub async fn act(
    keyrack: &Arc<Keyrack>,
    output: Output,
    act: BatchAct,
    ids: Option<&[String]>,
    receipts: Receipts,
) -> Result<(), Problem> {
    let end = follow(keyrack, output, act, ids).await?;
    let mut connections = keyrack.connections()?;
    connections.retain(|connection| ids.is_none_or(|ids| ids.contains(&connection.id)));
    let printed = if act == BatchAct::Check {
        let printed = output.connections(&connections, "command.nothing");
        for (connection, why) in connections.iter().filter_map(no_verdict) {
            complain(output, connection, why);
        }
        printed
    } else {
        output.batch(&end, &connections, receipts)
    };
    for NotDone {
        connection,
        problem,
        pending,
    } in &end.not_done
    {
        if *pending {
            let why = not_revoked(connection, problem.clone(), output.words);
            complain(output, connection, &why);
        } else {
            complain(output, connection, problem);
        }
    }
    report_the_rest(output, &end);
    // Of all, those that others removed are gone as was wanted; of those that are named, one may have
    // been wanted otherwise.
    let elsewhere = if ids.is_some() { end.gone } else { 0 };
    let Batch { failed, state, .. } = end.counts;
    let count = failed
        .saturating_add(untouched(&end.counts))
        .saturating_add(elsewhere);
    match (count, act) {
        (0, _) => printed,
        _ if state == BatchState::Cancelled && failed == 0 => Err(Cause::LeftMidway.into()),
        (_, BatchAct::Check) => Err(Cause::ChecksFailed { count }.into()),
        _ => Err(Cause::NotAllDone { count }.into()),
    }
}

/// Waits for the end. Ctrl-C cancels: what is under way is waited for then, but for checks, as it
/// would be left half done; a second Ctrl-C leaves.
async fn follow(
    keyrack: &Arc<Keyrack>,
    output: Output,
    act: BatchAct,
    ids: Option<&[String]>,
) -> Result<BatchEnd, Problem> {
    let mut running = tokio::spawn(keyrack.begin_batch(act, ids)?);
    let ended = tokio::select! {
        ended = &mut running => ended,
        () = asked_to_end() => {
            keyrack.cancel_batch(act);
            output.say("command.cancelling");
            tokio::select! {
                ended = &mut running => ended,
                () = asked_to_end() => return Err(Cause::LeftMidway.into()),
            }
        }
    };
    ended.map_err(|_| Problem::from(Cause::LeftMidway))
}

/// Says what became of the connections with which nothing was done.
fn report_the_rest(output: Output, end: &BatchEnd) {
    let Batch {
        act,
        total,
        done,
        state,
        ..
    } = end.counts;
    let say = |key, count: u32, places: &[(&str, &str)]| {
        let count = count.try_into().unwrap_or(usize::MAX);
        let words = output.words.counted(key, count, places);
        eprint_line(&format!("keyrack: {words}"));
    };
    let left = untouched(&end.counts);
    match (act, state) {
        _ if left == 0 => {}
        (BatchAct::Check, _) => {
            say("checked.cancelled", total, &[("done", &done.to_string())]);
        }
        (_, BatchState::Cancelled) => say("summary.untouched", left, &[]),
        _ => say("summary.stopped", left, &[]),
    }
    if end.gone > 0 {
        say("summary.gone", end.gone, &[]);
    }
    let lists_nothing = matches!(act, BatchAct::Revoke | BatchAct::Forget);
    if total == 0 && end.gone == 0 && lists_nothing && !output.json {
        output.say("command.nothing");
    }
}

/// How many connections had no turn.
fn untouched(counts: &Batch) -> u32 {
    counts.total.saturating_sub(counts.done)
}

/// Says why something failed with a connection.
fn complain(output: Output, connection: &Connection, problem: &Problem) {
    let workspace = workspace(&connection.workspace_name, output.words);
    let line = output.words.line(problem);
    eprint_line(&format!("keyrack: {workspace}: {line}"));
}
