//! Remove a client: its connections first, then its row, then its secret.

use crate::domain::act::RemoveClient;
use crate::domain::client::ConnectionsPolicy;
use crate::domain::event::Event;
use crate::domain::operation::Operation;
use crate::domain::problem::{Cause, Problem};
use crate::domain::rebuilt::WantedRebuild;
use crate::domain::receipt::Revocation;
use crate::keyrack::Keyrack;
use crate::storage::vault::{EntryKind, VaultError};

impl Keyrack {
    /// Removes a client and, as asked, its connections.
    ///
    /// Fails with the client still there if it has connections that are to be kept
    /// (`client-in-use`), or at the first of them that cannot be revoked or forgotten now; those
    /// before it are gone, with their receipts among the operations.
    pub async fn remove_client(
        &self,
        id: &str,
        connections: ConnectionsPolicy,
    ) -> Result<(), Problem> {
        let _lock = self.locks.lock_client(id).await;
        let client = self.store.client(id)?;
        for connection in self.store.connections_of(&client.id)? {
            match connections {
                ConnectionsPolicy::Keep => return Err(in_use()),
                ConnectionsPolicy::Forget => drop(self.forget(&connection.id).await?),
                ConnectionsPolicy::Revoke => match self.revoke(&connection.id).await? {
                    Revocation::Revoked { .. } => {}
                    Revocation::Pending { problem, .. } => return Err(problem),
                },
            }
        }
        match self.client_entry(&client).await {
            // There is nothing of ours to delete.
            Ok(_)
            | Err(Problem {
                cause: Cause::ClientSecretLost,
                ..
            }) => {}
            Err(problem) => return Err(problem),
        }
        self.vault.probe().await?;
        let operation = self.begin(RemoveClient::of(&client))?;
        // The row first: removing it fails if another process has just connected something.
        if let Err(problem) = self.store.remove_client(&client.id) {
            self.fail(operation, problem.clone())?;
            return Err(problem);
        }
        self.emit(&Event::Changed);
        self.finish_removing_client(operation).await
    }

    /// Ends the removal of a client that was cut off: as done if its secret is gone, else as undone.
    /// Only a person removes a client, and the journal is in a file that other programs may write.
    pub(in crate::acts) async fn recover_removal(
        &self,
        operation: Operation<RemoveClient>,
    ) -> Result<(), Problem> {
        match self.store.client(&operation.act.client.id) {
            Ok(_) => self.fail(operation, Cause::Interrupted),
            Err(problem) if problem.cause == Cause::ClientGone => {
                if self.bring_back(&operation.act.client.id).await? {
                    return self.fail(operation, Cause::Interrupted);
                }
                self.finish_removing_client(operation).await
            }
            Err(problem) => Err(problem),
        }
    }

    /// Has a client whose row is gone brought back from the vault, if its secret is there.
    pub(in crate::acts) async fn bring_back(&self, client: &str) -> Result<bool, Problem> {
        match self.vault.read_client(client).await {
            Ok(_) => {
                self.store.want_rebuild(&WantedRebuild::default())?;
                Ok(true)
            }
            Err(VaultError::Lost | VaultError::Foreign) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes the secret of a client whose row is gone, in a removal or when start-up finishes one.
    pub(in crate::acts) async fn finish_removing_client(
        &self,
        mut operation: Operation<RemoveClient>,
    ) -> Result<(), Problem> {
        let id = &operation.act.client.id;
        self.vault.delete(id, EntryKind::Client).await?;
        operation.act.removed_at = Some(self.now());
        self.store.end_operation(&operation.done(self.now()))
    }
}

fn in_use() -> Problem {
    Cause::ClientInUse.into()
}
