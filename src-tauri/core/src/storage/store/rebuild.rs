//! Rebuilding the database's rows from the vault.

use rusqlite::{Transaction, params};

use super::clients::{ClientKind, correct, insert};
use super::database::Store;
use super::generation::meta;
use super::json::Json;
use super::labels_file::{keep, kept_in, write_kept};
use super::quarantine::{REBUILD_NOTE, want_rebuild};
use super::revision::touch_connection;
use crate::domain::client::Client;
use crate::domain::operation::Operation;
use crate::domain::owner::Owner;
use crate::domain::problem::Problem;
use crate::domain::rebuilt::{FoundConnection, Rebuilt, WantedRebuild};
use crate::domain::time::Millis;
use crate::failpoint::failpoint;

impl Store {
    /// The wanted rebuild of the rows from the vault, if there is one.
    pub(crate) fn rebuild_wanted(&self) -> Result<Option<WantedRebuild>, Problem> {
        let note = meta(&self.lock(), REBUILD_NOTE)?;
        Ok(note.and_then(|note| serde_json::from_str(&note).ok()))
    }

    /// Notes that a person wants a rebuild of the rows from the vault.
    pub(crate) fn want_rebuild(&self, wanted: &WantedRebuild) -> Result<(), Problem> {
        want_rebuild(&self.lock(), wanted)
    }

    /// Adds the missing rows, and ends the operation with their counts, in one transaction. Existing
    /// rows stay as they are, but for what decides where a secret is sent: that is the entries'.
    pub(crate) fn add_found(
        &self,
        clients: &[Client],
        connections: &[FoundConnection],
        mut operation: Operation<Rebuilt>,
        now: Millis,
    ) -> Result<Rebuilt, Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        let kept = kept_in(&self.folder, self.id());
        let rebuilt = &mut operation.act;
        for client in clients {
            if is_claimed_by_operation(&tx, &client.id, None)? {
                continue;
            }
            rebuilt.clients += insert(&tx, client, ClientKind::Oauth, "OR IGNORE")?;
            rebuilt.corrected += correct(&tx, client, ClientKind::Oauth)?;
        }
        for found in connections {
            if is_claimed_by_operation(&tx, &found.client, Some(&found.id))? {
                continue;
            }
            if let Some(token) = &found.token {
                insert(&tx, token, ClientKind::Token, "OR IGNORE")?;
                rebuilt.corrected += correct(&tx, token, ClientKind::Token)?;
            }
            let has_client: bool = tx.query_row(
                "SELECT EXISTS (SELECT 1 FROM clients WHERE id = ?1)",
                params![found.client],
                |row| row.get(0),
            )?;
            if !has_client {
                rebuilt.without_client += 1;
                continue;
            }
            let added = tx.execute(
                "INSERT OR IGNORE INTO connections
                    (id, client, bot_id, workspace_id, workspace_name, owner, has_refresh_token, connected_at)
                 VALUES (?1, ?2, ?3, '', ?4, ?5, ?6, 0)",
                params![
                    found.id,
                    found.client,
                    found.bot_id,
                    found.workspace_name,
                    Json(Owner::Unknown),
                    found.has_refresh_token,
                ],
            )?;
            // Ignored where the client has another connection of the bot.
            let corrected = tx.execute(
                "UPDATE OR IGNORE connections SET client = ?2, bot_id = ?3, failure = NULL
                 WHERE id = ?1 AND (client, bot_id) IS NOT (?2, ?3)",
                params![found.id, found.client, found.bot_id],
            )?;
            if added + corrected > 0 {
                touch_connection(&tx, &found.id)?;
            }
            if let Some(kept) = kept.get(&found.id).filter(|_| added > 0) {
                write_kept(&tx, &found.id, kept)?;
            }
            rebuilt.connections += added;
            rebuilt.corrected += corrected;
        }
        tx.execute("DELETE FROM meta WHERE key = ?1", params![REBUILD_NOTE])?;
        let ended = operation.done(now);
        super::operations::end(&tx, &ended)?;
        tx.commit()?;
        failpoint("store.add_found");
        keep(&mut db, &self.folder, self.id());
        Ok(ended.operation().act.clone())
    }
}

/// Whether an operation has ended, or is about to write or to end, what a vault entry is for: a
/// connection, or a client if `connection` is none. Ids are never used again.
fn is_claimed_by_operation(
    tx: &Transaction<'_>,
    client: &str,
    connection: Option<&str>,
) -> rusqlite::Result<bool> {
    tx.query_row(
        "SELECT EXISTS (
            SELECT 1 FROM operations
            WHERE client = ?1 AND connection IS ?2
              AND kind IN ('add-client', 'remove-client', 'connect', 'import', 'revoke', 'forget')
              AND (finished_at IS NULL OR CASE WHEN json_valid(act) THEN act ->> 'removed_at' END IS NOT NULL))",
        params![client, connection],
        |row| row.get(0),
    )
}
