//! Connect, recovered: what an ended process left of one is finished or undone.

use super::unsaved_grant::end_tokens;
use crate::domain::authorization::Authorization;
use crate::domain::event::Event;
use crate::domain::operation::Operation;
use crate::domain::problem::{Cause, Problem};
use crate::keyrack::Keyrack;
use crate::storage::vault::{ConnectionSecrets, VaultError};

impl Keyrack {
    /// Finishes a connect whose tokens reached the vault; otherwise undoes it.
    pub(in crate::acts) async fn recover_connect(
        &self,
        operation: &mut Operation,
    ) -> Result<(), Problem> {
        let Some(entry) = operation.subject.connection.clone() else {
            let cause = if operation.record.sent_at.is_some() {
                Cause::ConnectInterrupted
            } else {
                Cause::Interrupted
            };
            return self.end_connect(operation, cause);
        };
        let _lock = self.lock_connection(&entry).await?;
        let secrets = match self.vault.read_connection(&entry).await {
            Ok(secrets) => Some(secrets),
            Err(VaultError::Lost | VaultError::Foreign) => None,
            Err(error) => return Err(error.into()),
        };
        let in_list = match self.store.connection(&entry) {
            Ok(_) => true,
            Err(problem) if problem.cause == Cause::ConnectionGone => false,
            Err(problem) => return Err(problem),
        };
        if in_list {
            return self.settle_reconnect(operation, secrets.as_ref());
        }
        let granted = operation.record.granted.is_some();
        match secrets {
            Some(secrets) if granted => self.finish_connect(operation, &secrets).await,
            _ => {
                self.vault.delete(&entry).await?;
                self.end_connect(operation, Cause::ConnectInterrupted)
            }
        }
    }

    /// Finishes a reconnect with its verdict cleared: only a check can show whether the entry has
    /// the old tokens or the new ones.
    fn settle_reconnect(
        &self,
        operation: &mut Operation,
        secrets: Option<&ConnectionSecrets>,
    ) -> Result<(), Problem> {
        let has_refresh_token = secrets.is_some_and(|secrets| secrets.refresh.is_some());
        let authorization = self.open_authorization(operation);
        operation.record.problem = Some(Cause::ReconnectInterrupted.into());
        operation.finished_at = Some(self.now());
        self.store
            .clear_verdict(operation, Some(has_refresh_token))?;
        self.emit(&Event::Changed);
        self.emit_end(authorization, operation);
        Ok(())
    }

    /// Adds a new connection to the list, unless its bot has been connected again since: then the
    /// tokens of this connect are superseded, and are ended if Notion can be reached.
    async fn finish_connect(
        &self,
        operation: &mut Operation,
        secrets: &ConnectionSecrets,
    ) -> Result<(), Problem> {
        let client = &operation.subject.client;
        if let Some(other) = self.store.connection_of_bot(client, &secrets.bot_id)? {
            let newer = self.access(&self.store.connection(&other)?).await?;
            // Best effort: the tokens are lost once the entry is deleted.
            let tokens = (&secrets.access, secrets.refresh.as_ref());
            end_tokens(
                &newer.notion,
                &newer.credentials,
                tokens,
                Some(&newer.tokens),
            )
            .await;
            self.vault.delete(&secrets.id).await?;
            return self.end_connect(operation, Cause::ConnectInterrupted);
        }
        let authorization = self.open_authorization(operation);
        operation.finished_at = Some(self.now());
        self.store.save_connected(operation)?;
        self.emit(&Event::Changed);
        self.emit_end(authorization, operation);
        Ok(())
    }

    fn end_connect(&self, operation: &mut Operation, cause: Cause) -> Result<(), Problem> {
        let authorization = self.open_authorization(operation);
        self.fail(operation, cause)?;
        self.emit_end(authorization, operation);
        Ok(())
    }

    /// The authorization of a connect, if it is not deleted and has not ended.
    fn open_authorization(&self, operation: &Operation) -> Option<Authorization> {
        let id = operation.subject.authorization.as_deref()?;
        let authorization = self.store.authorization(id).ok()?;
        (!authorization.progress.is_final()).then_some(authorization)
    }

    /// Emits how an authorization ended with its operation.
    fn emit_end(&self, authorization: Option<Authorization>, operation: &Operation) {
        if let (Some(authorization), Some(progress)) =
            (authorization, operation.end_of_authorization())
        {
            self.move_on(authorization, progress);
        }
    }
}
