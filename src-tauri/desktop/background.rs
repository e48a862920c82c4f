//! Background tasks of the window's process: links, recovery, retries, and changes by other processes.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use keyrack_core::{BackgroundChecks, Backoff, Keyrack, WATCHER, program_beside};
use secrecy::ExposeSecret as _;
use tauri::{AppHandle, Manager as _, Runtime, async_runtime};
use tokio::time::{sleep, timeout};

use crate::events::announce;
use crate::links::inbox::Links;
use crate::shell::Shell;

/// How often pending revocations are looked at; each has its own time for the next try.
const RETRY_EVERY: Duration = Duration::from_secs(15);

/// The waits between tries of recovery: longer each time, because a locked keyring asks the person
/// each time.
const RECOVERY_PAUSES: Backoff = Backoff {
    first: Duration::from_secs(30),
    most: Duration::from_hours(1),
};

/// How often other processes' changes are looked for: one number is read.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The longest that background tasks wait for the first painted list: a hidden window paints none.
const LONGEST_FOR_FIRST_LIST: Duration = Duration::from_secs(2);

/// Starts the background tasks; returns at once.
pub fn start<R: Runtime>(app: &AppHandle<R>, keyrack: Arc<Keyrack>, links: Links) {
    async_runtime::spawn(serve(app.clone(), keyrack, links));
}

/// Runs the background tasks. The sandbox starts first, because links and retries may be for it.
/// Recovery and watching start after the first list is painted, so that they do not slow it down.
/// Failures are shown at the connection that they concern.
async fn serve<R: Runtime>(app: AppHandle<R>, keyrack: Arc<Keyrack>, links: Links) {
    if let Ok(true) = keyrack.has_sandbox_client() {
        let _ = app.state::<Shell>().sandbox.start(&keyrack).await;
    }
    async_runtime::spawn(deliver(app.clone(), keyrack.clone(), links));
    let shell = app.state::<Shell>();
    let _ = timeout(LONGEST_FOR_FIRST_LIST, shell.painted.notified()).await;
    watch(&keyrack);
    async_runtime::spawn(watch_changes(app.clone()));
    async_runtime::spawn(recover(keyrack.clone()));
    loop {
        let _ = keyrack.retry_revocations().await;
        sleep(RETRY_EVERY).await;
    }
}

/// Starts `keyrack watch` if background checks are on; it goes on when the window is closed. A
/// second watcher ends by itself, and so does the only one once background checks are off.
pub fn watch(keyrack: &Keyrack) {
    let checks = keyrack.preferences().map(|chosen| chosen.background_checks);
    if !matches!(checks, Ok(checks) if checks != BackgroundChecks::Off) {
        return;
    }
    let Ok(program) = program_beside(WATCHER) else {
        return;
    };
    let mut command = Command::new(program);
    command
        .arg("watch")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    if let Ok(mut watcher) = command.spawn() {
        // So that a watcher that ends first leaves no zombie process.
        thread::spawn(move || watcher.wait());
    }
}

/// Delivers each link in a task of its own: one that waits for the keyring holds up no other.
async fn deliver<R: Runtime>(app: AppHandle<R>, keyrack: Arc<Keyrack>, mut links: Links) {
    while let Some(link) = links.recv().await {
        if app.state::<Shell>().round_trip.take(link.expose_secret()) {
            continue;
        }
        let keyrack = keyrack.clone();
        async_runtime::spawn(async move { keyrack.deliver_callback(link.expose_secret()).await });
    }
}

async fn recover(keyrack: Arc<Keyrack>) {
    let mut tries = 0;
    while keyrack.recover().await.is_err() {
        tries += 1;
        sleep(RECOVERY_PAUSES.wait(tries)).await;
    }
}

async fn watch_changes<R: Runtime>(app: AppHandle<R>) {
    loop {
        announce(&app);
        sleep(LOOK_EVERY).await;
    }
}
