//! Connect: from the click, through the browser and back, to tokens in the vault.

use std::sync::Arc;

use notion_oauth::{AuthorizationOwner, Credentials, Error, Grant, Notion};
use secrecy::{ExposeSecret, SecretString};

use crate::authorization::{Authorization, LIFETIME, Progress, new_state, state_hash};
use crate::callback::{Answer, Callback};
use crate::client::{APP_LINK, Client, RedirectMethod};
use crate::keyrack::{Event, Keyrack};
use crate::operation::{Granted, Kind, Operation, Subject};
use crate::owner::Owner;
use crate::problem::{Problem, ProblemCode};
use crate::text::inert;
use crate::time::Millis;
use crate::vault::{ConnectionSecrets, Payload};

/// How long ended authorizations are kept, so that a replayed link is told what became of it.
const KEEP_ENDED_MS: i64 = 24 * 60 * 60 * 1000;

impl Keyrack {
    /// Starts an authorization and opens the browser.
    ///
    /// The keyring must take a probe and give the client's secret first: nobody should allow
    /// access in a browser only to learn that the tokens cannot be kept.
    pub async fn begin_authorization(
        self: &Arc<Self>,
        client: &str,
    ) -> Result<Authorization, Problem> {
        let client = self.store.client(client)?;
        let notion = self.notion(client.base_url.as_deref())?;
        self.vault.probe().await?;
        self.credentials(&client.id).await?;

        let state = new_state().map_err(|_| {
            Problem::new(
                ProblemCode::BrowserFailed,
                "This system gives no random numbers, without which no safe link can be made.",
            )
        })?;
        let now = self.now();
        let authorization = Authorization {
            id: uuid::Uuid::new_v4().to_string(),
            client_id: client.id.clone(),
            client_name: client.name.clone(),
            sandbox: client.sandbox,
            host: notion.base().host().to_owned(),
            expires_at: now.plus(LIFETIME),
            progress: Progress::Waiting,
        };
        self.store
            .forget_old_authorizations(Millis(now.0 - KEEP_ENDED_MS))?;
        self.store.add_authorization(
            &authorization,
            &state_hash(&state),
            &client.redirect_uri,
            now,
        )?;

        let link = notion.authorization_url(
            &client.client_id,
            &client.redirect_uri,
            &state,
            AuthorizationOwner::User,
        );
        self.pending(&authorization.id, |pending| pending.link = Some(link));
        if let Err(problem) = self.open_again(&authorization.id) {
            self.cancel_authorization(&authorization.id)?;
            self.acknowledge();
            return Err(problem);
        }
        self.tell(&Event::Authorization(authorization.clone()));
        self.expire_in_time(&authorization);
        Ok(authorization)
    }

    /// Opens the browser on a waiting authorization once more.
    pub fn open_again(&self, authorization: &str) -> Result<(), Problem> {
        let link = self.authorization_link(authorization)?;
        (self.opener)(link.expose_secret()).map_err(|_| {
            Problem::new(
                ProblemCode::BrowserFailed,
                "The system's browser could not be opened. Nothing was sent or changed. Set a default browser, then try again.",
            )
        })
    }

    /// The link of an authorization that this process began, for the browser or the clipboard.
    pub fn authorization_link(&self, authorization: &str) -> Result<SecretString, Problem> {
        self.pending(authorization, |pending| pending.link.clone())
            .ok_or_else(|| {
                Problem::new(
                    ProblemCode::NotFound,
                    "This authorization is over. Start again with Connect.",
                )
            })
    }

    /// An authorization as it is now, whichever process moves it on.
    pub fn authorization(&self, id: &str) -> Result<Authorization, Problem> {
        self.store.authorization(id)
    }

    /// Takes a link that the operating system handed over. A refusal is told as an event.
    pub async fn deliver_link(&self, link: &str) {
        if let Err(problem) = self.accept(link.as_bytes()).await {
            self.tell(&Event::LinkRefused(problem));
        }
    }

    /// The one acceptor of callbacks, however they arrive.
    ///
    /// Fails without any request if the callback belongs to no waiting authorization. From then
    /// on, whatever happens is the authorization's progress, which is returned.
    pub async fn accept(&self, raw: &[u8]) -> Result<Authorization, Problem> {
        let callback = Callback::parse(raw)?;
        let taken = self
            .store
            .take_state(&state_hash(&callback.state), self.now())?;
        let authorization = taken.authorization;
        let client = self.store.client(&authorization.client_id)?;
        if !is_answer_to(&callback, &client, &taken.redirect_uri) {
            let problem = Problem::new(
                ProblemCode::LinkMismatch,
                "The answer came back to another address than the one this authorization was sent with. Nothing was sent. Connect again.",
            );
            return self.move_on(authorization, Progress::Failed { problem });
        }
        match callback.answer {
            Answer::Code(code) => {
                self.complete(authorization, &client, &taken.redirect_uri, code)
                    .await
            }
            Answer::Error { error, .. } if error == "access_denied" => {
                self.move_on(authorization, Progress::Denied)
            }
            Answer::Error { error, description } => {
                let said = description.unwrap_or(error);
                let problem = Problem::new(
                    ProblemCode::AuthorizationRefused,
                    format!(
                        "Notion did not give access: {said}. Nothing was changed. Connect again."
                    ),
                );
                self.move_on(authorization, Progress::Failed { problem })
            }
        }
    }

