//! Connections in the store.

use notion_oauth::Bot;
use rusqlite::{Connection as Db, OptionalExtension, Row, Transaction, params};

use super::clients::{ClientKind, insert};
use super::database::Store;
use super::evidence::evidence_from;
use super::json::{Json, Word};
use super::labels_file::{HAS_TO_SAY, annotation_from, keep, write};
use super::revision::{note_removed, touch_connection};
use crate::domain::act::{Act, Check, Connect, Granted, Import, Refresh};
use crate::domain::client::Client;
use crate::domain::connection::{Connection, TokenGrant, Verdict};
use crate::domain::hand_out::Allowed;
use crate::domain::kind::Kind;
use crate::domain::operation::{Ended, Operation};
use crate::domain::owner::Owner;
use crate::domain::problem::{Cause, Problem};
use crate::domain::time::Millis;
use crate::failpoint::failpoint;
use notion_oauth::sanitize_display_text;

/// The query for a connection with its client and its unfinished revocation, if any.
pub(super) const SELECT: &str = "
    SELECT c.id, c.client, clients.name, clients.base_url IS NULL, c.bot_id, c.workspace_id,
           c.workspace_name, c.workspace_icon, c.owner, c.connected_at,
           c.verdict, c.verdict_at, c.cause, c.failure, c.has_refresh_token, o.act, o.problem,
           c.revision, c.allows, c.last_used_at, clients.client_id, c.labels, c.note, c.expires_on,
           c.capabilities, clients.kind = 'token', c.moved_at
    FROM connections c
    JOIN clients ON clients.id = c.client
    LEFT JOIN operations o ON o.kind = 'revoke' AND o.connection = c.id AND o.finished_at IS NULL";

/// The outcome of a check: the part of the evidence that it replaces.
pub(crate) enum CheckOutcome {
    /// A verdict, with its cause, as far as it is known.
    Verdict(Verdict, Option<Problem>),
    /// No verdict; the last one stays.
    Failure(Problem),
}

impl Store {
    /// All connections, by workspace name.
    pub(crate) fn connections(&self) -> Result<Vec<Connection>, Problem> {
        let db = self.lock();
        let mut query = db.prepare_cached(&format!(
            "{SELECT} ORDER BY c.workspace_name COLLATE NOCASE, c.id"
        ))?;
        let connections = query
            .query_map([], connection_from)?
            .collect::<Result<_, _>>()?;
        Ok(connections)
    }

    /// The connections of one client (`Client::id`), by workspace name.
    pub(crate) fn connections_of(&self, client: &str) -> Result<Vec<Connection>, Problem> {
        let db = self.lock();
        let mut query = db.prepare_cached(&format!(
            "{SELECT} WHERE c.client = ?1 ORDER BY c.workspace_name COLLATE NOCASE, c.id"
        ))?;
        let connections = query
            .query_map([client], connection_from)?
            .collect::<Result<_, _>>()?;
        Ok(connections)
    }

    /// The ids of all connections.
    pub(crate) fn connection_ids(&self) -> Result<Vec<String>, Problem> {
        let db = self.lock();
        let mut query = db.prepare_cached("SELECT id FROM connections")?;
        let ids = query.query_map([], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// One connection by its id.
    pub(crate) fn connection(&self, id: &str) -> Result<Connection, Problem> {
        let db = self.lock();
        let mut query = db.prepare_cached(&format!("{SELECT} WHERE c.id = ?1"))?;
        let found = query.query_row(params![id], connection_from).optional()?;
        found.ok_or_else(|| Problem::from(Cause::ConnectionGone))
    }

    /// The id of the connection with a client and a bot id, which identify it; none if there is
    /// none.
    pub(crate) fn connection_of_bot(
        &self,
        client: &str,
        bot_id: &str,
    ) -> Result<Option<String>, Problem> {
        let db = self.lock();
        let mut query =
            db.prepare_cached("SELECT id FROM connections WHERE client = ?1 AND bot_id = ?2")?;
        Ok(query
            .query_row(params![client, bot_id], |row| row.get(0))
            .optional()?)
    }

    /// When Notion issued a connection's access token; none before its first check.
    pub(crate) fn token_issued_at(&self, id: &str) -> Result<Option<Millis>, Problem> {
        let db = self.lock();
        let mut query = db.prepare_cached("SELECT issued_at FROM connections WHERE id = ?1")?;
        let issued_at = query.query_row(params![id], |row| row.get::<_, Option<i64>>(0));
        Ok(issued_at.optional()?.flatten().map(Millis))
    }

    /// Whether the connection's client was connected to its workspace again later.
    pub(crate) fn has_newer_consent(&self, connection: &Connection) -> Result<bool, Problem> {
        let db = self.lock();
        let mut query = db.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM connections WHERE client = ?1 AND workspace_id = ?2
                AND workspace_id <> '' AND id <> ?3 AND connected_at > ?4)",
        )?;
        let found = query.query_row(
            params![
                connection.client_id,
                connection.workspace_id,
                connection.id,
                connection.connected_at.0,
            ],
            |row| row.get(0),
        )?;
        Ok(found)
    }

