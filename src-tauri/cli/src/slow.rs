//! A word about what takes long.

use std::pin::pin;
use std::time::Duration;

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
