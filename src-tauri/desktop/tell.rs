//! Passes events on to the window.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use keyrack_core::Event;
use tauri::{AppHandle, Emitter as _, Manager as _, Runtime, async_runtime};
use tokio::time::sleep;

use crate::window;

/// How long a change waits for others: the window looks at the whole list for each that it is told of.
const GATHER: Duration = Duration::from_millis(100);

/// Whether a change waits for others.
#[derive(Debug, Default)]
pub struct Gathering(AtomicBool);

/// Passes an event on. A window that is closing has nobody left to show it to.
pub fn tell_window<R: Runtime>(app: &AppHandle<R>, event: &Event) {
    let _ = match event {
        // What was rebuilt is in the snapshot.
        Event::Changed | Event::Rebuilt(_) | Event::RebuildWaits(_) => {
            tell_changed(app);
            Ok(())
        }
        Event::Authorization(authorization) => {
            if authorization.progress.is_answer() {
                window::bring_forward(app);
            }
            app.emit_to(window::LABEL, "authorization", authorization)
        }
        Event::CheckAll(progress) => app.emit_to(window::LABEL, "check-all", progress),
        Event::LinkRefused(problem) => app.emit_to(window::LABEL, "link-refused", problem),
    };
}

/// Tells once of all that changes within a moment: hundreds of verdicts in a second would keep the
/// page from anything else.
fn tell_changed<R: Runtime>(app: &AppHandle<R>) {
    if app.state::<Gathering>().0.swap(true, Ordering::SeqCst) {
        return;
    }
    let app = app.clone();
    async_runtime::spawn(async move {
        sleep(GATHER).await;
        // Before it is told, so that what changes from here on is told by itself.
        app.state::<Gathering>().0.store(false, Ordering::SeqCst);
        let _ = app.emit_to(window::LABEL, "changed", ());
    });
}