    /// Writes the connection of an exchange, new or in place, and finishes the connect, in one
    /// transaction. The fresh exchange is the evidence that the token works.
    pub(crate) fn save_connected(
        &self,
        ended: &Ended<Connect>,
        id: &str,
        granted: &Granted,
    ) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        tx.execute(
            "INSERT INTO connections (id, client, bot_id, workspace_id, workspace_name, workspace_icon, owner,
                                      has_refresh_token, connected_at, verdict, verdict_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?9)
             ON CONFLICT (id) DO UPDATE SET
                workspace_id = excluded.workspace_id, workspace_name = excluded.workspace_name,
                workspace_icon = excluded.workspace_icon, owner = excluded.owner,
                has_refresh_token = excluded.has_refresh_token, connected_at = excluded.connected_at,
                verdict = excluded.verdict, verdict_at = excluded.verdict_at, cause = NULL, failure = NULL,
                capabilities = NULL, issued_at = NULL, moved_at = NULL",
            params![
                id,
                ended.operation().act.client.id,
                granted.bot_id,
                granted.workspace_id,
                granted.workspace_name,
                granted.workspace_icon,
                Json(&granted.owner),
                granted.has_refresh_token,
                ended.at().0,
                Word(Verdict::Active),
            ],
        )?;
        touch_connection(&tx, id)?;
        super::operations::end(&tx, ended)?;
        // Neither concerns the tokens that the connection has now.
        for kind in [Kind::Refresh, Kind::Revoke] {
            super::operations::leave(&tx, kind, id, ended.at(), Cause::Overtaken)?;
        }
        tx.commit()?;
        failpoint("store.save_connected");
        // It is here again, if it was moved.
        keep(&mut db, &self.folder, self.id());
        Ok(())
    }

    /// Writes the connection of an import, with what stands in place of a client if its token was made
    /// elsewhere, and finishes the import, in one transaction. `verdict` is what Notion said, and when.
    pub(crate) fn save_imported(
        &self,
        ended: &Ended<Import>,
        token: Option<&Client>,
        verdict: Option<(Verdict, Millis)>,
    ) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        if let Some(token) = token {
            insert(&tx, token, ClientKind::Token, "")?;
        }
        let Import {
            client,
            entry,
            granted,
            annotation,
            allows,
        } = &ended.operation().act;
        tx.execute(
            "INSERT INTO connections (id, client, bot_id, workspace_id, workspace_name, workspace_icon, owner,
                                      has_refresh_token, connected_at, verdict, verdict_at, allows)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            params![
                entry,
                client.id,
                granted.bot_id,
                granted.workspace_id,
                granted.workspace_name,
                granted.workspace_icon,
                Json(&granted.owner),
                granted.has_refresh_token,
                ended.at().0,
                verdict.map(|(verdict, _)| Word(verdict)),
                verdict.map(|(_, at)| at.0),
                Word(allows),
            ],
        )?;
        write(&tx, entry, annotation)?;
        super::operations::end(&tx, ended)?;
        tx.commit()?;
        failpoint("store.save_imported");
        keep(&mut db, &self.folder, self.id());
        Ok(())
    }

    /// Writes the outcome of a check and finishes it, in one transaction. A removed row stays
    /// removed, and a row with newer evidence than `before`, the connection before the check, keeps
    /// it. A verdict that no Keyrack wrote is no evidence.
    pub(crate) fn save_check(
        &self,
        ended: &Ended<Check>,
        before: &Connection,
        outcome: &CheckOutcome,
        grant: Option<&TokenGrant>,
    ) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        let id = &before.id;
        if let Some(grant) = grant {
            tx.execute(
                "UPDATE connections SET capabilities = ?2, issued_at = ?3
                 WHERE id = ?1 AND connected_at = ?4
                   AND (verdict_at IS ?5 OR verdict NOT IN ('active', 'inactive'))",
                params![
                    id,
                    Json(&grant.capabilities),
                    grant.issued_at.map(|at| at.0),
                    before.connected_at.0,
                    before.checked_at.map(|at| at.0),
                ],
            )?;
        }
        let written = match outcome {
            CheckOutcome::Verdict(verdict, cause) => tx.execute(
                "UPDATE connections SET verdict = ?2, verdict_at = ?3, cause = ?4, failure = NULL
                 WHERE id = ?1 AND connected_at = ?5
                   AND (verdict_at IS ?6 OR verdict NOT IN ('active', 'inactive'))",
                params![
                    id,
                    Word(*verdict),
                    ended.at().0,
                    cause.as_ref().map(Json),
                    before.connected_at.0,
                    before.checked_at.map(|at| at.0),
                ],
            )?,
            CheckOutcome::Failure(problem) => tx.execute(
                "UPDATE connections SET failure = ?2
                 WHERE id = ?1 AND connected_at = ?3
                   AND (verdict_at IS ?4 OR verdict NOT IN ('active', 'inactive'))",
                params![
                    id,
                    Json(problem),
                    before.connected_at.0,
                    before.checked_at.map(|at| at.0),
                ],
            )?,
        };
        if written == 1 {
            touch_connection(&tx, id)?;
        }
        super::operations::end(&tx, ended)?;
        tx.commit()?;
        failpoint("store.save_check");
        Ok(())
    }

    /// Writes why a connection cannot be checked, as it was found outside of a check: its tokens are gone.
    /// A row with newer evidence than `before` keeps it.
    pub(crate) fn save_lost(&self, before: &Connection, problem: &Problem) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        let written = tx.execute(
            "UPDATE connections SET failure = ?2
             WHERE id = ?1 AND connected_at = ?3 AND verdict_at IS ?4 AND failure IS NOT ?2",
            params![
                before.id,
                Json(problem),
                before.connected_at.0,
                before.checked_at.map(|at| at.0),
            ],
        )?;
        if written == 1 {
            touch_connection(&tx, &before.id)?;
        }
        Ok(tx.commit()?)
    }

    /// Writes a connection's workspace and owner, which its vault entry does not have.
    pub(crate) fn name_connection(&self, id: &str, bot: Bot) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        let named = tx.execute(
            "UPDATE connections SET workspace_id = ?2, workspace_name = ?3, owner = ?4
             WHERE id = ?1 AND workspace_id = ''",
            params![
                id,
                sanitize_display_text(&bot.workspace_id.unwrap_or_default()),
                sanitize_display_text(&bot.workspace_name.unwrap_or_default()),
                Json(Owner::from(bot.owner)),
            ],
        )?;
        if named == 1 {
            touch_connection(&tx, id)?;
        }
        Ok(tx.commit()?)
    }

    /// Writes the result of a refresh and finishes it, in one transaction. Without a verdict the
    /// last one stays.
    pub(crate) fn save_refreshed(
        &self,
        ended: &Ended<Refresh>,
        verdict: Option<Verdict>,
        has_refresh_token: bool,
    ) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        let operation = ended.operation();
        tx.execute(
            "UPDATE connections SET verdict = coalesce(?2, verdict), verdict_at = iif(?2 IS NULL, verdict_at, ?3),
                cause = ?4, failure = NULL, has_refresh_token = ?5, issued_at = NULL
             WHERE id = ?1",
            params![
                operation.act.of.id,
                verdict.map(Word),
                ended.at().0,
                operation.problem.as_ref().map(Json),
                has_refresh_token,
            ],
        )?;
        touch_connection(&tx, &operation.act.of.id)?;
        super::operations::end(&tx, ended)?;
        tx.commit()?;
        failpoint("store.save_refreshed");
        Ok(())
    }

    /// Commits that the person is asked about a consent for another workspace, and clears the verdict of
    /// that workspace's connection, if there is one: its earlier tokens may have ended.
    pub(crate) fn save_asked(&self, operation: &Operation<Connect>) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        unsettle(&tx, operation.act.step.connection(), None)?;
        super::operations::write(&tx, operation, None)?;
        tx.commit()?;
        failpoint("store.save_asked");
        Ok(())
    }

    /// Ends a reconnect or a refresh whose result is unknown, and clears the verdict of its connection,
    /// if it is listed: the old one is no evidence for the tokens that the vault holds now.
    pub(crate) fn clear_verdict<A: Clone + Into<Act>>(
        &self,
        ended: &Ended<A>,
        has_refresh_token: Option<bool>,
    ) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        let act = ended.operation().act.clone().into();
        unsettle(&tx, act.connection(), has_refresh_token)?;
        super::operations::end(&tx, ended)?;
        tx.commit()?;
        failpoint("store.clear_verdict");
        Ok(())
    }

    /// Removes a connection with what is written on it, and ends the operation that ended it, and its
    /// unfinished revocation or refresh, in one transaction.
    pub(crate) fn remove_connection<A: Clone + Into<Act>>(
        &self,
        ended: &Ended<A>,
        id: &str,
    ) -> Result<(), Problem> {
        let mut db = self.lock();
        let tx = db.transaction()?;
        let removed = tx.query_row(
            &format!("DELETE FROM connections WHERE id = ?1 RETURNING {HAS_TO_SAY}"),
            [id],
            |row| row.get::<_, bool>(0),
        );
        let removed = removed.optional()?;
        if removed.is_some() {
            note_removed(&tx, id)?;
            super::clients::remove_token(&tx, id)?;
        }
        super::operations::end(&tx, ended)?;
        for kind in [Kind::Revoke, Kind::Refresh] {
            super::operations::leave(&tx, kind, id, ended.at(), Cause::RemovedBeforeDone)?;
        }
        tx.commit()?;
        failpoint("store.remove_connection");
        if removed == Some(true) {
            keep(&mut db, &self.folder, self.id());
        }
        Ok(())
    }
}

