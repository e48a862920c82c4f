//! The second part of a connect: the code is exchanged for tokens, and the tokens are kept, or
//! revoked again.

use std::sync::Arc;

use notion_oauth::{Error, Grant};

use super::state::seal;
use super::undo::{NotWritten, Undo};
use super::unsaved_grant::{Named, UnsavedGrant};
use crate::acts::access::ClientAccess;
use crate::domain::act::{Connect, ConnectStep, Granted};
use crate::domain::authorization::{Authorization, Progress};
use crate::domain::client::Client;
use crate::domain::event::Event;
use crate::domain::operation::Operation;
use crate::domain::owner::Owner;
use crate::domain::problem::{Cause, Problem};
use crate::failpoint::failpoint;
use crate::keyrack::Keyrack;
use crate::runtime::locks::FileLock;
use crate::runtime::pending::{AwaitingKeyring, Pending};
use crate::storage::vault::{Payload, VaultError};
use notion_oauth::sanitize_display_text;

impl Keyrack {
    /// Goes on with an authorization that waits for the person: for the keyring, or with another
    /// workspace than the one that was to be connected again.
    pub async fn continue_authorization(
        self: &Arc<Self>,
        id: &str,
    ) -> Result<Authorization, Problem> {
        let authorization = self.store.authorization(id)?;
        // Read before the code is taken out: a busy store must not lose the code.
        let client = self.store.client(&authorization.client_id)?;
        let Some(pending) = self.pending.get(id) else {
            return Ok(authorization);
        };
        let Some(awaiting) = pending.take_awaiting_keyring() else {
            // Moved on before the write goes on: until then it would still seem to wait.
            let authorization = if self.store.leave_awaiting_keyring(id, &Progress::Saving)? {
                self.move_on(authorization, Progress::Saving)
            } else {
                authorization
            };
            pending.go_on();
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

    /// Proves that the keyring takes an entry, and reads the client's credentials.
    pub(in crate::acts) async fn keyring_ready(
        &self,
        client: &Client,
    ) -> Result<ClientAccess, Problem> {
        self.vault.probe().await?;
        self.client_access(client).await
    }

    /// Exchanges the code of a callback as soon as the keyring is ready.
    pub(super) async fn complete(
        self: &Arc<Self>,
        authorization: Authorization,
        client: &Client,
        awaiting: AwaitingKeyring,
    ) -> Result<Authorization, Problem> {
        let pending = self.pending.keep(&authorization.id, None, None);
        let ClientAccess {
            notion,
            credentials,
        } = match self.keyring_ready(client).await {
            Ok(access) => access,
            Err(problem) => {
                pending.await_keyring(awaiting);
                return Ok(self.move_on(authorization, Progress::AwaitingKeyring { problem }));
            }
        };
        let AwaitingKeyring {
            code,
            redirect_uri,
            state_hash,
            seal: kept,
            mut operation,
        } = awaiting;
        let secret = &credentials.client_secret;
        if kept != Some(seal(&authorization, &state_hash, &redirect_uri, secret)) {
            // Keyrack did not write this row, or not so.
            let problem = Problem::from(Cause::LinkUnknown);
            self.fail(operation, problem.clone())?;
            return Err(problem);
        }
        if pending.is_cancelled() {
            self.fail(operation, Cause::Cancelled)?;
            return Ok(self.move_on(authorization, Progress::Cancelled));
        }
        let _busy = self.busy();
        operation.act.step = ConnectStep::Sent {
            sent_at: self.now(),
        };
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
                self.fail(operation, problem.clone())?;
                Err(problem)
            }
        }
    }

    /// Keeps a grant, or ends it at Notion: its tokens are nowhere else.
    async fn keep_or_end(
        self: &Arc<Self>,
        authorization: Authorization,
        mut operation: Operation<Connect>,
        pending: &Pending,
        unsaved: UnsavedGrant,
    ) -> Authorization {
        let bot_id = sanitize_display_text(&unsaved.grant.bot_id);
        let asked = self
            .ask_about_other(&authorization, &mut operation, pending, &unsaved.grant)
            .await;
        if let Err(why) = asked {
            return self
                .end_unnamed(authorization, operation, unsaved, why)
                .await;
        }
        // An earlier write of the same bot's tokens may hang without end, and keep the lock.
        let lock = tokio::select! {
            lock = self.locks.lock_bot(&operation.act.client.id, &bot_id) => lock,
            () = pending.cancel_requested() => {
                return self
                    .end_unnamed(authorization, operation, unsaved, Cause::Cancelled.into())
                    .await;
            }
        };
        // Nothing of the connection is looked at before its lock: another process may be replacing it.
        let named = tokio::select! {
            entry = self.lock_entry(&operation.act.client.id, &bot_id) => match entry {
                Ok((entry, held)) => {
                    let named = self.name_entry(&mut operation, entry, &unsaved.grant).await;
                    named.map(|named| (named, held))
                }
                Err(problem) => Err(problem),
            },
            () = pending.cancel_requested() => Err(Cause::Cancelled.into()),
        };
        let (named, held) = match named {
            Ok(named) => named,
            Err(problem) => {
                return self
                    .end_unnamed(authorization, operation, unsaved, problem)
                    .await;
            }
        };
        let client = operation.act.client.id.clone();
        let payload = named.payload(client, &unsaved.grant);
        match self.write_grant(&authorization, &payload, pending).await {
            Ok(()) => {
                self.record_grant(authorization, operation, &unsaved, &named, held)
                    .await
            }
            Err(not_written) => {
                let undo = Undo {
                    named,
                    locks: (lock, held),
                    unsaved,
                    not_written,
                };
                self.undo_grant(authorization, operation, undo).await
            }
        }
    }

