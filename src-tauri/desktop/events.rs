//! Passes events on to the window.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use keyrack_core::Event;
use tauri::{AppHandle, Emitter as _, Manager as _, Runtime, async_runtime};
use tokio::time::sleep;

use crate::window;

/// How long a change waits for others: the window looks at the whole list for each that it is told of.
const GATHER: Duration = Duration::from_millis(100);

/// Lets one event stand for all changes within a moment.
#[derive(Debug, Default)]
pub struct Coalescer(Arc<AtomicBool>);

impl Coalescer {
    /// A moment to wait for, at whose end `tell` is called once for all changes that came meanwhile;
    /// none for a change while such a moment is under way.
    fn begin<F: FnOnce()>(&self, tell: F) -> Option<impl Future<Output = ()> + use<F>> {
        let waits = self.0.clone();
        let is_first = !waits.swap(true, Ordering::SeqCst);
        is_first.then_some(async move {
            sleep(GATHER).await;
            // Before it is told, so that what changes from here on is told by itself.
            waits.store(false, Ordering::SeqCst);
            tell();
        })
    }
}

/// Passes an event on. A window that is closing has nobody left to show it to.
pub fn emit_to_window<R: Runtime>(app: &AppHandle<R>, event: &Event) {
    let _ = match event {
        // What was rebuilt is in the snapshot.
        Event::Changed | Event::Rebuilt(_) | Event::RebuildWaits(_) => {
            emit_changed(app);
            Ok(())
        }
        Event::Authorization(authorization) => {
            if authorization.progress.is_answer() {
                window::bring_forward(app);
            }
            app.emit_to(window::LABEL, "authorization", authorization)
        }
        Event::CheckAll(progress) => app.emit_to(window::LABEL, "check-all", progress),
        Event::CallbackRefused(problem) => app.emit_to(window::LABEL, "callback-refused", problem),
    };
}

/// Emits one event for all that changes within a moment: hundreds of verdicts in a second would keep the
/// page from anything else.
fn emit_changed<R: Runtime>(app: &AppHandle<R>) {
    let told = app.clone();
    let tell = move || {
        let _ = told.emit_to(window::LABEL, "changed", ());
    };
    if let Some(moment) = app.state::<Coalescer>().begin(tell) {
        async_runtime::spawn(moment);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn changes_within_a_moment_are_told_once_and_later_ones_again() {
        let coalescer = Coalescer::default();
        let told = Arc::new(AtomicU32::new(0));
        let tell = || {
            let told = told.clone();
            move || {
                told.fetch_add(1, Ordering::SeqCst);
            }
        };
        for moments in 1..=2 {
            let moment = coalescer.begin(tell()).expect("the first change");
            assert!(coalescer.begin(tell()).is_none(), "it comes meanwhile");
            moment.await;
            assert_eq!(told.load(Ordering::SeqCst), moments);
        }
    }
}
