//! The end of the app: at once, unless tokens are on their way from Notion to the keyring.

use std::sync::Arc;
use std::time::{Duration, Instant};

use keyrack_core::{Keyrack, asked_to_end};
use tauri::{AppHandle, Manager as _, RunEvent, Runtime, WindowEvent, async_runtime};

use super::{LABEL, place};
use crate::links::inbox::Inbox;
use crate::shell::Shell;

/// How often the end checks whether the tokens have arrived.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The longest wait for tokens on their way: a keyring may ask to be unlocked without end.
const LONGEST: Duration = Duration::from_secs(25);

/// Lets the app end, or hides the window and ends it as soon as nothing can be lost.
pub fn on_event<R: Runtime>(app: &AppHandle<R>, event: &RunEvent) {
    match event {
        RunEvent::WindowEvent {
            event: WindowEvent::CloseRequested { api, .. },
            ..
        } => {
            if let Some(keyrack) = keyrack(app) {
                place::remember(app, &keyrack);
            }
            if is_busy(app) {
                api.prevent_close();
                end_when_done(app);
            } else {
                app.state::<Inbox>().close();
            }
        }
        // Only `end_when_done` exits with a code.
        RunEvent::ExitRequested {
            code: None, api, ..
        } if is_busy(app) => {
            api.prevent_exit();
            end_when_done(app);
        }
        RunEvent::Exit => {
            app.state::<Inbox>().close();
            if let Some(shell) = app.try_state::<Shell>() {
                shell.close();
            }
            // Tauri would first release the instance's D-Bus name, over a connection that may be
            // blocking another instance; the end of the process releases it too.
            std::process::exit(0);
        }
        _ => {}
    }
}

/// Has the app end as if its window were closed, when the system or whoever started it asks for that; at once
/// when it is asked twice.
pub fn on_signal<R: Runtime>(app: &AppHandle<R>) {
    let app = app.clone();
    async_runtime::spawn(async move {
        loop {
            asked_to_end().await;
            // A hidden window is ending already.
            if !is_busy(&app) || !is_shown(&app) {
                return app.exit(0);
            }
            end_when_done(&app);
        }
    });
}

fn keyrack<R: Runtime>(app: &AppHandle<R>) -> Option<Arc<Keyrack>> {
    app.try_state::<Shell>()?.keyrack().ok()
}

fn is_busy<R: Runtime>(app: &AppHandle<R>) -> bool {
    keyrack(app).is_some_and(|keyrack| keyrack.is_busy())
}

fn is_shown<R: Runtime>(app: &AppHandle<R>) -> bool {
    let window = app.get_webview_window(LABEL);
    window.is_some_and(|window| window.is_visible().unwrap_or(false))
}

fn end_when_done<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let _ = window.hide();
    }
    if let Some(keyrack) = keyrack(app) {
        keyrack.cancel_unanswered();
    }
    let app = app.clone();
    async_runtime::spawn(async move {
        let deadline = Instant::now() + LONGEST;
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            // A second instance has brought the window back: the app goes on.
            if is_shown(&app) {
                return;
            }
            if !is_busy(&app) || Instant::now() >= deadline {
                app.state::<Inbox>().close();
                return app.exit(0);
            }
        }
    });
}
