//! What takes long: a word about it, and no end half-way.

use std::pin::pin;
use std::time::Duration;

use keyrack_core::{Cause, Problem, asked_to_end};

use crate::output::Output;

/// How long nothing is said of what is waited for.
const SILENCE: Duration = Duration::from_secs(10);

/// The end of an act, of which a word is said if it takes long: what it waits for may be stopped.
pub async fn told<T>(act: impl Future<Output = T>, output: Output) -> T {
    let mut act = pin!(act);
    tokio::select! {
        ended = &mut act => return ended,
        () = tokio::time::sleep(SILENCE) => output.say("command.slow"),
    }
    act.await
}

/// The end of an act that must not be left half done: who asks the program to end is told that it is waited
/// for, and leaves by asking once more.
pub async fn finished<T>(
    act: impl Future<Output = Result<T, Problem>>,
    output: Output,
) -> Result<T, Problem> {
    let mut act = pin!(act);
    tokio::select! {
        ended = &mut act => return ended,
        () = asked_to_end() => output.say("command.finishing"),
    }
    tokio::select! {
        ended = act => ended,
        () = asked_to_end() => Err(Cause::LeftEarly.into()),
    }
}
