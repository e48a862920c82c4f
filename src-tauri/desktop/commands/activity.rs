//! The activity.

use std::path::PathBuf;

use keyrack_core::documents::ExportFormat;
use keyrack_core::{ActivityFilter, ActivityPage, Problem};
use tauri::{AppHandle, Runtime};

use super::{Shared, downloads};
use crate::files;

#[tauri::command(async)]
pub fn activity(
    shell: Shared<'_>,
    filter: ActivityFilter,
    before: Option<String>,
) -> Result<ActivityPage, Problem> {
    shell.keyrack()?.activity(&filter, before.as_deref())
}

#[tauri::command(async)]
pub fn export_activity<R: Runtime>(
    app: AppHandle<R>,
    shell: Shared<'_>,
    filter: ActivityFilter,
    format: ExportFormat,
) -> Result<PathBuf, Problem> {
    let exported = shell.keyrack()?.export_activity(&filter, format)?;
    files::write_download(&downloads(&app)?, &exported.name, &exported.file())
}
