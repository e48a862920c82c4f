//! A path of the API that cannot leave the base URL.

use std::fmt;

/// A path below the base URL, such as `/v1/users/me`, in the spelling in which it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiPath(String);

/// Why a text is not an [`ApiPath`]. The text itself is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPath {
    /// A complete URL, another host, or a relative path.
    #[error("a path must start with exactly one slash, such as /v1/users/me")]
    Start,
    /// A query, a fragment, a backslash, a space, a control character, or any other that RFC 3986
    /// keeps out of a path.
    #[error("a path holds a character that must be percent-encoded or go into the query")]
    Character,
    /// A percent sign without two hexadecimal digits after it.
    #[error("a path holds a percent sign that encodes nothing")]
    Encoding,
    /// `.`, `..`, an empty segment or a control character, plain or percent-encoded any number of
    /// times.
    #[error("a path must not lead out of its place")]
    Traversal,
}

impl ApiPath {
    /// Parses a path of RFC 3986 3.3 (`path-absolute`), percent-encoded where it has to be.
    pub fn parse(text: &str) -> Result<Self, InvalidPath> {
        if !text.starts_with('/') || text.starts_with("//") {
            return Err(InvalidPath::Start);
        }
        if !text.bytes().all(may_stand_in_a_path) {
            return Err(InvalidPath::Character);
        }
        let decoded = decode_wholly(text)?;
        let leads_away = |piece: &[u8]| piece == b"." || piece.windows(2).any(|two| two == b"..");
        if text.contains("//")
            || decoded.iter().any(u8::is_ascii_control)
            || decoded
                .split(|byte| matches!(byte, b'/' | b'\\'))
                .any(leads_away)
        {
            return Err(InvalidPath::Traversal);
        }
        Ok(Self(text.to_owned()))
    }

    /// The path as a lenient server may read it: decoded wholly, in small letters.
    #[must_use]
    pub fn read_leniently(&self) -> String {
        let decoded = decode_wholly(&self.0).unwrap_or_default();
        String::from_utf8_lossy(&decoded).to_lowercase()
    }

    /// The path as it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ApiPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a byte is a `pchar`, a slash, or the percent sign of an encoded byte.
fn may_stand_in_a_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/%-._~!$&'()*+,;=:@".contains(&byte)
}

/// Decodes a text until nothing is percent-encoded any more, as a chain of gateways might. A percent
/// sign that encodes nothing is refused in the text itself, and kept if decoding produced it.
fn decode_wholly(text: &str) -> Result<Vec<u8>, InvalidPath> {
    let (mut bytes, whole) = decode(text.as_bytes());
    if !whole {
        return Err(InvalidPath::Encoding);
    }
    loop {
        let (next, _) = decode(&bytes);
        if next == bytes {
            return Ok(bytes);
        }
        bytes = next;
    }
}

/// Percent-decodes once, and returns whether every percent sign encoded a byte.
fn decode(bytes: &[u8]) -> (Vec<u8>, bool) {
    let (mut decoded, mut whole) = (Vec::with_capacity(bytes.len()), true);
    let mut rest = bytes;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        let byte = match (first, after) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)),
            _ => None,
        };
        if let Some((high, low)) = byte {
            decoded.push(high * 16 + low);
            rest = &after[2..];
        } else {
            whole &= first != b'%';
            decoded.push(first);
        }
    }
    (decoded, whole)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::BaseUrl;

    #[test]
    fn a_path_reaches_the_same_origin_as_it_was_written() {
        for path in [
            "/v1/users/me",
            "/v1/pages/59833787-2cf9-4fdf-8782-e53db20768a5/properties/yV%5Eh%3A",
            "/v1/pages/x/properties/%2FuO%7D%5Ck%25",
            "/v1/a-b_c~d!$&'()*+,;=:@",
            "/v1/user@evil.example:80",
            "/",
        ] {
            for base in ["https://api.notion.com", "https://gateway.example/notion"] {
                let url = BaseUrl::parse(base)
                    .unwrap()
                    .join(ApiPath::parse(path).unwrap().as_str());
                assert_eq!(url.as_str(), format!("{base}{path}"));
            }
        }
    }

    #[test]
    fn what_could_lead_elsewhere_is_refused_with_its_reason() {
        use InvalidPath::{Character, Encoding, Start, Traversal};
        let table = [
            ("", Start),
            ("v1/users/me", Start),
            ("//evil.example/v1", Start),
            ("https://evil.example/v1", Start),
            ("\\\\evil.example", Start),
            ("@evil.example", Start),
            (" /v1", Start),
            ("/\\evil.example", Character),
            ("/v1\\..\\x", Character),
            ("/v1/users?x=1", Character),
            ("/v1/users#x", Character),
            ("/v1/a b", Character),
            ("/v1/a\tb", Character),
            ("/v1/a\r\nHost: evil.example", Character),
            ("/v1/\0", Character),
            ("/v1/\u{7f}", Character),
            ("/v1/ü", Character),
            ("/v1/\u{ff0e}\u{ff0e}/x", Character),
            ("/v1/%", Encoding),
            ("/v1/%2", Encoding),
            ("/v1/%zz", Encoding),
            ("/v1/%+1", Encoding),
            ("/v1/..", Traversal),
            ("/../v1", Traversal),
            ("/v1/./x", Traversal),
            ("/v1/..;/x", Traversal),
            ("/v1//x", Traversal),
            ("/v1/%2e%2e/x", Traversal),
            ("/v1/.%2E/x", Traversal),
            ("/v1/%2e/x", Traversal),
            ("/v1/%252e%252e/x", Traversal),
            ("/v1/%25252e./x", Traversal),
            ("/v1/..%2fx", Traversal),
            ("/v1/x%5c..%5cy", Traversal),
            ("/v1/%0d%0aHost:x", Traversal),
            ("/v1/%00", Traversal),
            ("/v1/%2500", Traversal),
        ];
        for (text, reason) in table {
            assert_eq!(ApiPath::parse(text), Err(reason), "{text:?}");
        }
    }
}
