//! The undoing of a grant that is not kept: its tokens are ended at Notion, and the vault's entry is as
//! it was before.

use std::sync::Arc;

use notion_oauth::sanitize_display_text;
use tokio::sync::OwnedMutexGuard;

use super::unsaved_grant::{Named, UnsavedGrant};
use crate::domain::act::{Connect, ConnectStep};
use crate::domain::authorization::{Authorization, Progress};
use crate::domain::event::Event;
use crate::domain::operation::Operation;
use crate::domain::problem::{Cause, Problem};
use crate::keyrack::Keyrack;
use crate::runtime::locks::FileLock;
use crate::storage::vault::{Bearer, ConnectionSecrets, Payload, VaultError};

/// The data for undoing a grant that was not written.
pub(super) struct Undo {
    pub named: Named,
    /// The bot's lock and the connection's, held until the vault's entry is restored.
    pub locks: (OwnedMutexGuard<()>, FileLock),
    pub unsaved: UnsavedGrant,
    pub not_written: NotWritten,
}

/// Why a grant is not in the vault.
pub(super) enum NotWritten {
    Refused(Problem),
    /// The person cancelled; the write may still be under way.
    GivenUp(std::pin::Pin<Box<dyn Future<Output = Result<(), VaultError>> + Send>>),
}

/// The final progress of an authorization whose grant was ended again.
fn not_connected(problem: Problem) -> Progress {
    if problem.cause == Cause::Cancelled {
        Progress::Cancelled
    } else {
        Progress::Failed { problem }
    }
}

impl Keyrack {
    /// Ends a grant that never had a vault entry, and its operation. Tokens that a listed connection has
    /// too are left to it. If its bot is connected already, the earlier tokens may have ended with the
    /// new ones, so the connection's verdict is cleared.
    pub(super) async fn end_unnamed(
        &self,
        authorization: Authorization,
        mut operation: Operation<Connect>,
        unsaved: UnsavedGrant,
        why: Problem,
    ) -> Authorization {
        let bot_id = sanitize_display_text(&unsaved.grant.bot_id);
        let listed = self.tokens_of_bot(&bot_id).await;
        let problem = unsaved.end(&Vec::from_iter(&listed), why).await;
        let known = self
            .store
            .connection_of_bot(&operation.act.client.id, &bot_id);
        operation.act.step = ConnectStep::Discarded {
            connection: known.ok().flatten(),
        };
        let ended = operation.failed(problem, self.now());
        // If the operation cannot be ended now, the next start ends it.
        let _ = self.store.clear_verdict(&ended, None);
        self.emit(&Event::Changed);
        self.move_on(authorization, ended.end_of_authorization(false))
    }

    /// Ends tokens that were not kept, and restores the vault's entry once a write that may still be
    /// under way has ended. Until then the operation stays unfinished.
    pub(super) async fn undo_grant(
        self: &Arc<Self>,
        authorization: Authorization,
        mut operation: Operation<Connect>,
        undo: Undo,
    ) -> Authorization {
        let (why, write) = match undo.not_written {
            NotWritten::Refused(problem) => (problem, None),
            NotWritten::GivenUp(write) => (Cause::Cancelled.into(), Some(write)),
        };
        let Named {
            entry,
            granted,
            before,
        } = undo.named;
        let problem = undo.unsaved.end(before.as_ref().as_slice(), why).await;
        let bearer = Bearer::Bot {
            client: operation.act.client.id.clone(),
            bot_id: granted.bot_id.clone(),
        };
        operation.act.step = ConnectStep::Undone {
            entry: entry.clone(),
            granted,
        };
        operation.problem = Some(problem.clone());
        let _ = self.store.save_operation(&operation);
        let (keyrack, busy, locks) = (self.clone(), self.busy(), undo.locks);
        let given_up = write.is_some();
        let restore = async move {
            if let Some(write) = write {
                let _ = write.await;
            }
            // A failure leaves the operation unfinished, and the next start finishes it.
            let _ = keyrack
                .restore_entry(operation, &entry, bearer, before)
                .await;
            drop((locks, busy));
        };
        if given_up {
            // In the background, because the write may hang without end.
            tokio::spawn(restore);
        } else {
            restore.await;
        }
        self.move_on(authorization, not_connected(problem))
    }

    /// Writes the earlier tokens back into the entry, or deletes the entry if there were none.
    async fn restore_entry(
        &self,
        operation: Operation<Connect>,
        entry: &str,
        bearer: Bearer,
        before: Option<ConnectionSecrets>,
    ) -> Result<(), Problem> {
        let ended = operation.ended(self.now());
        // A connection that was revoked or forgotten meanwhile does not get its tokens back.
        let is_listed = self.store.connection(entry).is_ok();
        if let Some(before) = before
            && is_listed
        {
            let has_refresh_token = before.refresh.is_some();
            self.vault.write(&Payload::Connection(before)).await?;
            self.store.clear_verdict(&ended, Some(has_refresh_token))?;
            self.emit(&Event::Changed);
            return Ok(());
        }
        self.vault.delete_tokens(entry, bearer).await?;
        self.store.end_operation(&ended)
    }
}
