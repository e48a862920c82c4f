//! The part of a connect that costs a request: the code becomes tokens, and the tokens are kept,
//! or ended again.

use std::sync::Arc;

use notion_oauth::{Credentials, Error, Grant};
use tokio::sync::OwnedMutexGuard;

use super::cancelled;
use super::unsaved_grant::UnsavedGrant;
use crate::domain::authorization::{Authorization, Progress};
use crate::domain::client::Client;
use crate::domain::event::Event;
use crate::domain::operation::{Granted, Operation};
use crate::domain::owner::Owner;
use crate::domain::problem::{Problem, ProblemCode};
use crate::failpoint::failpoint;
use crate::keyrack::Keyrack;
use crate::runtime::pending::{AwaitingKeyring, Pending};
use crate::storage::vault::{ConnectionSecrets, Payload, VaultError};
use notion_oauth::sanitize_display_text;

impl Keyrack {
    /// Goes on with a callback, or with tokens, that wait for the keyring.
    pub async fn retry_authorization(self: &Arc<Self>, id: &str) -> Result<Authorization, Problem> {
        let authorization = self.store.authorization(id)?;
        // Looked up before the code is taken out: a busy store must not lose it.
        let client = self.store.client(&authorization.client_id)?;
        let Some(pending) = self.pending.get(id) else {
            return Ok(authorization);
        };
        let Some(awaiting) = pending.take_awaiting_keyring() else {
            // Told before the write goes on: to whoever looks, it would still seem to wait.
            let authorization = if self.store.leave_awaiting_keyring(id, &Progress::Saving)? {
                self.move_on(authorization, Progress::Saving)
            } else {
                authorization
            };
            pending.request_retry();
            return Ok(authorization);
        };
        match self
            .complete(authorization.clone(), &client, awaiting)
            .await
        {
            Ok(authorization) => Ok(authorization),
            Err(problem) => Ok(self.move_on(authorization, Progress::Failed { problem })),
        }
    }

    /// Proves that the keyring takes an entry, and reads the client's credentials from it.
    pub(in crate::acts) async fn keyring_ready(
        &self,
        client: &str,
    ) -> Result<Credentials, Problem> {
        self.vault.probe().await?;
        self.credentials(client).await
    }

    /// Exchanges the code of a callback as soon as the keyring is ready.
    pub(super) async fn complete(
        self: &Arc<Self>,
        authorization: Authorization,
        client: &Client,
        awaiting: AwaitingKeyring,
    ) -> Result<Authorization, Problem> {
        let pending = self.pending.keep(&authorization.id, None, None);
        let credentials = match self.keyring_ready(&client.id).await {
            Ok(credentials) => credentials,
            Err(problem) => {
                pending.await_keyring(awaiting);
                return Ok(self.move_on(authorization, Progress::AwaitingKeyring { problem }));
            }
        };
        let AwaitingKeyring {
            code,
            redirect_uri,
            mut operation,
        } = awaiting;
        if pending.is_cancelled() {
            self.fail(&mut operation, &cancelled())?;
            return Ok(self.move_on(authorization, Progress::Cancelled));
        }
        let _busy = self.busy();
        let notion = self.notions.of(client)?;
        operation.record.sent_at = Some(self.now());
        self.store.save_operation(&operation)?;
        let authorization = self.move_on(authorization, Progress::Exchanging);
        let answer = notion.exchange(&credentials, &code, &redirect_uri).await;
        failpoint("notion.exchange");
        match answer {
            Ok(grant) => {
                let grant = UnsavedGrant {
                    notion,
                    credentials,
                    grant,
                };
                Ok(self
                    .keep_or_end(authorization, operation, &pending, grant)
                    .await)
            }
            Err(error) => {
                let problem = exchange_failed(error);
                self.fail(&mut operation, &problem)?;
                Err(problem)
            }
        }
    }

    /// Keeps a grant, or ends it at Notion: nobody but this function holds its tokens.
    async fn keep_or_end(
        self: &Arc<Self>,
        authorization: Authorization,
        mut operation: Operation,
        pending: &Pending,
        unsaved: UnsavedGrant,
    ) -> Authorization {
        let bot_id = sanitize_display_text(&unsaved.grant.bot_id);
        // An earlier write of the same bot's tokens may hang without end.
        let turn = tokio::select! {
            turn = self.locks.lock_bot(&operation.subject.client, &bot_id) => turn,
            () = pending.cancel_requested() => {
                return self.end_unnamed(authorization, operation, unsaved, cancelled()).await;
            }
        };
        let before = match self.name_entry(&mut operation, &unsaved.grant).await {
            Ok(before) => before,
            Err(problem) => {
                return self
                    .end_unnamed(authorization, operation, unsaved, problem)
                    .await;
            }
        };
        match self
            .write_grant(&authorization, &operation, pending, &unsaved.grant)
            .await
        {
            Ok(turn) => {
                let before = before.as_ref();
                self.record_grant(authorization, operation, &unsaved, before, turn)
                    .await
            }
            Err(not_written) => {
                let undo = Undo {
                    turn,
                    before,
                    unsaved,
                    not_written,
                };
                self.undo_grant(authorization, operation, undo).await
            }
        }
    }

