//! What a lease's request may be, by its head alone.
//!
//! Any program and any web page on this computer can send requests to the port. So a request needs the
//! lease's key as its bearer, which no page has; it must name this computer as its host, which a page
//! under a name of its own (DNS rebinding) cannot; and what only a browser sends for a page is refused.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN, UPGRADE};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};
use notion_oauth::ApiPath;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::answer::Refusal;
use crate::domain::problem::{Cause, Problem};

/// The start of every key: programs that look for Notion's own `ntn_` take it, and a person sees whose it
/// is.
const PREFIX: &str = "ntn_keyrack_";

/// How many random bytes a key has.
const KEY_BYTES: usize = 32;

/// The paths that only read although they are posted to (developers.notion.com, "API reference"); a star
/// stands for one id. Whatever else is posted counts as writing.
const READ_BY_POST: [&[&str]; 10] = [
    &["search"],
    &["data_sources", "*", "query"],
    &["databases", "*", "query"],
    &["views", "*", "queries"],
    &["blocks", "meeting_notes", "query"],
    &["agents", "query"],
    &["agents", "*", "threads", "query"],
    &["sessions", "query"],
    &["sessions", "*", "events", "query"],
    &["threads", "*", "messages", "query"],
];

/// A lease's key as it is kept: its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key([u8; 32]);

impl Key {
    /// Makes a key, and the key as it is kept.
    pub fn make() -> Result<(SecretString, Self), Problem> {
        let mut random = [0; KEY_BYTES];
        getrandom::fill(&mut random).map_err(|_| Problem::from(Cause::NoRandomNumbers))?;
        let key = SecretString::from(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random)));
        let kept = Self::of(key.expose_secret());
        Ok((key, kept))
    }

    fn of(key: &str) -> Self {
        Self(Sha256::digest(key).into())
    }

    /// Whether it is the same key, found out in a time that does not tell how much of it is.
    pub fn is(&self, other: &Self) -> bool {
        let differs = self.0.iter().zip(other.0).map(|(one, two)| one ^ two);
        differs.fold(0, |all, byte| all | byte) == 0
    }
}

/// The names that the local end goes by.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    /// The only hosts that a request may name; any, at a socket that no web page reaches.
    hosts: Option<[String; 2]>,
}

/// A request that may be passed on, if its key is a lease's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Admitted {
    pub key: Key,
    pub path: ApiPath,
    pub query: Option<String>,
    /// Whether it only reads.
    pub reads: bool,
}

impl Gate {
    /// The gate of a port on loopback.
    pub fn of_port(port: u16) -> Self {
        let hosts = ["127.0.0.1", "localhost"].map(|name| format!("{name}:{port}"));
        Self { hosts: Some(hosts) }
    }

    /// The gate of a socket in the file system.
    #[cfg(unix)]
    pub fn of_socket() -> Self {
        Self { hosts: None }
    }

    /// Admits a request by its head, or refuses it.
    pub fn admit(&self, head: &Parts) -> Result<Admitted, Refusal> {
        refuse_ambiguous(head)?;
        self.refuse_other_hosts(&head.headers)?;
        refuse_pages(head)?;
        let key = presented_key(&head.headers)?;
        let path = path_of(head.uri.path())?;
        let reads = only_reads(&head.method, path.as_str());
        let query = head.uri.query().map(str::to_owned);
        Ok(Admitted {
            key,
            path,
            query,
            reads,
        })
    }

    fn refuse_other_hosts(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let Some(hosts) = &self.hosts else {
            return Ok(());
        };
        let named = headers.get(HOST).map(HeaderValue::as_bytes);
        let is_ours = hosts.iter().any(|host| named == Some(host.as_bytes()));
        is_ours.then_some(()).ok_or(Refusal::restricted(
            "the request names another host than this computer",
        ))
    }
}

/// Refuses what is no plain request, or names two hosts (RFC 9112 3.2). How its body is framed does not
/// matter: it is read once, and passed on in a frame of its own (RFC 9112 6.3).
fn refuse_ambiguous(head: &Parts) -> Result<(), Refusal> {
    let headers = &head.headers;
    let count = |name: HeaderName| headers.get_all(name).iter().count();
    let is_plain = head.uri.scheme().is_none()
        && head.uri.authority().is_none()
        && head.method != Method::CONNECT
        && count(UPGRADE) == 0;
    if is_plain && count(HOST) <= 1 {
        Ok(())
    } else {
        Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "the request is not a plain one, or names two hosts",
        ))
    }
}

