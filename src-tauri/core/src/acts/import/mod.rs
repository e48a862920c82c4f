//! Import: a connection whose tokens come from elsewhere is taken in: its row in the journal first, then its
//! vault entry, then the list.

pub mod pairs;
pub mod sealed;
pub mod token;

use crate::domain::act::{Granted, Import, OfClient};
use crate::domain::annotation::Annotation;
use crate::domain::client::Client;
use crate::domain::connection::{Connection, Verdict};
use crate::domain::event::Event;
use crate::domain::hand_out::Allowed;
use crate::domain::operation::Operation;
use crate::domain::problem::{Cause, Problem};
use crate::domain::time::Millis;
use crate::keyrack::Keyrack;
use crate::runtime::locks::FileLock;
use crate::storage::vault::{ConnectionSecrets, Payload, VaultError};
use notion_oauth::sanitize_display_text;

/// A connection on its way in, with tokens that Notion has just been asked about.
pub(in crate::acts) struct Arrival {
    /// Its client; of a token that was made elsewhere, what stands in place of one.
    pub client: Client,
    /// Its tokens, under a new id.
    pub secrets: ConnectionSecrets,
    pub granted: Granted,
    pub annotation: Annotation,
    pub allows: Allowed,
    /// When Notion said that they work.
    pub asked_at: Millis,
}

impl Keyrack {
    /// Takes a connection in, while nothing else arrives (`Locks::lock_arrivals`).
    ///
    /// Fails with nothing changed with `token-known` if its client has a connection of the same bot, or if
    /// the keyring does not take its tokens. With `not-listed` they are in the keyring, and the next start
    /// adds it to the list.
    pub(in crate::acts) async fn take_in(
        &self,
        arrival: Arrival,
        _arriving: &FileLock,
    ) -> Result<Connection, Problem> {
        let Arrival {
            client,
            secrets,
            granted,
            annotation,
            allows,
            asked_at,
        } = arrival;
        let _of_bot = self.locks.lock_bot(&client.id, &granted.bot_id).await;
        let _lock = self.lock_connection(&secrets.id).await?;
        if let Some(id) = self.store.connection_of_bot(&client.id, &granted.bot_id)? {
            return Err(known(&self.store.connection(&id)?));
        }
        self.vault.probe().await?;
        let _busy = self.busy();
        let (id, bearer) = (secrets.id.clone(), secrets.bearer());
        let operation = self.begin(Import {
            client: OfClient::from(&client),
            entry: id.clone(),
            granted,
            annotation,
            allows,
        })?;
        let token = token_of(&secrets, client.created_at);
        if let Err(error) = self.vault.write(&Payload::Connection(secrets)).await {
            // An entry that may have been written is deleted; failing that, the next start has it.
            if self.vault.delete_tokens(&id, bearer).await.is_ok() {
                self.fail(operation, error.clone())?;
            }
            return Err(error.into());
        }
        let ended = operation.done(self.now());
        self.store
            .save_imported(&ended, token.as_ref(), Some((Verdict::Active, asked_at)))
            .map_err(|problem| problem.under(|why| Cause::NotListed { why }))?;
        self.emit(&Event::Changed);
        self.store.connection(&id)
    }

    /// Finishes an import whose tokens reached the vault; any other has changed nothing. What Notion said
    /// of the tokens is no evidence any more.
    pub(super) async fn recover_import(&self, operation: Operation<Import>) -> Result<(), Problem> {
        let act = &operation.act;
        let _lock = self.lock_connection(&act.entry).await?;
        let secrets = match self.vault.read_connection(&act.entry).await {
            Ok(secrets) => secrets,
            Err(VaultError::Lost | VaultError::Foreign) => {
                return self.fail(operation, Cause::Interrupted);
            }
            Err(error) => return Err(error.into()),
        };
        if (&secrets.client, &secrets.bot_id) != (&act.client.id, &act.granted.bot_id) {
            // No import made the entry, whatever the row says.
            return self.fail(operation, Cause::Interrupted);
        }
        let token = token_of(&secrets, operation.started_at);
        let has_client = match self.store.client(&secrets.client) {
            Err(gone) if gone.cause == Cause::ClientGone => token.is_some(),
            found => found.map(|_| true)?,
        };
        let of_bot = self
            .store
            .connection_of_bot(&secrets.client, &secrets.bot_id)?;
        if !has_client || of_bot.is_some() {
            // There is no place for it in the list; where it came from still has the tokens.
            self.vault
                .delete_tokens(&secrets.id, secrets.bearer())
                .await?;
            return self.fail(operation, Cause::Interrupted);
        }
        let ended = operation.done(self.now());
        self.store.save_imported(&ended, token.as_ref(), None)?;
        self.emit(&Event::Changed);
        Ok(())
    }
}

/// What stands in place of a client, of a token that was made elsewhere.
fn token_of(secrets: &ConnectionSecrets, now: Millis) -> Option<Client> {
    let made = secrets.made_elsewhere.as_ref()?;
    Some(Client::of_token(
        &secrets.id,
        &made.name,
        &made.base_url,
        now,
    ))
}

/// The problem that a token is in the list already.
pub(in crate::acts) fn known(connection: &Connection) -> Problem {
    Cause::TokenKnown {
        connection: connection.id.clone(),
        workspace: sanitize_display_text(&connection.workspace_name),
    }
    .into()
}
