//! Revoke: end the tokens at Notion, confirm it, delete them here, and leave a receipt.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use notion_oauth::{Backoff, Error};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use crate::acts::access::{Access, refuse_made_elsewhere};
use crate::acts::check::Finding;
use crate::domain::act::{Accepted, Act, Proof, Revoke};
use crate::domain::connection::Connection;
use crate::domain::event::Event;
use crate::domain::operation::Operation;
use crate::domain::problem::{Cause, Problem};
use crate::domain::receipt::{Receipt, RefreshTokenFate, Revocation};
use crate::domain::time::Millis;
use crate::failpoint::failpoint;
use crate::keyrack::Keyrack;
use crate::storage::process_lock::has_ended;
use crate::storage::vault::ConnectionSecrets;

/// The waits between tries of a pending revocation.
const RETRIES: Backoff = Backoff {
    first: Duration::from_secs(30),
    most: Duration::from_hours(1),
};

/// The longest wait between two tries: Notion's replies ask for no longer ones.
const LONGEST_WAIT: Duration = RETRIES.most;

impl Keyrack {
    /// Revokes a connection, or goes on with a revocation that is pending.
    ///
    /// Fails with nothing begun if another process is at work on the connection
    /// (`busy-elsewhere`), it is gone, its token was made elsewhere (`made-elsewhere`), or its tokens are
    /// not in the keyring any more. Any other obstacle leaves the revocation pending, and the tokens are kept while they
    /// may be needed.
    pub async fn revoke(&self, id: &str) -> Result<Revocation, Problem> {
        let _lock = self.lock_connection(id).await?;
        let connection = self.store.connection(id)?;
        refuse_made_elsewhere(&connection)?;
        let operation = match self.store.unfinished_revocation(id)? {
            Some(pending) => pending,
            None => self.begin(Revoke::of(&connection))?,
        };
        self.asked.add(&operation.id);
        self.try_revocation(operation, &connection).await
    }

    /// Retries the pending revocations, of this process and of ended ones, that are due.
    pub async fn retry_revocations(&self) -> Result<(), Problem> {
        for operation in self.store.unfinished_operations()? {
            let ours = operation.process == self.process.id()
                || has_ended(&self.folder, &operation.process);
            if let (Act::Revoke(Revoke { of, .. }), true) = (operation.act, ours) {
                let Ok(_lock) = self.lock_connection(&of.id).await else {
                    continue;
                };
                // The lock's previous holder may have tried or finished it.
                let Some((operation, connection)) = self.pending_revocation(&of.id)? else {
                    continue;
                };
                // The embedded sandbox runs in the window only, whose revocations these are.
                let client = self.store.client(&connection.client_id)?;
                let reachable = self.listed_base_url(&client).is_ok();
                let due = is_due(operation.act.retry_at, self.now());
                if due && reachable {
                    // The obstacle is on the operation's row, where the window shows it.
                    let _ = self.try_revocation(operation, &connection).await;
                }
            }
        }
        Ok(())
    }

    /// Finishes a revocation, of an ended process, that needs Notion no more.
    pub(in crate::acts) async fn recover_revocation(&self, id: &str) -> Result<(), Problem> {
        let _lock = self.lock_connection(id).await?;
        if let Some((operation, connection)) = self.pending_revocation(id)? {
            // The obstacle is on the operation's row.
            let _ = self.try_revocation(operation, &connection).await;
        }
        Ok(())
    }

    /// The pending revocation of a connection, with the connection. If that is gone, the revocation
    /// is finished as failed.
    fn pending_revocation(
        &self,
        id: &str,
    ) -> Result<Option<(Operation<Revoke>, Connection)>, Problem> {
        let Some(operation) = self.store.unfinished_revocation(id)? else {
            return Ok(None);
        };
        match self.store.connection(id) {
            Ok(connection) => Ok(Some((operation, connection))),
            Err(gone) if gone.cause == Cause::ConnectionGone => {
                self.fail(operation, gone)?;
                Ok(None)
            }
            Err(problem) => Err(problem),
        }
    }

