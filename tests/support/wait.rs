//! Waiting for a condition instead of for a time: asked again and again until it holds.

use std::time::{Duration, Instant};

/// How long a condition may take on a slow, busy machine before the test gives up.
const TIMEOUT: Duration = Duration::from_mins(1);

const POLL_INTERVAL: Duration = Duration::from_millis(30);

/// Asks until the answer is there and returns it; panics with `what` after [`TIMEOUT`].
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < TIMEOUT, "waited in vain for {what}");
        std::thread::sleep(POLL_INTERVAL);
    }
}

/// As [`until`], for a question that is itself asynchronous.
pub async fn until_async<T>(what: &str, ask: impl AsyncFnMut() -> Option<T>) -> T {
    answer(ask)
        .await
        .unwrap_or_else(|| panic!("waited in vain for {what}"))
}

/// Asks until the answer is there; none after [`TIMEOUT`], even if the question itself hangs.
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

/// What comes of one act; panics with `what` if it is not done after [`TIMEOUT`].
pub async fn within_timeout<T>(what: &str, act: impl Future<Output = T>) -> T {
    tokio::time::timeout(TIMEOUT, act)
        .await
        .unwrap_or_else(|_| panic!("{what} takes for ever"))
}