    /// Ends a grant that never had a vault entry, and its row. If its bot is connected already, the
    /// tokens there may have been the very ones that were ended: only a check can tell.
    async fn end_unnamed(
        &self,
        authorization: Authorization,
        mut operation: Operation,
        unsaved: UnsavedGrant,
        why: Problem,
    ) -> Authorization {
        let problem = unsaved.end(None, why).await;
        let known = self.store.connection_of_bot(
            &operation.subject.client,
            &sanitize_display_text(&unsaved.grant.bot_id),
        );
        operation.subject.connection = known.unwrap_or_default();
        operation.record.problem = Some(problem.clone());
        operation.finished_at = Some(self.now());
        // Without this row's end, the next start ends it.
        let _ = self.store.clear_verdict(&operation, None);
        self.emit(&Event::Changed);
        self.move_on(authorization, not_connected(problem))
    }

    /// Names the vault entry on the row of the operation before it is written: the one of the
    /// connection with this bot id, or a new one. Returns the tokens that it would replace.
    async fn name_entry(
        &self,
        operation: &mut Operation,
        grant: &Grant,
    ) -> Result<Option<ConnectionSecrets>, Problem> {
        let bot_id = sanitize_display_text(&grant.bot_id);
        let known = self
            .store
            .connection_of_bot(&operation.subject.client, &bot_id)?;
        let granted = Granted {
            bot_id,
            workspace_id: sanitize_display_text(&grant.workspace_id),
            workspace_name: sanitize_display_text(
                grant.workspace_name.as_deref().unwrap_or_default(),
            ),
            workspace_icon: grant.workspace_icon.as_deref().map(sanitize_display_text),
            owner: Owner::from(grant.owner.clone()),
            has_refresh_token: grant.refresh_token.is_some(),
            new: known.is_none(),
        };
        let before = match &known {
            Some(id) => match self.vault.read_connection(id).await {
                Ok(secrets) => Some(secrets),
                Err(VaultError::Lost | VaultError::Foreign) => None,
                Err(error) => return Err(error.into()),
            },
            None => None,
        };
        let id = known.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
        operation.name_granted(&id, granted, grant.request_id.clone());
        self.store.save_operation(operation)?;
        Ok(before)
    }

    /// Writes the tokens to the vault, and returns the connection's turn. A keyring that is locked or
    /// gone is waited for: the person opens it and tries again, or gives up.
    async fn write_grant(
        &self,
        authorization: &Authorization,
        operation: &Operation,
        pending: &Pending,
        grant: &Grant,
    ) -> Result<OwnedMutexGuard<()>, NotWritten> {
        let id = operation.subject.connection.clone().unwrap_or_default();
        let turn = tokio::select! {
            turn = self.locks.lock_connection(&id) => turn,
            () = pending.cancel_requested() => {
                return Err(NotWritten::GivenUp(Box::pin(async { Ok(()) })));
            }
        };
        let payload = Payload::Connection(ConnectionSecrets {
            id,
            client: operation.subject.client.clone(),
            bot_id: sanitize_display_text(&grant.bot_id),
            access: grant.access_token.clone(),
            refresh: grant.refresh_token.clone(),
        });
        loop {
            self.move_on(authorization.clone(), Progress::Saving);
            let mut write = Box::pin(self.vault.write(&payload));
            let error = tokio::select! {
                written = &mut write => match written {
                    Ok(()) => return Ok(turn),
                    Err(error) => error,
                },
                () = pending.cancel_requested() => return Err(NotWritten::GivenUp(write)),
            };
            if !error.can_be_waited_for() {
                return Err(NotWritten::Refused(error.into()));
            }
            self.move_on(
                authorization.clone(),
                Progress::AwaitingKeyring {
                    problem: error.into(),
                },
            );
            tokio::select! {
                () = pending.retry_requested() => {}
                () = pending.cancel_requested() => return Err(NotWritten::GivenUp(Box::pin(async { Ok(()) }))),
            }
        }
    }