/// Refuses what a browser sends for a web page. Node's own `fetch` sends `Sec-Fetch-Mode`, and no page's
/// marks.
fn refuse_pages(head: &Parts) -> Result<(), Refusal> {
    let is_of_page = |name: &HeaderName| {
        let name = name.as_str();
        name == ORIGIN || name == "sec-fetch-site" || name.starts_with("access-control-")
    };
    if head.method == Method::OPTIONS || head.headers.keys().any(is_of_page) {
        return Err(Refusal::restricted("web pages may not use a lease"));
    }
    Ok(())
}

/// The key in the one `Authorization` header.
fn presented_key(headers: &HeaderMap) -> Result<Key, Refusal> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let only = all.next().filter(|_| all.next().is_none());
    let text = only.and_then(|value| value.to_str().ok());
    let key = text.and_then(|text| text.split_once(' '));
    match key {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Key::of(key.trim())),
        _ => Err(Refusal::unknown_key()),
    }
}

/// A path of Notion's API. Never one of its OAuth endpoints: they are the client's, and no lease has its
/// credentials.
fn path_of(text: &str) -> Result<ApiPath, Refusal> {
    let refusal = || {
        Refusal::new(
            StatusCode::BAD_REQUEST,
            "invalid_request_url",
            "the path is not one of Notion's API below /v1/",
        )
    };
    let path = ApiPath::parse(text).map_err(|_| refusal())?;
    let below = text.strip_prefix("/v1/").ok_or_else(refusal)?;
    let lower = text.to_ascii_lowercase();
    let hides_a_slash = ["%2f", "%5c", "%25"]
        .iter()
        .any(|sign| lower.contains(sign));
    let first = below.split('/').next().unwrap_or_default();
    if hides_a_slash || first.is_empty() || first.contains('%') {
        return Err(refusal());
    }
    if ["oauth", "admin"].contains(&first.to_ascii_lowercase().as_str()) {
        return Err(Refusal::restricted(
            "Notion's OAuth endpoints are not part of a lease",
        ));
    }
    Ok(path)
}

