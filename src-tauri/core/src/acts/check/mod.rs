//! Check: the introspection of a connection's access token, and what it proves.

pub mod background;
pub mod many;

use std::time::Duration;

use notion_oauth::{Bot, Error, Introspection, Notion, within};
use secrecy::ExposeSecret as _;

use crate::acts::access::Access;
use crate::acts::clients::portal::PORTAL;
use crate::domain::act::Check;
use crate::domain::connection::{Connection, TokenGrant, Verdict};
use crate::domain::event::Event;
use crate::domain::problem::{Cause, Problem};
use crate::domain::time::Millis;
use crate::failpoint::failpoint;
use crate::keyrack::Keyrack;
use crate::runtime::locks::FileLock;
use crate::storage::store::CheckOutcome;
use notion_oauth::sanitize_display_text;

/// How long a check waits for another act on the connection to end.
const LONGEST_ACT: Duration = Duration::from_secs(10);

/// The result of asking Notion about an access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Finding {
    /// The token works.
    Active,
    /// The token does not work for this client; the problem says why, as far as it is known.
    Inactive(Problem),
    /// Nothing was proven about the token.
    Unknown(Problem),
}

/// The data of an introspection besides its verdict.
#[derive(Debug, Clone, Default)]
pub(super) struct IntrospectionMeta {
    /// Notion's id of the request.
    pub request_id: Option<String>,
    scope: Vec<String>,
    issued_at: Option<i64>,
}

impl Keyrack {
    /// Checks a connection and returns it with the new verdict, or with why there is none.
    ///
    /// Fails only if the connection is gone or the store cannot be written.
    pub async fn check(&self, id: &str) -> Result<Connection, Problem> {
        self.check_with(id, |notion| notion).await
    }

    /// Checks a connection like [`Keyrack::check`], by a Notion that `asking` has changed. Other acts
    /// on the connection need not wait for it: their evidence is newer, and stays. It waits for them
    /// only before it calls a token dead or gone.
    async fn check_with(
        &self,
        id: &str,
        asking: impl FnOnce(Notion) -> Notion,
    ) -> Result<Connection, Problem> {
        let listed = self.store.connection(id)?;
        let mut operation = self.begin(Check::of(&listed))?;
        // What a use of the token proves is evidence as long as no check has begun.
        let connection = self.store.connection(id).unwrap_or(listed);
        let (mut bot, mut grant) = (None, None);
        let finding = match self.access_now(&connection).await {
            Ok(mut access) => {
                access.notion = asking(access.notion);
                let (finding, meta) = self.find_out_now(&mut access, &connection).await;
                operation.request_ids.extend(meta.request_id.clone());
                grant = meta.grant();
                if finding == Finding::Active && connection.workspace_id.is_empty() {
                    // Rebuilt from the vault, which has no workspace and owner.
                    bot = access.notion.me(&access.tokens.access).await.ok();
                }
                finding
            }
            Err(problem) => Finding::Unknown(problem),
        };
        if let Finding::Unknown(problem) = &finding
            && matches!(problem.cause, Cause::SandboxElsewhere | Cause::NoSessionBus)
        {
            // So it is in this process alone, and the list is for all of them.
            self.fail(operation, problem.clone())?;
            return Ok(connection.that_cannot_be_checked(problem.clone()));
        }
        let outcome = match finding {
            Finding::Active => {
                operation.act.verdict = Some(Verdict::Active);
                CheckOutcome::Verdict(Verdict::Active, None)
            }
            Finding::Inactive(cause) => {
                let cause = if cause.cause == Cause::TokenInactive
                    && self.store.has_newer_consent(&connection)?
                {
                    Cause::TokenSuperseded.into()
                } else {
                    cause
                };
                operation.act.verdict = Some(Verdict::Inactive);
                operation.problem = Some(cause.clone());
                CheckOutcome::Verdict(Verdict::Inactive, Some(cause))
            }
            Finding::Unknown(problem) => {
                operation.problem = Some(problem.clone());
                CheckOutcome::Failure(problem)
            }
        };
        let ended = operation.ended(self.now());
        self.store
            .save_check(&ended, &connection, &outcome, grant.as_ref())?;
        if let Some(bot) = bot {
            self.store.name_connection(id, bot)?;
        }
        self.emit(&Event::Changed);
        self.store.connection(id)
    }