    async fn try_revocation(
        &self,
        mut operation: Operation<Revoke>,
        connection: &Connection,
    ) -> Result<Revocation, Problem> {
        self.process.id().clone_into(&mut operation.process);
        operation.act.attempts += 1;
        operation
            .act
            .cut_off
            .extend(self.end_leases_of(&connection.id)?);
        let result = match self.finish_revocation(&mut operation, connection).await {
            Ok(receipt) => Revocation::Revoked {
                receipt: Box::new(receipt),
            },
            Err(problem) if operation.act.accepted.is_none() && cannot_be_retried(&problem) => {
                self.fail(operation, problem.clone())?;
                return Err(problem);
            }
            // Its row has ended, and stays as it is.
            Err(problem) if problem.cause == Cause::RevocationOvertaken => return Err(problem),
            Err(problem) => {
                let wait = retry_delay(
                    operation.act.attempts,
                    problem.retry_after.map(Duration::from_secs),
                );
                let retry_at = self.now().plus(wait);
                operation.problem = Some(problem.clone());
                operation.act.retry_at = Some(retry_at);
                self.store.save_operation(&operation)?;
                Revocation::Pending { problem, retry_at }
            }
        };
        self.emit(&Event::Changed);
        Ok(result)
    }

    /// Does the remaining steps of a revocation. Each is on the operation's row before the next
    /// begins, so that a later try goes on where this one ends.
    async fn finish_revocation(
        &self,
        operation: &mut Operation<Revoke>,
        connection: &Connection,
    ) -> Result<Receipt, Problem> {
        if operation.act.is_settled() {
            match self.tokens(connection).await {
                Ok(tokens) => self.prove(operation, &tokens)?,
                Err(problem) if cannot_be_retried(&problem) => {}
                Err(problem) => return Err(problem),
            }
        }
        // What the row said of Notion may have been unproven.
        if !operation.act.is_settled() {
            match (self.access(connection).await, &mut operation.act.accepted) {
                (Ok(access), _) => {
                    self.prove(operation, &access.tokens)?;
                    self.end_at_notion(operation, &access).await?;
                }
                // Revoked before, and without the tokens there is nothing left to ask Notion.
                (Err(problem), Some(accepted)) if cannot_be_retried(&problem) => {
                    accepted.proof = Some(Proof::Unconfirmed(problem));
                }
                (Err(problem), _) => return Err(problem),
            }
        }
        let pending = self.store.unfinished_revocation(&connection.id)?;
        if pending.is_none_or(|pending| pending.id != operation.id) {
            return Err(Cause::RevocationOvertaken.into());
        }
        let keeps = self
            .vault
            .delete_tokens(&connection.id, (&operation.act.of).into())
            .await?;
        // If the store cannot be written, the operation goes on.
        let (ended, receipt) = operation.clone().removed(self.now(), keeps);
        self.store.remove_connection(&ended, &connection.id)?;
        Ok(receipt)
    }

    /// Proves what the revocation's row says: that a person asked for it, and what Notion has said to it. The
    /// journal alone is no proof: it is in a file that other programs may write. Where a person asks for it
    /// in this process, and the rest is unproven, Notion is asked again.
    fn prove(
        &self,
        operation: &mut Operation<Revoke>,
        tokens: &ConnectionSecrets,
    ) -> Result<(), Problem> {
        if is_sealed_with(operation, &tokens.access) {
            return Ok(());
        }
        if !self.asked.has(&operation.id) {
            return Err(Cause::RevocationUnproven.into());
        }
        operation.act.accepted = None;
        self.save_sealed(operation, tokens)
    }

    /// Saves a revocation with a new seal.
    fn save_sealed(
        &self,
        operation: &mut Operation<Revoke>,
        tokens: &ConnectionSecrets,
    ) -> Result<(), Problem> {
        operation.act.seal = Some(seal(operation, &tokens.access));
        self.store.save_operation(operation)
    }

    /// Revokes the access token, then the refresh token, whose reply is only recorded, and confirms
    /// by introspection.
    async fn end_at_notion(
        &self,
        operation: &mut Operation<Revoke>,
        access: &Access,
    ) -> Result<(), Problem> {
        let mut accepted = match operation.act.accepted.clone() {
            Some(accepted) => accepted,
            None => self.revoke_access_token(operation, access).await?,
        };
        if accepted.refresh_token.is_none() {
            accepted.refresh_token = Some(match &access.tokens.refresh {
                None => RefreshTokenFate::None,
                Some(token) => {
                    let answer = access.notion.revoke(access.credentials()?, token).await;
                    failpoint("notion.revoke");
                    match answer {
                        Ok(revocation) => {
                            operation.request_ids.extend(revocation.request_id);
                            RefreshTokenFate::Revoked
                        }
                        Err(Error::GrantRejected { .. }) => RefreshTokenFate::Revoked,
                        // Notion has not processed the request: the tokens are kept until it has.
                        Err(error @ Error::RateLimited { .. }) => return Err(error.into()),
                        Err(_) => RefreshTokenFate::NotRevoked,
                    }
                }
            });
            operation.act.accepted = Some(accepted.clone());
            self.save_sealed(operation, &access.tokens)?;
        }
        self.confirm(operation, accepted, access).await
    }

