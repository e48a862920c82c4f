//! Add a token that was made elsewhere: an internal connection's secret, or a person's own access token.

use notion_oauth::{Bot, Budget, Error, sanitize_display_text};
use secrecy::{ExposeSecret as _, SecretString};

use super::{Arrival, known};
use crate::domain::act::Granted;
use crate::domain::client::Client;
use crate::domain::connection::Connection;
use crate::domain::hand_out::Allowed;
use crate::domain::owner::Owner;
use crate::domain::problem::{Cause, Problem};
use crate::domain::token::{CheckedToken, NewToken};
use crate::failpoint::failpoint;
use crate::keyrack::Keyrack;
use crate::storage::vault::{ConnectionSecrets, MadeElsewhere, Payload};

impl Keyrack {
    /// Adds a token that was made elsewhere, once Notion has said whose it is (`users/me`).
    ///
    /// Fails with nothing kept with `invalid-input`, with `token-known` if it is in the list already, with
    /// `token-refused` if Notion does not take it, and as any request does.
    pub async fn add_token(&self, form: NewToken) -> Result<Connection, Problem> {
        let CheckedToken {
            token,
            name,
            annotation,
        } = form.checked()?;
        self.refuse_known(&token).await?;
        let id = uuid::Uuid::new_v4().to_string();
        let base_url = self.settings.notion.as_str();
        let notion = self.notions.of(Some(base_url), &id, Budget::default())?;
        let bot = notion.me(&token).await;
        failpoint("notion.me");
        let bot = bot.map_err(|error| match error {
            Error::Unauthorized { .. } => Problem::from(error).under(|_| Cause::TokenRefused),
            other => other.into(),
        })?;
        let granted = granted(&bot);
        let named = [name, bot.name.map(|name| sanitize_display_text(&name))];
        let named = named.into_iter().flatten().find(|name| !name.is_empty());
        let made = MadeElsewhere {
            name: named.unwrap_or_else(|| granted.workspace_name.clone()),
            base_url: base_url.to_owned(),
        };
        let arriving = self.locks.lock_arrivals().await?;
        self.refuse_known(&token).await?;
        let secrets = ConnectionSecrets {
            id: id.clone(),
            client: id.clone(),
            bot_id: granted.bot_id.clone(),
            workspace_name: granted.workspace_name.clone(),
            access: token,
            refresh: None,
            made_elsewhere: Some(made.clone()),
        };
        let arrival = Arrival {
            client: Client::of_token(&id, &made.name, &made.base_url, self.now()),
            secrets,
            granted,
            annotation,
            allows: Allowed::default(),
            asked_at: self.now(),
        };
        self.take_in(arrival, &arriving).await
    }

    /// Fails with `token-known` if a token is the access token of a connection that is listed.
    pub(super) async fn refuse_known(&self, token: &SecretString) -> Result<(), Problem> {
        for entry in self.vault.all().await? {
            if let Payload::Connection(secrets) = entry
                && secrets.access.expose_secret() == token.expose_secret()
                && let Ok(connection) = self.store.connection(&secrets.id)
            {
                return Err(known(&connection));
            }
        }
        Ok(())
    }
}

/// What Notion says of a token by `users/me`.
pub(super) fn granted(bot: &Bot) -> Granted {
    let text = |text: &Option<String>| sanitize_display_text(text.as_deref().unwrap_or_default());
    Granted {
        bot_id: sanitize_display_text(&bot.id),
        workspace_id: text(&bot.workspace_id),
        workspace_name: text(&bot.workspace_name),
        workspace_icon: None,
        owner: Owner::from(bot.owner.clone()),
        has_refresh_token: false,
        new: true,
    }
}
