//! The settings, the self-test, and the ways back.

use keyrack_core::{About, Preferences, Problem, Rebuilt, SelfTest};
use tauri::{AppHandle, Runtime, async_runtime};

use super::Shared;
use crate::background;
use crate::links::app_link;

#[tauri::command(async)]
pub fn preferences(shell: Shared<'_>) -> Result<Preferences, Problem> {
    shell.keyrack()?.preferences()
}

#[tauri::command(async)]
pub fn change_preferences(shell: Shared<'_>, preferences: Preferences) -> Result<(), Problem> {
    let keyrack = shell.keyrack()?;
    let before = keyrack.background_checks()?;
    let changed = keyrack.set_preferences(&preferences);
    if keyrack.background_checks()? != before {
        background::watch(&keyrack);
    }
    changed
}

#[tauri::command]
pub async fn about(shell: Shared<'_>) -> Result<About, Problem> {
    Ok(shell.keyrack()?.about().await)
}

#[tauri::command(async)]
pub fn open_data_folder(shell: Shared<'_>) -> Result<(), Problem> {
    shell.keyrack()?.open_data_folder()
}

#[tauri::command]
pub async fn self_test<R: Runtime>(
    app: AppHandle<R>,
    shell: Shared<'_>,
    test: SelfTest,
) -> Result<(), Problem> {
    let keyrack = shell.keyrack()?;
    match test {
        SelfTest::Keyring => keyrack.test_keyring().await,
        SelfTest::AppLink => app_link::test(&app).await,
        SelfTest::Localhost => keyrack.test_localhost().await,
        SelfTest::Notion => keyrack.test_notion().await,
        SelfTest::Database => keyrack.test_database(),
    }
}

/// Makes the list say what the keyring says.
#[tauri::command]
pub async fn rebuild(shell: Shared<'_>) -> Result<Rebuilt, Problem> {
    shell.keyrack()?.rebuild().await
}

/// Removes everything. Returns at once; events report each stage.
#[tauri::command]
pub async fn remove_everything<R: Runtime>(
    app: AppHandle<R>,
    shell: Shared<'_>,
    revoke_first: bool,
) -> Result<(), Problem> {
    let app_link = || async move { app_link::unregister(&app).await };
    let removal = shell.keyrack()?.remove_everything(revoke_first, app_link)?;
    async_runtime::spawn(removal);
    Ok(())
}

#[tauri::command(async)]
pub fn acknowledge_removal(shell: Shared<'_>) -> Result<(), Problem> {
    shell.keyrack()?.acknowledge_removal();
    Ok(())
}
