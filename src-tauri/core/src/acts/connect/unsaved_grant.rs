//! A grant whose tokens are not saved yet: what it replaces, and how it is ended again.

use std::time::Duration;

use notion_oauth::{Credentials, Error, Grant, Notion, Retry, within};
use secrecy::{ExposeSecret as _, SecretString};

use crate::domain::act::Granted;
use crate::domain::problem::{Cause, Problem};
use crate::failpoint::failpoint;
use crate::storage::vault::{ConnectionSecrets, Payload};

/// How long the end of a connect waits for the introspection of the earlier token.
const PATIENCE: Duration = Duration::from_secs(5);

/// A grant on its way to the vault, with the client and credentials to end it.
pub(super) struct UnsavedGrant {
    pub notion: Notion,
    pub credentials: Credentials,
    pub grant: Grant,
}

impl UnsavedGrant {
    /// Ends the tokens at Notion, except one that connections have already: older clients get the token
    /// that is active. Returns `problem`, or that access may remain.
    pub async fn end(&self, kept: &[&ConnectionSecrets], problem: Problem) -> Problem {
        let tokens = (&self.grant.access_token, self.grant.refresh_token.as_ref());
        let ended = end_tokens(&self.notion, &self.credentials, tokens, kept).await;
        let is_the_same =
            |kept: &&ConnectionSecrets| kept.access.expose_secret() == tokens.0.expose_secret();
        if ended && kept.iter().any(is_the_same) {
            return problem;
        }
        match (ended, &problem.cause) {
            (true, Cause::Cancelled) => problem,
            (true, _) => problem.under(|why| Cause::GrantEnded { why }),
            (false, _) => problem.under(|why| Cause::GrantRemains { why }),
        }
    }

    /// Whether the access token that the connection had before the grant still works, if Notion
    /// replies within [`PATIENCE`]. Keyrack no longer has that token, so only the person can end it.
    pub async fn earlier_works(&self, before: Option<&ConnectionSecrets>) -> bool {
        let Some(earlier) = before.map(|before| &before.access) else {
            return false;
        };
        if earlier.expose_secret() == self.grant.access_token.expose_secret() {
            return false;
        }
        let notion = self.notion.clone().with_retry(Retry::NEVER);
        let asked = notion.introspect(&self.credentials, earlier);
        match within(PATIENCE, asked).await {
            Some(Ok(introspection)) => introspection.active,
            Some(Err(_)) | None => false,
        }
    }
}

/// A grant with the vault entry that is named for it.
pub(super) struct Named {
    /// The vault entry to be written, that of the connection (`Connection::id`).
    pub entry: String,
    pub granted: Granted,
    /// The tokens that the connection had before.
    pub before: Option<ConnectionSecrets>,
}

impl Named {
    /// The content of the vault entry.
    pub fn payload(&self, client: String, grant: &Grant) -> Payload {
        Payload::Connection(ConnectionSecrets {
            id: self.entry.clone(),
            client,
            bot_id: self.granted.bot_id.clone(),
            workspace_name: self.granted.workspace_name.clone(),
            access: grant.access_token.clone(),
            refresh: grant.refresh_token.clone(),
            made_elsewhere: None,
        })
    }
}

/// Ends a pair of tokens at Notion, except one that is also in `kept`. Returns whether none of the
/// ended ones works any more.
pub(in crate::acts) async fn end_tokens(
    notion: &Notion,
    credentials: &Credentials,
    (access, refresh): (&SecretString, Option<&SecretString>),
    kept: &[&ConnectionSecrets],
) -> bool {
    let is_kept = |token: &SecretString| {
        let mut known = kept
            .iter()
            .flat_map(|kept| [Some(&kept.access), kept.refresh.as_ref()])
            .flatten();
        known.any(|known| known.expose_secret() == token.expose_secret())
    };
    let mut ended = true;
    for token in [Some(access), refresh]
        .into_iter()
        .flatten()
        .filter(|token| !is_kept(token))
    {
        let answer = notion.revoke(credentials, token).await;
        failpoint("notion.revoke");
        ended &= matches!(answer, Ok(_) | Err(Error::GrantRejected { .. }));
    }
    ended
}
