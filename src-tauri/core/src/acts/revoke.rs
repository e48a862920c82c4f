//! Revoke: end the tokens at Notion, confirm it, delete them here, and leave a receipt.

use std::time::Duration;

use notion_oauth::{Backoff, Error};

use crate::acts::access::Access;
use crate::acts::check::Finding;
use crate::domain::connection::Connection;
use crate::domain::event::Event;
use crate::domain::operation::{Kind, Operation, Subject};
use crate::domain::problem::{Cause, Problem};
use crate::domain::receipt::{RefreshTokenFate, Revocation};
use crate::failpoint::failpoint;
use crate::keyrack::Keyrack;
use crate::storage::process_lock::has_ended;

/// The waits between tries of a pending revocation.
const RETRIES: Backoff = Backoff {
    first: Duration::from_secs(30),
    most: Duration::from_hours(1),
};

impl Keyrack {
    /// Revokes a connection, or goes on with a revocation that is pending.
    ///
    /// Fails with nothing begun if another process is at work on the connection
    /// (`busy-elsewhere`), it is gone, or its tokens are not in the keyring any more. Any other obstacle leaves the revocation pending, and the tokens are kept while they
    /// may be needed.
    pub async fn revoke(&self, id: &str) -> Result<Revocation, Problem> {
        let _lock = self.lock_connection(id).await?;
        let connection = self.store.connection(id)?;
        let operation = match self.store.unfinished_revocation(id)? {
            Some(pending) => pending,
            None => self.begin(Kind::Revoke, Subject::of_connection(&connection))?,
        };
        self.try_revocation(operation, &connection).await
    }

    /// Retries the pending revocations, of this process and of ended ones, that are due.
    pub async fn retry_revocations(&self) -> Result<(), Problem> {
        for operation in self.store.unfinished_operations()? {
            let ours = operation.process == self.process.id()
                || has_ended(&self.folder, &operation.process);
            if let (Kind::Revoke, true, Some(id)) =
                (operation.kind, ours, operation.subject.connection)
            {
                let Ok(_lock) = self.lock_connection(&id).await else {
                    continue;
                };
                // The lock's previous holder may have tried or finished it.
                let Some((operation, connection)) = self.pending_revocation(&id)? else {
                    continue;
                };
                // The embedded sandbox runs in the window only, whose revocations these are.
                let reachable = self
                    .notions
                    .of(&self.store.client(&connection.client_id)?)
                    .is_ok();
                let due = operation.record.retry_at.is_none_or(|at| at <= self.now());
                if due && reachable {
                    // The obstacle is on the operation's row, where the window shows it.
                    let _ = self.try_revocation(operation, &connection).await;
                }
            }
        }
        Ok(())
    }

    /// Finishes a revocation, of an ended process, that needs Notion no more.
    pub(in crate::acts) async fn recover_revocation(
        &self,
        ended: &Operation,
    ) -> Result<(), Problem> {
        let Some(id) = &ended.subject.connection else {
            return Ok(());
        };
        let _lock = self.lock_connection(id).await?;
        if let Some((operation, connection)) = self.pending_revocation(id)? {
            // The obstacle is on the operation's row.
            let _ = self.try_revocation(operation, &connection).await;
        }
        Ok(())
    }

    /// The pending revocation of a connection, with the connection. If that is gone, the revocation
    /// is finished as failed.
    fn pending_revocation(&self, id: &str) -> Result<Option<(Operation, Connection)>, Problem> {
        let Some(mut operation) = self.store.unfinished_revocation(id)? else {
            return Ok(None);
        };
        match self.store.connection(id) {
            Ok(connection) => Ok(Some((operation, connection))),
            Err(gone) if gone.cause == Cause::ConnectionGone => {
                self.fail(&mut operation, gone)?;
                Ok(None)
            }
            Err(problem) => Err(problem),
        }
    }

    async fn try_revocation(
        &self,
        mut operation: Operation,
        connection: &Connection,
    ) -> Result<Revocation, Problem> {
        self.process.id().clone_into(&mut operation.process);
        operation.record.attempts += 1;
        let obstacle = match self.finish_revocation(&mut operation, connection).await {
            Ok(()) => operation.receipt().map(|receipt| Revocation::Revoked {
                receipt: Box::new(receipt),
            }),
            Err(problem)
                if operation.record.revoked_at.is_none() && cannot_be_retried(&problem) =>
            {
                self.fail(&mut operation, problem.clone())?;
                return Err(problem);
            }
            // Its row has ended, and stays as it is.
            Err(problem) if problem.cause == Cause::RevocationOvertaken => return Err(problem),
            Err(problem) => {
                let wait = retry_delay(
                    operation.record.attempts,
                    problem.retry_after.map(Duration::from_secs),
                );
                let retry_at = self.now().plus(wait);
                operation.record.problem = Some(problem.clone());
                operation.record.retry_at = Some(retry_at);
                self.store.save_operation(&operation)?;
                Some(Revocation::Pending { problem, retry_at })
            }
        };
        self.emit(&Event::Changed);
        obstacle.ok_or_else(|| Problem::from(Cause::ReceiptIncomplete))
    }

