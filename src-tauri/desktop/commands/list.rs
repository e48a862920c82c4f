//! The list: its rows, what changes of them, and the whole as a table.

use std::path::PathBuf;

use keyrack_core::documents::ExportFormat;
use keyrack_core::{Changes, News, Problem, Snapshot};
use tauri::{AppHandle, Runtime, State};

use super::{Shared, downloads};
use crate::files;
use crate::links::inbox::Inbox;
use crate::links::wanted::Wanted;

#[tauri::command(async)]
pub fn snapshot(shell: Shared<'_>) -> Result<Snapshot, Problem> {
    shell.keyrack()?.snapshot()
}

/// Returns what changed since a revision. The window's first call comes once it has painted its first
/// list.
#[tauri::command(async)]
pub fn changes(shell: Shared<'_>, since: i64) -> Result<Changes, Problem> {
    shell.painted.notify_one();
    shell.keyrack()?.changes(since)
}

#[tauri::command(async)]
pub fn news(shell: Shared<'_>) -> Result<News, Problem> {
    Ok(shell.keyrack()?.news())
}

/// What a start of the program asks to see in the list; once.
#[tauri::command]
pub fn wanted(inbox: State<'_, Inbox>) -> Option<Wanted> {
    inbox.take_wanted()
}

#[tauri::command(async)]
pub fn export_connections<R: Runtime>(
    app: AppHandle<R>,
    shell: Shared<'_>,
    connections: Vec<String>,
    format: ExportFormat,
) -> Result<PathBuf, Problem> {
    let exported = shell.keyrack()?.export_connections(&connections, format)?;
    files::write_download(&downloads(&app)?, &exported.name, &exported.file())
}
