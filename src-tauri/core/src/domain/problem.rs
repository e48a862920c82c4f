//! Problems: failures and refusals for the window and the command line.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A failure or refusal: a code to branch on, and plain words.
///
/// A problem never carries a secret: its parts come from our own words, HTTP statuses and Notion's
/// error codes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Problem {
    /// The kind of problem, by which the window chooses its words.
    pub code: ProblemCode,
    /// English, for logs and the command line: what happened, what is safe, what to do next.
    pub message: String,
    /// The seconds that Notion asked to wait.
    #[ts(type = "number | null")]
    pub retry_after: Option<u64>,
    /// Notion's id of the request, for its support.
    pub request_id: Option<String>,
    /// The form field that "invalid-input" concerns: a key of `NewClient`, or "callback".
    pub field: Option<String>,
}

/// The kinds of problem that the window distinguishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
#[allow(
    missing_docs,
    reason = "each name says it; the words stand with the constructors"
)]
pub enum ProblemCode {
    KeyringMissing,
    KeyringNoCollection,
    KeyringLocked,
    KeyringWaiting,
    KeyringTooLarge,
    KeyringLost,
    KeyringForeign,
    KeyringFailed,
    ClientRejected,
    ClientSecretLost,
    ClientSwapped,
    ClientInUse,
    GrantRejected,
    RateLimited,
    NotionUnavailable,
    Unreachable,
    NotNotion,
    NotionRefused,
    StillActive,
    TokenInactive,
    TokenSuperseded,
    OtherClient,
    LinkMalformed,
    LinkUnknown,
    LinkHandled,
    LinkExpired,
    LinkCancelled,
    LinkMismatch,
    AuthorizationRefused,
    NotSaved,
    ExchangeLost,
    ConnectInterrupted,
    ReconnectInterrupted,
    Interrupted,
    CutOff,
    OutcomeUnknown,
    Overtaken,
    RemovedBeforeDone,
    RevocationOvertaken,
    StoreBusy,
    StoreNewer,
    StoreDamaged,
    StoreFailed,
    DataFolder,
    NotionUrl,
    AlreadyOpen,
    AlreadyChecking,
    InvalidInput,
    NotFound,
    SandboxFailed,
    BrowserFailed,
    PortTaken,
    NotWritten,
    NoRefreshToken,
    RefreshRejected,
    RefreshLost,
    RefreshNotSaved,
    RefreshTokensRemain,
    RemovedTokensEnded,
    RemovedTokensRemain,
    RefreshUnfinished,
    RevocationPending,
    ClipboardFailed,
    AppLinkMissing,
    AppLinkOther,
    AppLinkSilent,
    ClockWrong,
    StartAtLoginFailed,
    NotRemoved,
    NotOpened,
}

impl ProblemCode {
    /// Whether the keyring as a whole cannot be used now, not just one entry.
    pub(crate) fn is_about_all_of_the_keyring(self) -> bool {
        matches!(
            self,
            Self::KeyringMissing
                | Self::KeyringNoCollection
                | Self::KeyringLocked
                | Self::KeyringWaiting
                | Self::KeyringFailed
        )
    }
}

impl Problem {
    /// Makes a problem with nothing but its code and words.
    #[must_use]
    pub fn new(code: ProblemCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retry_after: None,
            request_id: None,
            field: None,
        }
    }

    /// Makes a problem with a form field (`invalid-input`).
    #[must_use]
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::new(ProblemCode::InvalidInput, message)
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(request_id) = &self.request_id {
            write!(f, " (Notion's request id: {request_id})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

impl From<notion_oauth::Error> for Problem {
    fn from(error: notion_oauth::Error) -> Self {
        use notion_oauth::Error;
        let code = match &error {
            Error::ClientRejected { .. } => ProblemCode::ClientRejected,
            Error::GrantRejected { .. } => ProblemCode::GrantRejected,
            Error::Unauthorized { .. } => ProblemCode::TokenInactive,
            Error::RateLimited { .. } => ProblemCode::RateLimited,
            Error::Unavailable { .. } => ProblemCode::NotionUnavailable,
            Error::Refused { .. } => ProblemCode::NotionRefused,
            Error::Unreachable { .. } => ProblemCode::Unreachable,
            Error::NotNotion { .. } => ProblemCode::NotNotion,
        };
        Self {
            code,
            message: error.to_string(),
            retry_after: error.retry_after().map(|wait| wait.as_secs()),
            request_id: error.request_id().map(str::to_owned),
            field: None,
        }
    }
}
