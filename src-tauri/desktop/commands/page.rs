//! The page itself: how it is looked at, and what leaves it.

use std::path::PathBuf;

use keyrack_core::Problem;
use tauri::{AppHandle, Manager as _, Runtime};

use super::{Shared, downloads};
use crate::{files, window};

/// The setting under which the page keeps how it is looked at.
const LOOK: &str = "look";

/// How the window was last looked at, in the page's own words; none before that is first kept.
#[tauri::command(async)]
pub fn look(shell: Shared<'_>) -> Result<Option<String>, Problem> {
    shell.keyrack()?.setting(LOOK)
}

/// Keeps how the window is looked at for its next start, since the web view's own data are temporary.
#[tauri::command(async)]
pub fn keep_look(shell: Shared<'_>, look: String) -> Result<(), Problem> {
    shell.keyrack()?.set_setting(LOOK, &look)
}

/// Sets the size of the window's content, as a part of the usual one.
#[tauri::command]
pub fn zoom<R: Runtime>(app: AppHandle<R>, size: f64) {
    if let Some(window) = app.get_webview_window(window::LABEL) {
        let _ = window.set_zoom(size.clamp(0.5, 3.0));
    }
}

#[tauri::command]
pub async fn copy_text(shell: Shared<'_>, text: String) -> Result<(), Problem> {
    shell.clipboard.copy(text).await
}

#[tauri::command(async)]
pub fn save_text<R: Runtime>(
    app: AppHandle<R>,
    name: String,
    text: String,
) -> Result<PathBuf, Problem> {
    files::save_text(&downloads(&app)?, &name, &text)
}

/// Closes the window as its close button does: tokens on their way to the keyring are waited for.
#[tauri::command]
pub fn quit<R: Runtime>(app: AppHandle<R>) {
    if let Some(window) = app.get_webview_window(window::LABEL) {
        let _ = window.close();
    }
}
