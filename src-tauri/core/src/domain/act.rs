//! Acts: what each kind of operation is about, and how far it is, with the names of that time: a
//! receipt outlives its rows. Each step is recorded before the next one begins.

use serde::{Deserialize, Serialize};

use crate::domain::annotation::{Annotation, Labels};
use crate::domain::authorization::Authorization;
use crate::domain::client::Client;
use crate::domain::connection::{Connection, Verdict};
use crate::domain::hand_out::{Allowed, CutOff, HandedTo};
use crate::domain::kind::Kind;
use crate::domain::owner::Owner;
use crate::domain::problem::Problem;
use crate::domain::rebuilt::Rebuilt;
use crate::domain::receipt::{RefreshTokenFate, Remains};
use crate::domain::time::Millis;

/// An act with the data of its kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum Act {
    AddClient(OfClient),
    EditClient(OfClient),
    RotateSecret(OfClient),
    RemoveClient(RemoveClient),
    Connect(Connect),
    Check(Check),
    Refresh(Refresh),
    Revoke(Revoke),
    Forget(Forget),
    Rebuild(Rebuilt),
    HandOut(HandOut),
    Import(Import),
    Export(Export),
}

/// The client of an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OfClient {
    /// The client (`Client::id`).
    pub id: String,
    pub name: String,
    /// Whether it belonged to the embedded sandbox.
    pub sandbox: bool,
}

/// The connection of an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OfConnection {
    /// The connection (`Connection::id`), whose vault entry the act may write or delete.
    pub id: String,
    pub client: OfClient,
    pub bot_id: String,
    pub workspace_name: String,
    pub owner: Owner,
}

/// The removal of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RemoveClient {
    pub client: OfClient,
    /// When the keyring no longer had the secret.
    pub removed_at: Option<Millis>,
}

/// A connect, from its callback on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Connect {
    pub client: OfClient,
    /// The authorization (`Authorization::id`).
    pub authorization: String,
    #[serde(flatten)]
    pub step: ConnectStep,
}

/// How far a connect is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub(crate) enum ConnectStep {
    /// The callback came.
    Called,
    /// The person did not allow access.
    Denied,
    /// The code is sent, from this time on.
    Sent { sent_at: Millis },
    /// Tokens were granted for another workspace than the one to connect again, and the person is asked.
    /// The same bot's connection, if there is one, may have lost its earlier tokens by it.
    Asked { connection: Option<String> },
    /// Tokens were granted, and this vault entry is about to be written: that of the connection
    /// (`Connection::id`).
    Granted { entry: String, granted: Granted },
    /// The granted tokens are ended again, and the vault entry has to be as it was before.
    Undone { entry: String, granted: Granted },
    /// The granted tokens are ended again before an entry was named. The same bot's connection, if
    /// there is one, may have had the very same tokens.
    Discarded { connection: Option<String> },
}

/// The grant of an exchange without the tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Granted {
    pub bot_id: String,
    pub workspace_id: String,
    pub workspace_name: String,
    pub workspace_icon: Option<String>,
    pub owner: Owner,
    pub has_refresh_token: bool,
    /// Whether no connection of the client had the bot id before.
    pub new: bool,
}

/// A check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Check {
    pub of: OfConnection,
    /// The verdict, if the check reached one.
    pub verdict: Option<Verdict>,
}

/// A refresh.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refresh {
    pub of: OfConnection,
    /// The use of the refresh token; none before it is sent.
    pub sent: Option<SentRefresh>,
}

/// The use of a refresh token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SentRefresh {
    /// When the refresh token was about to be sent.
    pub at: Millis,
    /// When it was about to be sent for the second and last time.
    pub again_at: Option<Millis>,
    /// SHA-256 of the access token that the vault held before.
    pub tokens_before: String,
}

/// A revocation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Revoke {
    pub of: OfConnection,
    /// The labels of the connection.
    #[serde(default)]
    pub labels: Labels,
    /// When the workspace was last connected here.
    #[serde(default)]
    pub connected_at: Option<Millis>,
    /// When the connection was moved to another computer, which may have newer tokens; none if it was not.
    #[serde(default)]
    pub moved_at: Option<Millis>,
    /// How many times it was tried.
    pub attempts: u32,
    /// When it is tried again by itself.
    pub retry_at: Option<Millis>,
    /// Proves that a person asked for it who had the tokens: a hash of them that the data folder
    /// alone cannot make. None before they were read.
    #[serde(default)]
    pub seal: Option<String>,
    /// What Notion has said to it; none before Notion accepts it.
    pub accepted: Option<Accepted>,
    /// When the keyring no longer had the tokens.
    pub removed_at: Option<Millis>,
    /// What the keyring may still have of them.
    #[serde(default)]
    pub keyring_keeps: Vec<Remains>,
    /// The programs that were using the connection.
    #[serde(default)]
    pub cut_off: Vec<CutOff>,
}

