//! Passes events on to the window.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use keyrack_core::Event;
use tauri::{AppHandle, Emitter as _, Manager as _, Runtime, async_runtime};
use tokio::time::sleep;

use crate::window;

/// How long a change waits for others: the window looks at the whole list at each `changed` event.
const GATHER: Duration = Duration::from_millis(100);

/// Lets one event stand for all changes within a moment.
#[derive(Debug, Default)]
pub struct Coalescer(Arc<AtomicBool>);

impl Coalescer {
    /// Begins a moment, at whose end `emit` is called once for all changes that came meanwhile; none
    /// while such a moment is under way.
    fn begin<F: FnOnce()>(&self, emit: F) -> Option<impl Future<Output = ()> + use<F>> {
        let waits = self.0.clone();
        let is_first = !waits.swap(true, Ordering::SeqCst);
        is_first.then_some(async move {
            sleep(GATHER).await;
            // Before `emit`, so that a change from here on begins a moment of its own.
            waits.store(false, Ordering::SeqCst);
            emit();
        })
    }
}

/// Passes an event of core on to the window. A failure is ignored: the window is closing.
pub fn emit_to_window<R: Runtime>(app: &AppHandle<R>, event: &Event) {
    let _ = match event {
        // The snapshot includes the last rebuild.
        Event::Changed | Event::Rebuilt(_) | Event::RebuildWaits(_) => {
            emit_changed(app);
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
        Event::CallbackRefused(problem) => app.emit_to(window::LABEL, "callback-refused", problem),
    };
}

/// Emits one `changed` event for all changes within a moment: hundreds of verdicts in a second would
/// keep the page from anything else.
fn emit_changed<R: Runtime>(app: &AppHandle<R>) {
    let target = app.clone();
    let emit = move || {
        let _ = target.emit_to(window::LABEL, "changed", ());
    };
    if let Some(moment) = app.state::<Coalescer>().begin(emit) {
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
        let emitted = Arc::new(AtomicU32::new(0));
        let emit = || {
            let emitted = emitted.clone();
            move || {
                emitted.fetch_add(1, Ordering::SeqCst);
            }
        };
        for moments in 1..=2 {
            let moment = coalescer.begin(emit()).expect("the first change");
            assert!(coalescer.begin(emit()).is_none(), "it comes meanwhile");
            moment.await;
            assert_eq!(emitted.load(Ordering::SeqCst), moments);
        }
    }
}
