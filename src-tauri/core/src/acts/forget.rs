//! Forget: delete a connection here only. Notion is not asked, and the receipt says so.

use crate::domain::act::Forget;
use crate::domain::event::Event;
use crate::domain::operation::Operation;
use crate::domain::problem::Problem;
use crate::domain::receipt::Receipt;
use crate::keyrack::Keyrack;
use crate::storage::vault::EntryKind;

impl Keyrack {
    /// Deletes a connection's tokens from the keyring and its row from the store.
    ///
    /// Fails with nothing changed if another process is at work on the connection
    /// (`busy-elsewhere`), it is gone, or the keyring does not answer. If the
    /// keyring fails in the middle, the operation stays unfinished, and the next start finishes it.
    pub async fn forget(&self, id: &str) -> Result<Receipt, Problem> {
        let _lock = self.lock_connection(id).await?;
        let connection = self.store.connection(id)?;
        self.vault.probe().await?;
        let operation = self.begin(Forget::of(&connection))?;
        self.finish_forgetting(operation).await
    }

    /// Deletes the tokens and the row of a forgotten connection, in a "forget" or when start-up
    /// finishes one.
    pub(super) async fn finish_forgetting(
        &self,
        operation: Operation<Forget>,
    ) -> Result<Receipt, Problem> {
        let id = operation.act.of.id.clone();
        self.vault.delete(&id, EntryKind::Connection).await?;
        let (ended, receipt) = operation.removed(self.now());
        self.store.remove_connection(&ended, &id)?;
        self.emit(&Event::Changed);
        Ok(receipt)
    }
}