/// A revocation that Notion has accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Accepted {
    /// When Notion accepted it.
    pub at: Millis,
    /// Whether Notion replied that the token was gone already.
    pub already_gone: bool,
    /// What happened to the refresh token; none before it was tried.
    pub refresh_token: Option<RefreshTokenFate>,
    /// What introspection showed; none before it was asked.
    pub proof: Option<Proof>,
}

/// What introspection showed after a revocation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Proof {
    /// It said "inactive", at this time.
    Confirmed(Millis),
    /// It could not confirm the revocation, for this reason.
    Unconfirmed(Problem),
}

/// A "forget".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Forget {
    pub of: OfConnection,
    /// The labels of the connection.
    #[serde(default)]
    pub labels: Labels,
    /// When the workspace was last connected here.
    #[serde(default)]
    pub connected_at: Option<Millis>,
    /// When the connection was moved to another computer, where it goes on; none if it was not.
    #[serde(default)]
    pub moved_at: Option<Millis>,
    /// When the keyring no longer had the tokens.
    pub removed_at: Option<Millis>,
    /// What the keyring may still have of them.
    #[serde(default)]
    pub keyring_keeps: Vec<Remains>,
    /// The programs that were using the connection.
    #[serde(default)]
    pub cut_off: Vec<CutOff>,
}

/// A connection's way into a sealed file. Its row is written before the file is in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Export {
    pub of: OfConnection,
    /// The file, by its whole path.
    pub path: String,
    /// SHA-256 of what is in it.
    pub digest: String,
    /// The file's name beside its place before it is put there.
    #[serde(default)]
    pub part: String,
    /// Whether the connection goes on being used here.
    pub copy: bool,
}

/// A hand-out. Its row is written before the token leaves, and has ended then; but a lease's ends with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HandOut {
    pub of: OfConnection,
    #[serde(flatten)]
    pub handed: HandedTo,
}

/// The import of a connection whose tokens come from elsewhere. The list row is written with its end, so
/// an unfinished one has left at most a vault entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Import {
    /// The client; of a token that was made elsewhere, the token itself.
    pub client: OfClient,
    /// The vault entry that is about to be written: that of the connection (`Connection::id`).
    pub entry: String,
    pub granted: Granted,
    /// What is written on it.
    #[serde(default)]
    pub annotation: Annotation,
    /// What it may be used for.
    pub allows: Allowed,
}

/// The names of the workspace of an act.
pub(crate) struct Workspace<'a> {
    pub bot_id: &'a str,
    pub name: &'a str,
    pub owner: &'a Owner,
}

impl Act {
    pub fn kind(&self) -> Kind {
        match self {
            Self::AddClient(_) => Kind::AddClient,
            Self::EditClient(_) => Kind::EditClient,
            Self::RotateSecret(_) => Kind::RotateSecret,
            Self::RemoveClient(_) => Kind::RemoveClient,
            Self::Connect(_) => Kind::Connect,
            Self::Check(_) => Kind::Check,
            Self::Refresh(_) => Kind::Refresh,
            Self::Revoke(_) => Kind::Revoke,
            Self::Forget(_) => Kind::Forget,
            Self::Rebuild(_) => Kind::Rebuild,
            Self::HandOut(_) => Kind::HandOut,
            Self::Import(_) => Kind::Import,
            Self::Export(_) => Kind::Export,
        }
    }

    /// The client; none for a rebuild, which concerns all.
    pub fn client(&self) -> Option<&OfClient> {
        match self {
            Self::AddClient(client) | Self::EditClient(client) | Self::RotateSecret(client) => {
                Some(client)
            }
            Self::RemoveClient(act) => Some(&act.client),
            Self::Connect(act) => Some(&act.client),
            Self::Import(act) => Some(&act.client),
            Self::Check(_)
            | Self::Refresh(_)
            | Self::Revoke(_)
            | Self::Forget(_)
            | Self::HandOut(_)
            | Self::Export(_) => self.of_connection().map(|of| &of.client),
            Self::Rebuild(_) => None,
        }
    }

    /// The connection (`Connection::id`), as far as there is one.
    pub fn connection(&self) -> Option<&str> {
        match self {
            Self::Connect(act) => act.step.connection(),
            Self::Import(act) => Some(&act.entry),
            act => act.of_connection().map(|of| of.id.as_str()),
        }
    }

