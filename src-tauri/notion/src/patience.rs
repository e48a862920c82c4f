//! Patience: a wait that counts only the time in which this process runs.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// The steps in which time is counted.
const STEP: Duration = Duration::from_millis(500);

/// The most that a step counts for: a busy computer makes it longer, a stop much longer.
const MOST: Duration = Duration::from_secs(2);

/// The output of a future; none once this process has waited for it for as long as `patience`.
///
/// Time in which the process was stopped (Ctrl-Z), or the computer slept, hardly counts: what came
/// meanwhile is still to be read, and must not be thrown away for its age.
pub async fn within<F: Future>(patience: Duration, future: F) -> Option<F::Output> {
    let runs_out = async {
        let mut left = patience;
        while !left.is_zero() {
            let began = Instant::now();
            sleep(left.min(STEP)).await;
            left = left.saturating_sub(began.elapsed().min(MOST));
        }
    };
    tokio::select! {
        biased;
        output = future => Some(output),
        () = runs_out => None,
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn it_ends_with_the_future_or_when_patience_does() {
        assert_eq!(within(20 * SECOND, async { 7 }).await, Some(7));
        let began = Instant::now();
        assert_eq!(within(20 * SECOND, sleep(60 * SECOND)).await, None);
        assert_eq!(began.elapsed(), 20 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_that_is_longer_than_patience_does_not_end_it() {
        let waits = tokio::spawn(within(20 * SECOND, sleep(35 * SECOND)));
        tokio::task::yield_now().await;
        // All timers that came due in a stop fire at once.
        advance(30 * SECOND).await;
        assert_eq!(waits.await.unwrap(), Some(()));
    }
}