    /// Does the remaining steps of a revocation. Each is on the operation's row before the next
    /// begins, so that a later try goes on where this one ends.
    async fn finish_revocation(
        &self,
        operation: &mut Operation,
        connection: &Connection,
    ) -> Result<(), Problem> {
        if !is_settled(operation) {
            match self.access(connection).await {
                Ok(access) => self.end_at_notion(operation, &access).await?,
                // Revoked before, and without the tokens there is nothing left to ask Notion.
                Err(problem)
                    if operation.record.revoked_at.is_some() && cannot_be_retried(&problem) =>
                {
                    operation.record.unconfirmed = Some(problem);
                }
                Err(problem) => return Err(problem),
            }
        }
        let pending = self.store.unfinished_revocation(&connection.id)?;
        if pending.is_none_or(|pending| pending.id != operation.id) {
            return Err(Cause::RevocationOvertaken.into());
        }
        self.vault.delete(&connection.id).await?;
        let now = self.now();
        let record = &mut operation.record;
        (record.removed_at, record.problem, record.retry_at) = (Some(now), None, None);
        operation.finished_at = Some(now);
        self.store.remove_connection(operation)
    }

    /// Revokes the access token, then the refresh token, whose reply is only recorded, and confirms
    /// by introspection.
    async fn end_at_notion(
        &self,
        operation: &mut Operation,
        access: &Access,
    ) -> Result<(), Problem> {
        if operation.record.revoked_at.is_none() {
            let answer = access
                .notion
                .revoke(&access.credentials, &access.tokens.access)
                .await;
            failpoint("notion.revoke");
            let (already_gone, request_id) = match answer {
                Ok(revocation) => (false, revocation.request_id),
                Err(Error::GrantRejected { request_id, .. }) => (true, request_id),
                Err(error) => return Err(error.into()),
            };
            operation.record.already_gone = already_gone;
            operation.record.request_ids.extend(request_id);
            operation.record.revoked_at = Some(self.now());
            self.store.save_operation(operation)?;
        }
        if operation.record.refresh_token.is_none() {
            operation.record.refresh_token = Some(match &access.tokens.refresh {
                None => RefreshTokenFate::None,
                Some(token) => {
                    let answer = access.notion.revoke(&access.credentials, token).await;
                    failpoint("notion.revoke");
                    match answer {
                        Ok(revocation) => {
                            operation.record.request_ids.extend(revocation.request_id);
                            RefreshTokenFate::Revoked
                        }
                        Err(Error::GrantRejected { .. }) => RefreshTokenFate::Revoked,
                        // Notion has not processed the request: the tokens are kept until it has.
                        Err(error @ Error::RateLimited { .. }) => return Err(error.into()),
                        Err(_) => RefreshTokenFate::NotRevoked,
                    }
                }
            });
            self.store.save_operation(operation)?;
        }
        self.confirm(operation, access).await
    }

    /// Confirms by introspection that the token is dead. "Not confirmed" is recorded; "still active"
    /// undoes the claim that it is revoked.
    async fn confirm(&self, operation: &mut Operation, access: &Access) -> Result<(), Problem> {
        let (finding, meta) = access.find_out().await;
        let record = &mut operation.record;
        record.request_ids.extend(meta.request_id);
        let still_works = match finding {
            Finding::Active => true,
            Finding::Inactive(why) => why.cause == Cause::OtherClient,
            Finding::Unknown(problem) => {
                record.unconfirmed = Some(problem);
                return self.store.save_operation(operation);
            }
        };
        if still_works {
            (record.revoked_at, record.already_gone, record.refresh_token) = (None, false, None);
            self.store.save_operation(operation)?;
            return Err(Cause::StillActive.into());
        }
        (record.confirmed_at, record.unconfirmed) = (Some(self.now()), None);
        self.store.save_operation(operation)
    }
}

/// The wait before the next try: never less than Notion asked for.
fn retry_delay(attempts: u32, asked: Option<Duration>) -> Duration {
    RETRIES.wait(attempts).max(asked.unwrap_or_default())
}

/// Whether nothing is left to ask Notion: it accepted the revocation, and the token is confirmed
/// dead or cannot be confirmed.
pub(in crate::acts) fn is_settled(operation: &Operation) -> bool {
    let record = &operation.record;
    record.revoked_at.is_some() && (record.confirmed_at.is_some() || record.unconfirmed.is_some())
}

/// Whether a problem is final: without the tokens there is nothing to send, now or later.
fn cannot_be_retried(problem: &Problem) -> bool {
    matches!(problem.cause, Cause::KeyringLost | Cause::KeyringForeign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_grow_rarer_and_heed_what_notion_asks() {
        let seconds = |attempts, asked| retry_delay(attempts, asked).as_secs();
        assert_eq!(
            [1, 2, 3, 8, 9, 1000].map(|n| seconds(n, None)),
            [30, 60, 120, 3600, 3600, 3600]
        );
        assert_eq!(seconds(1, Some(Duration::from_secs(90))), 90);
        assert_eq!(seconds(3, Some(Duration::from_secs(90))), 120);
    }
}