    /// The vault entry for a bot's tokens, that of its connection or a new one, with its lock.
    async fn lock_entry(&self, client: &str, bot_id: &str) -> Result<(String, FileLock), Problem> {
        loop {
            let known = self.store.connection_of_bot(client, bot_id)?;
            let entry = known.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
            let held = self.lock_connection(&entry).await?;
            // Another process may have connected the bot meanwhile.
            let now = self.store.connection_of_bot(client, bot_id)?;
            if now.is_none_or(|now| now == entry) {
                return Ok((entry, held));
            }
        }
    }

    /// Names the vault entry on the operation's row before the entry is written.
    async fn name_entry(
        &self,
        operation: &mut Operation<Connect>,
        entry: String,
        grant: &Grant,
    ) -> Result<Named, Problem> {
        let bot_id = sanitize_display_text(&grant.bot_id);
        let known = self
            .store
            .connection_of_bot(&operation.act.client.id, &bot_id)?;
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
                Ok(secrets)
                    if secrets.client != operation.act.client.id
                        || secrets.bot_id != granted.bot_id =>
                {
                    return Err(Cause::ConnectionAltered.into());
                }
                Ok(secrets) => Some(secrets),
                Err(VaultError::Lost | VaultError::Foreign) => None,
                Err(error) => return Err(error.into()),
            },
            None => None,
        };
        operation.act.step = ConnectStep::Granted {
            entry: entry.clone(),
            granted: granted.clone(),
        };
        operation.request_ids.extend(grant.request_id.clone());
        self.store.save_operation(operation)?;
        Ok(Named {
            entry,
            granted,
            before,
        })
    }

    /// Writes the tokens to the vault. A keyring that is locked or gone is waited for: the person opens
    /// it and tries again, or cancels.
    async fn write_grant(
        &self,
        authorization: &Authorization,
        payload: &Payload,
        pending: &Pending,
    ) -> Result<(), NotWritten> {
        loop {
            self.move_on(authorization.clone(), Progress::Saving);
            let mut write = Box::pin(self.vault.write(payload));
            let error = tokio::select! {
                written = &mut write => match written {
                    Ok(()) => return Ok(()),
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
                () = pending.go_on_requested() => {}
                () = pending.cancel_requested() => return Err(NotWritten::GivenUp(Box::pin(async { Ok(()) }))),
            }
        }
    }

    /// Writes the connection to the store. If that fails the tokens are safe in the vault, and the
    /// next start adds the connection from the unfinished row.
    async fn record_grant(
        &self,
        authorization: Authorization,
        operation: Operation<Connect>,
        unsaved: &UnsavedGrant,
        named: &Named,
        lock: FileLock,
    ) -> Authorization {
        let ended = operation.done(self.now());
        let saved = self
            .store
            .save_connected(&ended, &named.entry, &named.granted);
        if let Err(problem) = saved {
            let problem = problem.under(|why| Cause::NotListed { why });
            return self.move_on(authorization, Progress::Failed { problem });
        }
        drop(lock);
        self.emit(&Event::Changed);
        let earlier_works = unsaved.earlier_works(named.before.as_ref()).await;
        self.move_on(authorization, ended.end_of_authorization(earlier_works))
    }
}

/// The problem of a failed exchange. A code works once: if the reply was lost, tokens may exist or
/// not, and the code is never sent again.
fn exchange_failed(error: Error) -> Problem {
    match error {
        Error::Unreachable { sent: true } | Error::NotNotion { .. } | Error::Unavailable { .. } => {
            Problem::from(error).under(|why| Cause::ExchangeLost { why })
        }
        other => other.into(),
    }
}
