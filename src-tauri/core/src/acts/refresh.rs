//! Refresh: a connection's refresh token is exchanged for a new pair. No refresh token is sent
//! twice, except once more after a lost reply, which the operation's row records.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use notion_oauth::{Backoff, Error, Grant};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use tokio::time::sleep;

use crate::acts::access::{Access, refuse_made_elsewhere};
use crate::acts::check::Finding;
use crate::acts::connect::unsaved_grant::end_tokens;
use crate::domain::act::{Refresh, SentRefresh};
use crate::domain::connection::{Connection, Status, Verdict};
use crate::domain::event::Event;
use crate::domain::operation::Operation;
use crate::domain::problem::{Cause, Problem};
use crate::failpoint::failpoint;
use crate::keyrack::Keyrack;
use crate::runtime::locks::FileLock;
use crate::storage::vault::{ConnectionSecrets, Payload, VaultError};
use notion_oauth::sanitize_display_text;

/// The pauses between tries to write a new pair to a keyring that is locked or gone.
const PAUSES: Backoff = Backoff {
    first: Duration::from_secs(1),
    most: Duration::from_secs(16),
};

/// How many times writing a new pair is tried before the last time.
const TRIES: u32 = 5;

impl Keyrack {
    /// Refreshes a connection's tokens and returns it with the new evidence.
    ///
    /// Fails with nothing changed if another process is at work on the connection
    /// (`busy-elsewhere`), it has no refresh token, its revocation is pending, it was moved, the keyring takes no entry, or nothing was sent. `refresh-rejected` is final: only a
    /// new consent helps. After `refresh-unfinished` the old tokens are kept, and another call goes
    /// on where this one ended.
    pub async fn refresh(&self, id: &str) -> Result<Connection, Problem> {
        let lock = self.lock_connection(id).await?;
        self.refresh_locked(id, lock).await
    }

    /// Refreshes like [`Keyrack::refresh`], unless the tokens are no longer those with this fingerprint:
    /// then another act has replaced them.
    pub(in crate::acts) async fn refresh_unless_replaced(
        &self,
        id: &str,
        before: &str,
    ) -> Result<Connection, Problem> {
        let lock = self.lock_connection(id).await?;
        let connection = self.store.connection(id)?;
        if fingerprint(&self.tokens(&connection).await?) != before {
            return Ok(connection);
        }
        self.refresh_locked(id, lock).await
    }

    async fn refresh_locked(&self, id: &str, _lock: FileLock) -> Result<Connection, Problem> {
        let connection = self.store.connection(id)?;
        refuse_made_elsewhere(&connection)?;
        if connection.status == Status::RevocationPending {
            return Err(Cause::RevocationPending.into());
        }
        if connection.moved_at.is_some() {
            return Err(Cause::MovedOut.into());
        }
        let operation = match self.store.unfinished_refresh(id)? {
            Some(unfinished) => unfinished,
            None => self.begin(Refresh::of(&connection))?,
        };
        let refreshed = self.go_on_refreshing(operation, &connection).await;
        self.emit(&Event::Changed);
        refreshed?;
        self.store.connection(id)
    }

    /// Goes on with a refresh that an ended process left unfinished.
    pub(in crate::acts) async fn recover_refresh(&self, id: &str) -> Result<(), Problem> {
        let _lock = self.lock_connection(id).await?;
        let Some(operation) = self.store.unfinished_refresh(id)? else {
            // Whoever had the lock has finished it.
            return Ok(());
        };
        let Ok(connection) = self.store.connection(id) else {
            // Without its connection the refresh has nothing left to do.
            let cause = match operation.act.sent {
                Some(_) => Cause::RemovedTokensRemain,
                None => Cause::Interrupted,
            };
            return self.fail(operation, cause);
        };
        if operation.act.sent.is_none() {
            return self.fail(operation, Cause::Interrupted);
        }
        // The result is on the connection and on the row.
        let _ = self.go_on_refreshing(operation, &connection).await;
        self.emit(&Event::Changed);
        Ok(())
    }