    /// Goes on with a callback that waits for the keyring.
    pub async fn retry_parked(&self, id: &str) -> Result<Authorization, Problem> {
        let authorization = self.store.authorization(id)?;
        let Some(code) = self.pending(id, |pending| pending.code.take()) else {
            return Ok(authorization);
        };
        let client = self.store.client(&authorization.client_id)?;
        let redirect_uri = client.redirect_uri.clone();
        self.complete(authorization, &client, &redirect_uri, code)
            .await
    }

    /// Ends an authorization. Tokens that are already here and not yet saved are revoked first.
    pub fn cancel_authorization(&self, id: &str) -> Result<(), Problem> {
        if self.store.end_waiting(id, &Progress::Cancelled)? {
            let authorization = self.store.authorization(id)?;
            self.move_on(authorization, Progress::Cancelled)?;
            return Ok(());
        }
        if self.pending(id, |pending| pending.code.take()).is_some() {
            let authorization = self.store.authorization(id)?;
            self.move_on(authorization, Progress::Cancelled)?;
        } else {
            self.pending(id, |pending| pending.cancelled.notify_one());
        }
        Ok(())
    }

    /// The part that costs a request: exchange, vault, store.
    async fn complete(
        &self,
        authorization: Authorization,
        client: &Client,
        redirect_uri: &str,
        code: SecretString,
    ) -> Result<Authorization, Problem> {
        let ready = match self.vault.probe().await {
            Ok(()) => self.credentials(&client.id).await,
            Err(error) => Err(error.into()),
        };
        let credentials = match ready {
            Ok(credentials) => credentials,
            Err(problem) => {
                self.pending(&authorization.id, |pending| pending.code = Some(code));
                return self.move_on(authorization, Progress::Parked { problem });
            }
        };
        let notion = match self.notion(client.base_url.as_deref()) {
            Ok(notion) => notion,
            Err(problem) => return self.move_on(authorization, Progress::Failed { problem }),
        };
        let subject = Subject {
            authorization: Some(authorization.id.clone()),
            ..Subject::of_client(client)
        };
        let mut operation = self.begin(Kind::Connect, subject)?;
        let authorization = self.move_on(authorization, Progress::Exchanging)?;

        let grant = match notion.exchange(&credentials, &code, redirect_uri).await {
            Ok(grant) => grant,
            Err(error) => {
                let problem = exchange_failed(error);
                self.fail(&mut operation, &problem)?;
                return self.move_on(authorization, Progress::Failed { problem });
            }
        };
        drop(code);
        let authorization = self.move_on(authorization, Progress::Saving)?;
        let tokens = (grant.access_token.clone(), grant.refresh_token.clone());
        match self.keep(&mut operation, grant, &authorization.id).await {
            Ok(completed) => {
                self.tell(&Event::Changed);
                self.move_on(authorization, completed)
            }
            Err(why) => {
                revoke_unsaved(&notion, &credentials, tokens).await;
                self.give_up(&mut operation, &why).await?;
                let progress = match why {
                    NotKept::GivenUp => Progress::Cancelled,
                    NotKept::Problem(problem) => Progress::Failed { problem },
                };
                self.move_on(authorization, progress)
            }
        }
    }

