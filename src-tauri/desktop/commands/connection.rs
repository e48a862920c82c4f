//! One connection or several: what is known and written of them, what is done with them, and who uses them.

use std::time::Duration;

use keyrack_core::{
    Allowed, BatchAct, Caller, Cause, Connection, Details, LabelChange, Lease, Problem, Receipt,
    Revocation,
};
use tauri::async_runtime;

use super::Shared;
use crate::browser::open_in_browser;

#[tauri::command]
pub async fn check(shell: Shared<'_>, connection: String) -> Result<Connection, Problem> {
    shell.keyrack()?.check(&connection).await
}

/// Acts on the given connections, or on all. Returns at once; events report the progress and the end.
#[tauri::command]
pub async fn begin_batch(
    shell: Shared<'_>,
    act: BatchAct,
    connections: Option<Vec<String>>,
) -> Result<(), Problem> {
    let batch = shell.keyrack()?.begin_batch(act, connections.as_deref())?;
    async_runtime::spawn(batch);
    Ok(())
}

#[tauri::command(async)]
pub fn cancel_batch(shell: Shared<'_>, act: BatchAct) -> Result<(), Problem> {
    shell.keyrack()?.cancel_batch(act);
    Ok(())
}

#[tauri::command(async)]
pub fn acknowledge_batch(shell: Shared<'_>, act: BatchAct) -> Result<(), Problem> {
    shell.keyrack()?.acknowledge_batch(act);
    Ok(())
}

#[tauri::command]
pub async fn refresh(shell: Shared<'_>, connection: String) -> Result<Connection, Problem> {
    shell.keyrack()?.refresh(&connection).await
}

#[tauri::command]
pub async fn revoke(shell: Shared<'_>, connection: String) -> Result<Revocation, Problem> {
    shell.keyrack()?.revoke(&connection).await
}

#[tauri::command]
pub async fn forget(shell: Shared<'_>, connection: String) -> Result<Receipt, Problem> {
    shell.keyrack()?.forget(&connection).await
}

#[tauri::command]
pub async fn copy_token(shell: Shared<'_>, connection: String) -> Result<(), Problem> {
    let keyrack = shell.keyrack()?;
    let token = keyrack.copy_token(&connection, Caller::default()).await?;
    let seconds = keyrack.preferences()?.clipboard_seconds;
    let clipboard = &shell.clipboard;
    clipboard
        .copy_until(
            token,
            tokio::time::sleep(Duration::from_secs(seconds.into())),
        )
        .await
}

#[tauri::command]
pub async fn details(shell: Shared<'_>, connection: String) -> Result<Details, Problem> {
    shell.keyrack()?.details(&connection).await
}

/// Shows a connection's workspace at Notion, in the browser.
#[tauri::command(async)]
pub fn open_in_notion(shell: Shared<'_>, connection: String) -> Result<(), Problem> {
    let workspace = shell.keyrack()?.connection(&connection)?.workspace_id;
    open_in_browser(&notion_address(&workspace)).map_err(|_| Cause::BrowserFailed.into())
}

/// The address of a workspace at Notion. The id came over the network: only a plain one is part of it.
fn notion_address(workspace: &str) -> String {
    let plain: String = workspace.chars().filter(|&c| c != '-').collect();
    let is_plain = plain.len() == 32 && plain.chars().all(|c| c.is_ascii_hexdigit());
    format!(
        "https://www.notion.so/{}",
        if is_plain { &plain } else { "" }
    )
}

#[tauri::command(async)]
pub fn allow(
    shell: Shared<'_>,
    connection: String,
    allowed: Allowed,
) -> Result<Connection, Problem> {
    shell.keyrack()?.allow(&connection, allowed)
}

#[tauri::command(async)]
pub fn set_expiry(
    shell: Shared<'_>,
    connection: String,
    day: String,
) -> Result<Connection, Problem> {
    shell.keyrack()?.set_expiry(&connection, &day)
}

#[tauri::command(async)]
pub fn set_note(
    shell: Shared<'_>,
    connection: String,
    note: String,
) -> Result<Connection, Problem> {
    shell.keyrack()?.set_note(&connection, &note)
}

#[tauri::command(async)]
pub fn label_connections(
    shell: Shared<'_>,
    connections: Vec<String>,
    add: Vec<String>,
    remove: Vec<String>,
) -> Result<Vec<Connection>, Problem> {
    let note = None;
    let change = LabelChange {
        add,
        remove,
        note,
        expires_on: None,
    };
    shell.keyrack()?.label_connections(&connections, &change)
}

/// The leases that are running, of one connection or of all, oldest first.
#[tauri::command(async)]
pub fn leases(shell: Shared<'_>, connection: Option<String>) -> Result<Vec<Lease>, Problem> {
    let keyrack = shell.keyrack()?;
    match connection {
        Some(id) => keyrack.leases_of(&id),
        None => keyrack.leases(),
    }
}

#[tauri::command(async)]
pub fn end_lease(shell: Shared<'_>, lease: String) -> Result<(), Problem> {
    shell.keyrack()?.end_lease(&lease)
}

#[cfg(test)]
mod tests {
    use super::notion_address;

    #[test]
    fn only_a_plain_id_becomes_part_of_an_address() {
        let at = |id: &str| notion_address(id);
        assert_eq!(
            at("b2e8d7f0-55aa-4e61-8f2b-000000000001"),
            "https://www.notion.so/b2e8d7f055aa4e618f2b000000000001"
        );
        for hostile in ["", "../login", "@evil.example", "b2e8d7f0?x=1"] {
            assert_eq!(at(hostile), "https://www.notion.so/");
        }
    }
}
