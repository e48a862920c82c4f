//! Clients in the store.

use rusqlite::{Connection as Db, OptionalExtension, Row, Transaction, params};

use super::database::Store;
use notion_oauth::Budget;
use serde::{Deserialize, Serialize};

use super::json::Word;
use super::revision::{touch_clients, touch_renamed};
use crate::domain::client::{Client, host_of};
use crate::domain::operation::Ended;
use crate::domain::problem::{Cause, Problem};
use crate::domain::redirect::RedirectMethod;
use crate::domain::time::Millis;
use crate::failpoint::failpoint;

const COLUMNS: &str = "id, name, client_id, redirect_uri, base_url, created_at, budget";

/// What a client's row is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ClientKind {
    /// An OAuth client.
    Oauth,
    /// A token that was made elsewhere, in place of a client. No list of clients has it.
    Token,
}

impl Store {
    /// All clients, by name.
    pub(crate) fn clients(&self) -> Result<Vec<Client>, Problem> {
        Ok(all(&self.lock())?)
    }

    /// Everything that has a pace of its own at Notion: the clients, and the tokens that were made
    /// elsewhere.
    pub(crate) fn paced(&self) -> Result<Vec<Client>, Problem> {
        let db = self.lock();
        let mut query = db.prepare_cached(&format!("SELECT {COLUMNS} FROM clients"))?;
        let rows = query.query_map([], client_from)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One client by its id.
    pub(crate) fn client(&self, id: &str) -> Result<Client, Problem> {
        let db = self.lock();
        let mut query =
            db.prepare_cached(&format!("SELECT {COLUMNS} FROM clients WHERE id = ?1"))?;
        let found = query.query_row(params![id], client_from).optional()?;
        found.ok_or_else(|| Problem::from(Cause::ClientGone))
    }

    /// Adds a client and finishes its operation, in one transaction.
    pub(crate) fn add_client(&self, client: &Client, ended: &Ended) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        insert(&tx, client, ClientKind::Oauth, "")?;
        super::operations::end(&tx, ended)?;
        tx.commit()?;
        failpoint("store.add_client");
        Ok(())
    }

    /// Removes a client's row and its authorizations. Refused by the database while the client has
    /// connections.
    pub(crate) fn remove_client(&self, id: &str) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        if tx.execute("DELETE FROM clients WHERE id = ?1", params![id])? == 1 {
            touch_clients(&tx)?;
        }
        tx.commit()?;
        failpoint("store.remove_client");
        Ok(())
    }

    /// Writes an edited client, and finishes its operation.
    pub(crate) fn save_client(&self, client: &Client, ended: &Ended) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        touch_renamed(&tx, &client.id, &client.name)?;
        tx.execute(
            "UPDATE clients SET name = ?2, redirect_uri = ?3, budget = ?4 WHERE id = ?1",
            params![
                client.id,
                client.name,
                client.redirect_uri,
                Word(client.budget),
            ],
        )?;
        touch_clients(&tx)?;
        super::operations::end(&tx, ended)?;
        tx.commit()?;
        failpoint("store.save_client");
        Ok(())
    }
}

/// Removes the row that a token has in place of a client, with the token's connection.
pub(super) fn remove_token(tx: &Transaction<'_>, id: &str) -> rusqlite::Result<()> {
    let sql = "DELETE FROM clients WHERE id = ?1 AND kind = 'token'";
    tx.execute(sql, [id]).map(drop)
}

/// All clients, by name.
pub(super) fn all(db: &Db) -> rusqlite::Result<Vec<Client>> {
    let mut query = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM clients WHERE kind <> 'token' ORDER BY name COLLATE NOCASE, id"
    ))?;
    let rows = query.query_map([], client_from)?;
    rows.collect()
}

/// Adds a client's row; `or` is what SQLite does about an existing one. Returns how many were added.
pub(super) fn insert(
    tx: &Transaction<'_>,
    client: &Client,
    kind: ClientKind,
    or: &str,
) -> rusqlite::Result<usize> {
    let added = tx.execute(
        &format!(
            "INSERT {or} INTO clients ({COLUMNS}, kind) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        ),
        params![
            client.id,
            client.name,
            client.client_id,
            client.redirect_uri,
            client.base_url,
            client.created_at.0,
            Word(client.budget),
            Word(kind),
        ],
    )?;
    if added == 1 {
        touch_clients(tx)?;
    }
    Ok(added)
}

/// Gives a client's row the kind, and the entry's base URL, id and redirect URI. Returns how many rows had
/// others.
pub(super) fn correct(
    tx: &Transaction<'_>,
    client: &Client,
    kind: ClientKind,
) -> rusqlite::Result<usize> {
    let corrected = tx.execute(
        "UPDATE clients SET base_url = ?2, client_id = ?3, redirect_uri = ?4, kind = ?5
         WHERE id = ?1 AND (base_url, client_id, redirect_uri, kind) IS NOT (?2, ?3, ?4, ?5)",
        params![
            client.id,
            client.base_url,
            client.client_id,
            client.redirect_uri,
            Word(kind),
        ],
    )?;
    if corrected > 0 {
        touch_clients(tx)?;
    }
    Ok(corrected)
}

fn client_from(row: &Row<'_>) -> rusqlite::Result<Client> {
    let redirect_uri: String = row.get(3)?;
    let base_url: Option<String> = row.get(4)?;
    Ok(Client {
        id: row.get(0)?,
        name: row.get(1)?,
        client_id: row.get(2)?,
        redirect_method: RedirectMethod::of(&redirect_uri),
        redirect_uri,
        sandbox: base_url.is_none(),
        host: host_of(base_url.as_deref()),
        base_url,
        created_at: Millis(row.get(5)?),
        budget: row
            .get::<_, Word<_>>(6)
            .map_or_else(|_| Budget::default(), |word| word.0),
    })
}
