//! An OAuth client that the user registered at Notion, and the forms that add and edit one.

use notion_oauth::{BaseUrl, Budget};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::domain::pasted::undecorated;
use crate::domain::problem::{Cause, Field, Problem};
use crate::domain::redirect::{DEFAULT_PORT, RedirectMethod, localhost_port, redirect_uri};
use crate::domain::time::Millis;
use notion_oauth::sanitize_display_text;

/// An OAuth client without its secret, which the vault keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Client {
    /// Keyrack's id of the client, and the user name of its vault entry.
    pub id: String,
    /// The name that the user gave the client.
    pub name: String,
    /// Notion's id of the client.
    pub client_id: String,
    /// How the client's callbacks arrive.
    pub redirect_method: RedirectMethod,
    /// The redirect URI, exactly as registered at Notion.
    pub redirect_uri: String,
    /// Whether it belongs to the embedded sandbox; marked wherever it is shown.
    pub sandbox: bool,
    /// The base URL of the client's Notion; none for the sandbox, whose address changes with each
    /// start.
    #[serde(skip)]
    #[ts(skip)]
    pub base_url: Option<String>,
    /// The host of the base URL, where the client's secret and tokens are sent; none for the sandbox.
    pub host: Option<String>,
    /// When the client was added here.
    pub created_at: Millis,
    /// How many requests a minute the client may make.
    #[ts(type = "\"standard\" | \"higher\"")]
    pub budget: Budget,
}

impl Client {
    /// What stands in place of a client for a token that was made elsewhere, and so is its own.
    pub(crate) fn of_token(id: &str, name: &str, base_url: &str, now: Millis) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            client_id: id.to_owned(),
            redirect_method: RedirectMethod::Bridge,
            redirect_uri: String::new(),
            sandbox: false,
            host: host_of(Some(base_url)),
            base_url: Some(base_url.to_owned()),
            created_at: now,
            budget: Budget::default(),
        }
    }

    /// The port that the client's callbacks arrive at, for `localhost`.
    pub(crate) fn localhost_port(&self) -> Option<u16> {
        localhost_port(&self.redirect_uri)
    }

    /// The address of the client's bridge page, for `bridge`.
    pub(crate) fn bridge_url(&self) -> Option<&str> {
        (self.redirect_method == RedirectMethod::Bridge).then_some(&self.redirect_uri)
    }
}

/// The form for a new client. The secret crosses once, from the window to Rust.
#[derive(Debug, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct NewClient {
    /// The name to show.
    pub name: String,
    /// Notion's id of the client.
    pub client_id: String,
    /// Notion's secret of the client.
    #[ts(type = "string")]
    pub client_secret: SecretString,
    /// How callbacks will arrive.
    pub redirect_method: RedirectMethod,
    /// The registered port, for `localhost`.
    pub localhost_port: Option<u16>,
    /// The address of the bridge page, for `bridge`.
    pub bridge_url: Option<String>,
}

/// The fields of a client that can be edited. Id and secret cannot: another id is another client,
/// and a renewed secret is tried at Notion first (`Keyrack::replace_client_secret`).
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct ClientChange {
    /// The name to show.
    pub name: String,
    /// How callbacks will arrive.
    pub redirect_method: RedirectMethod,
    /// The registered port, for `localhost`.
    pub localhost_port: Option<u16>,
    /// The address of the bridge page, for `bridge`.
    pub bridge_url: Option<String>,
    /// How many requests a minute the client may make.
    #[ts(type = "\"standard\" | \"higher\"")]
    pub budget: Budget,
}

impl ClientChange {
    /// The present fields of a client.
    #[must_use]
    pub fn of(client: &Client) -> Self {
        Self {
            name: client.name.clone(),
            redirect_method: client.redirect_method,
            localhost_port: client.localhost_port(),
            bridge_url: client.bridge_url().map(str::to_owned),
            budget: client.budget,
        }
    }
}

/// What happens to the connections of a client that is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum ConnectionsPolicy {
    /// The client is not removed while it has connections.
    Keep,
    /// The connections are revoked at Notion.
    Revoke,
    /// The connections are forgotten here only.
    Forget,
}

/// The defaults of the client form.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct ClientDefaults {
    /// The redirect method: the app link where the provider takes one, else localhost.
    pub redirect_method: RedirectMethod,
    /// The port offered for `localhost`.
    pub localhost_port: u16,
    /// The host that new clients send requests to.
    pub notion_host: String,
}

impl ClientDefaults {
    /// The defaults for clients of `notion`. No case is known where Notion's portal accepts a
    /// custom scheme, so the app link is offered first only on loopback.
    #[must_use]
    pub fn for_notion(notion: &BaseUrl) -> Self {
        let redirect_method = if notion.is_loopback() {
            RedirectMethod::AppLink
        } else {
            RedirectMethod::Localhost
        };
        Self {
            redirect_method,
            localhost_port: DEFAULT_PORT,
            notion_host: notion.host().to_owned(),
        }
    }
}

/// The host of a client's base URL, as it is shown; text that is no base URL is shown as it is, as no
/// request goes there.
pub(crate) fn host_of(base_url: Option<&str>) -> Option<String> {
    let host = |text: &str| match BaseUrl::parse(text) {
        Ok(base) => base.host().to_owned(),
        Err(_) => sanitize_display_text(text),
    };
    base_url.map(host)
}