/// Clears the verdict of a connection, if it is listed.
fn unsettle(
    tx: &Transaction<'_>,
    connection: Option<&str>,
    has_refresh_token: Option<bool>,
) -> rusqlite::Result<()> {
    let Some(id) = connection else {
        return Ok(());
    };
    tx.execute(
        "UPDATE connections SET verdict = NULL, verdict_at = NULL, cause = NULL, failure = NULL,
            has_refresh_token = coalesce(?2, has_refresh_token), issued_at = NULL
         WHERE id = ?1",
        params![id, has_refresh_token],
    )?;
    touch_connection(tx, id)
}

/// The first connections, at most `most`, in about the order of the window's list: those that need
/// attention, then by name.
pub(super) fn first(db: &Db, most: u32) -> rusqlite::Result<Vec<Connection>> {
    let mut query = db.prepare_cached(&format!(
        "{SELECT} ORDER BY
            NOT ((c.moved_at IS NULL OR o.act IS NOT NULL)
                AND needs_attention(c.verdict, c.verdict_at, c.cause, c.failure, c.has_refresh_token, o.act, o.problem)),
            sort_key(c.workspace_name), c.id LIMIT ?1"
    ))?;
    let rows = query.query_map([most], connection_from)?;
    rows.collect()
}

/// Whether a pending revocation is tried again only by the person.
fn waits_for_the_person(obstacle: &Problem) -> bool {
    obstacle.cause == Cause::RevocationUnproven
}

