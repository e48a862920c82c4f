//! Connect, recovered: what an ended process left of one is finished or undone.

use super::unsaved_grant::end_tokens;
use crate::domain::act::{Connect, ConnectStep, Granted};
use crate::domain::authorization::Authorization;
use crate::domain::event::Event;
use crate::domain::operation::{Ended, Operation};
use crate::domain::problem::{Cause, Problem};
use crate::keyrack::Keyrack;
use crate::storage::vault::{ConnectionSecrets, VaultError};

impl Keyrack {
    /// Finishes a connect whose tokens reached the vault; otherwise undoes it.
    pub(in crate::acts) async fn recover_connect(
        &self,
        operation: Operation<Connect>,
    ) -> Result<(), Problem> {
        let (entry, granted, is_undone) = match operation.act.step.clone() {
            ConnectStep::Called | ConnectStep::Denied => {
                return self.end_connect(operation, Cause::Interrupted);
            }
            ConnectStep::Sent { .. }
            | ConnectStep::Asked { .. }
            | ConnectStep::Discarded { .. } => {
                return self.end_connect(operation, Cause::ConnectInterrupted);
            }
            ConnectStep::Granted { entry, granted } => (entry, granted, false),
            ConnectStep::Undone { entry, granted } => (entry, granted, true),
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
        let is_of_another = |secrets: &ConnectionSecrets| {
            secrets.client != operation.act.client.id || secrets.bot_id != granted.bot_id
        };
        if !in_list && secrets.as_ref().is_some_and(is_of_another) {
            // No connect of this client made the entry, whatever the row says.
            return self.end_connect(operation, Cause::ConnectInterrupted);
        }
        match secrets {
            secrets if in_list => self.settle_reconnect(operation, secrets.as_ref()),
            // What was to be undone and still works is brought back: the journal, in a file that other
            // programs may write, is no reason to lose it.
            Some(secrets) if is_undone && self.is_dead(&secrets).await? => {
                self.vault.delete_tokens(&entry, secrets.bearer()).await?;
                self.end_connect(operation, Cause::ConnectInterrupted)
            }
            Some(secrets) => self.finish_connect(operation, &secrets, &granted).await,
            None => self.end_connect(operation, Cause::ConnectInterrupted),
        }
    }

    /// Whether Notion says that an access token does not work. What it does not answer is a problem.
    async fn is_dead(&self, secrets: &ConnectionSecrets) -> Result<bool, Problem> {
        let client = self.store.client(&secrets.client)?;
        let access = self.client_access(&client).await?;
        let asked = access
            .notion
            .introspect(&access.credentials, &secrets.access)
            .await;
        Ok(!asked?.active)
    }

    /// Ends a reconnect with its verdict cleared: only a check can show whether the entry has the old
    /// tokens or the new ones.
    fn settle_reconnect(
        &self,
        operation: Operation<Connect>,
        secrets: Option<&ConnectionSecrets>,
    ) -> Result<(), Problem> {
        let has_refresh_token = secrets.is_some_and(|secrets| secrets.refresh.is_some());
        let authorization = self.open_authorization(&operation);
        let ended = operation.failed(Cause::ReconnectInterrupted.into(), self.now());
        self.store.clear_verdict(&ended, Some(has_refresh_token))?;
        self.emit(&Event::Changed);
        self.emit_end(authorization, &ended);
        Ok(())
    }

    /// Adds a new connection to the list, unless its bot has been connected again since: then the
    /// tokens of this connect are superseded, and are ended if Notion can be reached.
    async fn finish_connect(
        &self,
        operation: Operation<Connect>,
        secrets: &ConnectionSecrets,
        granted: &Granted,
    ) -> Result<(), Problem> {
        let client = &operation.act.client.id;
        if let Some(other) = self.store.connection_of_bot(client, &secrets.bot_id)? {
            let newer = self.access(&self.store.connection(&other)?).await?;
            // Best effort: the tokens are lost once the entry is deleted.
            let tokens = (&secrets.access, secrets.refresh.as_ref());
            end_tokens(
                &newer.notion,
                newer.credentials()?,
                tokens,
                &[&newer.tokens],
            )
            .await;
            self.vault
                .delete_tokens(&secrets.id, secrets.bearer())
                .await?;
            return self.end_connect(operation, Cause::ConnectInterrupted);
        }
        let authorization = self.open_authorization(&operation);
        let ended = operation.done(self.now());
        self.store.save_connected(&ended, &secrets.id, granted)?;
        self.emit(&Event::Changed);
        self.emit_end(authorization, &ended);
        Ok(())
    }

    fn end_connect(&self, operation: Operation<Connect>, cause: Cause) -> Result<(), Problem> {
        let authorization = self.open_authorization(&operation);
        let ended = operation.failed(cause.into(), self.now());
        self.store.end_operation(&ended)?;
        self.emit_end(authorization, &ended);
        Ok(())
    }

    /// The authorization of a connect, if it is not deleted and has not ended.
    fn open_authorization(&self, operation: &Operation<Connect>) -> Option<Authorization> {
        let authorization = self
            .store
            .authorization(&operation.act.authorization)
            .ok()?;
        (!authorization.progress.is_final()).then_some(authorization)
    }

    /// Emits how an authorization ended with its operation.
    fn emit_end(&self, authorization: Option<Authorization>, ended: &Ended<Connect>) {
        if let Some(authorization) = authorization {
            self.move_on(authorization, ended.end_of_authorization(false));
        }
    }
}
