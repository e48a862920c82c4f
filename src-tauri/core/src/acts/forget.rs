//! Forget: delete a connection here only. Notion is not asked, and the receipt says so.

use crate::domain::act::Forget;
use crate::domain::event::Event;
use crate::domain::operation::Operation;
use crate::domain::problem::{Cause, Problem};
use crate::domain::receipt::Receipt;
use crate::keyrack::Keyrack;
use crate::storage::vault::VaultError;

impl Keyrack {
    /// Deletes a connection's tokens from the keyring and its row from the store.
    ///
    /// Fails with nothing changed if another process is at work on the connection
    /// (`busy-elsewhere`), it is gone, or the keyring does not answer. If the
    /// keyring fails in the middle, the operation stays unfinished, and the next start finishes it if the
    /// tokens are gone, or leaves the connection as it is.
    pub async fn forget(&self, id: &str) -> Result<Receipt, Problem> {
        let _lock = self.lock_connection(id).await?;
        let connection = self.store.connection(id)?;
        match self.tokens(&connection).await {
            // There is nothing of ours to delete.
            Ok(_)
            | Err(Problem {
                cause: Cause::KeyringLost | Cause::KeyringForeign,
                ..
            }) => {}
            Err(problem) => return Err(problem),
        }
        self.vault.probe().await?;
        let operation = self.begin(Forget::of(&connection))?;
        self.finish_forgetting(operation).await
    }

    /// Finishes a "forget" whose tokens are gone. One whose tokens are still there is undone: only a
    /// person forgets, and the journal is in a file that other programs may write.
    pub(super) async fn recover_forgetting(
        &self,
        operation: Operation<Forget>,
    ) -> Result<(), Problem> {
        let _lock = self.lock_connection(&operation.act.of.id).await?;
        match self.vault.read_connection(&operation.act.of.id).await {
            Ok(_) => self.fail(operation, Cause::Interrupted),
            Err(VaultError::Lost | VaultError::Foreign) => {
                self.finish_forgetting(operation).await.map(drop)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes the tokens and the row of a forgotten connection.
    async fn finish_forgetting(
        &self,
        mut operation: Operation<Forget>,
    ) -> Result<Receipt, Problem> {
        let id = operation.act.of.id.clone();
        operation.act.cut_off.extend(self.end_leases_of(&id)?);
        let of = &operation.act.of;
        let keeps = self.vault.delete_tokens(&id, of.into()).await?;
        let (ended, receipt) = operation.removed(self.now(), keeps);
        self.store.remove_connection(&ended, &id)?;
        self.emit(&Event::Changed);
        Ok(receipt)
    }
}
