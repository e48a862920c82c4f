//! What arrives from elsewhere: a token, and the pairs of a client.

use keyrack_core::{Connection, JudgedLine, KeptLine, NewToken, Problem};
use secrecy::SecretString;

use super::Shared;

#[tauri::command]
pub async fn add_token(shell: Shared<'_>, form: NewToken) -> Result<Connection, Problem> {
    shell.keyrack()?.add_token(form).await
}

/// Begins an import of a list of pairs into a client, and returns how many lines it has.
#[tauri::command]
pub async fn begin_import(
    shell: Shared<'_>,
    client: String,
    list: SecretString,
) -> Result<usize, Problem> {
    let keyrack = shell.keyrack()?;
    shell.imports.begin(&keyrack, &client, list).await
}

#[tauri::command]
pub async fn judge_next(shell: Shared<'_>) -> Result<Option<JudgedLine>, Problem> {
    shell.imports.judge_next().await
}

#[tauri::command]
pub async fn keep_next(shell: Shared<'_>) -> Result<Option<KeptLine>, Problem> {
    shell.imports.keep_next().await
}

#[tauri::command]
pub async fn end_import(shell: Shared<'_>) -> Result<(), Problem> {
    shell.imports.end().await;
    Ok(())
}
