//! An OAuth client that the user registered at Notion, and the form that adds one.

use notion_oauth::{BaseUrl, Budget};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::keyrack::{Event, Keyrack};
use crate::operation::{Kind, Subject};
use crate::problem::Problem;
use crate::redirect::{APP_LINK, DEFAULT_PORT, RedirectMethod, localhost_port, redirect_uri};
use crate::text::inert;
use crate::time::Millis;
use crate::vault::{ClientSecrets, Payload};

/// An OAuth client: what is known of it besides its secret, which the vault keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Client {
    /// Our id, and the user name of its vault entry.
    pub id: String,
    /// The name the user gave it.
    pub name: String,
    /// Notion's id of it.
    pub client_id: String,
    /// How its callbacks arrive.
    pub redirect_method: RedirectMethod,
    /// The exact text registered at Notion.
    pub redirect_uri: String,
    /// Belongs to the built-in stand-in; marked as such everywhere it shows.
    pub sandbox: bool,
    /// Where its Notion is; none for the sandbox, whose address changes with each start.
    #[serde(skip)]
    #[ts(skip)]
    pub base_url: Option<String>,
    /// When it was added here.
    pub created_at: Millis,
    /// How many requests a minute it may make.
    #[ts(type = "\"standard\" | \"higher\"")]
    pub budget: Budget,
}

impl Client {
    /// The port that its callbacks come back to, for `localhost`.
    pub(crate) fn localhost_port(&self) -> Option<u16> {
        localhost_port(&self.redirect_uri)
    }

    /// The address of its page, for `bridge`.
    pub(crate) fn bridge_url(&self) -> Option<&str> {
        (self.redirect_method == RedirectMethod::Bridge).then_some(&self.redirect_uri)
    }

    /// Its vault entry, with this secret.
    pub(crate) fn payload(&self, client_secret: SecretString) -> Payload {
        Payload::Client(ClientSecrets {
            id: self.id.clone(),
            name: self.name.clone(),
            client_id: self.client_id.clone(),
            client_secret,
            redirect_uri: self.redirect_uri.clone(),
            base_url: self.base_url.clone(),
        })
    }
}

/// The client form. The secret crosses once, from the window to Rust.
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
    /// The address of the page, for `bridge`.
    pub bridge_url: Option<String>,
}

/// What the client form starts from.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct ClientDefaults {
    /// The app link where the provider takes one, else localhost.
    pub redirect_method: RedirectMethod,
    /// The port offered for `localhost`.
    pub localhost_port: u16,
    /// The host that new clients will speak to.
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

/// A name with what could mislead gone, or that there is none.
pub(crate) fn checked_name(typed: &str) -> Result<String, Problem> {
    let name = inert(typed);
    if name.is_empty() {
        return Err(Problem::invalid("name", "Give the client a name."));
    }
    Ok(name)
}

/// A client secret with surrounding white space gone, or what is wrong with it.
pub(crate) fn checked_secret(typed: &SecretString) -> Result<SecretString, Problem> {
    let secret = typed.expose_secret().trim();
    if secret.is_empty() || secret.contains(char::is_whitespace) {
        return Err(Problem::invalid(
            "client_secret",
            "Enter the OAuth client secret from Notion's portal; it has no spaces.",
        ));
    }
    Ok(secret.into())
}

impl NewClient {
    /// The form with surrounding white space gone, or what is wrong with it.
    pub(crate) fn checked(self, notion: &BaseUrl) -> Result<(Client, SecretString), Problem> {
        let redirect_uri = redirect_uri(
            self.redirect_method,
            self.localhost_port,
            self.bridge_url.as_deref(),
        )?;
        let name = checked_name(&self.name)?;
        let client_id = self.client_id.trim().to_owned();
        if client_id.is_empty()
            || client_id.contains(|c: char| c.is_whitespace() || c.is_control() || c == ':')
        {
            return Err(Problem::invalid(
                "client_id",
                "Enter the OAuth client ID from Notion's portal; it has no spaces or colons.",
            ));
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
            created_at: Millis(0),
            budget: Budget::default(),
        };
        Ok((client, secret))
    }
}

impl Keyrack {
    /// Adds a client: its secret to the vault, everything else to the store.
    pub async fn add_client(&self, form: NewClient) -> Result<Client, Problem> {
        let (client, secret) = form.checked(&self.settings.notion)?;
        self.keep_client(client, secret).await
    }

    /// Adds the embedded sandbox's client, or returns the one that is there.
    pub async fn add_sandbox_client(
        &self,
        client_id: &str,
        secret: SecretString,
    ) -> Result<Client, Problem> {
        if let Some(client) = self
            .store
            .clients()?
            .into_iter()
            .find(|client| client.sandbox)
        {
            return Ok(client);
        }
        let client = Client {
            id: uuid::Uuid::new_v4().to_string(),
            name: "Sandbox".to_owned(),
            client_id: client_id.to_owned(),
            redirect_method: RedirectMethod::AppLink,
            redirect_uri: APP_LINK.to_owned(),
            sandbox: true,
            base_url: None,
            created_at: Millis(0),
            budget: Budget::default(),
        };
        self.keep_client(client, secret).await
    }

    async fn keep_client(&self, client: Client, secret: SecretString) -> Result<Client, Problem> {
        let client = Client {
            created_at: self.now(),
            ..client
        };
        self.vault.probe().await?;
        let mut operation = self.begin(Kind::AddClient, Subject::of_client(&client))?;
        if let Err(error) = self.vault.write(&client.payload(secret)).await {
            // What may have landed is deleted; failing that, the next start does it.
            if self.vault.delete(&client.id).await.is_ok() {
                self.fail(&mut operation, &error.clone().into())?;
            }
            return Err(error.into());
        }
        operation.finished_at = Some(self.now());
        self.store.add_client(&client, &operation)?;
        self.tell(&Event::Changed);
        Ok(client)
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
        let table: [(&str, Spoil); 7] = [
            ("name", |form| form.name = "\u{200B} ".into()),
            ("client_id", |form| form.client_id = " ".into()),
            ("client_id", |form| form.client_id = "two words".into()),
            ("client_id", |form| form.client_id = "a:b".into()),
            ("client_secret", |form| form.client_secret = " ".into()),
            ("client_secret", |form| {
                form.client_secret = "two words".into();
            }),
            ("localhost_port", |form| {
                form.redirect_method = RedirectMethod::Localhost;
            }),
        ];
        for (field, spoil) in table {
            let mut form = form();
            spoil(&mut form);
            let problem = form.checked(&BaseUrl::notion()).expect_err(field);
            assert_eq!(problem.field.as_deref(), Some(field));
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
