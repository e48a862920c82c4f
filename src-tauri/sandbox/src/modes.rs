//! Modes: the answers to questions that Notion's documentation leaves open, each a field here.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How the sandbox behaves; the default is what Notion most likely does.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Modes {
    /// Seconds for which a code can be exchanged.
    pub(crate) code_lifetime_s: u32,
    /// Whether an exchange or a refresh gives a refresh token.
    pub(crate) refresh_token: bool,
    /// What revoking a token that is already gone answers.
    pub(crate) second_revoke: SecondRevoke,
    /// What introspecting a dead token answers.
    pub(crate) dead_token: DeadToken,
}

/// The status of a second revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub(crate) enum SecondRevoke {
    /// 200, as RFC 7009, 2.2 has it.
    Ok,
    /// 400 `invalid_grant`.
    InvalidGrant,
}

/// The answer to an introspection of a dead token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeadToken {
    /// 200 `{"active":false}`, as RFC 7662, 2.2 has it.
    Inactive,
    /// 400 `invalid_grant`.
    InvalidGrant,
}

impl Default for Modes {
    fn default() -> Self {
        Self {
            code_lifetime_s: 600,
            refresh_token: true,
            second_revoke: SecondRevoke::Ok,
            dead_token: DeadToken::Inactive,
        }
    }
}

impl Modes {
    /// These modes with some of them changed; the error names the known ones.
    pub(crate) fn with(self, changes: Map<String, Value>) -> Result<Self, serde_json::Error> {
        let mut all = serde_json::to_value(self)?;
        if let Some(all) = all.as_object_mut() {
            all.extend(changes);
        }
        serde_json::from_value(all)
    }
}

impl TryFrom<u16> for SecondRevoke {
    type Error = &'static str;

    fn try_from(status: u16) -> Result<Self, &'static str> {
        match status {
            200 => Ok(Self::Ok),
            400 => Ok(Self::InvalidGrant),
            _ => Err("second_revoke is 200 or 400"),
        }
    }
}

impl From<SecondRevoke> for u16 {
    fn from(mode: SecondRevoke) -> Self {
        match mode {
            SecondRevoke::Ok => 200,
            SecondRevoke::InvalidGrant => 400,
        }
    }
}
