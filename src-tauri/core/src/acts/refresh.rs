//! Refresh: a connection's refresh token is exchanged for a new pair. No refresh token is sent
//! twice, except once more after a lost reply, which the operation's row records.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use notion_oauth::{Backoff, Error, Grant};
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use tokio::time::sleep;

use crate::acts::access::Access;
use crate::acts::check::Finding;
use crate::acts::connect::unsaved_grant::end_tokens;
use crate::domain::connection::{Connection, Status, Verdict};
use crate::domain::event::Event;
use crate::domain::operation::{Kind, Operation, Subject};
use crate::domain::problem::{Cause, Problem};
use crate::failpoint::failpoint;
use crate::keyrack::Keyrack;
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
    /// (`busy-elsewhere`), it has no refresh token, its revocation is pending, the keyring takes no entry, or nothing was sent. `refresh-rejected` is final: only a
    /// new consent helps. After `refresh-unfinished` the old tokens are kept, and another call goes
    /// on where this one ended.
    pub async fn refresh(&self, id: &str) -> Result<Connection, Problem> {
        let _lock = self.lock_connection(id).await?;
        let connection = self.store.connection(id)?;
        if connection.status == Status::RevocationPending {
            return Err(Cause::RevocationPending.into());
        }
        let operation = match self.store.unfinished_refresh(id)? {
            Some(unfinished) => unfinished,
            None => self.begin(Kind::Refresh, Subject::of_connection(&connection))?,
        };
        let refreshed = self.go_on_refreshing(operation, &connection).await;
        self.emit(&Event::Changed);
        refreshed?;
        self.store.connection(id)
    }

    /// Goes on with a refresh that an ended process left unfinished.
    pub(in crate::acts) async fn recover_refresh(
        &self,
        operation: &Operation,
    ) -> Result<(), Problem> {
        let Some(id) = operation.subject.connection.clone() else {
            return self.fail(&mut operation.clone(), Cause::Interrupted);
        };
        let _lock = self.lock_connection(&id).await?;
        let Some(mut operation) = self.store.unfinished_refresh(&id)? else {
            // Whoever had the lock has finished it.
            return Ok(());
        };
        let Ok(connection) = self.store.connection(&id) else {
            // Without its connection the refresh has nothing left to do.
            let cause = match operation.record.sent_at {
                Some(_) => Cause::RemovedTokensRemain,
                None => Cause::Interrupted,
            };
            return self.fail(&mut operation, cause);
        };
        if operation.record.sent_at.is_none() {
            return self.fail(&mut operation, Cause::Interrupted);
        }
        // The result is on the connection and on the row.
        let _ = self.go_on_refreshing(operation, &connection).await;
        self.emit(&Event::Changed);
        Ok(())
    }

    async fn go_on_refreshing(
        &self,
        mut operation: Operation,
        connection: &Connection,
    ) -> Result<(), Problem> {
        let _busy = self.busy();
        self.process.id().clone_into(&mut operation.process);
        let sent = operation.record.sent_at.is_some();
        let ready = match self.vault.probe().await {
            Ok(()) => self.access(connection).await,
            Err(error) => Err(error.into()),
        };
        let access = match ready {
            Ok(access) => access,
            Err(problem) if sent => return self.leave_unfinished(operation, problem),
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
        if sent {
            if operation.record.tokens_before.as_ref() != Some(&before) {
                // The new pair had reached the vault.
                return self.finish_refresh(operation);
            }
            return self
                .after_a_lost_reply(operation, &access, Cause::AnswerLost.into())
                .await;
        }
        operation.record.tokens_before = Some(before);
        operation.record.sent_at = Some(self.now());
        self.store.save_operation(&operation)?;
        let answer = access.notion.refresh(&access.credentials, refresh).await;
        failpoint("notion.refresh");
        match answer {
            Err(error) if reply_is_lost(&error) => {
                let problem = Problem::from(error);
                self.after_a_lost_reply(operation, &access, problem).await
            }
            answer => self.settle_refresh(operation, &access, answer).await,
        }
    }

    /// Goes on after a refresh token was sent and the reply was lost. As long as the access token
    /// works nothing is lost; once it does not, the refresh token is sent once more and never again.
    async fn after_a_lost_reply(
        &self,
        mut operation: Operation,
        access: &Access,
        problem: Problem,
    ) -> Result<(), Problem> {
        let (finding, meta) = access.find_out().await;
        operation.record.request_ids.extend(meta.request_id);
        if !matches!(finding, Finding::Inactive(_)) {
            return self.leave_unfinished(operation, problem);
        }
        let dead = Some(Verdict::Inactive);
        let refresh = match &access.tokens.refresh {
            Some(refresh) if operation.record.sent_again_at.is_none() => refresh,
            _ => return self.refuse_refresh(operation, dead, lost_twice()),
        };
        operation.record.sent_again_at = Some(self.now());
        self.store.save_operation(&operation)?;
        let answer = access.notion.refresh(&access.credentials, refresh).await;
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
                | Error::Unreachable { sent: false }),
            ) => {
                operation.record.sent_again_at = None;
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
        mut operation: Operation,
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
        operation
            .record
            .request_ids
            .extend(grant.request_id.clone());
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
                let kept = Some(&access.tokens);
                let ended = end_tokens(&access.notion, &access.credentials, tokens, kept).await;
                let problem = not_kept(problem, ended);
                operation.record.problem = Some(problem.clone());
                operation.finished_at = Some(self.now());
                self.store.clear_verdict(&operation, None)?;
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
            access: grant.access_token.clone(),
            // Without a new refresh token the old one stays in force.
            refresh: grant.refresh_token.clone().or_else(|| old.refresh.clone()),
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
    fn finish_refresh(&self, mut operation: Operation) -> Result<(), Problem> {
        operation.record.problem = None;
        operation.finished_at = Some(self.now());
        self.store
            .save_refreshed(&operation, Some(Verdict::Active), true)
    }

    /// Finishes a refresh whose refresh token was refused: once the access token is dead too, only a
    /// new consent helps.
    fn refuse_refresh(
        &self,
        mut operation: Operation,
        verdict: Option<Verdict>,
        problem: Problem,
    ) -> Result<(), Problem> {
        operation.record.problem = Some(problem.clone());
        operation.finished_at = Some(self.now());
        self.store.save_refreshed(&operation, verdict, false)?;
        Err(problem)
    }

    fn give_up(&self, mut operation: Operation, problem: Problem) -> Result<(), Problem> {
        self.fail(&mut operation, problem.clone())?;
        Err(problem)
    }

    /// Leaves a refresh unfinished, so that the next refresh or the next start goes on with it.
    fn leave_unfinished(&self, mut operation: Operation, why: Problem) -> Result<(), Problem> {
        let problem = why.under(|why| Cause::RefreshUnfinished { why });
        operation.record.problem = Some(problem.clone());
        self.store.save_operation(&operation)?;
        Err(problem)
    }
}

/// A hash that identifies a pair without its tokens: a refresh always brings a new access token.
fn fingerprint(tokens: &ConnectionSecrets) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(tokens.access.expose_secret()))
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
