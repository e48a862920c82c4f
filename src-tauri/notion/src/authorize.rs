//! The URL that asks a person for consent, opened in the system's browser.

use secrecy::{ExposeSecret, SecretString};

use crate::Notion;

/// The owner that an authorization asks for: the `owner` query parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AuthorizationOwner {
    /// The person who consents.
    #[default]
    User,
    /// The workspace as a whole: historic, documented for older SDKs.
    Workspace,
}

impl Notion {
    /// The authorization URL (RFC 6749 4.1.1), secret because it holds the state.
    ///
    /// `redirect_uri` is the registered text, exactly. Notion knows no scope and no PKCE, and it
    /// may send the browser on to another host.
    #[must_use]
    pub fn authorization_url(
        &self,
        client_id: &str,
        redirect_uri: &str,
        state: &SecretString,
        owner: AuthorizationOwner,
    ) -> SecretString {
        let mut url = self.base().join("/v1/oauth/authorize");
        url.query_pairs_mut()
            .append_pair("client_id", client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("response_type", "code")
            .append_pair(
                "owner",
                match owner {
                    AuthorizationOwner::User => "user",
                    AuthorizationOwner::Workspace => "workspace",
                },
            )
            .append_pair("state", state.expose_secret());
        String::from(url).into()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::BaseUrl;

    fn url(redirect_uri: &str, state: &str, owner: AuthorizationOwner) -> String {
        let notion = Notion::new(BaseUrl::notion()).unwrap();
        notion
            .authorization_url("client-1", redirect_uri, &state.into(), owner)
            .expose_secret()
            .to_owned()
    }

    #[test]
    fn the_url_carries_exactly_what_notion_asks_for() {
        assert_eq!(
            url(
                "http://localhost:8765/oauth/callback",
                "st4te",
                AuthorizationOwner::User
            ),
            "https://api.notion.com/v1/oauth/authorize?client_id=client-1\
             &redirect_uri=http%3A%2F%2Flocalhost%3A8765%2Foauth%2Fcallback\
             &response_type=code&owner=user&state=st4te"
        );
        assert!(
            url(
                "app.keyrack:/oauth/callback",
                "s",
                AuthorizationOwner::Workspace
            )
            .contains("&owner=workspace&state=s")
        );
    }

    #[test]
    fn no_value_can_add_a_parameter_and_each_comes_back_as_it_was() {
        let (redirect_uri, state) = (
            "https://example.org/a b?x=1&owner=evil#f",
            "a&state=b=%26+c\u{e9}",
        );
        let url = url::Url::parse(&url(redirect_uri, state, AuthorizationOwner::User)).unwrap();
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        let expected = [
            ("client_id", "client-1"),
            ("redirect_uri", redirect_uri),
            ("response_type", "code"),
            ("owner", "user"),
            ("state", state),
        ];
        assert_eq!(
            pairs,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        assert_eq!(url.fragment(), None);
    }
}
