//! A connection: one authorization of one client in one workspace, and what is known of its life.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::domain::owner::Owner;
use crate::domain::problem::Problem;
use crate::domain::time::Millis;

/// What the window shows of a connection's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum Status {
    /// The access token works: a fresh exchange or introspection says so.
    Active,
    /// Notion says that the access token does not work any more.
    Inactive,
    /// It does not work, and only a new consent can bring it back.
    NeedsReconnecting,
    /// A revocation has begun and is not finished; the tokens are kept until it is.
    RevocationPending,
    /// Nothing is known yet.
    NotChecked,
    /// The last check could not reach a verdict.
    CannotCheck,
}

/// A connection with its status, derived when it is read from the store.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Connection {
    /// Our id, and the user name of its vault entry.
    pub id: String,
    /// The client it belongs to (`Client::id`).
    pub client_id: String,
    /// That client's name.
    pub client_name: String,
    /// Belongs to the built-in stand-in.
    pub sandbox: bool,
    /// Notion's id of the bot; with the client, the identity of the connection.
    pub bot_id: String,
    /// Notion's id of the workspace.
    pub workspace_id: String,
    /// The workspace's name; empty where Notion tells none.
    pub workspace_name: String,
    /// The workspace's icon: an emoji, a URL, anything.
    pub workspace_icon: Option<String>,
    /// Who authorized it.
    pub owner: Owner,
    /// Whether it has a refresh token that Notion may still take.
    pub has_refresh_token: bool,
    /// When it was last connected here.
    pub connected_at: Millis,
    /// What is known of its life.
    pub status: Status,
    /// The last verdict, when the status is "cannot-check".
    pub last_status: Option<Status>,
    /// When the evidence behind the verdict was taken.
    pub checked_at: Option<Millis>,
    /// Why the status is not "active"; none when it is.
    pub problem: Option<Problem>,
    /// When a pending revocation is tried again by itself.
    pub retry_at: Option<Millis>,
}

/// What the last conclusive evidence said of the access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    /// It works.
    Active,
    /// It does not.
    Inactive,
}

/// What Notion's introspection told of an access token that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TokenGrant {
    /// The client's capabilities, in Notion's words.
    pub capabilities: Vec<String>,
    /// When it was issued.
    pub issued_at: Option<Millis>,
}

/// Everything the status is derived from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Evidence {
    /// The last verdict and when its evidence was taken.
    pub verdict: Option<(Verdict, Millis)>,
    /// What is known of why the verdict is "inactive".
    pub cause: Option<Problem>,
    /// Why the last check reached no verdict; none once a later one did.
    pub failure: Option<Problem>,
    /// Whether a refresh token is kept.
    pub has_refresh_token: bool,
    /// The unfinished revocation: its last problem and the time of the next try.
    pub revocation: Option<(Option<Problem>, Option<Millis>)>,
}

/// The status as the person sees it, with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DerivedStatus {
    pub status: Status,
    pub last_status: Option<Status>,
    pub problem: Option<Problem>,
}

impl Evidence {
    /// Derives the status. An unfinished revocation outranks everything, a failed check never
    /// changes the verdict it could not replace.
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
    use crate::domain::problem::ProblemCode;

    fn offline() -> Problem {
        Problem::new(ProblemCode::Unreachable, "offline")
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
}
