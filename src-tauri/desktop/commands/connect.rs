//! The way to a connection: the authorizations.

use std::sync::Arc;
use std::time::Duration;

use keyrack_core::{Authorization, Keyrack, Problem, RedirectMethod};
use secrecy::{ExposeSecret as _, SecretString};
use tauri::{AppHandle, Runtime, async_runtime};

use super::Shared;
use crate::links::app_link;

/// How often an authorization whose address is on the clipboard is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

#[tauri::command]
pub async fn begin_authorization<R: Runtime>(
    app: AppHandle<R>,
    shell: Shared<'_>,
    client: String,
) -> Result<Authorization, Problem> {
    let keyrack = shell.keyrack()?;
    register_app_link(&app, &keyrack, &client).await?;
    keyrack.begin_authorization(&client).await
}

#[tauri::command]
pub async fn begin_reconnect<R: Runtime>(
    app: AppHandle<R>,
    shell: Shared<'_>,
    connection: String,
) -> Result<Authorization, Problem> {
    let keyrack = shell.keyrack()?;
    let client = keyrack.connection(&connection)?.client_id;
    register_app_link(&app, &keyrack, &client).await?;
    keyrack.begin_reconnect(&connection).await
}

/// Registers this program for app links, if the client's callbacks arrive by one.
async fn register_app_link<R: Runtime>(
    app: &AppHandle<R>,
    keyrack: &Keyrack,
    client: &str,
) -> Result<(), Problem> {
    if keyrack.client(client)?.redirect_method != RedirectMethod::Localhost {
        app_link::register(app).await;
    }
    Ok(())
}

#[tauri::command(async)]
pub fn open_again(shell: Shared<'_>, authorization: String) -> Result<(), Problem> {
    shell.keyrack()?.open_again(&authorization)
}

#[tauri::command]
pub async fn copy_authorization_url(
    shell: Shared<'_>,
    authorization: String,
) -> Result<(), Problem> {
    let keyrack = shell.keyrack()?;
    let url = keyrack.authorization_url(&authorization)?;
    let keyrack = Arc::downgrade(&keyrack);
    let is_waiting = move || {
        let keyrack = keyrack.upgrade();
        keyrack.is_some_and(|keyrack| keyrack.authorization_url(&authorization).is_ok())
    };
    let waits = async move {
        while is_waiting() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    shell.clipboard.copy_until(url, waits).await
}

/// Takes a pasted callback. Returns as soon as it is accepted or refused; events report the rest.
#[tauri::command]
pub async fn submit_callback(shell: Shared<'_>, text: SecretString) -> Result<(), Problem> {
    let rest = shell
        .keyrack()?
        .take_pasted(text.expose_secret().as_bytes())?;
    async_runtime::spawn(rest);
    Ok(())
}

#[tauri::command]
pub async fn continue_authorization(
    shell: Shared<'_>,
    authorization: String,
) -> Result<(), Problem> {
    let keyrack = shell.keyrack()?;
    async_runtime::spawn(async move { keyrack.continue_authorization(&authorization).await });
    Ok(())
}

#[tauri::command(async)]
pub fn cancel_authorization(shell: Shared<'_>, authorization: String) -> Result<(), Problem> {
    shell.keyrack()?.cancel_authorization(&authorization)
}

#[tauri::command(async)]
pub fn acknowledge(shell: Shared<'_>) -> Result<(), Problem> {
    shell.keyrack()?.acknowledge();
    Ok(())
}