/// A typed name without misleading characters; refused if nothing is left.
pub(crate) fn checked_name(typed: &str) -> Result<String, Problem> {
    let name = sanitize_display_text(typed);
    if name.is_empty() {
        return Err(Cause::InvalidInput { field: Field::Name }.into());
    }
    Ok(name)
}

/// A typed client secret without what a paste brings along; refused if it cannot be one.
pub(crate) fn checked_secret(typed: &SecretString) -> Result<SecretString, Problem> {
    let secret = undecorated(typed.expose_secret());
    if !may_be_of_notion(secret.expose_secret()) {
        return Err(Cause::InvalidInput {
            field: Field::ClientSecret,
        }
        .into());
    }
    Ok(secret)
}

/// The most bytes of an id or a secret: more than any has.
const MOST_BYTES: usize = 1024;

/// Whether a text may be an id or a secret of Notion's: signs that need no keyboard but the plainest (RFC 6749,
/// A.1 and A.2), and none that are marks of a format around it or stand for something else.
pub(crate) fn may_be_of_notion(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_graphic() && !"\"'`<>()[]{}&%$*|\\;,".contains(c);
    (1..=MOST_BYTES).contains(&text.len()) && text.chars().all(is_plain)
}

impl NewClient {
    /// The form's client and secret, without surrounding white space; refused if a field is invalid.
    pub(crate) fn checked(self, notion: &BaseUrl) -> Result<(Client, SecretString), Problem> {
        let redirect_uri = redirect_uri(
            self.redirect_method,
            self.localhost_port,
            self.bridge_url.as_deref(),
        )?;
        let name = checked_name(&self.name)?;
        let client_id = undecorated(&self.client_id).expose_secret().to_owned();
        if !may_be_of_notion(&client_id) || client_id.contains(':') {
            return Err(Cause::InvalidInput {
                field: Field::ClientId,
            }
            .into());
        }
        let secret = checked_secret(&self.client_secret)?;
        let client = Client {
            id: uuid::Uuid::new_v4().to_string(),
            name,
            client_id,
            redirect_method: self.redirect_method,
            redirect_uri,
            sandbox: false,
            base_url: Some(notion.as_str().to_owned()),
            host: Some(notion.host().to_owned()),
            created_at: Millis(0),
            budget: Budget::default(),
        };
        Ok((client, secret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> NewClient {
        NewClient {
            name: " My integration ".into(),
            client_id: " 0b7d\n".into(),
            client_secret: " secret_abc \n".into(),
            redirect_method: RedirectMethod::AppLink,
            localhost_port: None,
            bridge_url: None,
        }
    }

    #[test]
    fn white_space_around_pasted_values_is_dropped() {
        let (client, secret) = form().checked(&BaseUrl::notion()).expect("a good form");
        assert_eq!(
            (client.name.as_str(), client.client_id.as_str()),
            ("My integration", "0b7d")
        );
        assert_eq!(secret.expose_secret(), "secret_abc");
        assert_eq!(client.base_url.as_deref(), Some("https://api.notion.com"));
    }

    #[test]
    fn each_bad_field_is_named() {
        type Spoil = fn(&mut NewClient);
        let table: [(Field, Spoil); 13] = [
            (Field::Name, |form| form.name = "\u{200B} ".into()),
            (Field::ClientId, |form| form.client_id = " ".into()),
            (Field::ClientId, |form| form.client_id = "two words".into()),
            (Field::ClientId, |form| form.client_id = "a:b".into()),
            (Field::ClientId, |form| {
                form.client_id = "0b7d\u{2013}1".into();
            }),
            (Field::ClientSecret, |form| {
                form.client_secret = "********".into();
            }),
            (Field::ClientSecret, |form| {
                form.client_secret = "$NOTION_SECRET".into();
            }),
            (Field::ClientSecret, |form| {
                form.client_secret = "%22secret_a%22".into();
            }),
            (Field::ClientSecret, |form| {
                form.client_secret = "secret_\u{441}".into();
            }),
            (Field::ClientSecret, |form| {
                form.client_secret = "s".repeat(5000).into();
            }),
            (Field::ClientSecret, |form| form.client_secret = " ".into()),
            (Field::ClientSecret, |form| {
                form.client_secret = "two words".into();
            }),
            (Field::LocalhostPort, |form| {
                form.redirect_method = RedirectMethod::Localhost;
            }),
        ];
        for (field, spoil) in table {
            let mut form = form();
            spoil(&mut form);
            let problem = form.checked(&BaseUrl::notion()).expect_err("refused");
            assert_eq!(problem.cause, Cause::InvalidInput { field });
        }
    }

    #[test]
    fn the_form_starts_from_what_the_provider_takes() {
        let loopback = BaseUrl::parse("http://127.0.0.1:4000").expect("loopback");
        assert_eq!(
            ClientDefaults::for_notion(&loopback).redirect_method,
            RedirectMethod::AppLink
        );
        assert_eq!(
            ClientDefaults::for_notion(&BaseUrl::notion()).redirect_method,
            RedirectMethod::Localhost
        );
    }
}
