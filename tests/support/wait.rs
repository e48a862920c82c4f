//! Waiting for a condition instead of for a time: it is polled until it holds.

use std::time::{Duration, Instant};

/// How long a condition may take on a slow, busy machine before the test gives up.
const TIMEOUT: Duration = Duration::from_mins(1);

const POLL_INTERVAL: Duration = Duration::from_millis(30);

/// Polls `ask` until it gives a value, and returns that; panics with `what` after [`TIMEOUT`].
pub fn until<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    until_or(ask, || what.to_owned())
}

/// Polls `ask` like [`until`]; what was waited for in vain is said by `what` once it is known.
pub fn until_or<T>(mut ask: impl FnMut() -> Option<T>, what: impl FnOnce() -> String) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < TIMEOUT, "waited in vain for {}", what());
        std::thread::sleep(POLL_INTERVAL);
    }
}

/// Polls an asynchronous `ask` until it gives a value, like [`until`].
pub async fn until_async<T>(what: &str, ask: impl AsyncFnMut() -> Option<T>) -> T {
    answer(ask)
        .await
        .unwrap_or_else(|| panic!("waited in vain for {what}"))
}

/// Polls `ask` until it gives a value; none after [`TIMEOUT`], even if `ask` itself hangs.
pub async fn answer<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let asked = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    };
    tokio::time::timeout(TIMEOUT, asked).await.ok()
}

/// Waits for the result of `act`; panics with `what` after [`TIMEOUT`].
pub async fn within_timeout<T>(what: &str, act: impl Future<Output = T>) -> T {
    tokio::time::timeout(TIMEOUT, act)
        .await
        .unwrap_or_else(|_| panic!("{what} takes for ever"))
}
