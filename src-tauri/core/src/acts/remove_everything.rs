//! Remove everything that this data folder has in the keyring and on this computer.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

use crate::domain::batch::{Batch, BatchAct, BatchEnd, BatchState};
use crate::domain::client::ConnectionsPolicy;
use crate::domain::event::Event;
use crate::domain::preferences::BackgroundChecks;
use crate::domain::problem::{Cause, Problem};
use crate::domain::removal::{Cleanup, Removal, RemovalStage, Removed};
use crate::keyrack::Keyrack;
use crate::storage::process_lock::others_alive;

impl Keyrack {
    /// Removes everything: every connection and client, this data folder's other entries in the
    /// keyring, the start at login, and what `app_link` removes, which belongs to the shell. If asked,
    /// all connections are revoked first, and the rest is removed only if that was not cancelled and
    /// none failed; otherwise Notion is not asked.
    ///
    /// Each stage is emitted, and the last is returned. [`Keyrack::close`] empties the data folder. May
    /// be repeated after any stage; what is left is still in the list. Fails with `batch-under-way`
    /// while it goes on, or connections are refreshed, revoked or forgotten.
    pub fn remove_everything<Fut: Future<Output = Cleanup> + Send>(
        self: &Arc<Self>,
        revoke_first: bool,
        app_link: impl FnOnce() -> Fut + Send + 'static,
    ) -> Result<impl Future<Output = Removal> + Send + 'static, Problem> {
        let mut removal = self.unacknowledged().removal.unwrap_or_default();
        let is_busy = |batch: &Batch| batch.act != BatchAct::Check;
        let goes_on = self.removing.swap(true, SeqCst);
        if goes_on || self.batches().iter().any(is_busy) {
            self.removing.store(goes_on, SeqCst);
            return Err(Cause::BatchUnderWay.into());
        }
        removal.revoke_first = revoke_first;
        self.at_stage(
            &mut removal,
            if revoke_first {
                RemovalStage::Revoking
            } else {
                RemovalStage::Removing
            },
        );
        let keyrack = self.clone();
        Ok(async move {
            let removal = keyrack.go_on_removing(removal, app_link).await;
            keyrack.removing.store(false, SeqCst);
            removal
        })
    }

    async fn go_on_removing<Fut: Future<Output = Cleanup>>(
        self: &Arc<Self>,
        mut removal: Removal,
        app_link: impl FnOnce() -> Fut,
    ) -> Removal {
        if removal.revoke_first {
            let end = match self.revoke_all().await {
                Ok(end) => end.after(removal.revocations.take()),
                Err(problem) => return self.not_removed(&mut removal, problem),
            };
            let Batch {
                state,
                total,
                succeeded,
                ..
            } = end.counts;
            removal.revocations = Some(end);
            if state == BatchState::Cancelled {
                return self.at_stage(&mut removal, RemovalStage::Cancelled);
            }
            if succeeded < total {
                return self.at_stage(&mut removal, RemovalStage::NotRevoked);
            }
            self.at_stage(&mut removal, RemovalStage::Removing);
        }
        let left = self.remove_what_is_left(&mut removal.removed).await;
        if let Err(problem) = left {
            return self.not_removed(&mut removal, problem);
        }
        let app_link = app_link().await;
        removal.removed.app_link = removal.removed.app_link.then(app_link);
        self.leaves_nothing.store(true, SeqCst);
        self.emit(&Event::Changed);
        self.at_stage(&mut removal, RemovalStage::Removed)
    }

    async fn revoke_all(self: &Arc<Self>) -> Result<BatchEnd, Problem> {
        Ok(self.run_batch(BatchAct::Revoke, None)?.await)
    }

    fn at_stage(&self, removal: &mut Removal, stage: RemovalStage) -> Removal {
        (removal.stage, removal.problem) = (stage, None);
        self.emit(&Event::Removal(removal.clone()));
        removal.clone()
    }

    /// What was removed once stays so, even if a further try to remove the rest is refused.
    fn not_removed(&self, removal: &mut Removal, problem: Problem) -> Removal {
        let was_removed = self.leaves_nothing.load(SeqCst);
        removal.stage = if was_removed {
            RemovalStage::Removed
        } else {
            RemovalStage::Unfinished
        };
        removal.problem = Some(problem);
        self.emit(&Event::Removal(removal.clone()));
        removal.clone()
    }

    async fn remove_what_is_left(&self, removed: &mut Removed) -> Result<(), Problem> {
        removed.data_folder = self.folder.path().display().to_string();
        if let Some(waiting) = self.latest_authorization() {
            self.cancel_authorization(&waiting.id)?;
        }
        if self.is_busy() {
            return Err(not_removed(Cause::TokensBeingWritten));
        }
        // A watching process only checks, and ends by itself.
        let watchers = usize::from(self.is_watched()?);
        // One with leases has nothing to do without them.
        let leasing = self.end_all_leases()?;
        if others_alive(&self.folder, self.process.id()) > watchers + leasing {
            return Err(not_removed(Cause::OtherProgramAtWork));
        }
        // Read before anything is deleted: a locked keyring refuses here.
        self.vault.all().await?;
        // A watching process reads the preference at its next look.
        self.store.set_background_checks(BackgroundChecks::Off)?;
        for connection in self.store.connections()? {
            self.forget(&connection.id).await?;
            removed.forgotten += 1;
            removed.keyring_entries += 1;
        }
        for client in self.store.clients()? {
            self.remove_client(&client.id, ConnectionsPolicy::Keep)
                .await?;
            removed.keyring_entries += 1;
        }
        for entry in self.vault.all().await? {
            self.vault.delete(entry.id(), entry.kind()).await?;
            removed.keyring_entries += 1;
        }
        let start_at_login = match (
            self.login_item.is_enabled(self.folder.path()),
            self.start_at_login(false),
        ) {
            (false, _) => Cleanup::NothingThere,
            (true, Ok(())) => Cleanup::Removed,
            (true, Err(_)) => Cleanup::Failed,
        };
        removed.start_at_login = removed.start_at_login.then(start_at_login);
        if self.is_busy() {
            return Err(not_removed(Cause::TokensBeingWritten));
        }
        // If the process ends before it is closed, no names stay in the database.
        self.store.delete_finished_operations()
    }
}

fn not_removed(why: Cause) -> Problem {
    Cause::NotRemoved { why: Box::new(why) }.into()
}
