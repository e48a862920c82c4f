//! Problems: failures and refusals for the window and the command line.

use notion_oauth::{CertificateFault, Obstacle};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A failure or refusal: its cause, and what Notion asks and says about it.
///
/// A problem has no words of its own: the message catalogue words each cause once, for every
/// program (`Words::problem`). It never carries a secret: its data come from this computer's own
/// words, HTTP statuses and Notion's error codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Problem {
    /// The cause, with its data; its `code` chooses the words.
    #[serde(flatten)]
    pub cause: Cause,
    /// The seconds that Notion asked to wait.
    #[ts(type = "number | null")]
    pub retry_after: Option<u64>,
    /// Notion's id of the request, for its support.
    pub request_id: Option<String>,
}

/// What went wrong.
///
/// The fields fill the places of the same name in the catalogue's words, but for two: `detail` is
/// what a system or Notion said in its own language, shown beside the words (may be empty), and
/// `why` is the cause behind this one, whose own words follow; `{remedy}` is what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "code", rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
#[allow(
    missing_docs,
    reason = "each name says it, and the catalogue has the words"
)]
pub enum Cause {
    // The keyring.
    KeyringMissing,
    NoSessionBus,
    KeyringNoCollection,
    KeyringLocked,
    KeyringWaiting,
    KeyringTooLarge,
    KeyringLost,
    KeyringForeign,
    KeyringFailed {
        detail: String,
    },

    // Notion's answers.
    ClientRejected,
    ClientSwapped,
    GrantRejected,
    RateLimited,
    NotionUnavailable {
        status: u16,
    },
    Unreachable,
    HostUnknown {
        host: String,
    },
    HostRefuses {
        host: String,
    },
    ProxyFailed {
        proxy: String,
        detail: String,
    },
    CertificateExpired {
        host: String,
    },
    CertificateEarly {
        host: String,
    },
    CertificateOtherName {
        host: String,
    },
    CertificateUntrusted {
        host: String,
    },
    NoRootCertificates {
        detail: String,
    },
    CertificateFaulty {
        host: String,
        detail: String,
    },
    AnswerLost,
    NotNotion {
        status: u16,
        detail: String,
    },
    NotionRefused {
        status: u16,
        detail: String,
    },
    OtherBot,
    NoTime,

    // Clients.
    ClientSecretLost,
    ClientAltered {
        client: String,
        listed: String,
        kept: String,
    },
    ClientUnproven {
        listed: String,
        usual: String,
    },
    ClientInUse,
    ClientGone,
    ClientUrl {
        detail: String,
    },
    SecretUnreadable,
    NoClient,
    NoSuchClient {
        name: String,
    },
    SeveralClients {
        candidates: String,
    },
    InvalidInput {
        field: Field,
    },

    // Connections and checks.
    ConnectionGone,
    ConnectionAltered,
    BusyElsewhere,
    NotHandedOut {
        connection: String,
        workspace: String,
        why: Box<Self>,
    },
    HandOutRefused,
    TokenStays,
    LeaseOver,
    NoSuchLease {
        id: String,
    },
    OnlyReads,
    ApiPath {
        detail: String,
    },
    HttpStatus {
        status: u16,
        detail: String,
    },
    LeaseFailed {
        detail: String,
    },
    InputFile {
        path: String,
        detail: String,
    },
    NotJson {
        path: String,
        detail: String,
    },
    PagesInCircle,
    NoConnection,
    WhichConnection {
        candidates: String,
    },
    NoProgram,
    ProgramMissing {
        program: String,
    },
    ProgramNotRun {
        program: String,
        detail: String,
    },
    TokenTwice {
        variable: String,
    },
    SettingsFile {
        path: String,
        detail: String,
    },
    NoSuchConnection {
        name: String,
    },
    SeveralConnections {
        name: String,
        candidates: String,
    },
    NoSuchLabel {
        name: String,
    },
    /// A token that no client of this list was granted: Notion ends it only where it was made.
    MadeElsewhere {
        page: String,
    },
    /// A token that is in the list already.
    TokenKnown {
        connection: String,
        workspace: String,
    },
    /// A token that Notion does not take any more, and that was made elsewhere.
    TokenEnded {
        page: String,
    },
    /// A token to be added that Notion does not take.
    TokenRefused,
    NoExpiry,
    /// A list of pairs in no known form.
    ListUnreadable,
    /// A list of pairs of which some are not in the list of connections now.
    NotAllImported {
        count: u32,
    },
    TokenInactive,
    NeedsReconnecting,
    TokenSuperseded,
    OtherClient,
    AlreadyChecking,
    BatchUnderWay,
    AlreadyWatching,
    NotAllDone {
        count: u32,
    },
    ChecksFailed {
        count: u32,
    },
    ChecksOff,

