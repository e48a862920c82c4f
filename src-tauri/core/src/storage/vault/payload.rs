//! The payload of a vault entry: enough to rebuild the store from the vault alone.

use notion_oauth::sanitize_display_text;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::error::VaultError;
use crate::domain::act::OfConnection;
use crate::domain::client::Client;

/// The version of the payload's format.
const VERSION: u32 = 1;

/// The tokens of a connection.
#[derive(Debug)]
pub(crate) struct ConnectionSecrets {
    pub id: String,
    /// The client of the connection (`Client::id`).
    pub client: String,
    pub bot_id: String,
    /// The name of the workspace when the entry was written; empty if it was not known.
    pub workspace_name: String,
    pub access: SecretString,
    pub refresh: Option<SecretString>,
    /// What stands in place of a client, of a token that was made elsewhere; such a token is its own
    /// client, and `client` is its `id`.
    pub made_elsewhere: Option<MadeElsewhere>,
}

/// What the entry of a token that was made elsewhere has in place of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MadeElsewhere {
    /// The name of the token.
    pub name: String,
    /// The base URL of the token's Notion.
    pub base_url: String,
}

/// The secret of a client, and the data needed to use it.
#[derive(Debug)]
pub(crate) struct ClientSecrets {
    pub id: String,
    pub name: String,
    pub client_id: String,
    pub client_secret: SecretString,
    pub redirect_uri: String,
    /// The base URL of the client's Notion; none for the embedded sandbox.
    pub base_url: Option<String>,
}

/// The payload of one vault entry.
#[derive(Debug)]
pub(crate) enum Payload {
    Connection(ConnectionSecrets),
    Client(ClientSecrets),
}

/// The JSON of a vault entry, used only between a payload and its bytes.
#[derive(Serialize, Deserialize)]
struct Json {
    v: u32,
    store: String,
    id: String,
    #[serde(flatten)]
    kind: Kind,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Kind {
    Connection {
        client: String,
        bot_id: String,
        #[serde(default)]
        workspace_name: String,
        access: String,
        refresh: Option<String>,
    },
    Token {
        name: String,
        bot_id: String,
        workspace_name: String,
        access: String,
        base_url: String,
    },
    Client {
        name: String,
        client_id: String,
        client_secret: String,
        redirect_uri: String,
        base_url: Option<String>,
    },
    Probe,
}

/// The kinds of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryKind {
    Connection,
    Client,
    Probe,
}

/// Whose secret an entry holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Bearer {
    /// A bot that a client (`Client::id`) was connected to, or that a token acts as which was made
    /// elsewhere and is its own client.
    Bot { client: String, bot_id: String },
    /// A client, by Notion's id of it.
    Client { client_id: String },
    /// Nobody: an entry that only tries out the keyring.
    Probe,
}

impl From<&OfConnection> for Bearer {
    fn from(of: &OfConnection) -> Self {
        Self::Bot {
            client: of.client.id.clone(),
            bot_id: of.bot_id.clone(),
        }
    }
}

/// A data folder's claim to an entry: what the entry itself must say before it is used, replaced or
/// deleted. A name alone proves nothing: it may come from a file that another program wrote.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    /// The id of the data folder.
    pub store: String,
    /// The id and user name of the entry.
    pub id: String,
    pub kind: EntryKind,
    /// Whose secret it must hold, if it is to be replaced or deleted for somebody's sake.
    pub bearer: Option<Bearer>,
}

impl Claim {
    /// Whether the text of an entry bears out the claim.
    pub fn holds_for(&self, text: &str) -> bool {
        let expected = |bearer| self.bearer.as_ref().is_none_or(|it| *it == bearer);
        self.bearer_in(text).is_some_and(expected)
    }

    /// Whether the text is of this data folder's entry of that id and kind, and holds somebody else's
    /// secret: the list is wrong about one of them.
    pub fn is_contested_by(&self, text: &str) -> bool {
        let unexpected = |bearer| self.bearer.as_ref().is_some_and(|it| *it != bearer);
        self.bearer_in(text).is_some_and(unexpected)
    }

    /// Whose secret the entry of this id and kind holds; none if the text is of no such entry.
    fn bearer_in(&self, text: &str) -> Option<Bearer> {
        let json = parse(text, &self.id, &self.store).ok()?;
        let (kind, bearer) = match json.kind {
            Kind::Connection { client, bot_id, .. } => {
                (EntryKind::Connection, Bearer::Bot { client, bot_id })
            }
            Kind::Token { bot_id, .. } => {
                let client = json.id;
                (EntryKind::Connection, Bearer::Bot { client, bot_id })
            }
            Kind::Client { client_id, .. } => (EntryKind::Client, Bearer::Client { client_id }),
            Kind::Probe => (EntryKind::Probe, Bearer::Probe),
        };
        (kind == self.kind).then_some(bearer)
    }
}

impl ConnectionSecrets {
    pub fn bearer(&self) -> Bearer {
        Bearer::Bot {
            client: self.client.clone(),
            bot_id: self.bot_id.clone(),
        }
    }
}

