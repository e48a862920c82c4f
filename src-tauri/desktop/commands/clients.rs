//! The clients.

use std::path::PathBuf;

use keyrack_core::{Client, ClientChange, ConnectionsPolicy, NewClient, Problem, RedirectMethod};
use secrecy::SecretString;
use tauri::{AppHandle, Runtime, async_runtime};

use super::{Shared, downloads};
use crate::bridge_page;

#[tauri::command]
pub async fn try_sandbox(shell: Shared<'_>) -> Result<Client, Problem> {
    shell.sandbox.add_client(&*shell.keyrack()?).await
}

#[tauri::command(rename_all = "snake_case")]
pub fn redirect_uri(
    method: RedirectMethod,
    localhost_port: Option<u16>,
    bridge_url: Option<String>,
) -> Result<String, Problem> {
    keyrack_core::redirect_uri(method, localhost_port, bridge_url.as_deref())
}

#[tauri::command(async)]
pub fn open_portal(shell: Shared<'_>) -> Result<(), Problem> {
    shell.keyrack()?.open_portal()
}

#[tauri::command]
pub async fn verify_client(shell: Shared<'_>, form: NewClient) -> Result<(), Problem> {
    shell.keyrack()?.verify_client(form).await
}

#[tauri::command]
pub async fn add_client(shell: Shared<'_>, form: NewClient) -> Result<Client, Problem> {
    shell.keyrack()?.add_client(form).await
}

#[tauri::command]
pub async fn replace_client_secret(
    shell: Shared<'_>,
    client: String,
    secret: SecretString,
) -> Result<(), Problem> {
    let keyrack = shell.keyrack()?;
    async_runtime::spawn(keyrack.replace_client_secret(&client, secret).await?);
    Ok(())
}

#[tauri::command]
pub async fn verify_saved_client(shell: Shared<'_>, client: String) -> Result<(), Problem> {
    shell.keyrack()?.verify_saved_client(&client).await
}

#[tauri::command]
pub async fn edit_client(
    shell: Shared<'_>,
    client: String,
    change: ClientChange,
) -> Result<Client, Problem> {
    shell.keyrack()?.edit_client(&client, change).await
}

#[tauri::command]
pub async fn remove_client(
    shell: Shared<'_>,
    client: String,
    connections: ConnectionsPolicy,
) -> Result<(), Problem> {
    shell.keyrack()?.remove_client(&client, connections).await
}

#[tauri::command(async)]
pub fn save_bridge_page<R: Runtime>(app: AppHandle<R>) -> Result<PathBuf, Problem> {
    bridge_page::write(&downloads(&app)?)
}
