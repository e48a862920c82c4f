//! Verify: whether a client's id and secret belong together, before they are kept.

use notion_oauth::{Credentials, Error, Notion};
use secrecy::{ExposeSecret as _, SecretString};

use crate::domain::client::NewClient;
use crate::domain::problem::{Cause, Problem};
use crate::keyrack::Keyrack;

/// The text introspected in place of a token: any reply about it proves the client.
pub(in crate::acts) const NO_TOKEN: &str = "keyrack-verifies-the-client";

/// The prefix of client secrets in Notion's portal.
const SECRET_PREFIX: &str = "secret_";

impl Keyrack {
    /// Verifies the client in a form, by introspecting a token that cannot exist. Nothing is
    /// written.
    ///
    /// Fails with `client-swapped` or `client-rejected` if Notion does not know the pair, with
    /// `invalid-input` if a field cannot be right, and as any request does.
    pub async fn verify_client(&self, form: NewClient) -> Result<(), Problem> {
        let (client, client_secret) = form.checked(&self.settings.notion)?;
        let credentials = Credentials {
            client_id: client.client_id.clone(),
            client_secret,
        };
        let base_url = client.base_url.as_deref();
        let notion = self
            .notions
            .of(base_url, &client.client_id, client.budget)?;
        verify(&notion, &credentials, &NO_TOKEN.into()).await
    }

    /// Verifies a saved client, like [`Keyrack::verify_client`].
    pub async fn verify_saved_client(&self, id: &str) -> Result<(), Problem> {
        let client = self.store.client(id)?;
        let access = self.client_access(&client).await?;
        verify(&access.notion, &access.credentials, &NO_TOKEN.into()).await
    }
}

/// Verifies credentials: Notion accepts them if it says anything about a token.
pub(super) async fn verify(
    notion: &Notion,
    credentials: &Credentials,
    token: &SecretString,
) -> Result<(), Problem> {
    let looks_secret = |text: &str| text.starts_with(SECRET_PREFIX);
    let swapped = looks_secret(&credentials.client_id)
        && !looks_secret(credentials.client_secret.expose_secret());
    match notion.introspect(credentials, token).await {
        Ok(_) | Err(Error::GrantRejected { .. }) => Ok(()),
        Err(Error::ClientRejected { .. }) if swapped => Err(Cause::ClientSwapped.into()),
        Err(error) => Err(error.into()),
    }
}
