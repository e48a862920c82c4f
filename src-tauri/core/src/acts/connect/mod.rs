//! Connect, first part: from the click through the browser and back to a callback with a valid
//! state.

mod exchange;
mod other_workspace;
mod progress;
mod recover;
pub(crate) mod state;
mod undo;
pub(super) mod unsaved_grant;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use notion_oauth::{AuthorizationOwner, Retry};
use secrecy::{ExposeSecret, SecretString};

use state::{new_state, seal, state_hash};

use crate::acts::access::refuse_made_elsewhere;
use crate::domain::act::ConnectStep;
use crate::domain::authorization::{Authorization, LIFETIME, Progress, Reconnects};
use crate::domain::callback::{Callback, CallbackResult};
use crate::domain::client::Client;
use crate::domain::event::Event;
use crate::domain::pasted::undecorated_address;
use crate::domain::problem::{Cause, Problem};
use crate::identity::APP_LINK;
use crate::keyrack::Keyrack;
use crate::runtime::localhost::{Localhost, NotTaken, TakeCallback};
use crate::runtime::pending::AwaitingKeyring;
use crate::storage::store::ConsumedState;

/// How often a waiting authorization is looked at: another process may have ended it, and a timer
/// stands still while the computer sleeps.
const LOOK_EVERY: Duration = Duration::from_secs(2);

impl Keyrack {
    /// Starts an authorization of a new connection and opens the browser.
    ///
    /// The keyring must take a probe and return the client's secret first: nobody should allow
    /// access in a browser only to learn that the tokens cannot be kept.
    pub async fn begin_authorization(
        self: &Arc<Self>,
        client: &str,
    ) -> Result<Authorization, Problem> {
        self.authorize(client, None).await
    }

    /// Starts an authorization that is to connect a connection again, like
    /// [`Keyrack::begin_authorization`]. If access is allowed for another workspace, the person
    /// chooses before anything is replaced.
    pub async fn begin_reconnect(
        self: &Arc<Self>,
        connection: &str,
    ) -> Result<Authorization, Problem> {
        let connection = self.store.connection(connection)?;
        refuse_made_elsewhere(&connection)?;
        let reconnects = Reconnects {
            connection_id: connection.id,
            workspace_name: connection.workspace_name,
        };
        self.authorize(&connection.client_id, Some(reconnects))
            .await
    }

    async fn authorize(
        self: &Arc<Self>,
        client: &str,
        reconnects: Option<Reconnects>,
    ) -> Result<Authorization, Problem> {
        let client = self.store.client(client)?;
        let base = self.listed_base_url(&client)?;
        let pace = self.notions.pace(&base, &client.client_id, client.budget);
        let pause = pace.pause_left();
        if pause > Retry::PATIENT.longest_wait {
            // Otherwise access would be allowed in the browser, and the code could not be sent in
            // time.
            return Err(Problem {
                retry_after: Some(pause.as_secs()),
                ..Problem::from(Cause::RateLimited)
            });
        }
        let access = self.keyring_ready(&client).await?;
        // Before the browser opens; a taken port is refused, as its program would get the callback.
        let port = match client.localhost_port() {
            Some(port) => Some(Localhost::bind(port).await?),
            None => None,
        };

        let state = new_state().map_err(|_| Problem::from(Cause::NoRandomNumbers))?;
        let begun = self.moment();
        let authorization = Authorization {
            id: uuid::Uuid::new_v4().to_string(),
            client_id: client.id.clone(),
            client_name: client.name.clone(),
            sandbox: client.sandbox,
            host: access.notion.base().host().to_owned(),
            reconnects,
            expires_at: begun.clock.plus(LIFETIME),
            begun,
            progress: Progress::Waiting,
        };
        self.prune_history()?;
        let hash = state_hash(&state);
        let secret = &access.credentials.client_secret;
        let seal = seal(&authorization, &hash, &client.redirect_uri, secret);
        self.store
            .add_authorization(&authorization, &hash, &client.redirect_uri, &seal)?;

        let url = access.notion.authorization_url(
            &client.client_id,
            &client.redirect_uri,
            &state,
            AuthorizationOwner::User,
        );
        let listening = port.map(|port| port.serve(self.callback_taker(), self.words()));
        self.pending.keep(&authorization.id, Some(url), listening);
        // Emitted before the browser opens: the callback may arrive before this function returns.
        self.emit(&Event::Authorization(authorization.clone()));
        if let Err(problem) = self.open_again(&authorization.id) {
            self.cancel_authorization(&authorization.id)?;
            self.acknowledge();
            return Err(problem);
        }
        self.watch_over(&authorization);
        Ok(authorization)
    }

