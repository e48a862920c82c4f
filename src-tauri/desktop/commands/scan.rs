//! The scan for stray tokens.

use keyrack_core::{Ground, Problem, Scan};
use tauri::{AppHandle, Manager as _, Runtime};

use super::Shared;

/// Looks for tokens in clear text: in the known places, and below paths as a person typed them. A scan that
/// is under way ends.
#[tauri::command]
pub async fn scan<R: Runtime>(
    app: AppHandle<R>,
    shell: Shared<'_>,
    folders: Vec<String>,
) -> Result<Scan, Problem> {
    let home = app.path().home_dir().unwrap_or_default();
    let typed = |folder: &String| match folder.strip_prefix('~') {
        Some(rest) => home.join(rest.trim_start_matches(['/', '\\'])),
        None => home.join(folder),
    };
    let ground = Ground {
        known_places: true,
        named: folders.iter().map(typed).collect(),
    };
    let goes_on = shell.scans.begin();
    Ok(shell.keyrack()?.scan(ground, move |_| goes_on()).await)
}

/// Ends the scan that is under way.
#[tauri::command]
pub fn end_scan(shell: Shared<'_>) {
    shell.scans.end();
}