    /// Revokes the access token, and records that Notion accepted it.
    async fn revoke_access_token(
        &self,
        operation: &mut Operation<Revoke>,
        access: &Access,
    ) -> Result<Accepted, Problem> {
        let answer = access
            .notion
            .revoke(access.credentials()?, &access.tokens.access)
            .await;
        failpoint("notion.revoke");
        let (already_gone, request_id) = match answer {
            Ok(revocation) => (false, revocation.request_id),
            Err(Error::GrantRejected { request_id, .. }) => (true, request_id),
            Err(error) => return Err(error.into()),
        };
        operation.request_ids.extend(request_id);
        let accepted = Accepted {
            at: self.now(),
            already_gone,
            refresh_token: None,
            proof: None,
        };
        operation.act.accepted = Some(accepted.clone());
        self.save_sealed(operation, &access.tokens)?;
        Ok(accepted)
    }

    /// Confirms by introspection that the token is dead. "Not confirmed" is recorded; "still active"
    /// undoes the claim that it is revoked.
    async fn confirm(
        &self,
        operation: &mut Operation<Revoke>,
        accepted: Accepted,
        access: &Access,
    ) -> Result<(), Problem> {
        let (finding, meta) = access.find_out().await;
        operation.request_ids.extend(meta.request_id);
        let proof = match finding {
            Finding::Inactive(why) if why.cause != Cause::OtherClient => {
                Some(Proof::Confirmed(self.now()))
            }
            Finding::Active | Finding::Inactive(_) => None,
            Finding::Unknown(problem) => Some(Proof::Unconfirmed(problem)),
        };
        let still_works = proof.is_none();
        operation.act.accepted = proof.map(|proof| Accepted {
            proof: Some(proof),
            ..accepted
        });
        self.save_sealed(operation, &access.tokens)?;
        if still_works {
            return Err(Cause::StillActive.into());
        }
        Ok(())
    }
}

/// The seal of a revocation: a hash of its id, what Notion has said to it, and the access token that it is
/// to end, which nobody else knows.
pub(crate) fn seal(operation: &Operation<Revoke>, access: &SecretString) -> String {
    let accepted = serde_json::to_vec(&operation.act.accepted).unwrap_or_default();
    let mut hash = Sha256::new();
    for part in [
        b"keyrack revocation",
        operation.id.as_bytes(),
        &accepted,
        access.expose_secret().as_bytes(),
    ] {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// Whether a revocation is, as its row says, one of this access token.
pub(in crate::acts) fn is_sealed_with(
    operation: &Operation<Revoke>,
    access: &SecretString,
) -> bool {
    operation.act.seal == Some(seal(operation, access))
}

/// The wait before the next try: never less than Notion asked for.
fn retry_delay(attempts: u32, asked: Option<Duration>) -> Duration {
    RETRIES.wait(attempts).max(asked.unwrap_or_default())
}

/// Whether a revocation is to be tried again. A time further away than any wait is of a clock that was
/// wrong.
fn is_due(retry_at: Option<Millis>, now: Millis) -> bool {
    retry_at.is_none_or(|at| now.until(at).is_zero() || now.until(at) > LONGEST_WAIT)
}

/// Whether a problem is final: without the tokens there is nothing to send, now or later.
fn cannot_be_retried(problem: &Problem) -> bool {
    matches!(problem.cause, Cause::KeyringLost | Cause::KeyringForeign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retry_is_due_in_time_even_if_the_clock_was_years_ahead() {
        let now = Millis(1_800_000_000_000);
        let hour = 3_600_000;
        for (at, due) in [
            (None, true),
            (Some(-hour), true),
            (Some(0), true),
            (Some(1), false),
            (Some(hour), false),
            (Some(hour + 1), true),
            (Some(10_000 * hour), true),
        ] {
            assert_eq!(is_due(at.map(|at| Millis(now.0 + at)), now), due, "{at:?}");
        }
    }

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