    /// Opens the authorization URL of a waiting authorization in the browser once more.
    pub fn open_again(&self, authorization: &str) -> Result<(), Problem> {
        let url = self.authorization_url(authorization)?;
        (self.opener)(url.expose_secret()).map_err(|_| Problem::from(Cause::BrowserFailed))
    }

    /// The authorization URL of an authorization that this process began, for browser or clipboard.
    pub fn authorization_url(&self, authorization: &str) -> Result<SecretString, Problem> {
        let url = self
            .pending
            .get(authorization)
            .and_then(|pending| pending.url.clone());
        url.ok_or_else(|| Problem::from(Cause::AuthorizationOver))
    }

    /// Whether the time in which a callback is taken is over.
    #[must_use]
    pub fn is_over(&self, authorization: &Authorization) -> bool {
        authorization.time_left(&self.moment()).is_zero()
    }

    /// An authorization with its present progress, whichever process moves it on.
    pub fn authorization(&self, id: &str) -> Result<Authorization, Problem> {
        self.store.authorization(id)
    }

    /// The handler of callbacks on localhost, for as long as this process has the data folder open.
    fn callback_taker(self: &Arc<Self>) -> TakeCallback {
        let keyrack = Arc::downgrade(self);
        Box::new(move |raw| {
            let keyrack = keyrack.upgrade().ok_or(NotTaken::Closing)?;
            let rest = keyrack.take_callback(raw).map_err(NotTaken::Refused)?;
            tokio::spawn(rest);
            Ok(())
        })
    }

    /// Takes a callback from the operating system. A refusal is emitted as an event.
    pub async fn deliver_callback(self: &Arc<Self>, callback: &str) {
        match self.take_callback(callback.as_bytes()) {
            Ok(rest) => drop(rest.await),
            Err(problem) => self.emit(&Event::CallbackRefused(problem)),
        }
    }

    /// Reports that callbacks cannot arrive, and why.
    pub fn refuse_callbacks(&self, problem: Problem) {
        self.emit(&Event::CallbackRefused(problem));
    }

    /// Takes a callback that a person pasted and processes it to its end, or until it waits for the
    /// keyring.
    pub async fn accept(self: &Arc<Self>, pasted: &[u8]) -> Result<Authorization, Problem> {
        Ok(self.take_pasted(pasted)?.await)
    }