/// Whether a request only reads, as far as is known.
pub(crate) fn only_reads(method: &Method, path: &str) -> bool {
    if [Method::GET, Method::HEAD].contains(method) {
        return true;
    }
    let parts: Vec<_> = path.split('/').skip(2).collect();
    let is_like = |pattern: &&[&str]| {
        let is_same = |(part, wanted): (&&str, &&str)| *wanted == "*" || part == wanted;
        pattern.len() == parts.len() && parts.iter().zip(pattern.iter()).all(is_same)
    };
    *method == Method::POST && READ_BY_POST.iter().any(is_like)
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    const PORT: u16 = 4711;

    fn head(method: &str, target: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).expect("a request").into_parts().0
    }

    fn status(method: &str, target: &str, headers: &[(&str, &str)]) -> u16 {
        let usual = [
            ("host", "127.0.0.1:4711"),
            ("authorization", "Bearer ntn_keyrack_x"),
        ];
        let names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
        let usual = usual.iter().filter(|(name, _)| !names.contains(name));
        let all: Vec<_> = usual.chain(headers).copied().collect();
        let admitted = Gate::of_port(PORT).admit(&head(method, target, &all));
        admitted.map_or_else(|refusal| refusal.status().as_u16(), |_| 200)
    }

    #[test]
    fn a_program_s_plain_request_with_a_key_is_admitted() {
        for headers in [
            &[][..],
            &[("host", "localhost:4711")],
            &[("authorization", "bearer ntn_keyrack_x")],
            &[("sec-fetch-mode", "cors")],
        ] {
            assert_eq!(
                status("GET", "/v1/users/me?a=b", headers),
                200,
                "{headers:?}"
            );
        }
    }

    #[test]
    fn whatever_a_page_or_a_stranger_sends_is_refused() {
        for (expected, headers) in [
            (403, &[("origin", "https://evil.example")][..]),
            (403, &[("origin", "null")]),
            (403, &[("sec-fetch-site", "same-origin")]),
            (403, &[("sec-fetch-site", "none")]),
            (403, &[("access-control-request-method", "GET")]),
            (403, &[("access-control-request-private-network", "true")]),
            (403, &[("host", "evil.example:4711")]),
            (403, &[("host", "127.0.0.1")]),
            (403, &[("host", "127.0.0.1:4712")]),
            (403, &[("host", "[::1]:4711")]),
            (
                400,
                &[("host", "127.0.0.1:4711"), ("host", "127.0.0.1:4711")],
            ),
            (400, &[("upgrade", "websocket")]),
            (401, &[("authorization", "Basic bnRuOng=")]),
            (401, &[("authorization", "ntn_keyrack_x")]),
            (
                401,
                &[("authorization", "Bearer a"), ("authorization", "Bearer b")],
            ),
        ] {
            assert_eq!(
                status("GET", "/v1/users/me", headers),
                expected,
                "{headers:?}"
            );
        }
        assert_eq!(status("OPTIONS", "/v1/users/me", &[]), 403);
        assert_eq!(status("CONNECT", "api.notion.com:443", &[]), 400);
        let absolute = "http://127.0.0.1:4711/v1/users/me";
        assert_eq!(status("GET", absolute, &[]), 400);
        let without_host = head("GET", "/v1/users/me", &[("authorization", "Bearer x")]);
        assert!(Gate::of_port(PORT).admit(&without_host).is_err());
        assert!(Gate::of_socket().admit(&without_host).is_ok());
    }

    #[test]
    fn only_paths_of_the_api_are_admitted() {
        for path in [
            "/v1/pages/1f2e/properties/a%3Bb",
            "/v1/blocks/1f2e/children",
            "/v1/views/1/queries/2",
        ] {
            assert_eq!(status("GET", path, &[]), 200, "{path}");
        }
        for path in [
            "/",
            "/v1",
            "/v1/",
            "/v2/users",
            "/v1//users",
            "/v1/../admin",
            "/v1/./users",
            "/v1/users/..",
            "/v1/%2e%2e/admin",
            "/v1/users%2fme",
            "/v1/users%5Cme",
            "/v1/a%252fb",
            "/v1/%6fauth/token",
            "/V1/users",
            "//v1/users",
            "/admin",
            "/_sandbox/requests",
        ] {
            assert_eq!(status("GET", path, &[]), 400, "{path}");
        }
        for path in [
            "/v1/oauth/token",
            "/v1/OAuth/revoke",
            "/v1/oauth",
            "/v1/admin/x",
        ] {
            assert_eq!(status("POST", path, &[]), 403, "{path}");
        }
    }

    #[test]
    fn what_is_not_known_to_read_counts_as_writing() {
        let reads = |method: &str, path: &str| {
            only_reads(
                &Method::from_bytes(method.as_bytes()).expect("a method"),
                path,
            )
        };
        for (method, path) in [
            ("GET", "/v1/users"),
            ("HEAD", "/v1/users"),
            ("POST", "/v1/search"),
            ("POST", "/v1/data_sources/1f2e/query"),
            ("POST", "/v1/databases/1f2e/query"),
            ("POST", "/v1/views/1f2e/queries"),
            ("POST", "/v1/blocks/meeting_notes/query"),
        ] {
            assert!(reads(method, path), "{method} {path}");
        }
        for (method, path) in [
            ("POST", "/v1/pages"),
            ("POST", "/v1/search/x"),
            ("POST", "/v1/data_sources"),
            ("POST", "/v1/data_sources/1f2e/query/x"),
            ("POST", "/v1/file_uploads"),
            ("PATCH", "/v1/data_sources/1f2e/query"),
            ("PUT", "/v1/search"),
            ("DELETE", "/v1/blocks/1f2e"),
            ("QUERY", "/v1/search"),
        ] {
            assert!(!reads(method, path), "{method} {path}");
        }
    }

    #[test]
    fn a_key_is_itself_and_no_other() {
        let (key, kept) = Key::make().expect("a key");
        let key = key.expose_secret();
        assert!(
            key.starts_with("ntn_keyrack_") && key.len() == 12 + 43,
            "{key}"
        );
        assert!(Key::of(key).is(&kept));
        for other in ["", PREFIX, &key[..key.len() - 1], &key.to_uppercase()] {
            assert!(!Key::of(other).is(&kept), "{other}");
        }
        let (_, another) = Key::make().expect("another key");
        assert!(!another.is(&kept));
    }
}
