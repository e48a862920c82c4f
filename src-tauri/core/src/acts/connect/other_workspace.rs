//! A consent for another workspace than the one to connect again: the person chooses before anything
//! is replaced.

use notion_oauth::{Grant, sanitize_display_text};

use crate::domain::act::{Connect, ConnectStep};
use crate::domain::authorization::{Authorization, Progress};
use crate::domain::event::Event;
use crate::domain::operation::Operation;
use crate::domain::owner::Owner;
use crate::domain::problem::{Cause, Problem};
use crate::keyrack::Keyrack;
use crate::runtime::pending::Pending;
use crate::storage::vault::ConnectionSecrets;

impl Keyrack {
    /// Asks the person about a consent for another workspace than the one to connect again, and waits
    /// for the choice; at once done if the consent is for that one, or for any. Fails with the reason
    /// for which the grant is to be ended. Nobody can be asked in a process that has not begun it.
    pub(super) async fn ask_about_other(
        &self,
        authorization: &Authorization,
        operation: &mut Operation<Connect>,
        pending: &Pending,
        grant: &Grant,
    ) -> Result<(), Problem> {
        let Some(asked) = &authorization.reconnects else {
            return Ok(());
        };
        let asked = match self.store.connection(&asked.connection_id) {
            Ok(asked) => asked,
            // Removed meanwhile, it has nothing that could be mistaken for the other's.
            Err(gone) if gone.cause == Cause::ConnectionGone => return Ok(()),
            Err(problem) => return Err(problem),
        };
        let [bot_id, workspace_id] =
            [&grant.bot_id, &grant.workspace_id].map(|id| sanitize_display_text(id));
        let is_asked = if asked.workspace_id.is_empty() || workspace_id.is_empty() {
            asked.bot_id == bot_id
        } else {
            asked.workspace_id == workspace_id
        };
        if is_asked {
            return Ok(());
        }
        let workspace_name =
            sanitize_display_text(grant.workspace_name.as_deref().unwrap_or_default());
        let known = self.store.connection_of_bot(&asked.client_id, &bot_id)?;
        let listed = known.is_some();
        operation.act.step = ConnectStep::Asked { connection: known };
        self.store.save_asked(operation)?;
        self.emit(&Event::Changed);
        if pending.url.is_none() {
            let workspace = workspace_name;
            return Err(Cause::OtherWorkspace { workspace }.into());
        }
        let question = Progress::OtherWorkspace {
            workspace_name,
            owner: Owner::from(grant.owner.clone()),
            listed,
        };
        self.move_on(authorization.clone(), question);
        tokio::select! {
            () = pending.go_on_requested() => Ok(()),
            () = pending.cancel_requested() => Err(Cause::Cancelled.into()),
        }
    }

    /// The tokens of all connections of a bot, whatever their client, as far as the keyring gives them.
    pub(super) async fn tokens_of_bot(&self, bot_id: &str) -> Vec<ConnectionSecrets> {
        let mut tokens = Vec::new();
        for connection in self.store.connections().unwrap_or_default() {
            if connection.bot_id == bot_id {
                tokens.extend(self.vault.read_connection(&connection.id).await.ok());
            }
        }
        tokens
    }

    /// Cancels an authorization that waits for the person to choose a workspace, who is leaving: its
    /// tokens are nowhere else.
    pub fn cancel_unanswered(&self) {
        if let Some(Authorization { id, progress, .. }) = self.latest_authorization()
            && matches!(progress, Progress::OtherWorkspace { .. })
        {
            // If it cannot be cancelled now, the next start says that access may be allowed.
            let _ = self.cancel_authorization(&id);
        }
    }
}
