//! `keyrack watch`.

use std::sync::Arc;
use std::time::Duration;

use keyrack_core::{BackgroundChecks, Keyrack, Problem, ProblemCode};

use crate::notification::notify;
use crate::output::{Output, eprint_line};

/// The wait after a round of checks that failed: another program may be writing to the database.
const AFTER_A_FAILURE: Duration = Duration::from_mins(1);

/// Checks in the background until background checks are off, or the process is ended.
pub async fn watch(
    keyrack: &Arc<Keyrack>,
    chosen: Option<BackgroundChecks>,
) -> Result<(), Problem> {
    if let Some(chosen) = chosen {
        keyrack.set_background_checks(chosen)?;
        if chosen == BackgroundChecks::Off {
            eprint_line("Background checks are off.");
            return Ok(());
        }
    }
    interval(keyrack.background_checks()?)?;
    let mut watch = keyrack.watch()?;
    eprint_line("Checking in the background. Press Ctrl-C to end.");
    loop {
        match watch.tick().await {
            Ok(Some(tick)) => {
                if let Some(attention) = tick.attention {
                    notify(keyrack, &attention).await;
                }
                tokio::time::sleep(tick.wait).await;
            }
            Ok(None) => {
                eprint_line("Background checks were turned off.");
                return Ok(());
            }
            Err(problem) => {
                eprint_line(&format!("keyrack: {problem}"));
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
        notify(keyrack, &attention).await;
    }
    output.connections(&keyrack.connections()?);
    caught_up.obstacle.map_or(Ok(()), Err)
}

fn interval(checks: BackgroundChecks) -> Result<Duration, Problem> {
    checks.every().ok_or_else(|| {
        Problem::new(
            ProblemCode::InvalidInput,
            "Background checks are off. Choose how often with: keyrack watch --every hourly",
        )
    })
}