    async fn go_on_refreshing(
        &self,
        mut operation: Operation<Refresh>,
        connection: &Connection,
    ) -> Result<(), Problem> {
        let _busy = self.busy();
        self.process.id().clone_into(&mut operation.process);
        let ready = match self.vault.probe().await {
            Ok(()) => self.access(connection).await,
            Err(error) => Err(error.into()),
        };
        let access = match ready {
            Ok(access) => access,
            Err(problem) if operation.act.sent.is_some() => {
                return self.leave_unfinished(operation, problem);
            }
            Err(problem) => return self.give_up(operation, problem),
        };
        let Some(refresh) = &access.tokens.refresh else {
            return self.give_up(operation, Cause::NoRefreshToken.into());
        };
        if !connection.has_refresh_token {
            // The refresh token was refused before, and is not sent again.
            return self.give_up(operation, Cause::RefreshRejected.into());
        }
        let before = fingerprint(&access.tokens);
        if let Some(sent) = operation.act.sent.clone() {
            if sent.tokens_before != before {
                // The new pair had reached the vault.
                return self.finish_refresh(operation);
            }
            let lost = Cause::AnswerLost.into();
            return self
                .after_a_lost_reply(operation, sent, &access, lost)
                .await;
        }
        let sent = SentRefresh {
            at: self.now(),
            again_at: None,
            tokens_before: before,
        };
        operation.act.sent = Some(sent.clone());
        self.store.save_operation(&operation)?;
        let answer = access.notion.refresh(access.credentials()?, refresh).await;
        failpoint("notion.refresh");
        match answer {
            Err(error) if reply_is_lost(&error) => {
                let problem = Problem::from(error);
                self.after_a_lost_reply(operation, sent, &access, problem)
                    .await
            }
            answer => self.settle_refresh(operation, &access, answer).await,
        }
    }

    /// Goes on after a refresh token was sent and the reply was lost. As long as the access token
    /// works nothing is lost; once it does not, the refresh token is sent once more and never again.
    async fn after_a_lost_reply(
        &self,
        mut operation: Operation<Refresh>,
        sent: SentRefresh,
        access: &Access,
        problem: Problem,
    ) -> Result<(), Problem> {
        let (finding, meta) = access.find_out().await;
        operation.request_ids.extend(meta.request_id);
        if !matches!(finding, Finding::Inactive(_)) {
            return self.leave_unfinished(operation, problem);
        }
        let dead = Some(Verdict::Inactive);
        let refresh = match &access.tokens.refresh {
            Some(refresh) if sent.again_at.is_none() => refresh,
            _ => return self.refuse_refresh(operation, dead, lost_twice()),
        };
        operation.act.sent = Some(SentRefresh {
            again_at: Some(self.now()),
            ..sent.clone()
        });
        self.store.save_operation(&operation)?;
        let answer = access.notion.refresh(access.credentials()?, refresh).await;
        failpoint("notion.refresh");
        match answer {
            Err(error) if reply_is_lost(&error) => {
                self.refuse_refresh(operation, dead, lost_twice())
            }
            answer @ (Ok(_) | Err(Error::GrantRejected { .. })) => {
                self.settle_refresh(operation, access, answer).await
            }
            // Notion has not processed the request, so it does not count as the second one.
            Err(
                error @ (Error::RateLimited { .. }
                | Error::ClientRejected { .. }
                | Error::NotConnected(_)
                | Error::Unreachable { sent: false }),
            ) => {
                operation.act.sent = Some(sent);
                self.leave_unfinished(operation, error.into())
            }
            Err(error) => {
                let problem = Problem::from(error).under(|why| Cause::RefreshLost { why });
                self.refuse_refresh(operation, dead, problem)
            }
        }
    }

    /// Applies a reply to a refresh that is certain: a grant or a refusal.
    async fn settle_refresh(
        &self,
        mut operation: Operation<Refresh>,
        access: &Access,
        answer: Result<Grant, Error>,
    ) -> Result<(), Problem> {
        let grant = match answer {
            Ok(grant) => grant,
            Err(Error::GrantRejected { .. }) => {
                let (finding, _) = access.find_out().await;
                let verdict = match finding {
                    Finding::Active => Some(Verdict::Active),
                    Finding::Inactive(_) => Some(Verdict::Inactive),
                    Finding::Unknown(_) => None,
                };
                return self.refuse_refresh(operation, verdict, Cause::RefreshRejected.into());
            }
            // Nothing was changed at Notion, and the same token may be sent again.
            Err(error) => return self.give_up(operation, error.into()),
        };
        operation.request_ids.extend(grant.request_id.clone());
        let tokens = (&grant.access_token, grant.refresh_token.as_ref());
        let written = if sanitize_display_text(&grant.bot_id) == access.tokens.bot_id {
            self.keep_pair(access, &grant).await.map_err(Problem::from)
        } else {
            Err(Cause::OtherBot.into())
        };
        match written {
            Ok(()) => self.finish_refresh(operation),
            Err(problem) => {
                // The new pair could not be kept, so it must not stay alive.
                let kept = [&access.tokens];
                let ended = end_tokens(&access.notion, access.credentials()?, tokens, &kept).await;
                let problem = not_kept(problem, ended);
                let ended = operation.failed(problem.clone(), self.now());
                self.store.clear_verdict(&ended, None)?;
                Err(problem)
            }
        }
    }

