//! A connection: one authorization of one client in one workspace, and its status.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::domain::annotation::{Labels, Note};
use crate::domain::expiry::ExpiryDay;
use crate::domain::hand_out::Allowed;
use crate::domain::owner::Owner;
use crate::domain::problem::{Cause, Problem};
use crate::domain::time::Millis;

/// The status of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum Status {
    /// The access token works: a fresh exchange or introspection says so.
    Active,
    /// Notion says that the access token does not work any more.
    Inactive,
    /// The tokens do not work, and only a new consent helps.
    NeedsReconnecting,
    /// A revocation has begun and is not finished; the tokens are kept until it is.
    RevocationPending,
    /// The connection was not checked yet.
    NotChecked,
    /// The last check could not reach a verdict.
    CannotCheck,
}

/// A connection with its status, derived when it is read from the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is said of the connection for itself"
)]
pub struct Connection {
    /// Keyrack's id of the connection, and the user name of its vault entry.
    pub id: String,
    /// The client of the connection (`Client::id`).
    pub client_id: String,
    /// The name of the client; of a token that was made elsewhere, its own.
    pub client_name: String,
    /// Notion's id of the client, for the command's documents.
    #[serde(skip)]
    #[ts(skip)]
    pub oauth_client_id: String,
    /// Whether it belongs to the embedded sandbox.
    pub sandbox: bool,
    /// Notion's id of the bot; with the client, the identity of the connection.
    pub bot_id: String,
    /// Notion's id of the workspace.
    pub workspace_id: String,
    /// The workspace's name; empty if Notion gives none.
    pub workspace_name: String,
    /// The workspace's icon: an emoji, a URL, anything.
    pub workspace_icon: Option<String>,
    /// Who authorized the connection.
    pub owner: Owner,
    /// Whether there is a refresh token that Notion may still accept.
    pub has_refresh_token: bool,
    /// When the workspace was last connected here; 0 where that was lost with the database.
    pub connected_at: Millis,
    /// The status.
    pub status: Status,
    /// The status by the last verdict, while the status is "cannot-check".
    pub last_status: Option<Status>,
    /// When the evidence behind the verdict was taken.
    pub checked_at: Option<Millis>,
    /// Why the status is not "active"; none if it is.
    pub problem: Option<Problem>,
    /// When a pending revocation is tried again by itself.
    pub retry_at: Option<Millis>,
    /// Whether the person should look at the connection: it does not work, is not revoked yet or was
    /// never checked, or only the person can mend why it cannot be checked. Not for what passes by
    /// itself, such as being offline.
    pub needs_attention: bool,
    /// The token's capabilities in Notion's words, such as `read_content`; none before the first check.
    pub capabilities: Option<Vec<String>>,
    /// What it may be used for.
    pub allows: Allowed,
    /// The labels that a person gave it.
    #[ts(type = "Array<string>")]
    pub labels: Labels,
    /// What a person noted on it.
    #[ts(type = "string | null")]
    pub note: Note,
    /// Whether its token was made elsewhere, and granted to no client: then there is no refresh, Notion ends
    /// it only where it was made, and the client is the token itself.
    pub made_elsewhere: bool,
    /// The day on which such a token ends, if the person typed it.
    #[ts(type = "string | null")]
    pub expires_on: Option<ExpiryDay>,
    /// When it was moved to another computer: it is not used here any more, and stays until the person says
    /// that it works there. None if it was not.
    pub moved_at: Option<Millis>,
    /// When its token was last handed out; none if it never was.
    pub last_used_at: Option<Millis>,
    /// The revision of the last change of what is said here; a higher one is newer.
    #[ts(type = "number")]
    pub revision: i64,
}

impl Connection {
    /// When the workspace was last connected here, if that is known.
    #[must_use]
    pub fn connected(&self) -> Option<Millis> {
        (self.connected_at > Millis(0)).then_some(self.connected_at)
    }

    /// Whether the person should look at the connection now: also because its token ends soon.
    #[must_use]
    pub fn needs_attention_at(&self, now: Millis) -> bool {
        self.needs_attention || self.ends_soon(now)
    }

    /// Whether the day that a person noted for its token is near or past, and it is used here.
    #[must_use]
    pub fn ends_soon(&self, now: Millis) -> bool {
        self.moved_at.is_none() && self.expires_on.is_some_and(|day| day.is_near(now))
    }

    /// The connection as it is if a check reaches no verdict.
    pub(crate) fn that_cannot_be_checked(self, why: Problem) -> Self {
        Self {
            last_status: Some(self.last_status.unwrap_or(self.status)),
            status: Status::CannotCheck,
            problem: Some(why),
            ..self
        }
    }
}

/// The verdict of conclusive evidence on an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    /// The token works.
    Active,
    /// The token does not work.
    Inactive,
}

/// The data of Notion's introspection of an access token that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TokenGrant {
    /// The client's capabilities, in Notion's words.
    pub capabilities: Vec<String>,
    /// When the token was issued.
    pub issued_at: Option<Millis>,
}

/// The evidence from which a connection's status is derived.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Evidence {
    /// The last verdict and when its evidence was taken.
    pub verdict: Option<(Verdict, Millis)>,
    /// Why the verdict is "inactive", as far as it is known.
    pub cause: Option<Problem>,
    /// Why the last check reached no verdict; none once a later one did.
    pub failure: Option<Problem>,
    /// Whether a refresh token is kept.
    pub has_refresh_token: bool,
    /// The unfinished revocation: its last problem and the time of the next try.
    pub revocation: Option<(Option<Problem>, Option<Millis>)>,
}

