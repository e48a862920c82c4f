//! Sealed files, and what moved in them.

use keyrack_core::{Connection, FoundInFile, Problem, Seal, SealedExport, SealedImport};
use secrecy::SecretString;
use tauri::{AppHandle, Runtime};

use super::{Shared, downloads};
use crate::sealed;

/// Seals connections into a new file in the downloads, to a passphrase, or to public keys if there are any.
#[tauri::command]
pub async fn export_sealed<R: Runtime>(
    app: AppHandle<R>,
    shell: Shared<'_>,
    connections: Vec<String>,
    passphrase: SecretString,
    recipients: Vec<String>,
    copy: bool,
) -> Result<SealedExport, Problem> {
    let to = if recipients.is_empty() {
        Seal::passphrase(passphrase)?
    } else {
        Seal::recipients(&recipients)?
    };
    let keyrack = shell.keyrack()?;
    sealed::export(&keyrack, &downloads(&app)?, &connections, to, copy).await
}

/// Opens a sealed file, and asks Notion about what is in it; nothing is kept yet.
#[tauri::command]
pub async fn open_sealed(
    shell: Shared<'_>,
    file: Vec<u8>,
    passphrase: SecretString,
) -> Result<FoundInFile, Problem> {
    let keyrack = shell.keyrack()?;
    shell.sealed.open(&keyrack, file, passphrase).await
}

/// Takes in what is new in the open file.
#[tauri::command]
pub async fn import_sealed(shell: Shared<'_>) -> Result<SealedImport, Problem> {
    let keyrack = shell.keyrack()?;
    shell.sealed.take_in(&keyrack).await
}

#[tauri::command]
pub async fn close_sealed(shell: Shared<'_>) -> Result<(), Problem> {
    shell.sealed.close().await;
    Ok(())
}

/// Uses connections here again that were moved to another computer.
#[tauri::command(async)]
pub fn undo_move(shell: Shared<'_>, connections: Vec<String>) -> Result<Vec<Connection>, Problem> {
    shell.keyrack()?.undo_move(&connections)
}
