//! `keyrack watch`.

use std::sync::Arc;
use std::time::Duration;

use keyrack_core::{BackgroundChecks, Cause, Keyrack, Problem, Session};

use crate::notification::notify;
use crate::output::Output;

/// How often it is looked whether the data folder is still there.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// The wait after a round of checks that failed: another program may be writing to the database.
const AFTER_A_FAILURE: Duration = Duration::from_mins(1);

/// Checks in the background until background checks are off, or the process is ended; with `now`, what is
/// due is checked first.
pub async fn watch(
    keyrack: &Arc<Keyrack>,
    output: Output,
    chosen: Option<BackgroundChecks>,
    now: bool,
) -> Result<(), Problem> {
    if let Some(chosen) = chosen {
        keyrack.set_background_checks(chosen)?;
        if chosen == BackgroundChecks::Off {
            output.say("problem.checks-off.what");
            return Ok(());
        }
    }
    let every = interval(keyrack.background_checks()?)?;
    let mut watch = keyrack.watch()?;
    // Before it is said that it watches: its keyring and its notifications end with the session.
    let mut session = Session::join().await;
    output.say("command.watching");
    if now && let Some(attention) = watch.catch_up(every).await?.attention {
        notify(keyrack, output, &attention, true).await;
    }
    let folder = keyrack.folder();
    let begun_in = folder.identity();
    loop {
        let wait = match watch.tick().await {
            Ok(Some(tick)) => {
                if let Some(attention) = tick.attention {
                    notify(keyrack, output, &attention, true).await;
                }
                tick.wait
            }
            Ok(None) => {
                output.say("command.watch-ended");
                return Ok(());
            }
            // Another process has removed everything, or the person has.
            Err(_) if folder.identity() != begun_in => {
                output.say("command.watch-no-folder");
                return Ok(());
            }
            Err(problem) => {
                output.problem(&problem);
                AFTER_A_FAILURE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait.min(LOOK_EVERY)) => {}
            // A new session has its own.
            () = session.ended() => {
                output.say("command.watch-session-over");
                return Ok(());
            }
        }
        if folder.identity() != begun_in {
            output.say("command.watch-no-folder");
            return Ok(());
        }
    }
}

/// Checks the connections that are due, once, and reports every connection.
pub async fn once(
    keyrack: &Arc<Keyrack>,
    output: Output,
    every: Option<BackgroundChecks>,
) -> Result<(), Problem> {
    let every = every.map_or_else(|| keyrack.background_checks(), Ok)?;
    let caught_up = keyrack.watch()?.catch_up(interval(every)?).await?;
    if let Some(attention) = caught_up.attention {
        notify(keyrack, output, &attention, false).await;
    }
    let printed = output.connections(&keyrack.connections()?, "command.nothing");
    caught_up.obstacle.map_or(printed, Err)
}

fn interval(checks: BackgroundChecks) -> Result<Duration, Problem> {
    checks
        .every()
        .ok_or_else(|| Problem::from(Cause::ChecksOff))
}
