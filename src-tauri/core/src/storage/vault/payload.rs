//! The payload of a vault entry: enough to rebuild the store from the vault alone.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::error::VaultError;
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
    pub access: SecretString,
    pub refresh: Option<SecretString>,
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
        access: String,
        refresh: Option<String>,
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

/// A data folder's claim to an entry: what the entry itself must say before it is used, replaced or
/// deleted. A name alone proves nothing: it may come from a file that another program wrote.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    /// The id of the data folder.
    pub store: String,
    /// The id and user name of the entry.
    pub id: String,
    pub kind: EntryKind,
}

impl Claim {
    /// Whether the text of an entry bears out the claim.
    pub fn holds_for(&self, text: &str) -> bool {
        let kind = |json: &Json| match json.kind {
            Kind::Connection { .. } => EntryKind::Connection,
            Kind::Client { .. } => EntryKind::Client,
            Kind::Probe => EntryKind::Probe,
        };
        parse(text, &self.id, &self.store).is_ok_and(|json| kind(&json) == self.kind)
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

    /// Encodes the payload as an entry of the data folder `store`.
    pub fn encode(&self, store: &str) -> SecretString {
        let kind = match self {
            Self::Connection(secrets) => Kind::Connection {
                client: secrets.client.clone(),
                bot_id: secrets.bot_id.clone(),
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
                access,
                refresh,
            } => Ok(Self::Connection(ConnectionSecrets {
                id: json.id,
                client,
                bot_id,
                access: access.into(),
                refresh: refresh.map(SecretString::from),
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