    /// The names of the workspace, as far as they are known.
    pub fn workspace(&self) -> Option<Workspace<'_>> {
        match self {
            Self::Connect(act) => act.step.granted().map(Granted::workspace),
            Self::Import(act) => Some(act.granted.workspace()),
            act => act.of_connection().map(|of| Workspace {
                bot_id: &of.bot_id,
                name: &of.workspace_name,
                owner: &of.owner,
            }),
        }
    }

    fn of_connection(&self) -> Option<&OfConnection> {
        match self {
            Self::Check(act) => Some(&act.of),
            Self::Refresh(act) => Some(&act.of),
            Self::Revoke(act) => Some(&act.of),
            Self::Forget(act) => Some(&act.of),
            Self::HandOut(act) => Some(&act.of),
            Self::Export(act) => Some(&act.of),
            Self::AddClient(_)
            | Self::EditClient(_)
            | Self::RotateSecret(_)
            | Self::RemoveClient(_)
            | Self::Connect(_)
            | Self::Import(_)
            | Self::Rebuild(_) => None,
        }
    }
}

impl Granted {
    fn workspace(&self) -> Workspace<'_> {
        Workspace {
            bot_id: &self.bot_id,
            name: &self.workspace_name,
            owner: &self.owner,
        }
    }
}

impl ConnectStep {
    /// The connection (`Connection::id`), as far as there is one.
    pub fn connection(&self) -> Option<&str> {
        match self {
            Self::Granted { entry, .. } | Self::Undone { entry, .. } => Some(entry),
            Self::Asked { connection } | Self::Discarded { connection } => connection.as_deref(),
            Self::Called | Self::Denied | Self::Sent { .. } => None,
        }
    }

    fn granted(&self) -> Option<&Granted> {
        match self {
            Self::Granted { granted, .. } | Self::Undone { granted, .. } => Some(granted),
            Self::Called
            | Self::Denied
            | Self::Sent { .. }
            | Self::Asked { .. }
            | Self::Discarded { .. } => None,
        }
    }
}

impl Connect {
    /// The connect of an authorization whose callback came.
    pub fn of(authorization: &Authorization) -> Self {
        Self {
            client: OfClient {
                id: authorization.client_id.clone(),
                name: authorization.client_name.clone(),
                sandbox: authorization.sandbox,
            },
            authorization: authorization.id.clone(),
            step: ConnectStep::Called,
        }
    }
}

impl RemoveClient {
    pub fn of(client: &Client) -> Self {
        Self {
            client: client.into(),
            removed_at: None,
        }
    }
}

impl Check {
    pub fn of(connection: &Connection) -> Self {
        Self {
            of: connection.into(),
            verdict: None,
        }
    }
}

impl Refresh {
    pub fn of(connection: &Connection) -> Self {
        Self {
            of: connection.into(),
            sent: None,
        }
    }
}

impl Revoke {
    pub fn of(connection: &Connection) -> Self {
        Self {
            of: connection.into(),
            labels: connection.labels.clone(),
            connected_at: connection.connected(),
            moved_at: connection.moved_at,
            attempts: 0,
            retry_at: None,
            seal: None,
            accepted: None,
            removed_at: None,
            keyring_keeps: Vec::new(),
            cut_off: Vec::new(),
        }
    }

    /// Whether nothing is left to ask Notion: it accepted the revocation, and the token is confirmed
    /// dead or cannot be confirmed.
    pub fn is_settled(&self) -> bool {
        let accepted = self.accepted.as_ref();
        accepted.is_some_and(|accepted| accepted.proof.is_some())
    }
}

impl Forget {
    pub fn of(connection: &Connection) -> Self {
        Self {
            of: connection.into(),
            labels: connection.labels.clone(),
            connected_at: connection.connected(),
            moved_at: connection.moved_at,
            removed_at: None,
            keyring_keeps: Vec::new(),
            cut_off: Vec::new(),
        }
    }
}

impl From<&Client> for OfClient {
    fn from(client: &Client) -> Self {
        Self {
            id: client.id.clone(),
            name: client.name.clone(),
            sandbox: client.sandbox,
        }
    }
}

impl From<&Connection> for OfConnection {
    fn from(connection: &Connection) -> Self {
        Self {
            id: connection.id.clone(),
            client: OfClient {
                id: connection.client_id.clone(),
                name: connection.client_name.clone(),
                sandbox: connection.sandbox,
            },
            bot_id: connection.bot_id.clone(),
            workspace_name: connection.workspace_name.clone(),
            owner: connection.owner.clone(),
        }
    }
}

/// Each act of one kind is an act.
macro_rules! kinds {
    ($($data:ty => $kind:ident),*) => {
        $(impl From<$data> for Act {
            fn from(data: $data) -> Self {
                Self::$kind(data)
            }
        })*
    };
}

kinds!(
    RemoveClient => RemoveClient,
    Connect => Connect,
    Check => Check,
    Refresh => Refresh,
    Revoke => Revoke,
    Forget => Forget,
    HandOut => HandOut,
    Import => Import,
    Export => Export,
    Rebuilt => Rebuild
);