    // Connecting.
    LinkMalformed {
        detail: String,
    },
    LinkUnknown,
    LinkHandled,
    LinkExpired,
    LinkCancelled,
    LinkMismatch,
    AuthorizationRefused {
        detail: String,
    },
    AuthorizationDenied,
    AuthorizationExpired,
    AuthorizationOver,
    AuthorizationElsewhere,
    Cancelled,
    LeftEarly,
    LeftMidway,
    OtherWorkspace {
        workspace: String,
    },
    ConnectInterrupted,
    ReconnectInterrupted,
    ExchangeLost {
        why: Box<Self>,
    },
    NotListed {
        why: Box<Self>,
    },
    GrantEnded {
        why: Box<Self>,
    },
    GrantRemains {
        why: Box<Self>,
    },
    PortTaken {
        port: u16,
        detail: String,
    },
    BrowserFailed,
    NoRandomNumbers,

    // Refreshing.
    NoRefreshToken,
    RevocationPending,
    RefreshRejected,
    RefreshUnfinished {
        why: Box<Self>,
    },
    RefreshLost {
        why: Box<Self>,
    },
    RefreshNotSaved {
        why: Box<Self>,
    },
    RefreshTokensRemain {
        why: Box<Self>,
    },
    RemovedTokensRemain,

    // Revoking and forgetting.
    StillActive,
    RevocationOvertaken,
    /// The journal says that a revocation was asked for, and nothing else does.
    RevocationUnproven,
    NotRevokedYet {
        workspace: String,
        why: Box<Self>,
    },
    RevocationUnfinished {
        workspace: String,
        why: Box<Self>,
    },
    NotRemoved {
        why: Box<Self>,
    },
    TokensBeingWritten,
    OtherProgramAtWork,

    // Sealed files.
    FileExists {
        path: String,
    },
    FileUnproven {
        path: String,
    },
    /// A secret key where a public one belongs.
    RecipientSecret,
    RecipientUnknown {
        recipient: String,
    },
    IdentityUnreadable {
        path: String,
    },
    NotAge,
    SealedTooLarge,
    SealedWork,
    SealedToKey,
    SealedToPassphrase,
    WrongPassphrase,
    OtherKey,
    SealedDamaged,
    SealedForeign,
    SealedNewer,
    SealedUnfit {
        part: String,
    },
    SealedUrl {
        address: String,
    },
    PassphraseUnreadable,
    PassphraseShort,
    PassphraseDiffers,
    SandboxStays {
        workspace: String,
    },
    NotExported {
        workspace: String,
        why: Box<Self>,
    },
    MovedOut,
    NotMoved {
        workspace: String,
    },

    // What became of an operation.
    Interrupted,
    CutOff,
    OutcomeUnknown,
    Overtaken,
    RemovedBeforeDone,
    /// A problem in the words of an earlier version, which kept them instead of their data.
    Earlier {
        message: String,
    },

    // The data folder and its database.
    StoreBusy,
    StoreNewer,
    StoreDamaged,
    StoreLost,
    StoreUnknown,
    StoreForeign,
    StoreAltered {
        part: String,
    },
    StoreFailed {
        detail: String,
    },
    DataFolder {
        path: String,
        detail: String,
    },
    FolderNotOurs {
        path: String,
    },
    /// The folder's file system cannot do what Keyrack needs.
    FolderUnfit {
        path: String,
        detail: String,
    },
    OthersFile {
        path: String,
        owner: String,
    },
    NoDataFolder,

    // This computer.
    NotionUrl {
        detail: String,
    },
    AlreadyOpen,
    NameTaken {
        program: String,
    },
    NoDisplay,
    SandboxFailed {
        detail: String,
    },
    SandboxElsewhere,
    NotWritten {
        path: String,
        detail: String,
    },
    NotPrinted {
        detail: String,
    },
    NotSavable,
    NoDownloads,
    ExportFailed {
        detail: String,
    },
    NotOpened {
        path: String,
        detail: String,
    },
    ClipboardFailed,
    AppLinkMissing,
    AppLinkOther,
    AppLinkSilent,
    ClockWrong,
    StartAtLoginFailed {
        detail: String,
    },
}