    /// Replaces the old pair in one write. A keyring that is locked or gone is tried again, with
    /// both pairs in memory.
    async fn keep_pair(&self, access: &Access, grant: &Grant) -> Result<(), VaultError> {
        let old = &access.tokens;
        if let Ok(now) = self.vault.read_connection(&old.id).await
            && fingerprint(&now) != fingerprint(old)
        {
            // Another process has reconnected the connection: its pair supersedes this one.
            return Err(VaultError::Foreign);
        }
        let payload = Payload::Connection(ConnectionSecrets {
            id: old.id.clone(),
            client: old.client.clone(),
            bot_id: old.bot_id.clone(),
            workspace_name: grant
                .workspace_name
                .as_deref()
                .map_or_else(|| old.workspace_name.clone(), sanitize_display_text),
            access: grant.access_token.clone(),
            // Without a new refresh token the old one stays in force.
            refresh: grant.refresh_token.clone().or_else(|| old.refresh.clone()),
            made_elsewhere: None,
        });
        for tries in 1..=TRIES {
            match self.vault.write(&payload).await {
                Err(error) if error.can_be_waited_for() => sleep(PAUSES.wait(tries)).await,
                written_or_not => return written_or_not,
            }
        }
        self.vault.write(&payload).await
    }

    /// Finishes a refresh whose new pair is in the vault, which is the evidence that it works.
    fn finish_refresh(&self, operation: Operation<Refresh>) -> Result<(), Problem> {
        let ended = operation.done(self.now());
        self.store
            .save_refreshed(&ended, Some(Verdict::Active), true)
    }

    /// Finishes a refresh whose refresh token was refused: once the access token is dead too, only a
    /// new consent helps.
    fn refuse_refresh(
        &self,
        operation: Operation<Refresh>,
        verdict: Option<Verdict>,
        problem: Problem,
    ) -> Result<(), Problem> {
        let ended = operation.failed(problem.clone(), self.now());
        self.store.save_refreshed(&ended, verdict, false)?;
        Err(problem)
    }

    fn give_up(&self, operation: Operation<Refresh>, problem: Problem) -> Result<(), Problem> {
        self.fail(operation, problem.clone())?;
        Err(problem)
    }

    /// Leaves a refresh unfinished, so that the next refresh or the next start goes on with it.
    fn leave_unfinished(
        &self,
        mut operation: Operation<Refresh>,
        why: Problem,
    ) -> Result<(), Problem> {
        let problem = why.under(|why| Cause::RefreshUnfinished { why });
        operation.problem = Some(problem.clone());
        self.store.save_operation(&operation)?;
        Err(problem)
    }
}

/// A hash that identifies a pair without its tokens: a refresh always brings a new access token.
pub(in crate::acts) fn fingerprint(tokens: &ConnectionSecrets) -> String {
    fingerprint_of(&tokens.access)
}

/// A hash that identifies an access token.
pub(in crate::acts) fn fingerprint_of(token: &SecretString) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.expose_secret()))
}

/// Whether Notion may have refreshed the tokens although no reply arrived.
fn reply_is_lost(error: &Error) -> bool {
    matches!(
        error,
        Error::Unreachable { sent: true } | Error::NotNotion { .. } | Error::Unavailable { .. }
    )
}

fn lost_twice() -> Problem {
    let why = Box::new(Cause::AnswerLost);
    Cause::RefreshLost { why }.into()
}

/// The problem of a refresh whose new tokens could not be kept; `ended` says whether they were ended
/// at Notion.
fn not_kept(why: Problem, ended: bool) -> Problem {
    why.under(|why| {
        if ended {
            Cause::RefreshNotSaved { why }
        } else {
            Cause::RefreshTokensRemain { why }
        }
    })
}
