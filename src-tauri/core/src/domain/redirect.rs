//! Redirect methods: how a callback arrives, and the exact URI to register for it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::domain::problem::{Cause, Field, Problem};
use crate::identity::{APP_LINK, CALLBACK_PATH};

/// The redirect URI of `localhost` up to the port. Notion takes no `127.0.0.1`.
const LOCALHOST: &str = "http://localhost:";

/// The port offered for the localhost redirect method; any free one will do, once registered.
pub const DEFAULT_PORT: u16 = 47_811;

/// A redirect method: how a callback arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "types.ts")]
pub enum RedirectMethod {
    /// The app link: the custom scheme, straight to the app.
    AppLink,
    /// Localhost: a fixed port on this computer.
    Localhost,
    /// The bridge page: an https page of the user's that forwards to the app link.
    Bridge,
}

impl RedirectMethod {
    /// The redirect method of a redirect URI.
    pub(crate) fn of(redirect_uri: &str) -> Self {
        if redirect_uri == APP_LINK {
            Self::AppLink
        } else if redirect_uri.starts_with(LOCALHOST) {
            Self::Localhost
        } else {
            Self::Bridge
        }
    }
}

/// The exact redirect URI to register at Notion, sent to authorize and to token alike.
pub fn redirect_uri(
    method: RedirectMethod,
    localhost_port: Option<u16>,
    bridge_url: Option<&str>,
) -> Result<String, Problem> {
    match method {
        RedirectMethod::AppLink => Ok(APP_LINK.to_owned()),
        RedirectMethod::Localhost => match localhost_port {
            Some(port) if port >= 1024 => Ok(localhost_uri(port)),
            _ => Err(Cause::InvalidInput {
                field: Field::LocalhostPort,
            }
            .into()),
        },
        RedirectMethod::Bridge => bridge_page(bridge_url.unwrap_or_default().trim()),
    }
}

/// The address of a bridge page, taken only in the spelling that a URL parser would leave unchanged:
/// the registered text, the sent one and the one in the callback must be the same bytes.
pub(crate) fn bridge_page(text: &str) -> Result<String, Problem> {
    let is_usable = |url: &url::Url| {
        url.scheme() == "https"
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
            && url.as_str() == text
    };
    if !url::Url::parse(text).is_ok_and(|url| is_usable(&url)) {
        let field = Field::BridgeUrl;
        return Err(Cause::InvalidInput { field }.into());
    }
    Ok(text.to_owned())
}

/// Whether a text is one of the exact redirect URIs that are registered here.
pub(crate) fn is_redirect_uri(text: &str) -> bool {
    let method = RedirectMethod::of(text);
    redirect_uri(method, localhost_port(text), Some(text)).is_ok_and(|uri| uri == text)
}

/// The redirect URI of `localhost` with a port.
pub(crate) fn localhost_uri(port: u16) -> String {
    format!("{LOCALHOST}{port}{CALLBACK_PATH}")
}

/// The port in a redirect URI of `localhost`.
pub(crate) fn localhost_port(redirect_uri: &str) -> Option<u16> {
    let rest = redirect_uri.strip_prefix(LOCALHOST)?;
    rest.strip_suffix(CALLBACK_PATH)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_redirect_uri_is_one_exact_text_per_method() {
        let uri = |method, port, url| redirect_uri(method, port, url).ok();
        assert_eq!(
            uri(RedirectMethod::AppLink, None, None).as_deref(),
            Some("app.keyrack:/oauth/callback")
        );
        assert_eq!(
            uri(RedirectMethod::Localhost, Some(5000), None).as_deref(),
            Some("http://localhost:5000/oauth/callback")
        );
        assert_eq!(uri(RedirectMethod::Localhost, Some(80), None), None);
        let page = "https://example.org/notion.html";
        assert_eq!(
            uri(RedirectMethod::Bridge, None, Some(page)).as_deref(),
            Some(page)
        );
        for refused in [
            "http://example.org/",
            "https://example.org",
            "https://EXAMPLE.org/",
            "https://a@example.org/",
            "https://example.org/?a",
            "https://example.org/#a",
            "page",
        ] {
            assert_eq!(
                uri(RedirectMethod::Bridge, None, Some(refused)),
                None,
                "{refused}"
            );
        }
    }
}