    /// Writes the connection to the store. If that fails the tokens are safe in the vault, and the
    /// unfinished row brings the connection into the list at the next start.
    async fn record_grant(
        &self,
        authorization: Authorization,
        mut operation: Operation,
        unsaved: &UnsavedGrant,
        before: Option<&ConnectionSecrets>,
        turn: OwnedMutexGuard<()>,
    ) -> Authorization {
        operation.finished_at = Some(self.now());
        if let Err(problem) = self.store.save_connected(&operation) {
            let message = format!(
                "{} The tokens are safe in the keyring; start Keyrack again to see the connection.",
                problem.message
            );
            return self.move_on(
                authorization,
                Progress::Failed {
                    problem: Problem { message, ..problem },
                },
            );
        }
        drop(turn);
        self.emit(&Event::Changed);
        let earlier_works = unsaved.earlier_works(before).await;
        match operation.completed(earlier_works) {
            Some(completed) => self.move_on(authorization, completed),
            None => authorization,
        }
    }

    /// Ends tokens that were not kept, and brings the vault back to what it was, once a write that
    /// may still be under way has ended. Until then the row stays unfinished.
    async fn undo_grant(
        self: &Arc<Self>,
        authorization: Authorization,
        mut operation: Operation,
        undo: Undo,
    ) -> Authorization {
        let (why, write) = match undo.not_written {
            NotWritten::Refused(problem) => (problem, None),
            NotWritten::GivenUp(write) => (cancelled(), Some(write)),
        };
        let problem = undo.unsaved.end(undo.before.as_ref(), why).await;
        operation.record.granted = None;
        operation.record.problem = Some(problem.clone());
        let _ = self.store.save_operation(&operation);
        let (keyrack, busy, before, turn) = (self.clone(), self.busy(), undo.before, undo.turn);
        let given_up = write.is_some();
        let restore = async move {
            if let Some(write) = write {
                let _ = write.await;
            }
            // What fails here is on the unfinished row, and the next start's.
            let _ = keyrack.restore_entry(operation, before).await;
            drop((turn, busy));
        };
        if given_up {
            // The write may hang without end; the person does not wait for it.
            tokio::spawn(restore);
        } else {
            restore.await;
        }
        self.move_on(authorization, not_connected(problem))
    }

    /// Puts the tokens that were there before back, or deletes the entry if there were none.
    async fn restore_entry(
        &self,
        mut operation: Operation,
        before: Option<ConnectionSecrets>,
    ) -> Result<(), Problem> {
        let entry = operation.subject.connection.clone().unwrap_or_default();
        let _turn = self.locks.lock_connection(&entry).await;
        operation.finished_at = Some(self.now());
        // One that was revoked or forgotten meanwhile does not come back.
        let is_listed = self.store.connection(&entry).is_ok();
        if let Some(before) = before
            && is_listed
        {
            let has_refresh_token = before.refresh.is_some();
            self.vault.write(&Payload::Connection(before)).await?;
            self.store
                .clear_verdict(&operation, Some(has_refresh_token))?;
            self.emit(&Event::Changed);
            return Ok(());
        }
        self.vault.delete(&entry).await?;
        self.store.save_operation(&operation)
    }
}

/// What it takes to undo a grant that was not written.
struct Undo {
    /// The bot's, unsaved until the vault is what it was.
    turn: OwnedMutexGuard<()>,
    /// The tokens that the connection had before.
    before: Option<ConnectionSecrets>,
    unsaved: UnsavedGrant,
    not_written: NotWritten,
}

/// Why a grant is not in the vault.
enum NotWritten {
    Refused(Problem),
    /// The person gave up; the write may still be under way.
    GivenUp(std::pin::Pin<Box<dyn Future<Output = Result<(), VaultError>> + Send>>),
}

/// How an authorization ends whose grant was ended again.
fn not_connected(problem: Problem) -> Progress {
    if problem.code == ProblemCode::LinkCancelled {
        Progress::Cancelled
    } else {
        Progress::Failed { problem }
    }
}

/// A code works once: when the answer was lost, nobody can tell whether tokens exist, and it is
/// never sent again.
fn exchange_failed(error: Error) -> Problem {
    match error {
        Error::Unreachable { sent: true } | Error::NotNotion { .. } | Error::Unavailable { .. } => {
            Problem {
                code: ProblemCode::NotSaved,
                message: format!(
                    "{error}, so access may be allowed at Notion, but no token was saved here. Connect again."
                ),
                ..Problem::from(error)
            }
        }
        other => other.into(),
    }
}
