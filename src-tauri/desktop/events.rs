//! Passes events on to the window.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::SeqCst};
use std::time::Duration;

use keyrack_core::Event;
use tauri::{AppHandle, Emitter as _, Manager as _, Runtime, async_runtime};
use tokio::time::sleep;

use crate::shell::Shell;
use crate::window;

/// How long a change waits for others: the window asks Rust for the changed rows at each `changed`
/// event, and a check of all makes hundreds of them in a second.
const GATHER: Duration = Duration::from_millis(100);

/// The announcement of changes to the window: its last one, and whether the next one gathers.
#[derive(Debug, Default)]
pub struct Announcement {
    told: AtomicI64,
    gathers: AtomicBool,
}

impl Announcement {
    /// Whether a revision is newer than what the window was told; it counts as told from now on.
    fn is_news(&self, revision: i64) -> bool {
        self.told.fetch_max(revision, SeqCst) < revision
    }

    /// Waits a moment, in which further changes come; returns at once, and false, if such a moment
    /// is under way.
    async fn gather(&self) -> bool {
        let is_first = !self.gathers.swap(true, SeqCst);
        if is_first {
            sleep(GATHER).await;
            // A change from here on begins a moment of its own.
            self.gathers.store(false, SeqCst);
        }
        is_first
    }
}

/// Passes an event of core on to the window. A failure is ignored: the window is closing.
pub fn emit_to_window<R: Runtime>(app: &AppHandle<R>, event: &Event) {
    let _ = match event {
        Event::Changed => {
            announce_soon(app);
            Ok(())
        }
        Event::WaitsElsewhere(connection) => {
            app.emit_to(window::LABEL, "waits-elsewhere", connection)
        }
        Event::Authorization(authorization) => {
            if authorization.progress.is_answer() {
                window::bring_forward(app);
            }
            app.emit_to(window::LABEL, "authorization", authorization)
        }
        Event::Batch(progress) => app.emit_to(window::LABEL, "batch", progress),
        Event::BatchEnded(end) => app.emit_to(window::LABEL, "batch-ended", end),
        Event::Removal(removal) => app.emit_to(window::LABEL, "removal", removal),
        Event::Rebuilt(rebuilt) => {
            announce_soon(app);
            app.emit_to(window::LABEL, "rebuilt", rebuilt)
        }
        Event::RebuildWaits(problem) => app.emit_to(window::LABEL, "rebuild-waits", problem),
        Event::CallbackRefused(problem) => app.emit_to(window::LABEL, "callback-refused", problem),
    };
}

/// Tells the window how far the list has changed, if it was not told yet.
pub fn announce<R: Runtime>(app: &AppHandle<R>) {
    let keyrack = app.state::<Shell>().keyrack();
    if let Ok(revision) = keyrack.and_then(|keyrack| keyrack.revision())
        && app.state::<Announcement>().is_news(revision)
    {
        // A failure is ignored: the window is closing.
        let _ = app.emit_to(window::LABEL, "changed", revision);
    }
}

/// Tells the window that it may be asked to show something.
pub fn announce_wanted<R: Runtime>(app: &AppHandle<R>) {
    // A failure is ignored: the window is closing.
    let _ = app.emit_to(window::LABEL, "wanted", ());
}

/// Announces all changes within a moment once.
fn announce_soon<R: Runtime>(app: &AppHandle<R>) {
    let app = app.clone();
    async_runtime::spawn(async move {
        if app.state::<Announcement>().gather().await {
            announce(&app);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_news_once() {
        let announcement = Announcement::default();
        assert!(announcement.is_news(1));
        assert!(!announcement.is_news(1));
        assert!(announcement.is_news(3));
        assert!(!announcement.is_news(2), "it was told with a later one");
    }

    #[tokio::test(start_paused = true)]
    async fn changes_within_a_moment_are_told_once_and_later_ones_again() {
        let announcement = Announcement::default();
        for _ in 0..2 {
            let told = tokio::join!(announcement.gather(), announcement.gather());
            assert_eq!(told, (true, false));
        }
    }
}