    /// Access to a connection; an entry that is gone is looked for again when whoever took it away
    /// has taken away the rest.
    async fn access_now(&self, connection: &Connection) -> Result<Access, Problem> {
        match self.access(connection).await {
            Err(problem) if problem.cause == Cause::KeyringLost => {
                let _lock = self.settled(&connection.id).await?;
                self.access(connection).await
            }
            access => access,
        }
    }

    /// Waits until no act is under way on a connection, whoever makes it, and not for long: one may wait
    /// for a person.
    async fn settled(&self, id: &str) -> Result<FileLock, Problem> {
        let settled = within(LONGEST_ACT, self.lock_connection(id)).await;
        settled.unwrap_or_else(|| Err(Cause::BusyElsewhere.into()))
    }

    /// Finds out about the token that the vault has: one that was replaced while Notion was asked
    /// is dead, and its connection is not. Such a token is put into `access`, and asked about once.
    async fn find_out_now(
        &self,
        access: &mut Access,
        connection: &Connection,
    ) -> (Finding, IntrospectionMeta) {
        let (finding, meta) = access.find_out().await;
        if !matches!(finding, Finding::Inactive(_)) {
            return (finding, meta);
        }
        // Whoever is about to replace the token has done so by then.
        let present = match self.settled(&connection.id).await {
            Ok(_lock) => self.tokens(connection).await,
            Err(busy) => Err(busy),
        };
        match present {
            Ok(present)
                if present.access.expose_secret() != access.tokens.access.expose_secret() =>
            {
                access.tokens = present;
                access.find_out().await
            }
            Ok(_) => (finding, meta),
            Err(problem) => (Finding::Unknown(problem), meta),
        }
    }
}

impl Access {
    /// Introspects the access token, with `users/me` as a second opinion on any reply but "active"; of a
    /// token that was made elsewhere, `users/me` is all there is. Also returns the introspection's other
    /// data.
    pub async fn find_out(&self) -> (Finding, IntrospectionMeta) {
        let Some(credentials) = &self.credentials else {
            return self.find_out_by_use().await;
        };
        let introspection = self
            .notion
            .introspect(credentials, &self.tokens.access)
            .await;
        failpoint("notion.introspect");
        let meta = match &introspection {
            Ok(introspection) => IntrospectionMeta {
                request_id: introspection.request_id.clone(),
                scope: introspection.scope.clone(),
                issued_at: introspection.issued_at,
            },
            Err(error) => IntrospectionMeta {
                request_id: error.request_id().map(str::to_owned),
                ..IntrospectionMeta::default()
            },
        };
        let me = match &introspection {
            Ok(Introspection { active: false, .. }) | Err(Error::GrantRejected { .. }) => {
                Some(self.notion.me(&self.tokens.access).await)
            }
            _ => None,
        };
        (judge(introspection, me), meta)
    }

    async fn find_out_by_use(&self) -> (Finding, IntrospectionMeta) {
        let me = self.notion.me(&self.tokens.access).await;
        failpoint("notion.me");
        let meta = IntrospectionMeta {
            request_id: me
                .as_ref()
                .err()
                .and_then(Error::request_id)
                .map(str::to_owned),
            ..IntrospectionMeta::default()
        };
        (judge_use(me), meta)
    }
}

impl IntrospectionMeta {
    /// The token's capabilities and time of issue; none if Notion named neither.
    fn grant(self) -> Option<TokenGrant> {
        let is_known = !self.scope.is_empty() || self.issued_at.is_some();
        is_known.then(|| TokenGrant {
            capabilities: self
                .scope
                .iter()
                .map(|word| sanitize_display_text(word))
                .collect(),
            issued_at: self.issued_at.filter(|at| is_a_date(*at)).map(Millis),
        })
    }
}

/// What the replies prove. "Inactive" takes `active: false`, or `invalid_grant` together with a 401
/// from `users/me`; a refused client, a busy or unreachable Notion prove nothing about the token.
fn judge(introspection: Result<Introspection, Error>, me: Option<Result<Bot, Error>>) -> Finding {
    let dead = || Finding::Inactive(Cause::TokenInactive.into());
    match (introspection, me) {
        (Ok(Introspection { active: true, .. }), _) => Finding::Active,
        (Ok(_) | Err(Error::GrantRejected { .. }), Some(Ok(_))) => {
            Finding::Inactive(Cause::OtherClient.into())
        }
        (Ok(_), _) | (Err(Error::GrantRejected { .. }), Some(Err(Error::Unauthorized { .. }))) => {
            dead()
        }
        // The second opinion is what is missing.
        (Err(Error::GrantRejected { .. }), Some(Err(error))) | (Err(error), _) => {
            Finding::Unknown(error.into())
        }
    }
}

