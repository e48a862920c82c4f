//! Authorizations in the store: the one place where a state is consumed.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::database::Store;
use super::json::Json;
use crate::domain::act::Connect;
use crate::domain::authorization::{Authorization, Progress, Reconnects};
use crate::domain::operation::Operation;
use crate::domain::problem::{Cause, Problem};
use crate::domain::time::{Millis, Moment, Uptime};
use crate::failpoint::failpoint;

/// An authorization whose state was consumed by this very call.
pub(crate) struct ConsumedState {
    pub authorization: Authorization,
    /// The redirect URI in the authorization URL.
    pub redirect_uri: String,
    /// The seal of the row, if it has one.
    pub seal: Option<String>,
    /// The operation of the connect that begins with it.
    pub operation: Operation<Connect>,
}

impl Store {
    /// Commits a new authorization before the browser opens.
    pub(crate) fn add_authorization(
        &self,
        authorization: &Authorization,
        state_hash: &[u8; 32],
        redirect_uri: &str,
        seal: &str,
    ) -> Result<(), Problem> {
        let begun = &authorization.begun;
        self.lock().execute(
            "INSERT INTO authorizations (id, client, state_hash, redirect_uri, host, created_at, boot, uptime,
                 expires_at, progress, reconnects, seal)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            params![
                authorization.id,
                authorization.client_id,
                state_hash,
                redirect_uri,
                authorization.host,
                begun.clock.0,
                begun.uptime.as_ref().map(|uptime| &uptime.boot),
                begun.uptime.as_ref().map(|uptime| uptime.millis),
                authorization.expires_at.0,
                Json(&authorization.progress),
                authorization.reconnects.as_ref().map(|it| &it.connection_id),
                seal,
            ],
        )?;
        failpoint("store.add_authorization");
        Ok(())
    }

    /// Consumes a state, and writes the row of the connect that begins with it. Exactly one caller,
    /// in all threads and processes, ever gets the authorization; every other is refused with the
    /// reason.
    pub(crate) fn consume_state(
        &self,
        state_hash: &[u8; 32],
        process: &str,
        now: &Moment,
    ) -> Result<ConsumedState, Problem> {
        let mut db = self.lock();
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let waiting: Option<(String, String, Option<String>)> = tx
            .query_row(
                "SELECT id, redirect_uri, seal FROM authorizations
                 WHERE state_hash = ?1 AND consumed_at IS NULL AND progress ->> 'kind' = 'waiting'",
                params![state_hash],
                |row| row.try_into(),
            )
            .optional()?;
        let Some((id, redirect_uri, seal)) = waiting else {
            return Err(why_not_consumed(&tx, state_hash)?);
        };
        let authorization = authorization(&tx, &id)?;
        if authorization.time_left(now).is_zero() {
            return Err(Cause::LinkExpired.into());
        }
        tx.execute(
            "UPDATE authorizations SET consumed_at = ?2 WHERE id = ?1",
            params![id, now.clock.0],
        )?;
        let operation = Operation::begun(Connect::of(&authorization), process, now.clock);
        super::operations::begin(&tx, &operation)?;
        tx.commit()?;
        failpoint("store.consume_state");
        Ok(ConsumedState {
            authorization,
            redirect_uri,
            seal,
            operation,
        })
    }

    /// An authorization with its present progress, whichever process moves it on.
    pub(crate) fn authorization(&self, id: &str) -> Result<Authorization, Problem> {
        authorization(&self.lock(), id)
    }

    /// Writes an authorization's progress.
    pub(crate) fn save_progress(&self, id: &str, progress: &Progress) -> Result<(), Problem> {
        self.lock().execute(
            "UPDATE authorizations SET progress = ?2 WHERE id = ?1",
            params![id, Json(progress)],
        )?;
        failpoint("store.save_progress");
        Ok(())
    }

    /// Ends an authorization that is still waiting; false when a callback was faster.
    pub(crate) fn end_waiting(&self, id: &str, progress: &Progress) -> Result<bool, Problem> {
        let changed = self.lock().execute(
            "UPDATE authorizations SET progress = ?2 WHERE id = ?1 AND consumed_at IS NULL AND progress ->> 'kind' = 'waiting'",
            params![id, Json(progress)],
        )?;
        failpoint("store.end_waiting");
        Ok(changed == 1)
    }

    /// Moves an authorization on from waiting for the keyring; false when another try was faster.
    pub(crate) fn leave_awaiting_keyring(
        &self,
        id: &str,
        progress: &Progress,
    ) -> Result<bool, Problem> {
        let changed = self.lock().execute(
            "UPDATE authorizations SET progress = ?2 WHERE id = ?1 AND progress ->> 'kind' = 'awaiting-keyring'",
            params![id, Json(progress)],
        )?;
        Ok(changed == 1)
    }

    /// Deletes authorizations that ended or expired long ago; their replayed callbacks are
    /// "unknown".
    pub(crate) fn prune_authorizations(&self, before: Millis) -> Result<(), Problem> {
        self.lock().execute(
            "DELETE FROM authorizations WHERE expires_at < ?1
                AND CASE WHEN json_valid(progress) THEN progress ->> 'kind' ELSE '' END
                    NOT IN ('awaiting-keyring', 'exchanging', 'other-workspace', 'saving')",
            params![before.0],
        )?;
        Ok(())
    }
}

fn why_not_consumed(db: &Connection, state_hash: &[u8; 32]) -> Result<Problem, Problem> {
    let found: Option<(bool, Json<Progress>)> = db
        .query_row(
            "SELECT consumed_at IS NOT NULL, progress FROM authorizations WHERE state_hash = ?1",
            params![state_hash],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    Ok(match found {
        None => Cause::LinkUnknown.into(),
        Some((true, _)) => Cause::LinkHandled.into(),
        Some((false, Json(Progress::Cancelled))) => Cause::LinkCancelled.into(),
        Some((false, _)) => Cause::LinkExpired.into(),
    })
}

fn authorization(db: &Connection, id: &str) -> Result<Authorization, Problem> {
    let found = db
        .query_row(
            "SELECT a.id, a.client, clients.name, clients.base_url IS NULL, a.host, a.expires_at, a.progress,
                    connections.id, connections.workspace_name, a.created_at, a.boot, a.uptime
             FROM authorizations a JOIN clients ON clients.id = a.client
             LEFT JOIN connections ON connections.id = a.reconnects
             WHERE a.id = ?1",
            params![id],
            |row| {
                Ok(Authorization {
                    id: row.get(0)?,
                    client_id: row.get(1)?,
                    client_name: row.get(2)?,
                    sandbox: row.get(3)?,
                    host: row.get(4)?,
                    begun: Moment {
                        clock: Millis(row.get(9)?),
                        uptime: match (row.get(10)?, row.get(11)?) {
                            (Some(boot), Some(millis)) => Some(Uptime { boot, millis }),
                            _ => None,
                        },
                    },
                    expires_at: Millis(row.get(5)?),
                    progress: row.get::<_, Json<_>>(6)?.0,
                    reconnects: match row.get(7)? {
                        Some(connection_id) => Some(Reconnects {
                            connection_id,
                            workspace_name: row.get(8)?,
                        }),
                        None => None,
                    },
                })
            },
        )
        .optional()?;
    found.ok_or_else(|| Problem::from(Cause::AuthorizationOver))
}