    /// Writes a grant to the vault, then to the store. The row of the operation names the vault
    /// entry before it is written.
    async fn keep(
        &self,
        operation: &mut Operation,
        grant: Grant,
        authorization: &str,
    ) -> Result<Progress, NotKept> {
        let client = operation.subject.client.clone();
        let known = self
            .store
            .connection_of_bot(&client, &inert(&grant.bot_id))?;
        let new = known.is_none();
        let id = known.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
        let granted = Granted {
            bot_id: inert(&grant.bot_id),
            workspace_id: inert(&grant.workspace_id),
            workspace_name: inert(&grant.workspace_name.unwrap_or_default()),
            workspace_icon: grant.workspace_icon.map(|icon| inert(&icon)),
            owner: Owner::from(grant.owner),
            has_refresh_token: grant.refresh_token.is_some(),
            new,
        };
        operation.name_granted(&id, granted.clone(), grant.request_id);
        self.store.save_operation(operation)?;

        let cancelled = self.pending(authorization, |pending| pending.cancelled.clone());
        let payload = Payload::Connection(ConnectionSecrets {
            id: id.clone(),
            client,
            bot_id: granted.bot_id.clone(),
            access: grant.access_token,
            refresh: grant.refresh_token,
        });
        let _turn = self.turn(&id).await;
        tokio::select! {
            written = self.vault.write(payload) => written.map_err(Problem::from)?,
            () = cancelled.notified() => return Err(NotKept::GivenUp),
        }
        operation.finished_at = Some(self.now());
        self.store.save_connected(operation)?;
        Ok(Progress::Completed {
            connection_id: id,
            workspace_name: granted.workspace_name,
            owner: granted.owner,
            new,
        })
    }

    /// Leaves nothing behind of a grant that was not kept. The operation stays unfinished while
    /// the keyring may still be writing the entry, so that start-up deletes it.
    async fn give_up(&self, operation: &mut Operation, why: &NotKept) -> Result<(), Problem> {
        let problem = match why {
            NotKept::Problem(problem) => problem.clone(),
            NotKept::GivenUp => Problem::new(
                ProblemCode::NotSaved,
                "Given up while the keyring was locked.",
            ),
        };
        let granted = operation.record.granted.take();
        operation.record.problem = Some(problem.clone());
        let entry = operation
            .subject
            .connection
            .clone()
            .filter(|_| granted.is_some_and(|granted| granted.new));
        if let Some(entry) = entry
            && self.vault.delete(&entry).await.is_err()
        {
            return self.store.save_operation(operation);
        }
        self.fail(operation, &problem)
    }

    /// Moves an authorization on, in the store and for whoever shows it.
    pub(crate) fn move_on(
        &self,
        authorization: Authorization,
        progress: Progress,
    ) -> Result<Authorization, Problem> {
        self.store.save_progress(&authorization.id, &progress)?;
        if progress.is_final() {
            self.drop_pending(&authorization.id);
        }
        let authorization = Authorization {
            progress,
            ..authorization
        };
        self.tell(&Event::Authorization(authorization.clone()));
        Ok(authorization)
    }

    /// Ends an authorization that nothing came back for.
    fn expire_in_time(self: &Arc<Self>, authorization: &Authorization) {
        let (keyrack, authorization) = (Arc::downgrade(self), authorization.clone());
        let left = self.now().until(authorization.expires_at);
        tokio::spawn(async move {
            tokio::time::sleep(left).await;
            if let Some(keyrack) = keyrack.upgrade()
                && let Ok(true) = keyrack
                    .store
                    .end_waiting(&authorization.id, &Progress::Expired)
            {
                // The row says "expired" already; a failure to say it again changes nothing.
                let _ = keyrack.move_on(authorization, Progress::Expired);
            }
        });
    }
}

/// Why a grant did not end in a connection.
enum NotKept {
    GivenUp,
    Problem(Problem),
}

impl From<Problem> for NotKept {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// Whether the callback came back to where this authorization was sent from, and from whom it
/// was asked: exact comparison (RFC 9700 4.1.3, RFC 9207 2.4).
fn is_answer_to(callback: &Callback, client: &Client, redirect_uri: &str) -> bool {
    let bridged = client.redirect_method == RedirectMethod::Bridge && callback.address == APP_LINK;
    let from_issuer = match (&callback.iss, &client.base_url) {
        (Some(iss), Some(base_url)) => iss == base_url,
        _ => true,
    };
    from_issuer && (callback.address == redirect_uri || bridged)
}

/// A code works once: when the answer was lost, nobody can tell whether tokens exist, and it is
/// never sent again.
fn exchange_failed(error: Error) -> Problem {
    match error {
        Error::Unreachable { sent: true } | Error::NotNotion { .. } | Error::Unavailable { .. } => {
            Problem {
                code: ProblemCode::NotSaved,
                message: format!(
                    "{error}, so access may be allowed at Notion, but no token was saved here. Connect again."
                ),
                ..Problem::from(error)
            }
        }
        other => other.into(),
    }
}

/// Ends tokens that could not be kept. Best effort: what cannot be revoked now is named by the
/// problem that led here, and nobody holds the tokens.
async fn revoke_unsaved(
    notion: &Notion,
    credentials: &Credentials,
    tokens: (SecretString, Option<SecretString>),
) {
    let (access, refresh) = tokens;
    let _ = notion.revoke(credentials, &access).await;
    if let Some(refresh) = refresh {
        let _ = notion.revoke(credentials, &refresh).await;
    }
}