impl ClientSecrets {
    /// The data of a client, with its secret.
    pub fn of(client: &Client, client_secret: SecretString) -> Self {
        Self {
            id: client.id.clone(),
            name: client.name.clone(),
            client_id: client.client_id.clone(),
            client_secret,
            redirect_uri: client.redirect_uri.clone(),
            base_url: client.base_url.clone(),
        }
    }
}

impl Payload {
    pub fn id(&self) -> &str {
        match self {
            Self::Connection(secrets) => &secrets.id,
            Self::Client(secrets) => &secrets.id,
        }
    }

    pub fn kind(&self) -> EntryKind {
        match self {
            Self::Connection(_) => EntryKind::Connection,
            Self::Client(_) => EntryKind::Client,
        }
    }

    pub fn bearer(&self) -> Bearer {
        match self {
            Self::Connection(secrets) => secrets.bearer(),
            Self::Client(secrets) => Bearer::Client {
                client_id: secrets.client_id.clone(),
            },
        }
    }

    /// The label of the entry, by which a person chooses it in the keyring's own program.
    pub fn label(&self) -> String {
        let (kind, name) = match self {
            Self::Connection(ConnectionSecrets {
                made_elsewhere: Some(made),
                ..
            }) => ("token", &made.name),
            Self::Connection(secrets) => ("connection", &secrets.workspace_name),
            Self::Client(secrets) => ("client", &secrets.name),
        };
        match sanitize_display_text(name) {
            name if name.is_empty() => format!("Keyrack: {kind}"),
            name => format!("Keyrack: {kind} {name}"),
        }
    }

    /// Encodes the payload as an entry of the data folder `store`.
    pub fn encode(&self, store: &str) -> SecretString {
        let kind = match self {
            Self::Connection(ConnectionSecrets {
                made_elsewhere: Some(made),
                bot_id,
                workspace_name,
                access,
                ..
            }) => Kind::Token {
                name: made.name.clone(),
                bot_id: bot_id.clone(),
                workspace_name: workspace_name.clone(),
                access: access.expose_secret().to_owned(),
                base_url: made.base_url.clone(),
            },
            Self::Connection(secrets) => Kind::Connection {
                client: secrets.client.clone(),
                bot_id: secrets.bot_id.clone(),
                workspace_name: secrets.workspace_name.clone(),
                access: secrets.access.expose_secret().to_owned(),
                refresh: secrets
                    .refresh
                    .as_ref()
                    .map(|token| token.expose_secret().to_owned()),
            },
            Self::Client(secrets) => Kind::Client {
                name: secrets.name.clone(),
                client_id: secrets.client_id.clone(),
                client_secret: secrets.client_secret.expose_secret().to_owned(),
                redirect_uri: secrets.redirect_uri.clone(),
                base_url: secrets.base_url.clone(),
            },
        };
        encode(store, self.id(), kind)
    }

    /// Parses an entry; refused if it is not of the data folder `store`, or not under its own id.
    pub fn parse(text: &str, id: &str, store: &str) -> Result<Self, VaultError> {
        let json = parse(text, id, store)?;
        match json.kind {
            Kind::Connection {
                client,
                bot_id,
                workspace_name,
                access,
                refresh,
            } => Ok(Self::Connection(ConnectionSecrets {
                id: json.id,
                client,
                bot_id,
                workspace_name,
                access: access.into(),
                refresh: refresh.map(SecretString::from),
                made_elsewhere: None,
            })),
            Kind::Token {
                name,
                bot_id,
                workspace_name,
                access,
                base_url,
            } => Ok(Self::Connection(ConnectionSecrets {
                client: json.id.clone(),
                id: json.id,
                bot_id,
                workspace_name,
                access: access.into(),
                refresh: None,
                made_elsewhere: Some(MadeElsewhere { name, base_url }),
            })),
            Kind::Client {
                name,
                client_id,
                client_secret,
                redirect_uri,
                base_url,
            } => Ok(Self::Client(ClientSecrets {
                id: json.id,
                name,
                client_id,
                client_secret: client_secret.into(),
                redirect_uri,
                base_url,
            })),
            Kind::Probe => Err(VaultError::Foreign),
        }
    }
}

fn parse(text: &str, id: &str, store: &str) -> Result<Json, VaultError> {
    let json: Json = serde_json::from_str(text).map_err(|_| VaultError::Foreign)?;
    if json.v == VERSION && json.store == store && json.id == id {
        Ok(json)
    } else {
        Err(VaultError::Foreign)
    }
}

/// The label of a probe's entry.
pub(super) const PROBE_LABEL: &str = "Keyrack: probe of the keyring";

/// The bytes of the entry that a probe writes.
pub(super) fn probe(store: &str, id: &str) -> SecretString {
    encode(store, id, Kind::Probe)
}

fn encode(store: &str, id: &str, kind: Kind) -> SecretString {
    let json = Json {
        v: VERSION,
        store: store.to_owned(),
        id: id.to_owned(),
        kind,
    };
    serde_json::to_string(&json)
        .expect("strings and numbers always serialise")
        .into()
}
