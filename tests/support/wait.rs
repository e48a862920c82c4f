//! Waiting for a condition instead of for a time: asked again and again until it holds.

use std::time::{Duration, Instant};

/// How long a condition may take on a slow, busy machine before the test gives up.
pub const PATIENCE: Duration = Duration::from_mins(1);

const PAUSE: Duration = Duration::from_millis(30);

/// Asks until the answer is there and returns it; panics with `what` after [`PATIENCE`].
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::sleep(PAUSE);
    }
}

/// As [`until`], for a question that is itself asynchronous.
pub async fn until_async<T>(what: &str, ask: impl AsyncFnMut() -> Option<T>) -> T {
    answer(ask)
        .await
        .unwrap_or_else(|| panic!("waited in vain for {what}"))
}

/// Asks until the answer is there; none after [`PATIENCE`], even if the question itself hangs.
pub async fn answer<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let asked = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.ok()
}

/// What comes of one act; panics with `what` if it is not done after [`PATIENCE`].
pub async fn within_patience<T>(what: &str, act: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, act)
        .await
        .unwrap_or_else(|_| panic!("{what} takes for ever"))
}
