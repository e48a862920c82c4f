//! `keyrack watch`.

use std::sync::Arc;
use std::time::Duration;

use keyrack_core::{BackgroundChecks, Cause, Keyrack, Problem};

use crate::notification::notify;
use crate::output::Output;

/// The wait after a round of checks that failed: another program may be writing to the database.
const AFTER_A_FAILURE: Duration = Duration::from_mins(1);

/// Checks in the background until background checks are off, or the process is ended.
pub async fn watch(
    keyrack: &Arc<Keyrack>,
    output: Output,
    chosen: Option<BackgroundChecks>,
) -> Result<(), Problem> {
    if let Some(chosen) = chosen {
        keyrack.set_background_checks(chosen)?;
        if chosen == BackgroundChecks::Off {
            output.say("problem.checks-off.what");
            return Ok(());
        }
    }
    interval(keyrack.background_checks()?)?;
    let mut watch = keyrack.watch()?;
    output.say("command.watching");
    loop {
        match watch.tick().await {
            Ok(Some(tick)) => {
                if let Some(attention) = tick.attention {
                    notify(keyrack, output, &attention).await;
                }
                tokio::time::sleep(tick.wait).await;
            }
            Ok(None) => {
                output.say("command.watch-ended");
                return Ok(());
            }
            Err(problem) => {
                output.problem(&problem);
                tokio::time::sleep(AFTER_A_FAILURE).await;
            }
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
        notify(keyrack, output, &attention).await;
    }
    output.connections(&keyrack.connections()?);
    caught_up.obstacle.map_or(Ok(()), Err)
}

fn interval(checks: BackgroundChecks) -> Result<Duration, Problem> {
    checks
        .every()
        .ok_or_else(|| Problem::from(Cause::ChecksOff))
}
