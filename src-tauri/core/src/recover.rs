//! Start-up: finish or undo what ended processes left unfinished.

use crate::authorization::Progress;
use crate::keyrack::{Event, Keyrack};
use crate::operation::{Kind, Operation};
use crate::problem::{Problem, ProblemCode};
use crate::process::has_ended;
use crate::vault::VaultError;

impl Keyrack {
    /// Finishes or undoes the unfinished operations of processes that have ended.
    ///
    /// Deletes only vault entries that these operations name. What the keyring does not allow now
    /// stays unfinished for the next start. Pending revocations are `retry_revocations`'s.
    pub async fn recover(&self) -> Result<(), Problem> {
        for mut operation in self.store.unfinished_operations()? {
            if operation.process == self.process.id()
                || !has_ended(&self.folder, &operation.process)
            {
                continue;
            }
            match operation.kind {
                Kind::Revoke => {}
                Kind::Check => self.fail(&mut operation, &interrupted())?,
                Kind::AddClient => self.undo_add_client(&mut operation).await?,
                Kind::Connect => self.recover_connect(&mut operation).await?,
                Kind::Forget => {
                    if let Some(connection) = operation.subject.connection.clone() {
                        self.finish_forgetting(&mut operation, &connection).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The row is written with the end of the operation, so an unfinished one has none.
    async fn undo_add_client(&self, operation: &mut Operation) -> Result<(), Problem> {
        let entry = operation.subject.client.clone();
        self.vault.delete(&entry).await?;
        self.fail(operation, &interrupted())
    }

    /// A new connection whose tokens reached the vault is finished; otherwise nothing of it stays.
    async fn recover_connect(&self, operation: &mut Operation) -> Result<(), Problem> {
        let entry = operation.subject.connection.clone();
        let granted_new = operation.record.granted.as_ref().map(|granted| granted.new);
        match (entry, granted_new) {
            (Some(entry), Some(true)) => match self.vault.read_connection(&entry).await {
                Ok(_) => return self.finish_connect(operation),
                Err(VaultError::Lost) => {}
                Err(VaultError::Foreign) => self.vault.delete(&entry).await?,
                Err(error) => return Err(error.into()),
            },
            (Some(entry), None) if self.store.connection(&entry).is_err() => {
                self.vault.delete(&entry).await?;
            }
            _ => {}
        }
        let problem = not_saved();
        self.fail(operation, &problem)?;
        self.end_authorization(operation, Progress::Failed { problem })
    }

    fn finish_connect(&self, operation: &mut Operation) -> Result<(), Problem> {
        operation.finished_at = Some(self.now());
        self.store.save_connected(operation)?;
        self.tell(&Event::Changed);
        let (Some(connection_id), Some(granted)) = (
            operation.subject.connection.clone(),
            operation.record.granted.clone(),
        ) else {
            return Ok(());
        };
        let completed = Progress::Completed {
            connection_id,
            workspace_name: granted.workspace_name,
            owner: granted.owner,
            new: granted.new,
        };
        self.end_authorization(operation, completed)
    }

    fn end_authorization(&self, operation: &Operation, progress: Progress) -> Result<(), Problem> {
        let Some(id) = &operation.subject.authorization else {
            return Ok(());
        };
        match self.store.authorization(id) {
            Ok(authorization) => self.move_on(authorization, progress).map(|_| ()),
            // Removed with its client, or long over: there is nobody left to tell.
            Err(_) => Ok(()),
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
