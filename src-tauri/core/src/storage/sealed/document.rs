//! The document in a sealed file: one JSON text with a version.
//!
//! ```json
//! {"format": "keyrack-sealed", "v": 1, "copy": false, "clients": [...], "connections": [...]}
//! ```

use std::collections::HashSet;

use notion_oauth::{BaseUrl, Budget, sanitize_display_text};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use super::bytes::Wiped;
use crate::domain::annotation::{Labels, Note};
use crate::domain::client::{checked_name, may_be_of_notion};
use crate::domain::expiry::ExpiryDay;
use crate::domain::hand_out::Allowed;
use crate::domain::owner::Owner;
use crate::domain::problem::Cause;
use crate::domain::redirect::is_redirect_uri;
use crate::domain::time::Millis;

/// What the document says it is.
const FORMAT: &str = "keyrack-sealed";

/// The version of the document that this Keyrack writes, and the newest that it reads.
const VERSION: u32 = 1;

/// The most clients and connections of one document.
const MOST_CLIENTS: usize = 1_000;
const MOST_CONNECTIONS: usize = 10_000;

/// The most bytes of an address.
const LONGEST_ADDRESS: usize = 2_048;

/// What a sealed file holds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    format: String,
    v: u32,
    /// Whether the connections go on being used where they come from.
    pub copy: bool,
    pub clients: Vec<SealedClient>,
    pub connections: Vec<SealedConnection>,
}

/// A client with its secret.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SealedClient {
    /// Its id where it comes from, by which connections name it.
    pub id: String,
    pub name: String,
    /// Notion's id of it.
    pub client_id: String,
    #[serde(serialize_with = "exposed")]
    pub client_secret: SecretString,
    pub redirect_uri: String,
    pub base_url: String,
    pub budget: Budget,
}

/// A connection with its tokens.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SealedConnection {
    /// Its id where it comes from.
    pub id: String,
    /// Its client (`SealedClient::id`); none for a token that was made elsewhere.
    pub client: Option<String>,
    /// What stands in place of a client, of such a token.
    pub made_elsewhere: Option<SealedToken>,
    pub bot_id: String,
    pub workspace_id: String,
    pub workspace_name: String,
    pub workspace_icon: Option<String>,
    pub owner: Owner,
    #[serde(serialize_with = "exposed")]
    pub access: SecretString,
    #[serde(serialize_with = "exposed_if_any")]
    pub refresh: Option<SecretString>,
    /// When the workspace was last connected where it comes from.
    pub connected_at: Millis,
    /// What it may be used for.
    pub allows: Allowed,
    pub labels: Labels,
    pub note: Note,
    /// The day on which a token that was made elsewhere ends, if that is known.
    pub expires_on: Option<ExpiryDay>,
}

/// What a token that was made elsewhere has in place of a client.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SealedToken {
    pub name: String,
    /// The base URL of the token's Notion.
    pub base_url: String,
}

/// What every version of the document says.
#[derive(Deserialize)]
struct Head {
    format: String,
    v: u32,
}

impl Document {
    /// A document of this version.
    pub fn of(copy: bool, clients: Vec<SealedClient>, connections: Vec<SealedConnection>) -> Self {
        Self {
            format: FORMAT.to_owned(),
            v: VERSION,
            copy,
            clients,
            connections,
        }
    }

    /// The document as text.
    pub fn encode(&self) -> Wiped {
        let mut text = Wiped::default();
        serde_json::to_writer_pretty(&mut *text, self).expect("plain data is JSON");
        text
    }

    /// Parses a document, and checks all of it: whoever sealed it may have written anything.
    pub fn parse(text: &[u8]) -> Result<Self, Cause> {
        let head: Head = serde_json::from_slice(text).map_err(|_| Cause::SealedForeign)?;
        if head.format != FORMAT {
            return Err(Cause::SealedForeign);
        }
        if head.v == 0 {
            return Err(unfit("v"));
        }
        if head.v > VERSION {
            return Err(Cause::SealedNewer);
        }
        let parsed = serde_json::from_slice(text);
        // What the parser says of an error quotes the text, which is secret.
        let document: Self = parsed
            .map_err(|error| unfit(&format!("line {} column {}", error.line(), error.column())))?;
        document.checked()
    }

    fn checked(self) -> Result<Self, Cause> {
        let Self {
            format,
            v,
            copy,
            clients,
            connections,
        } = self;
        if clients.len() > MOST_CLIENTS {
            return Err(unfit("clients"));
        }
        if connections.len() > MOST_CONNECTIONS {
            return Err(unfit("connections"));
        }
        let clients = checked_each("clients", clients, SealedClient::checked)?;
        let ids: HashSet<_> = clients.iter().map(|client| &*client.id).collect();
        if ids.len() < clients.len() {
            return Err(unfit("clients"));
        }
        let checked = |connection: SealedConnection| connection.checked(&ids);
        let connections = checked_each("connections", connections, checked)?;
        if !is_each_once(&connections) {
            return Err(unfit("connections"));
        }
        Ok(Self {
            format,
            v,
            copy,
            clients,
            connections,
        })
    }
}