/// A form field or preference whose input is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "types.ts")]
pub enum Field {
    /// A client's name.
    Name,
    /// A client's id at Notion.
    ClientId,
    /// A client's secret.
    ClientSecret,
    /// A client's port for the localhost redirect method.
    LocalhostPort,
    /// A client's bridge page.
    BridgeUrl,
    /// A label of a connection.
    Label,
    /// How many labels a connection has.
    Labels,
    /// The note of a connection.
    Note,
    /// The day on which a token ends.
    ExpiresOn,
    /// A token that was made elsewhere.
    Token,
    /// How long a copied token stays on the clipboard.
    ClipboardSeconds,
}

impl Cause {
    /// The word that names the cause in JSON and in the catalogue.
    #[must_use]
    pub fn code(&self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::Object(mut fields)) => fields
                .remove("code")
                .and_then(|code| code.as_str().map(str::to_owned))
                .unwrap_or_default(),
            _ => String::new(),
        }
    }

    /// Whether there was no connection to Notion, so that nothing was sent.
    #[must_use]
    pub fn is_no_connection(&self) -> bool {
        matches!(
            self,
            Self::Unreachable
                | Self::HostUnknown { .. }
                | Self::HostRefuses { .. }
                | Self::ProxyFailed { .. }
                | Self::CertificateExpired { .. }
                | Self::CertificateEarly { .. }
                | Self::CertificateOtherName { .. }
                | Self::CertificateUntrusted { .. }
                | Self::CertificateFaulty { .. }
                | Self::NoRootCertificates { .. }
        )
    }

    /// Whether the keyring as a whole cannot be used now, not just one entry.
    pub(crate) fn is_about_all_of_the_keyring(&self) -> bool {
        matches!(
            self,
            Self::KeyringMissing
                | Self::NoSessionBus
                | Self::KeyringNoCollection
                | Self::KeyringLocked
                | Self::KeyringWaiting
                | Self::KeyringFailed { .. }
        )
    }
}

impl From<Obstacle> for Cause {
    fn from(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::Name { host } => Self::HostUnknown { host },
            Obstacle::Refused { host } => Self::HostRefuses { host },
            Obstacle::Proxy { proxy, said } => Self::ProxyFailed {
                proxy,
                detail: said,
            },
            Obstacle::NoRoots { detail } => Self::NoRootCertificates { detail },
            Obstacle::Certificate { host, fault } => match fault {
                CertificateFault::Expired => Self::CertificateExpired { host },
                CertificateFault::Early => Self::CertificateEarly { host },
                CertificateFault::OtherName => Self::CertificateOtherName { host },
                CertificateFault::Untrusted => Self::CertificateUntrusted { host },
                CertificateFault::Other(detail) => Self::CertificateFaulty { host, detail },
            },
        }
    }
}

impl From<Cause> for Problem {
    fn from(cause: Cause) -> Self {
        Self {
            cause,
            retry_after: None,
            request_id: None,
        }
    }
}

impl Problem {
    /// A problem that a reply tells, with what its headers say of it.
    #[must_use]
    pub fn told_by(headers: &hyper::HeaderMap, cause: Cause) -> Self {
        Self {
            cause,
            retry_after: notion_oauth::retry_after(headers).map(|wait| wait.as_secs()),
            request_id: notion_oauth::request_id(headers),
        }
    }

    /// The same problem under another cause, which is usually one with this cause behind it.
    #[must_use]
    pub fn under(self, cause: impl FnOnce(Box<Cause>) -> Cause) -> Self {
        Self {
            cause: cause(Box::new(self.cause)),
            ..self
        }
    }
}

impl From<notion_oauth::Error> for Problem {
    fn from(error: notion_oauth::Error) -> Self {
        use notion_oauth::Error;
        Self {
            retry_after: error.retry_after().map(|wait| wait.as_secs()),
            request_id: error.request_id().map(str::to_owned),
            cause: match error {
                Error::ClientRejected { .. } => Cause::ClientRejected,
                Error::GrantRejected { .. } => Cause::GrantRejected,
                Error::Unauthorized { .. } => Cause::TokenInactive,
                Error::RateLimited { .. } => Cause::RateLimited,
                Error::Unavailable { status, .. } => Cause::NotionUnavailable { status },
                Error::Refused { status, code, .. } => Cause::NotionRefused {
                    status,
                    detail: code,
                },
                Error::NotConnected(obstacle) => Cause::from(*obstacle),
                Error::Unreachable { sent: false } => Cause::Unreachable,
                Error::Unreachable { sent: true } => Cause::AnswerLost,
                Error::NotNotion { status, what } => Cause::NotNotion {
                    status,
                    detail: what,
                },
            },
        }
    }
}
