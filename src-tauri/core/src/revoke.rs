//! Revoke: end the tokens at Notion, make sure, delete them here, and leave a receipt.

use std::time::Duration;

use notion_oauth::Error;

use crate::check::Finding;
use crate::connection::Connection;
use crate::keyrack::{Access, Event, Keyrack};
use crate::operation::{Kind, Operation, RefreshTokenFate, Revocation, Subject, retry_delay};
use crate::problem::{Problem, ProblemCode};
use crate::process::has_ended;

impl Keyrack {
    /// Revokes a connection, or goes on with a revocation that is pending.
    ///
    /// Fails, with nothing begun, if the connection is gone or its tokens are not in the keyring
    /// any more. Any other obstacle leaves the revocation pending, with the tokens kept.
    pub async fn revoke(&self, id: &str) -> Result<Revocation, Problem> {
        let _turn = self.turn(id).await;
        let connection = self.store.connection(id)?;
        let mut operation = match self.store.unfinished_revocation(id)? {
            Some(pending) => pending,
            None => self.begin(Kind::Revoke, Subject::of_connection(&connection))?,
        };
        self.process.id().clone_into(&mut operation.process);
        operation.record.attempts += 1;
        let outcome = self.finish_revocation(&mut operation, &connection).await;
        let told = match outcome {
            Ok(()) => operation.receipt().map(|receipt| Revocation::Revoked {
                receipt: Box::new(receipt),
            }),
            Err(problem) if cannot_be_retried(&problem) => {
                self.fail(&mut operation, &problem)?;
                return Err(problem);
            }
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
        self.tell(&Event::Changed);
        told.ok_or_else(|| {
            Problem::new(
                ProblemCode::StoreFailed,
                "The revocation is done, but its receipt is incomplete.",
            )
        })
    }

    /// Tries again what is due among the pending revocations of this process and of ended ones.
    pub async fn retry_revocations(&self) -> Result<(), Problem> {
        let now = self.now();
        for operation in self.store.unfinished_operations()? {
            let ours = operation.process == self.process.id()
                || has_ended(&self.folder, &operation.process);
            let due = operation.record.retry_at.is_none_or(|at| at <= now);
            if let (Kind::Revoke, true, true, Some(connection)) =
                (operation.kind, ours, due, operation.subject.connection)
            {
                // What stands in the way is on the operation's row, where the window shows it.
                let _ = self.revoke(&connection).await;
            }
        }
        Ok(())
    }

    /// Does what is left to do. Each step is on the operation's row before the next begins.
    async fn finish_revocation(
        &self,
        operation: &mut Operation,
        connection: &Connection,
    ) -> Result<(), Problem> {
        if operation.record.revoked_at.is_none() {
            let access = self.access(connection).await?;
            self.revoke_at_notion(operation, &access).await?;
            self.confirm(operation, &access).await?;
        }
        self.vault.delete(&connection.id).await?;
        let now = self.now();
        let record = &mut operation.record;
        (record.removed_at, record.problem, record.retry_at) = (Some(now), None, None);
        operation.finished_at = Some(now);
        self.store.remove_connection(operation)
    }

    /// Sends the access token's revocation, then the refresh token's, whose answer is only noted.
    async fn revoke_at_notion(
        &self,
        operation: &mut Operation,
        access: &Access,
    ) -> Result<(), Problem> {
        let record = &mut operation.record;
        match access
            .notion
            .revoke(&access.credentials, &access.tokens.access)
            .await
        {
            Ok(revocation) => record.request_ids.extend(revocation.request_id),
            Err(Error::GrantRejected { request_id, .. }) => {
                record.already_gone = true;
                record.request_ids.extend(request_id);
            }
            Err(error) => return Err(error.into()),
        }
        record.revoked_at = Some(self.now());
        record.refresh_token = Some(match &access.tokens.refresh {
            None => RefreshTokenFate::None,
            Some(token) => match access.notion.revoke(&access.credentials, token).await {
                Ok(revocation) => {
                    record.request_ids.extend(revocation.request_id);
                    RefreshTokenFate::Revoked
                }
                Err(Error::GrantRejected { .. }) => RefreshTokenFate::Revoked,
                Err(_) => RefreshTokenFate::NotRevoked,
            },
        });
        self.store.save_operation(operation)
    }

    /// Asks Notion whether the token is really dead. "Not confirmed" is noted; "still active"
    /// undoes the claim that it is revoked.
    async fn confirm(&self, operation: &mut Operation, access: &Access) -> Result<(), Problem> {
        let (finding, request_id) = access.find_out().await;
        let record = &mut operation.record;
        record.request_ids.extend(request_id);
        let still_works = match finding {
            Finding::Active => true,
            Finding::Inactive(why) => why.code == ProblemCode::OtherClient,
            Finding::Unknown(problem) => {
                record.unconfirmed = Some(problem);
                return self.store.save_operation(operation);
            }
        };
        if still_works {
            (record.revoked_at, record.already_gone) = (None, false);
            self.store.save_operation(operation)?;
            return Err(Problem::new(
                ProblemCode::StillActive,
                "Notion took the revocation, but the token still works. It is kept here so that the revocation can be tried again.",
            ));
        }
        (record.confirmed_at, record.unconfirmed) = (Some(self.now()), None);
        self.store.save_operation(operation)
    }
}

/// Without the tokens there is nothing to send, now or later.
fn cannot_be_retried(problem: &Problem) -> bool {
    matches!(
        problem.code,
        ProblemCode::KeyringLost | ProblemCode::KeyringForeign
    )
}
