//! What goes on beside the window: links, recovery, retries, and changes by other processes.

use std::sync::Arc;
use std::time::Duration;

use keyrack_core::{ChangeWatch, Event, Keyrack};
use tauri::{AppHandle, Manager as _, Runtime, async_runtime};

use crate::inbox::Links;
use crate::shell::{Shell, tell_window};

/// How often pending revocations are looked at; each has its own time to be tried again.
const RETRY_EVERY: Duration = Duration::from_secs(15);

/// How often other processes' changes are looked for: one counter in shared memory.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Starts everything; returns at once.
pub fn start<R: Runtime>(app: &AppHandle<R>, keyrack: Arc<Keyrack>, links: Links) {
    async_runtime::spawn(serve(app.clone(), keyrack.clone(), links));
    async_runtime::spawn(watch_changes(app.clone(), keyrack));
}

/// The sandbox comes first, because links and retries may be for it. What fails here is shown
/// where it matters: at the connection whose act it was.
async fn serve<R: Runtime>(app: AppHandle<R>, keyrack: Arc<Keyrack>, mut links: Links) {
    if let Ok(true) = keyrack.has_sandbox_client() {
        let _ = app.state::<Shell>().sandbox.start(&keyrack).await;
    }
    let deliver = keyrack.clone();
    async_runtime::spawn(async move {
        while let Some(link) = links.recv().await {
            deliver.deliver_link(&link).await;
        }
    });
    let _ = keyrack.recover().await;
    loop {
        let _ = keyrack.retry_revocations().await;
        tokio::time::sleep(RETRY_EVERY).await;
    }
}

async fn watch_changes<R: Runtime>(app: AppHandle<R>, keyrack: Arc<Keyrack>) {
    let Ok(mut watch) = ChangeWatch::open(keyrack.folder()) else {
        return;
    };
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        if let Ok(true) = watch.has_changed() {
            tell_window(&app, &Event::Changed);
        }
    }
}
