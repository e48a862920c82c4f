//! Recover: at start-up, finish or undo what ended processes left unfinished.

use crate::domain::act::Act;
use crate::domain::event::Event;
use crate::domain::operation::Operation;
use crate::domain::problem::{Cause, Problem};
use crate::keyrack::Keyrack;
use crate::storage::process_lock::{clear, has_ended, left_behind, others_alive};
use crate::storage::vault::EntryKind;

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
            let left_to_retry = matches!(&operation.act, Act::Revoke(act) if !act.is_settled());
            if ended && !left_to_retry {
                let (id, own) = (operation.id.clone(), self.process.id());
                let former = std::mem::replace(&mut operation.process, own.to_owned());
                // Of two starts at once, one claims the operation.
                if !self.store.claim_operation(&id, &former, own)? {
                    continue;
                }
                if let Err(problem) = self.recover_operation(operation).await {
                    self.store.claim_operation(&id, own, &former)?;
                    first_problem.get_or_insert(problem);
                }
            }
        }
        if let Err(problem) = self.rebuild_if_wanted().await {
            self.emit(&Event::RebuildWaits(problem.clone()));
            first_problem.get_or_insert(problem);
        }
        self.prune_history()?;
        // Another process might just be taking one.
        if others_alive(&self.folder, self.process.id()) == 0 {
            let ids = self.store.connection_ids()?;
            self.locks.keep_only(ids.iter().map(String::as_str));
        }
        for mark in left_behind(&self.folder) {
            match self.vault.delete(&mark, EntryKind::Probe).await {
                Ok(()) => clear(&self.folder, &mark),
                // A keyring that does not answer one question answers no other either.
                Err(error) => {
                    first_problem.get_or_insert(error.into());
                    break;
                }
            }
        }
        first_problem.map_or(Ok(()), Err)
    }

    async fn recover_operation(&self, operation: Operation) -> Result<(), Problem> {
        match operation.act.clone() {
            Act::Check(_) => self.fail(operation, Cause::Interrupted),
            // A lease, which has ended with its process.
            Act::HandOut(_) => self.store.end_operation(&operation.ended(self.now())),
            // The entry has the old secret or the new one, and a check shows which; or the list has a
            // part of what is to be brought back.
            Act::RotateSecret(_) | Act::Rebuild(_) => self.fail(operation, Cause::CutOff),
            Act::EditClient(client) => self.recover_edit(operation, &client.id).await,
            Act::AddClient(client) => self.recover_adding(operation, &client.id).await,
            Act::RemoveClient(act) => self.recover_removal(operation.with(act)).await,
            Act::Connect(act) => self.recover_connect(operation.with(act)).await,
            Act::Refresh(act) => self.recover_refresh(&act.of.id).await,
            Act::Revoke(act) => self.recover_revocation(&act.of.id).await,
            Act::Import(act) => self.recover_import(operation.with(act)).await,
            Act::Forget(act) => self.recover_forgetting(operation.with(act)).await,
            Act::Export(act) => self.recover_export(operation.with(act)).await,
        }
    }
}
