//! The base URL of Notion's API, or of a stand-in on this machine.

use std::fmt;

use url::{Host, Url};

/// The root that every path of the API hangs from: https anywhere, plain http only on loopback.
///
/// A path is kept (`https://gateway.example/notion`), for gateways that mount Notion below one.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

/// Why a text is not a [`BaseUrl`]. The text itself is not repeated: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBaseUrl {
    /// Not an absolute URL.
    #[error("the base URL is not a complete URL such as https://api.notion.com")]
    NotAUrl,
    /// Another scheme than http or https.
    #[error("the base URL must start with https://, or with http:// on this machine")]
    Scheme,
    /// Plain http to a host that is not `localhost`, in 127.0.0.0/8 or `[::1]`.
    #[error("plain http is only possible on this machine (localhost, 127.0.0.1, [::1]); use https")]
    PlainHttp,
    /// A user name or a password before the host.
    #[error("the base URL must not contain a user name or a password")]
    Credentials,
    /// Something after `?` or `#`.
    #[error("the base URL must end before any ? or #")]
    QueryOrFragment,
}

impl BaseUrl {
    /// Notion's own API, `https://api.notion.com`.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "a test parses this constant")]
    pub fn notion() -> Self {
        Self(Url::parse("https://api.notion.com").expect("a constant that is a URL"))
    }

    /// Parses a base URL. Trailing slashes do not matter.
    pub fn parse(text: &str) -> Result<Self, InvalidBaseUrl> {
        let mut url = Url::parse(text).map_err(|_| InvalidBaseUrl::NotAUrl)?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err(InvalidBaseUrl::PlainHttp),
            _ => return Err(InvalidBaseUrl::Scheme),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidBaseUrl::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidBaseUrl::QueryOrFragment);
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    /// The URL in its normal form, without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// The host without its port; an IPv6 address stands in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Whether requests stay on this machine: `localhost`, 127.0.0.0/8 or `::1`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The URL of `path`, which starts with a slash.
    pub(crate) fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path().trim_end_matches('/')));
        url
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BaseUrl").field(&self.as_str()).finish()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn https_is_taken_anywhere_and_plain_http_only_on_this_machine() {
        let table = [
            (
                "https://api.notion.com",
                "https://api.notion.com",
                "api.notion.com",
                false,
            ),
            (
                "https://api.notion.com//",
                "https://api.notion.com",
                "api.notion.com",
                false,
            ),
            (
                "HTTPS://API.Notion.com:443/",
                "https://api.notion.com",
                "api.notion.com",
                false,
            ),
            (
                "https://gateway.example/notion/",
                "https://gateway.example/notion",
                "gateway.example",
                false,
            ),
            (
                "https://127.0.0.1:8443",
                "https://127.0.0.1:8443",
                "127.0.0.1",
                true,
            ),
            (
                "http://127.0.0.1:9",
                "http://127.0.0.1:9",
                "127.0.0.1",
                true,
            ),
            (
                "http://127.8.9.10:9/",
                "http://127.8.9.10:9",
                "127.8.9.10",
                true,
            ),
            ("http://[::1]:9", "http://[::1]:9", "[::1]", true),
            (
                "http://localhost:9",
                "http://localhost:9",
                "localhost",
                true,
            ),
        ];
        for (text, normal, host, loopback) in table {
            let base = BaseUrl::parse(text).unwrap();
            assert_eq!(
                (base.as_str(), base.host(), base.is_loopback()),
                (normal, host, loopback),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_safe_base_is_refused_with_its_reason() {
        let table = [
            ("", InvalidBaseUrl::NotAUrl),
            ("api.notion.com", InvalidBaseUrl::NotAUrl),
            ("https://", InvalidBaseUrl::NotAUrl),
            ("ftp://api.notion.com", InvalidBaseUrl::Scheme),
            ("file:///etc/passwd", InvalidBaseUrl::Scheme),
            ("http://api.notion.com", InvalidBaseUrl::PlainHttp),
            ("http://localhost.example.com", InvalidBaseUrl::PlainHttp),
            ("http://127.0.0.1.example.com", InvalidBaseUrl::PlainHttp),
            ("http://128.0.0.1", InvalidBaseUrl::PlainHttp),
            ("http://0.0.0.0:9", InvalidBaseUrl::PlainHttp),
            ("http://[::]:9", InvalidBaseUrl::PlainHttp),
            ("http://[::ffff:127.0.0.1]:9", InvalidBaseUrl::PlainHttp),
            ("http://localhost@evil.example", InvalidBaseUrl::PlainHttp),
            ("https://name@api.notion.com", InvalidBaseUrl::Credentials),
            ("https://:word@api.notion.com", InvalidBaseUrl::Credentials),
            ("https://api.notion.com/?", InvalidBaseUrl::QueryOrFragment),
            (
                "https://api.notion.com?a=b",
                InvalidBaseUrl::QueryOrFragment,
            ),
            ("https://api.notion.com/#", InvalidBaseUrl::QueryOrFragment),
        ];
        for (text, reason) in table {
            assert_eq!(BaseUrl::parse(text), Err(reason), "{text}");
        }
    }

    #[test]
    fn paths_hang_from_the_base_with_or_without_a_path_of_its_own() {
        for (base, joined) in [
            (
                "https://api.notion.com",
                "https://api.notion.com/v1/users/me",
            ),
            (
                "https://gateway.example/notion/",
                "https://gateway.example/notion/v1/users/me",
            ),
        ] {
            assert_eq!(
                BaseUrl::parse(base).unwrap().join("/v1/users/me").as_str(),
                joined
            );
        }
        assert_eq!(
            BaseUrl::notion(),
            BaseUrl::parse("https://api.notion.com/").unwrap()
        );
    }
}