/// The derived status of a connection, with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DerivedStatus {
    pub status: Status,
    pub last_status: Option<Status>,
    pub problem: Option<Problem>,
}

impl DerivedStatus {
    /// The status of a token that was made elsewhere: no consent gives it another one.
    pub fn of_token(self) -> Self {
        let status = |status| match status {
            Status::NeedsReconnecting => Status::Inactive,
            other => other,
        };
        Self {
            status: status(self.status),
            last_status: self.last_status.map(status),
            ..self
        }
    }

    /// Whether the connection needs attention (`Connection::needs_attention`). While it cannot be
    /// checked, what was last known of it counts. A revocation that has met no obstacle is under way,
    /// and needs nobody.
    pub fn needs_attention(&self) -> bool {
        let known = self.last_status.unwrap_or(self.status);
        let only_the_person_can_help = self.problem.as_ref().is_some_and(|problem| {
            matches!(
                problem.cause,
                Cause::ClientRejected
                    | Cause::ClientSecretLost
                    | Cause::ClientAltered { .. }
                    | Cause::ClientUnproven { .. }
                    | Cause::ConnectionAltered
                    | Cause::KeyringLost
                    | Cause::KeyringForeign
            )
        });
        let is_under_way = known == Status::RevocationPending && self.problem.is_none();
        (known != Status::Active && !is_under_way) || only_the_person_can_help
    }
}

impl Evidence {
    /// Derives the status. An unfinished revocation outranks everything, and a failed check leaves
    /// the last verdict.
    pub fn derive_status(&self) -> DerivedStatus {
        let verdict = match self.verdict {
            None => Status::NotChecked,
            Some((Verdict::Active, _)) => Status::Active,
            Some((Verdict::Inactive, _)) if self.has_refresh_token => Status::Inactive,
            Some((Verdict::Inactive, _)) => Status::NeedsReconnecting,
        };
        if let Some((problem, _)) = &self.revocation {
            return DerivedStatus {
                status: Status::RevocationPending,
                last_status: None,
                problem: problem.clone(),
            };
        }
        if let Some(failure) = &self.failure {
            return DerivedStatus {
                status: Status::CannotCheck,
                last_status: Some(verdict),
                problem: Some(failure.clone()),
            };
        }
        let problem = if verdict == Status::Active {
            None
        } else {
            self.cause.clone()
        };
        DerivedStatus {
            status: verdict,
            last_status: None,
            problem,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offline() -> Problem {
        Problem::from(Cause::Unreachable)
    }

    #[test]
    fn the_status_follows_from_the_evidence() {
        let at = Millis(1);
        let active = Evidence {
            verdict: Some((Verdict::Active, at)),
            ..Evidence::default()
        };
        let inactive = Evidence {
            verdict: Some((Verdict::Inactive, at)),
            ..Evidence::default()
        };
        let table = [
            (Evidence::default(), Status::NotChecked, None),
            (active.clone(), Status::Active, None),
            (
                Evidence {
                    has_refresh_token: true,
                    ..inactive.clone()
                },
                Status::Inactive,
                None,
            ),
            (inactive.clone(), Status::NeedsReconnecting, None),
            (
                Evidence {
                    failure: Some(offline()),
                    ..active.clone()
                },
                Status::CannotCheck,
                Some(Status::Active),
            ),
            (
                Evidence {
                    failure: Some(offline()),
                    ..Evidence::default()
                },
                Status::CannotCheck,
                Some(Status::NotChecked),
            ),
            (
                Evidence {
                    revocation: Some((None, None)),
                    ..active
                },
                Status::RevocationPending,
                None,
            ),
            (
                Evidence {
                    revocation: Some((None, None)),
                    failure: Some(offline()),
                    ..inactive
                },
                Status::RevocationPending,
                None,
            ),
        ];
        for (evidence, status, last) in table {
            let derive_status = evidence.derive_status();
            assert_eq!(
                (derive_status.status, derive_status.last_status),
                (status, last),
                "{evidence:?}"
            );
        }
    }

    #[test]
    fn attention_is_needed_where_only_the_person_can_help() {
        let at = Millis(1);
        let known = |verdict, failure: Option<Cause>| Evidence {
            verdict: Some((verdict, at)),
            failure: failure.map(Problem::from),
            ..Evidence::default()
        };
        let begun = Evidence {
            revocation: Some((None, None)),
            ..known(Verdict::Active, None)
        };
        let pending = Evidence {
            revocation: Some((Some(offline()), Some(at))),
            ..known(Verdict::Active, None)
        };
        let never = Evidence {
            failure: Some(offline()),
            ..Evidence::default()
        };
        let table = [
            (known(Verdict::Active, None), false),
            (known(Verdict::Active, Some(Cause::Unreachable)), false),
            (known(Verdict::Active, Some(Cause::RateLimited)), false),
            (known(Verdict::Active, Some(Cause::KeyringLocked)), false),
            (known(Verdict::Active, Some(Cause::ClientRejected)), true),
            (known(Verdict::Active, Some(Cause::ClientSecretLost)), true),
            (known(Verdict::Active, Some(Cause::ConnectionAltered)), true),
            (known(Verdict::Active, Some(Cause::KeyringLost)), true),
            (known(Verdict::Active, Some(Cause::KeyringForeign)), true),
            (known(Verdict::Inactive, None), true),
            (known(Verdict::Inactive, Some(Cause::Unreachable)), true),
            (Evidence::default(), true),
            (never, true),
            (begun, false),
            (pending, true),
        ];
        for (evidence, expected) in table {
            let derived = evidence.derive_status();
            assert_eq!(derived.needs_attention(), expected, "{evidence:?}");
        }
    }
}