    /// Takes a callback that a person pasted like [`Keyrack::take_callback`], without what the paste
    /// brought along.
    pub fn take_pasted(
        self: &Arc<Self>,
        pasted: &[u8],
    ) -> Result<impl Future<Output = Authorization> + Send + 'static + use<>, Problem> {
        let address = undecorated_address(&String::from_utf8_lossy(pasted));
        self.take_callback(address.expose_secret().as_bytes())
    }

    /// Takes a callback, however it arrived: the one acceptor of all.
    ///
    /// Fails without any request if the callback belongs to no waiting authorization. After that,
    /// failures are the authorization's progress; the returned future does the rest.
    pub fn take_callback(
        self: &Arc<Self>,
        raw: &[u8],
    ) -> Result<impl Future<Output = Authorization> + Send + 'static + use<>, Problem> {
        let callback = Callback::parse(raw)?;
        let consumed = self.store.consume_state(
            &state_hash(&callback.state),
            self.process.id(),
            &self.moment(),
        )?;
        let keyrack = self.clone();
        Ok(async move { Box::pin(keyrack.follow_callback(consumed, callback)).await })
    }

    /// Processes a callback whose state was accepted.
    async fn follow_callback(
        self: &Arc<Self>,
        taken: ConsumedState,
        callback: Callback,
    ) -> Authorization {
        let ConsumedState {
            authorization,
            redirect_uri,
            seal,
            mut operation,
        } = taken;
        let state_hash = state_hash(&callback.state);
        let result = self.result_of(&authorization, &redirect_uri, callback);
        let ended = match result {
            Ok(Some((client, code))) => {
                let awaiting = AwaitingKeyring {
                    code,
                    redirect_uri,
                    state_hash,
                    seal,
                    operation,
                };
                return match self
                    .complete(authorization.clone(), &client, awaiting)
                    .await
                {
                    Ok(authorization) => authorization,
                    Err(problem) => self.move_on(authorization, Progress::Failed { problem }),
                };
            }
            Ok(None) => {
                operation.act.step = ConnectStep::Denied;
                operation.done(self.now())
            }
            Err(problem) => operation.failed(problem, self.now()),
        };
        // If the operation cannot be ended now, the next start ends it.
        let _ = self.store.end_operation(&ended);
        self.move_on(authorization, ended.end_of_authorization(false))
    }

    /// The code of a callback, with the client that it is for; none if access was denied.
    fn result_of(
        &self,
        authorization: &Authorization,
        redirect_uri: &str,
        callback: Callback,
    ) -> Result<Option<(Client, SecretString)>, Problem> {
        let client = self.store.client(&authorization.client_id)?;
        let issuer = self.listed_base_url(&client)?;
        if !is_for(&callback, redirect_uri, issuer.as_str()) {
            return Err(Cause::LinkMismatch.into());
        }
        match callback.result {
            CallbackResult::Code(code) => Ok(Some((client, code))),
            CallbackResult::Error { error, .. } if error == "access_denied" => Ok(None),
            CallbackResult::Error { error, description } => Err(Cause::AuthorizationRefused {
                detail: description.unwrap_or(error),
            }
            .into()),
        }
    }

    /// Cancels an authorization. Tokens that are granted and not yet saved are revoked first.
    pub fn cancel_authorization(&self, id: &str) -> Result<(), Problem> {
        if self.store.end_waiting(id, &Progress::Cancelled)? {
            let authorization = self.store.authorization(id)?;
            self.move_on(authorization, Progress::Cancelled);
        } else if self.follow_others(id)? {
            // It had ended elsewhere.
        } else if let Some(pending) = self.pending.get(id) {
            pending.cancel();
            if let Some(awaiting) = pending.take_awaiting_keyring() {
                // If the operation cannot be finished now, the next start finishes it.
                let _ = self.fail(awaiting.operation, Cause::Cancelled);
                let authorization = self.store.authorization(id)?;
                self.move_on(authorization, Progress::Cancelled);
            }
        }
        Ok(())
    }

    /// Watches over an authorization that waits: ends it when it expires without a callback, and its
    /// port as soon as it waits no longer, whoever ended it.
    fn watch_over(self: &Arc<Self>, authorization: &Authorization) {
        let (keyrack, authorization) = (Arc::downgrade(self), authorization.clone());
        let mut left = LIFETIME;
        tokio::spawn(async move {
            while !left.is_zero() {
                tokio::time::sleep(left.min(LOOK_EVERY)).await;
                let Some(keyrack) = keyrack.upgrade() else {
                    return;
                };
                // A busy store is looked at again.
                if let Ok(true) = keyrack.follow_others(&authorization.id) {
                    return;
                }
                left = authorization.time_left(&keyrack.moment());
            }
            if let Some(keyrack) = keyrack.upgrade()
                && let Ok(true) = keyrack
                    .store
                    .end_waiting(&authorization.id, &Progress::Expired)
            {
                keyrack.move_on(authorization, Progress::Expired);
            }
        });
    }

    /// Closes the port of an authorization that waits no longer, and lets go of one that has ended,
    /// whichever process moved it on. Returns whether there is nothing left to watch over.
    fn follow_others(&self, id: &str) -> Result<bool, Problem> {
        let Some(pending) = self.pending.get(id) else {
            return Ok(true);
        };
        let authorization = match self.store.authorization(id) {
            Err(gone) if gone.cause == Cause::AuthorizationOver => {
                self.pending.remove(id);
                return Ok(true);
            }
            found => found?,
        };
        if authorization.progress != Progress::Waiting {
            pending.close_port();
        }
        if authorization.progress.is_final() {
            self.pending.remove(id);
            self.emit(&Event::Authorization(authorization));
            return Ok(true);
        }
        Ok(false)
    }
}

/// Whether a callback came to the authorization's redirect URI and from its issuer, by exact
/// comparison (RFC 9700 4.1.3, RFC 9207 2.4).
fn is_for(callback: &Callback, redirect_uri: &str, issuer: &str) -> bool {
    // An https redirect URI is a bridge page, which forwards to the app link.
    let bridged = redirect_uri.starts_with("https://") && callback.redirect_uri == APP_LINK;
    let from_issuer = callback.iss.as_deref().is_none_or(|iss| iss == issuer);
    from_issuer && (callback.redirect_uri == redirect_uri || bridged)
}