/// What a use of a token proves: only a 401 is "inactive".
fn judge_use(me: Result<Bot, Error>) -> Finding {
    match me {
        Ok(_) => Finding::Active,
        Err(Error::Unauthorized { .. }) => {
            let page = PORTAL.to_owned();
            Finding::Inactive(Cause::TokenEnded { page }.into())
        }
        Err(error) => Finding::Unknown(error.into()),
    }
}

/// Whether a time is within the range of dates (ECMA-262 21.4.1.1).
fn is_a_date(millis: i64) -> bool {
    millis.unsigned_abs() <= 8_640_000_000_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn introspection(active: bool) -> Introspection {
        Introspection {
            active,
            ..Introspection::default()
        }
    }

    fn me() -> Bot {
        Bot {
            id: "bot".into(),
            name: None,
            owner: None,
            workspace_id: None,
            workspace_name: None,
        }
    }

    #[test]
    fn what_notion_says_of_a_grant_is_kept_as_far_as_it_says_anything() {
        let meta = |scope: &[&str], issued_at| IntrospectionMeta {
            request_id: None,
            scope: scope.iter().map(|&word| word.to_owned()).collect(),
            issued_at,
        };
        let grant = |capabilities: &[&str], issued_at: Option<i64>| {
            let capabilities = capabilities.iter().map(|&word| word.to_owned()).collect();
            let issued_at = issued_at.map(Millis);
            Some(TokenGrant {
                capabilities,
                issued_at,
            })
        };
        assert_eq!(meta(&[], None).grant(), None);
        assert_eq!(meta(&["read"], None).grant(), grant(&["read"], None));
        assert_eq!(meta(&[], Some(7)).grant(), grant(&[], Some(7)));
        let latest = 8_640_000_000_000_000;
        for (at, is_a_date) in [
            (latest, true),
            (-latest, true),
            (latest + 1, false),
            (i64::MIN, false),
        ] {
            let expected = grant(&[], Some(at).filter(|_| is_a_date));
            assert_eq!(meta(&[], Some(at)).grant(), expected, "{at}");
        }
    }

    const UNAUTHORIZED: Error = Error::Unauthorized { request_id: None };
    const UNREACHABLE: Error = Error::Unreachable { sent: false };

    #[test]
    fn only_evidence_makes_a_verdict() {
        let rejected = || Error::GrantRejected {
            description: None,
            request_id: None,
        };
        let refused = Error::Refused {
            status: 400,
            code: "validation_error".into(),
            description: None,
            request_id: None,
        };
        let inactive = |finding: &Finding, code| matches!(finding, Finding::Inactive(why) if why.cause == code);
        let unknown =
            |finding: &Finding, code| matches!(finding, Finding::Unknown(why) if why.cause == code);

        assert_eq!(judge(Ok(introspection(true)), None), Finding::Active);
        for second in [UNAUTHORIZED, UNREACHABLE] {
            let finding = judge(Ok(introspection(false)), Some(Err(second)));
            assert!(inactive(&finding, Cause::TokenInactive));
        }
        assert!(inactive(
            &judge(Ok(introspection(false)), Some(Ok(me()))),
            Cause::OtherClient
        ));
        assert!(inactive(
            &judge(Err(rejected()), Some(Ok(me()))),
            Cause::OtherClient
        ));
        assert!(inactive(
            &judge(Err(rejected()), Some(Err(UNAUTHORIZED))),
            Cause::TokenInactive
        ));
        assert!(unknown(
            &judge(Err(rejected()), Some(Err(UNREACHABLE))),
            Cause::Unreachable
        ));
        let refusal = Cause::NotionRefused {
            status: 400,
            detail: "validation_error".to_owned(),
        };
        assert!(unknown(&judge(Err(refused), None), refusal));
        assert!(unknown(&judge(Err(UNREACHABLE), None), Cause::Unreachable));
        let rejected = Error::ClientRejected { request_id: None };
        assert!(unknown(&judge(Err(rejected), None), Cause::ClientRejected));
    }
}
