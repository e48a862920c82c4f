//! Recover: at start-up, finish or undo what ended processes left unfinished.

use crate::acts::connect::unsaved_grant::end_tokens;
use crate::acts::revoke::is_settled;
use crate::domain::authorization::Authorization;
use crate::domain::event::Event;
use crate::domain::operation::{Kind, Operation};
use crate::domain::problem::{Problem, ProblemCode};
use crate::keyrack::Keyrack;
use crate::storage::process_lock::{clear, has_ended, left_behind};
use crate::storage::vault::{ConnectionSecrets, VaultError};

impl Keyrack {
    /// Finishes or undoes the unfinished operations of processes that have ended, and fills a
    /// database that was lost from the vault.
    ///
    /// Deletes only vault entries that these operations name, and the ended processes' probes. What
    /// the keyring does not allow now stays unfinished, and the first such problem is returned
    /// after everything else is done. Revocations that still need Notion are left to
    /// `retry_revocations`.
    pub async fn recover(&self) -> Result<(), Problem> {
        let mut first_problem = None;
        for mut operation in self.store.unfinished_operations()? {
            let ended = operation.process != self.process.id()
                && has_ended(&self.folder, &operation.process);
            let left_to_retry = operation.kind == Kind::Revoke && !is_settled(&operation);
            if ended && !left_to_retry {
                let former = operation.process.clone();
                // Of two starts at once, one claims the operation.
                if !self
                    .store
                    .claim_operation(&mut operation, self.process.id())?
                {
                    continue;
                }
                if let Err(problem) = self.recover_operation(&mut operation).await {
                    self.store.claim_operation(&mut operation, &former)?;
                    first_problem.get_or_insert(problem);
                }
            }
        }
        if let Err(problem) = self.rebuild_if_wanted().await {
            self.emit(&Event::RebuildWaits(problem.clone()));
            first_problem.get_or_insert(problem);
        }
        self.prune_history()?;
        for mark in left_behind(&self.folder) {
            match self.vault.delete(&mark).await {
                Ok(()) => clear(&self.folder, &mark),
                Err(error) => drop(first_problem.get_or_insert(error.into())),
            }
        }
        first_problem.map_or(Ok(()), Err)
    }

    async fn recover_operation(&self, operation: &mut Operation) -> Result<(), Problem> {
        match operation.kind {
            Kind::Revoke => self.recover_revocation(operation).await,
            // The entry has the old secret or the new one, and a check shows which; or it has a name
            // that the list does not have.
            Kind::Check | Kind::RotateSecret | Kind::EditClient | Kind::Rebuild => {
                self.fail(operation, &interrupted())
            }
            Kind::AddClient => self.undo_add_client(operation).await,
            Kind::RemoveClient => self.recover_removal(operation).await,
            Kind::Connect => self.recover_connect(operation).await,
            Kind::Refresh => self.recover_refresh(operation).await,
            Kind::Forget => match operation.subject.connection.clone() {
                Some(connection) => self.finish_forgetting(operation, &connection).await,
                None => self.fail(operation, &interrupted()),
            },
        }
    }

    /// Undoes adding a client. The client's row is written with the end of the operation, so an
    /// unfinished one has left at most a vault entry.
    async fn undo_add_client(&self, operation: &mut Operation) -> Result<(), Problem> {
        let entry = operation.subject.client.clone();
        match self.store.client(&entry) {
            Err(problem) if problem.code == ProblemCode::NotFound => {
                self.vault.delete(&entry).await?;
            }
            known => drop(known?),
        }
        self.fail(operation, &interrupted())
    }

    /// Finishes removing a client whose row is gone, by deleting its secret; otherwise nothing was
    /// removed yet.
    async fn recover_removal(&self, operation: &mut Operation) -> Result<(), Problem> {
        match self.store.client(&operation.subject.client) {
            Ok(_) => self.fail(operation, &interrupted()),
            Err(problem) if problem.code == ProblemCode::NotFound => {
                self.finish_removing_client(operation).await
            }
            Err(problem) => Err(problem),
        }
    }

    /// Finishes a connect whose tokens reached the vault; otherwise undoes it.
    async fn recover_connect(&self, operation: &mut Operation) -> Result<(), Problem> {
        let Some(entry) = operation.subject.connection.clone() else {
            let problem = if operation.record.sent_at.is_some() {
                not_saved()
            } else {
                interrupted()
            };
            return self.end_connect(operation, &problem);
        };
        let secrets = match self.vault.read_connection(&entry).await {
            Ok(secrets) => Some(secrets),
            Err(VaultError::Lost | VaultError::Foreign) => None,
            Err(error) => return Err(error.into()),
        };
        let in_list = match self.store.connection(&entry) {
            Ok(_) => true,
            Err(problem) if problem.code == ProblemCode::NotFound => false,
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
                self.end_connect(operation, &not_saved())
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
        let problem = Problem::new(
            ProblemCode::NotSaved,
            "Keyrack ended in the middle of connecting this workspace again. Check it to see whether its tokens work, or connect again.",
        );
        let authorization = self.open_authorization(operation);
        operation.record.problem = Some(problem);
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
            return self.end_connect(operation, &not_saved());
        }
        let authorization = self.open_authorization(operation);
        operation.finished_at = Some(self.now());
        self.store.save_connected(operation)?;
        self.emit(&Event::Changed);
        self.emit_end(authorization, operation);
        Ok(())
    }

    fn end_connect(&self, operation: &mut Operation, problem: &Problem) -> Result<(), Problem> {
        let authorization = self.open_authorization(operation);
        self.fail(operation, problem)?;
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

fn interrupted() -> Problem {
    Problem::new(
        ProblemCode::NotSaved,
        "Keyrack ended before this was done. Nothing was changed. Try again.",
    )
}

fn not_saved() -> Problem {
    Problem::new(
        ProblemCode::NotSaved,
        "Keyrack ended in the middle of connecting. Access may be allowed at Notion, but no token was saved here. Connect again.",
    )
}