pub(super) fn connection_from(row: &Row<'_>) -> rusqlite::Result<Connection> {
    let evidence = evidence_from(|column| row.get_ref(10 + column))?;
    let made_elsewhere = row.get(25)?;
    let derived = evidence.derive_status();
    let derived = if made_elsewhere {
        derived.of_token()
    } else {
        derived
    };
    let annotation = annotation_from(row, 21);
    let moved_at = row.get::<_, Option<i64>>(26)?.map(Millis);
    // One that was moved needs nobody here, unless it is being revoked.
    let is_here = moved_at.is_none() || evidence.revocation.is_some();
    Ok(Connection {
        id: row.get(0)?,
        client_id: row.get(1)?,
        client_name: row.get(2)?,
        sandbox: row.get(3)?,
        bot_id: row.get(4)?,
        workspace_id: row.get(5)?,
        workspace_name: row.get(6)?,
        workspace_icon: row.get(7)?,
        // Like the evidence: one row that no Keyrack wrote keeps no other from being used.
        owner: row
            .get::<_, Json<_>>(8)
            .map_or(Owner::Unknown, |json| json.0),
        has_refresh_token: evidence.has_refresh_token,
        connected_at: Millis(row.get(9)?),
        needs_attention: is_here && derived.needs_attention(),
        status: derived.status,
        last_status: derived.last_status,
        checked_at: evidence.verdict.map(|(_, at)| at),
        problem: derived.problem,
        retry_at: evidence
            .revocation
            .filter(|(obstacle, _)| !obstacle.as_ref().is_some_and(waits_for_the_person))
            .and_then(|(_, retry_at)| retry_at),
        revision: row.get(17)?,
        allows: row
            .get::<_, Word<_>>(18)
            .map_or(Allowed::Never, |word| word.0),
        capabilities: row
            .get::<_, Option<Json<_>>>(24)
            .map_or(None, |json| json.map(|json| json.0)),
        moved_at,
        last_used_at: row.get::<_, Option<i64>>(19)?.map(Millis),
        oauth_client_id: row.get(20)?,
        labels: annotation.labels,
        note: annotation.note,
        expires_on: annotation.expires_on,
        made_elsewhere,
    })
}