impl SealedClient {
    /// The client with a name that can be shown, or the part that no Keyrack wrote.
    fn checked(self) -> Result<Self, Part> {
        require(is_id(&self.id), "id")?;
        let is_client_id = may_be_of_notion(&self.client_id) && !self.client_id.contains(':');
        require(is_client_id, "client_id")?;
        let secret = self.client_secret.expose_secret();
        require(may_be_of_notion(secret), "client_secret")?;
        require(is_redirect_uri(&self.redirect_uri), "redirect_uri")?;
        Ok(Self {
            name: checked_name(&self.name).map_err(|_| Part::Named("name"))?,
            base_url: checked_address(&self.base_url)?,
            ..self
        })
    }
}

impl SealedConnection {
    /// The connection with texts that can be shown, or the part that no Keyrack wrote.
    fn checked(self, clients: &HashSet<&str>) -> Result<Self, Part> {
        require(is_id(&self.id), "id")?;
        let made_elsewhere = match (&self.client, &self.made_elsewhere) {
            (Some(client), None) => {
                require(clients.contains(&**client), "client")?;
                None
            }
            (None, Some(made)) => Some(SealedToken {
                name: sanitize_display_text(&made.name),
                base_url: checked_address(&made.base_url)?,
            }),
            _ => return Err(Part::Named("client")),
        };
        require(is_id(&self.bot_id), "bot_id")?;
        let icon = self.workspace_icon.as_ref();
        let fits = icon.is_none_or(|icon| icon.len() <= LONGEST_ADDRESS);
        require(fits, "workspace_icon")?;
        let is_token = |token: &SecretString| is_token(token.expose_secret());
        require(is_token(&self.access), "access")?;
        require(self.refresh.as_ref().is_none_or(is_token), "refresh")?;
        Ok(Self {
            made_elsewhere,
            workspace_id: sanitize_display_text(&self.workspace_id),
            workspace_name: sanitize_display_text(&self.workspace_name),
            workspace_icon: self.workspace_icon.as_deref().map(sanitize_display_text),
            owner: self.owner.sanitized(),
            ..self
        })
    }
}

/// Whether no two connections have an id, a token, or a bot of one client in common.
fn is_each_once(connections: &[SealedConnection]) -> bool {
    let [mut ids, mut tokens] = [(); 2].map(|()| HashSet::new());
    let mut bots = HashSet::new();
    connections.iter().all(|one| {
        let bot = one.client.as_ref().map(|client| (client, &one.bot_id));
        let mut secrets = [Some(&one.access), one.refresh.as_ref()]
            .into_iter()
            .flatten();
        ids.insert(&*one.id)
            && secrets.all(|token| tokens.insert(token.expose_secret()))
            && bot.is_none_or(|bot| bots.insert(bot))
    })
}

/// What is wrong with a row.
enum Part {
    /// This field.
    Named(&'static str),
    /// Where its requests would go.
    Address(String),
}

/// The rows of a list, all of them checked.
fn checked_each<T>(
    list: &str,
    rows: Vec<T>,
    check: impl Fn(T) -> Result<T, Part>,
) -> Result<Vec<T>, Cause> {
    let rows = rows.into_iter().enumerate().map(|(at, row)| {
        check(row).map_err(|part| match part {
            Part::Named(field) => unfit(&format!("{list}[{at}].{field}")),
            Part::Address(address) => Cause::SealedUrl { address },
        })
    });
    rows.collect()
}

fn unfit(part: &str) -> Cause {
    let part = part.to_owned();
    Cause::SealedUnfit { part }
}

fn require(holds: bool, field: &'static str) -> Result<(), Part> {
    holds.then_some(()).ok_or(Part::Named(field))
}

/// A base URL in its normal form; refused if it is neither https nor on this computer.
fn checked_address(text: &str) -> Result<String, Part> {
    let parsed = BaseUrl::parse(text).ok();
    let fits = parsed.filter(|_| text.len() <= LONGEST_ADDRESS);
    fits.map(|base| base.as_str().to_owned())
        .ok_or_else(|| Part::Address(sanitize_display_text(text)))
}

/// Whether a text may be an id, of Keyrack's or of Notion's.
fn is_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=128).contains(&text.len()) && text.bytes().all(is_plain)
}

/// Whether a text may be a token, which stands in a header (RFC 6750, 2.1).
fn is_token(text: &str) -> bool {
    (1..=4_096).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn exposed<S: Serializer>(secret: &SecretString, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(secret.expose_secret())
}

#[allow(clippy::ref_option, reason = "so serde calls it")]
fn exposed_if_any<S: Serializer>(secret: &Option<SecretString>, to: S) -> Result<S::Ok, S::Error> {
    match secret {
        Some(secret) => to.serialize_some(secret.expose_secret()),
        None => to.serialize_none(),
    }
}
